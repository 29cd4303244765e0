"""JoinGroup, SyncGroup, Heartbeat, LeaveGroup of members of the classic protocol in a group of the new one (KIP-848).

The broker assigns, so such a member never leads. It says what it has when it joins, and hears with its sync what it is
to have. Its generation is its epoch. Whenever there is something else for it than what it was told, it hears of a
rebalance, and has its rebalance timeout to join; and as long again to sync.
"""

from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.consumer_groups import CONSUMER, Classic, ConsumerGroup, Member
from weirmq.services.kafka.consumer_membership import aim, heard, remove, take_over
from weirmq.services.kafka.groups import ID_FIRST
from weirmq.services.kafka.migration import assignment, owned
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka import consumer_protocol
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.heartbeat_request import HeartbeatRequest
from weirmq.wire.kafka.messages.heartbeat_response import HeartbeatResponse
from weirmq.wire.kafka.messages.join_group_request import JoinGroupRequest
from weirmq.wire.kafka.messages.join_group_response import JoinGroupResponse
from weirmq.wire.kafka.messages.leave_group_request import MemberIdentity
from weirmq.wire.kafka.messages.sync_group_request import SyncGroupRequest
from weirmq.wire.kafka.messages.sync_group_response import SyncGroupResponse


def make_way(kafka: Kafka, group: ConsumerGroup, request: JoinGroupRequest, now_ms: int) -> None:
    """Where a static member comes back that was the last one of the new protocol, the group is a classic one before."""
    before = group.static(request.group_instance_id)
    if before is None or before.classic is not None or request.member_id:
        return
    if all(each.classic is not None for each in group.members.values() if each is not before):
        remove(kafka, group, before, now_ms)


# Joining


def join(kafka: Kafka, ask: Ask, group: ConsumerGroup, request: JoinGroupRequest) -> JoinGroupResponse:
    """Become a member, or say what one has; nobody waits for anybody."""
    protocols = [(each.name, each.metadata) for each in request.protocols]
    if request.protocol_type != CONSUMER or not _is_common(group, request.member_id, {name for name, _ in protocols}):
        return JoinGroupResponse(error_code=Code.INCONSISTENT_GROUP_PROTOCOL, member_id=request.member_id)
    try:
        wanted = consumer_protocol.subscription(protocols[0][1])
    except Malformed:
        return JoinGroupResponse(error_code=Code.INCONSISTENT_GROUP_PROTOCOL, member_id=request.member_id)
    if code := _identity_fault(group, request):
        return JoinGroupResponse(error_code=code, member_id=request.member_id)
    member_id = request.member_id or kafka.groups.new_id(ask.head.client_id or "")
    if not request.member_id and request.group_instance_id is None and ask.version >= ID_FIRST:
        return JoinGroupResponse(error_code=Code.MEMBER_ID_REQUIRED, member_id=member_id)
    before = group.members.get(member_id)
    rebalance_ms = request.rebalance_timeout_ms if request.rebalance_timeout_ms >= 0 else request.session_timeout_ms
    member = Member(
        member_id,
        request.group_instance_id,
        wanted.rack_id,
        ask.head.client_id or "",
        ask.connection.peer,
        rebalance_ms,
        wanted.topics,
        None,
        classic=Classic(request.session_timeout_ms, protocols, ask.now_ms + rebalance_ms),
    )
    has = owned(kafka.cluster(ask), wanted)
    if before is None:
        if (static := group.static(request.group_instance_id)) is not None:
            take_over(kafka, group, static, member)
    else:
        member.epoch, member.epoch_before = before.epoch, before.epoch_before
        member.assigned, member.revoking = before.assigned & has, before.revoking & has  # the rest it has given up
        member.revoke_by_ms = before.revoke_by_ms
    group.add(member)
    aim(kafka, ask, group, is_new=before is None or before.wanted != member.wanted)
    group.advance(member, has, ask.now_ms)
    heard(kafka, group, member, ask.now_ms)
    return JoinGroupResponse(0, 0, member.epoch, CONSUMER, protocols[0][0], "", False, member.id, [])


