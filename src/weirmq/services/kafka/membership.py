"""JoinGroup, SyncGroup, Heartbeat, LeaveGroup: the classic protocol's requests. See groups.py for the rules."""

from functools import partial
from typing import Final

from weirmq.services.kafka import classic_members
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.broker_configs import MAX_SESSION_MS, MIN_SESSION_MS
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_types import consumers_of, is_share_group, streams_of
from weirmq.services.kafka.groups import COMPLETING, ID_FIRST, PREPARING, STABLE, Group, Groups, Member
from weirmq.services.kafka.migration import to_classic_group
from weirmq.services.kafka.rebalancing import joined, rebalance, remove
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.heartbeat_request import HeartbeatRequest
from weirmq.wire.kafka.messages.heartbeat_response import HeartbeatResponse
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest
from weirmq.wire.kafka.messages.join_group_response import JoinGroupResponse
from weirmq.wire.kafka.messages.leave_group_request import LeaveGroupRequest, MemberIdentity
from weirmq.wire.kafka.messages.leave_group_response import LeaveGroupResponse, MemberResponse
from weirmq.wire.kafka.messages.sync_group_request import SyncGroupRequest
from weirmq.wire.kafka.messages.sync_group_response import SyncGroupResponse

MEMBERS_FIRST: Final = 3  # the version of LeaveGroup that names several
SKIP_FIRST: Final = 9  # the version that tells a static leader to leave the assignment as it is (KIP-814)


# JoinGroup


def join_group(kafka: Kafka, ask: Ask, request: JoinGroupRequest) -> JoinGroupResponse | None:
    """Become a member, or stay one into the next generation. The answer comes when all have joined."""
    if not request.group_id:
        return JoinGroupResponse(error_code=Code.INVALID_GROUP_ID, member_id=request.member_id)
    if not may_read(kafka, ask, request.group_id):
        return JoinGroupResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED, member_id=request.member_id)
    of_brokers = partial(kafka.machine.broker_number, ask.cluster)
    if not of_brokers(MIN_SESSION_MS) <= request.session_timeout_ms <= of_brokers(MAX_SESSION_MS):
        return JoinGroupResponse(error_code=Code.INVALID_SESSION_TIMEOUT, member_id=request.member_id)
    key = (ask.cluster, request.group_id)
    if is_share_group(kafka, key) or streams_of(kafka, key) is not None:
        return JoinGroupResponse(error_code=Code.INCONSISTENT_GROUP_PROTOCOL, member_id=request.member_id)
    if (consumers := consumers_of(kafka, key)) is not None:
        classic_members.make_way(kafka, consumers, request, ask.now_ms)
    if (consumers := consumers_of(kafka, key)) is not None:
        return classic_members.join(kafka, ask, consumers, request)
    group = to_classic_group(kafka, key)
    if code := _protocol_fault(group, request):
        return JoinGroupResponse(error_code=code, member_id=request.member_id)
    if not request.member_id:
        return _join_anew(kafka.groups, ask, group, request)
    return _join_again(kafka.groups, ask, group, request)


def _protocol_fault(group: Group, request: JoinGroupRequest) -> Code:
    """Whether a member would have no protocol in common with the others."""
    names = {each.name for each in request.protocols}
    if not request.protocol_type or not names:
        return Code.INCONSISTENT_GROUP_PROTOCOL
    others = [member for member in group.members.values() if member.id != request.member_id]
    if not others or set(group.members) == {request.member_id}:
        return Code.NONE
    common = set.intersection(*({name for name, _ in member.protocols} for member in others))
    if group.protocol_type != request.protocol_type or not names & common:
        return Code.INCONSISTENT_GROUP_PROTOCOL
    return Code.NONE


def _join_anew(groups: Groups, ask: Ask, group: Group, request: JoinGroupRequest) -> JoinGroupResponse | None:
    member_id = groups.new_id(ask.head.client_id or "")
    instance = request.group_instance_id
    if instance is None:
        if ask.version >= ID_FIRST:
            group.pending[member_id] = None
            groups.expect(group, member_id, ask.now_ms + request.session_timeout_ms)
            return JoinGroupResponse(error_code=Code.MEMBER_ID_REQUIRED, member_id=member_id)
    elif instance in group.instances:
        return _replace(groups, ask, group, request, member_id)
    _add(groups, ask, group, request, member_id)
    return None


