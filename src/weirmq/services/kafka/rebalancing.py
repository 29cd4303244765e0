"""From one generation of a classic group to the next. See groups.py for the rules."""

from weirmq.services.kafka.groups import COMPLETING, EMPTY, PREPARING, STABLE, Group, Groups, Member
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.join_group_response import JoinGroupResponse, JoinGroupResponseMember
from weirmq.wire.kafka.messages.sync_group_response import SyncGroupResponse


def joined(group: Group, member: Member, leader: str, *, skips: bool = False) -> JoinGroupResponse:
    """The answer to a join: the leader gets all members."""
    members = []
    if member.id == leader:
        members = [
            JoinGroupResponseMember(each.id, each.instance, each.metadata(group.protocol))
            for each in group.members.values()
        ]
    return JoinGroupResponse(
        0, 0, group.generation, group.protocol_type, group.protocol, leader, skips, member.id, members
    )


def rebalance(groups: Groups, group: Group, now_ms: int) -> None:
    """Begin a rebalance, unless one is under way; it ends when all members have joined."""
    if group.state != PREPARING:
        for member in group.members.values():
            if member.syncing is not None:
                member.syncing(SyncGroupResponse(error_code=Code.REBALANCE_IN_PROGRESS))
                member.syncing = None
        group.state = PREPARING
        longest_ms = max((member.rebalance_ms for member in group.members.values()), default=0)
        groups.expect(group, "", now_ms + longest_ms)
    if all(member.joining is not None for member in group.members.values()):
        complete(groups, group, now_ms)


def complete(groups: Groups, group: Group, now_ms: int) -> None:
    """Begin a generation with those who have joined, and with static members that may come back."""
    if group.state == COMPLETING:
        _drop_unsynced(groups, group, now_ms)
        return
    if group.state != PREPARING:
        return
    for member in [each for each in group.members.values() if each.joining is None and each.instance is None]:
        group.remove(member)
        groups.relax(group, member.id)
    groups.relax(group, "")
    group.generation += 1
    if not group.members:
        group.state, group.protocol, group.leader = EMPTY, "", ""
        group.empty_ms = now_ms
        return
    if group.members[group.leader].joining is None:
        group.leader = next((each.id for each in group.members.values() if each.joining is not None), group.leader)
    group.state, group.protocol = COMPLETING, group.elected()
    for member in group.members.values():
        member.assignment = b""
        joining, member.joining = member.joining, None
        if joining is not None:
            groups.expect(group, member.id, now_ms + member.session_ms)
            joining(joined(group, member, group.leader))
    groups.expect(group, "", now_ms + max(member.rebalance_ms for member in group.members.values()))


def _drop_unsynced(groups: Groups, group: Group, now_ms: int) -> None:
    """Some have joined, and not asked for their assignment in all that time."""
    for member in [each for each in group.members.values() if each.syncing is None]:
        group.remove(member)
        groups.relax(group, member.id)
    rebalance(groups, group, now_ms)


def expire(groups: Groups, group: Group, member_id: str, now_ms: int) -> None:
    """A member was silent for too long."""
    group.pending.pop(member_id, None)
    member = group.members.get(member_id)
    if member is not None:
        if member.joining is not None:
            groups.expect(group, member_id, now_ms + member.session_ms)  # it waits for the others
            return
        remove(groups, group, member, now_ms)


def remove(groups: Groups, group: Group, member: Member, now_ms: int) -> None:
    """A member is gone."""
    for waiting in (member.joining, member.syncing):
        if waiting is not None:
            is_join = waiting is member.joining
            waiting((JoinGroupResponse if is_join else SyncGroupResponse)(error_code=Code.UNKNOWN_MEMBER_ID))
    group.remove(member)
    groups.relax(group, member.id)
    if group.state in {STABLE, COMPLETING, PREPARING}:
        rebalance(groups, group, now_ms)