def _is_common(group: ConsumerGroup, member_id: str, names: set[str]) -> bool:
    """Whether a member has one of its protocols in common with all other classic members."""
    for each in group.members.values():
        if each.classic is not None and each.id != member_id:
            names = names.intersection(name for name, _ in each.classic.protocols)
    return bool(names)


def _identity_fault(group: ConsumerGroup, request: JoinGroupRequest) -> Code:
    if not request.member_id:
        return Code.NONE
    member = group.members.get(request.member_id)
    if member is not None and member.classic is None:
        return Code.UNKNOWN_MEMBER_ID
    if request.group_instance_id is None:
        return Code.NONE
    static = group.static(request.group_instance_id)
    if static is None:
        return Code.UNKNOWN_MEMBER_ID
    return Code.NONE if static.id == request.member_id else Code.FENCED_INSTANCE_ID


# Staying


def _find(group: ConsumerGroup, member_id: str, instance: str | None) -> Member | Code:
    """A member; or why there is none."""
    if instance is not None:
        static = group.static(instance)
        if static is None:
            return Code.UNKNOWN_MEMBER_ID
        if static.id != member_id:
            return Code.FENCED_INSTANCE_ID
    return group.members.get(member_id, Code.UNKNOWN_MEMBER_ID)


def _find_classic(group: ConsumerGroup, member_id: str, instance: str | None) -> tuple[Member, Classic] | Code:
    """A member of the classic protocol; or why there is none."""
    found = _find(group, member_id, instance)
    if isinstance(found, Code):
        return found
    return Code.UNKNOWN_MEMBER_ID if found.classic is None else (found, found.classic)


def sync(kafka: Kafka, ask: Ask, group: ConsumerGroup, request: SyncGroupRequest) -> SyncGroupResponse:
    """Tell a member what it may have."""
    found = _find_classic(group, request.member_id, request.group_instance_id)
    if isinstance(found, Code):
        return SyncGroupResponse(error_code=found)
    member, classic = found
    protocol = classic.protocols[0][0]
    if request.generation_id != member.epoch:
        return SyncGroupResponse(error_code=Code.ILLEGAL_GENERATION)
    if request.protocol_type not in {None, CONSUMER} or request.protocol_name not in {None, protocol}:
        return SyncGroupResponse(error_code=Code.INCONSISTENT_GROUP_PROTOCOL)
    if member.epoch < group.epoch and not member.revoking:
        _must_join(kafka, ask, group, member, classic)
        return SyncGroupResponse(error_code=Code.REBALANCE_IN_PROGRESS)
    classic.act_by_ms = 0
    heard(kafka, group, member, ask.now_ms)
    return SyncGroupResponse(0, 0, CONSUMER, protocol, assignment(kafka.cluster(ask), member, classic))


def heartbeat(kafka: Kafka, ask: Ask, group: ConsumerGroup, request: HeartbeatRequest) -> HeartbeatResponse:
    """Say that one is there, and hear whether one is to join for what is new."""
    found = _find_classic(group, request.member_id, request.group_instance_id)
    if isinstance(found, Code):
        return HeartbeatResponse(error_code=found)
    member, classic = found
    if request.generation_id != member.epoch:
        return HeartbeatResponse(error_code=Code.ILLEGAL_GENERATION)
    if group.has_news(member):
        _must_join(kafka, ask, group, member, classic)
        return HeartbeatResponse(error_code=Code.REBALANCE_IN_PROGRESS)
    heard(kafka, group, member, ask.now_ms)
    return HeartbeatResponse()


def _must_join(kafka: Kafka, ask: Ask, group: ConsumerGroup, member: Member, classic: Classic) -> None:
    classic.act_by_ms = classic.act_by_ms or ask.now_ms + member.rebalance_ms
    heard(kafka, group, member, ask.now_ms)


def leave(kafka: Kafka, group: ConsumerGroup, who: MemberIdentity, now_ms: int) -> Code:
    """Be a member no more, of either protocol. An operator may name the instance alone (KIP-345)."""
    static = group.static(who.group_instance_id)
    member_id = who.member_id or (static.id if static is not None else "")
    found = _find(group, member_id, who.group_instance_id)
    if isinstance(found, Code):
        return found
    remove(kafka, group, found, now_ms)
    return Code.NONE