def _replace(
    groups: Groups, ask: Ask, group: Group, request: JoinGroupRequest, member_id: str
) -> JoinGroupResponse | None:
    """A static member is back under a new id: the old one is fenced. If nothing changed, nobody else is disturbed."""
    old = group.members[group.instances[str(request.group_instance_id)]]
    was_leader = group.leader == old.id
    protocols = [(each.name, each.metadata) for each in request.protocols]
    is_same = protocols == old.protocols
    if old.joining is not None:
        old.joining(JoinGroupResponse(error_code=Code.FENCED_INSTANCE_ID, member_id=old.id))
    if old.syncing is not None:
        old.syncing(SyncGroupResponse(error_code=Code.FENCED_INSTANCE_ID))
    group.remove(old)
    groups.relax(group, old.id)
    member = _member(ask, request, member_id)
    member.assignment = old.assignment
    group.add(member)
    if was_leader:
        group.leader = member_id
    groups.expect(group, member_id, ask.now_ms + member.session_ms)
    if group.state == STABLE and is_same:
        skips = was_leader and ask.version >= SKIP_FIRST
        leader = group.leader if not was_leader or skips else old.id  # or it would assign anew
        return joined(group, member, leader, skips=skips)
    member.joining = ask.answer
    rebalance(groups, group, ask.now_ms)
    return None


def _join_again(groups: Groups, ask: Ask, group: Group, request: JoinGroupRequest) -> JoinGroupResponse | None:
    if request.member_id in group.pending:
        _add(groups, ask, group, request, request.member_id)
        return None
    if code := identity_fault(group, request.member_id, request.group_instance_id):
        return JoinGroupResponse(error_code=code, member_id=request.member_id)
    member = group.members[request.member_id]
    protocols = [(each.name, each.metadata) for each in request.protocols]
    is_same = protocols == member.protocols
    stays = is_same and (group.state == COMPLETING or (group.state == STABLE and member.id != group.leader))
    if stays:
        groups.expect(group, member.id, ask.now_ms + member.session_ms)
        return joined(group, member, group.leader)
    member.protocols = protocols
    member.session_ms = request.session_timeout_ms
    member.rebalance_ms = _rebalance_ms(request)
    if member.joining is not None:  # the client has given up on that one
        member.joining(JoinGroupResponse(error_code=Code.UNKNOWN_MEMBER_ID, member_id=member.id))
    member.joining = ask.answer
    groups.expect(group, member.id, ask.now_ms + max(member.session_ms, member.rebalance_ms))
    rebalance(groups, group, ask.now_ms)
    return None


def _add(groups: Groups, ask: Ask, group: Group, request: JoinGroupRequest, member_id: str) -> None:
    member = _member(ask, request, member_id)
    group.add(member)
    group.protocol_type = request.protocol_type
    member.joining = ask.answer
    groups.expect(group, member_id, ask.now_ms + max(member.session_ms, member.rebalance_ms))
    rebalance(groups, group, ask.now_ms)


def _member(ask: Ask, request: JoinGroupRequest, member_id: str) -> Member:
    return Member(
        member_id,
        request.group_instance_id,
        ask.head.client_id or "",
        ask.connection.peer,
        request.session_timeout_ms,
        _rebalance_ms(request),
        [(each.name, each.metadata) for each in request.protocols],
    )


def _rebalance_ms(request: JoinGroupRequest) -> int:
    return request.rebalance_timeout_ms if request.rebalance_timeout_ms >= 0 else request.session_timeout_ms


# The others


def identity_fault(group: Group | None, member_id: str, instance: str | None) -> Code:
    """Whether somebody is no member, or a static one that another has taken the place of."""
    if group is None:
        return Code.UNKNOWN_MEMBER_ID
    if instance is not None:
        known = group.instances.get(instance)
        if known is None:
            return Code.UNKNOWN_MEMBER_ID
        if known != member_id:
            return Code.FENCED_INSTANCE_ID
    return Code.NONE if member_id in group.members else Code.UNKNOWN_MEMBER_ID


def member_fault(group: Group | None, member_id: str, instance: str | None, generation: int) -> Code:
    """As `identity_fault`, or whether the generation is another one."""
    code = identity_fault(group, member_id, instance)
    if code or group is None:
        return code
    return Code.NONE if generation == group.generation else Code.ILLEGAL_GENERATION


def sync_group(kafka: Kafka, ask: Ask, request: SyncGroupRequest) -> SyncGroupResponse | None:
    """Get one's assignment; the leader brings all of them."""
    if not request.group_id:
        return SyncGroupResponse(error_code=Code.INVALID_GROUP_ID)
    if not may_read(kafka, ask, request.group_id):
        return SyncGroupResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED)
    if (consumers := consumers_of(kafka, (ask.cluster, request.group_id))) is not None:
        return classic_members.sync(kafka, ask, consumers, request)
    group = kafka.groups.get((ask.cluster, request.group_id))
    code = member_fault(group, request.member_id, request.group_instance_id, request.generation_id)
    if code or group is None:
        return SyncGroupResponse(error_code=code)
    if request.protocol_type not in {None, group.protocol_type} or request.protocol_name not in {None, group.protocol}:
        return SyncGroupResponse(error_code=Code.INCONSISTENT_GROUP_PROTOCOL)
    if group.state == PREPARING:
        return SyncGroupResponse(error_code=Code.REBALANCE_IN_PROGRESS)
    member = group.members[request.member_id]
    kafka.groups.expect(group, member.id, ask.now_ms + member.session_ms)
    if group.state == STABLE:
        return _synced(group, member)
    member.syncing = ask.answer
    if member.id == group.leader:
        _assign(kafka.groups, group, {each.member_id: each.assignment for each in request.assignments})
    return None


def _assign(groups: Groups, group: Group, assignments: dict[str, bytes]) -> None:
    group.state = STABLE
    groups.relax(group, "")
    for member in group.members.values():
        member.assignment = assignments.get(member.id, b"")
        syncing, member.syncing = member.syncing, None
        if syncing is not None:
            syncing(_synced(group, member))


def _synced(group: Group, member: Member) -> SyncGroupResponse:
    return SyncGroupResponse(0, 0, group.protocol_type, group.protocol, member.assignment)


def heartbeat(kafka: Kafka, ask: Ask, request: HeartbeatRequest) -> HeartbeatResponse:
    """Say that one is there, and hear of a rebalance."""
    if not may_read(kafka, ask, request.group_id):
        return HeartbeatResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED)
    if (consumers := consumers_of(kafka, (ask.cluster, request.group_id))) is not None:
        return classic_members.heartbeat(kafka, ask, consumers, request)
    group = kafka.groups.get((ask.cluster, request.group_id))
    code = member_fault(group, request.member_id, request.group_instance_id, request.generation_id)
    if code or group is None:
        return HeartbeatResponse(error_code=code)
    member = group.members[request.member_id]
    kafka.groups.expect(group, member.id, ask.now_ms + member.session_ms)
    return HeartbeatResponse(error_code=Code.REBALANCE_IN_PROGRESS if group.state == PREPARING else Code.NONE)


def leave_group(kafka: Kafka, ask: Ask, request: LeaveGroupRequest) -> LeaveGroupResponse:
    """Be a member no more."""
    if not request.group_id:
        return LeaveGroupResponse(error_code=Code.INVALID_GROUP_ID)
    if not may_read(kafka, ask, request.group_id):
        return LeaveGroupResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED)
    if ask.version < MEMBERS_FIRST:
        return LeaveGroupResponse(error_code=_left(kafka, ask, request.group_id, MemberIdentity(request.member_id)))
    members = [
        MemberResponse(each.member_id, each.group_instance_id, _left(kafka, ask, request.group_id, each))
        for each in request.members
    ]
    return LeaveGroupResponse(members=members)


def _left(kafka: Kafka, ask: Ask, name: str, who: MemberIdentity) -> Code:
    if (consumers := consumers_of(kafka, (ask.cluster, name))) is not None:
        return classic_members.leave(kafka, consumers, who, ask.now_ms)
    group = kafka.groups.get((ask.cluster, name))
    if group is None:
        return Code.UNKNOWN_MEMBER_ID
    member_id = who.member_id
    if who.group_instance_id is not None and not member_id:  # an operator removes it by its instance id (KIP-345)
        member_id = group.instances.get(who.group_instance_id, "")
    if member_id in group.pending:
        del group.pending[member_id]
        kafka.groups.relax(group, member_id)
        return Code.NONE
    if code := identity_fault(group, member_id, who.group_instance_id):
        return code
    remove(kafka.groups, group, group.members[member_id], ask.now_ms)
    return Code.NONE
