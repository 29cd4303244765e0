"""ConsumerGroupHeartbeat and ConsumerGroupDescribe: the new protocol. See consumer_groups.py for the rules."""

from collections.abc import Iterable

from weirmq.kernel.ids import uuid4
from weirmq.services.kafka import migration, topic_patterns
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.assignors import ASSIGNORS, Partition, by_topic
from weirmq.services.kafka.consumer_groups import NOTHING, ConsumerGroup, Member
from weirmq.services.kafka.group_access import Refused, access_fault, description_fault
from weirmq.services.kafka.group_configs import CONSUMER_HEARTBEAT_MS, CONSUMER_SESSION_MS
from weirmq.services.kafka.group_types import is_other_group, is_share_group
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import consumer_group_describe_response as described
from weirmq.wire.kafka.messages.consumer_group_describe_request import ConsumerGroupDescribeRequest
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import ConsumerGroupHeartbeatRequest
from weirmq.wire.kafka.messages.consumer_group_heartbeat_request import TopicPartitions as Owned
from weirmq.wire.kafka.messages.consumer_group_heartbeat_response import (
    Assignment,
    ConsumerGroupHeartbeatResponse,
    TopicPartitions,
)

JOIN, LEAVE, AWAY = 0, -1, -2  # epochs that say something else; the last one is of static members that come back
CLASSIC, CONSUMER = 0, 1  # DescribedGroup.Member.MemberType


def consumer_group_heartbeat(
    kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest
) -> ConsumerGroupHeartbeatResponse:
    """Join, stay or leave; hear what one is to have."""
    try:
        _check(kafka, ask, request)
        if request.member_epoch in {LEAVE, AWAY}:
            return _leave(kafka, ask, request)
        return _beat(kafka, ask, request)
    except Refused as refused:
        return ConsumerGroupHeartbeatResponse(0, refused.code, refused.reason)


def _check(kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest) -> None:
    key = (ask.cluster, request.group_id)
    code, reason = access_fault(kafka, ask, request.group_id, request.subscribed_topic_names)
    if code:
        raise Refused(code, reason)
    if not request.group_id:
        raise Refused(Code.INVALID_REQUEST, "GroupId can't be empty.")
    if request.member_epoch < AWAY:
        raise Refused(Code.INVALID_REQUEST, f"MemberEpoch is {request.member_epoch}, and must be at least -2.")
    if request.member_epoch == AWAY and request.instance_id is None:
        raise Refused(Code.INVALID_REQUEST, "InstanceId can't be null where a static member leaves for a while.")
    if request.subscribed_topic_regex and (found := topic_patterns.fault(request.subscribed_topic_regex)):
        reason = f"SubscribedTopicRegex `{request.subscribed_topic_regex}` is not a valid regular expression: {found}."
        raise Refused(Code.INVALID_REGULAR_EXPRESSION, reason)
    if request.server_assignor is not None and request.server_assignor not in ASSIGNORS:
        names = ", ".join(ASSIGNORS)
        raise Refused(Code.UNSUPPORTED_ASSIGNOR, f"There is no assignor {request.server_assignor}, but: {names}.")
    if is_share_group(kafka, key) or kafka.streams_groups.get(key) is not None:
        raise Refused(Code.GROUP_ID_NOT_FOUND, f"Group {key[1]} is not a consumer group.")
    if request.member_epoch == JOIN:
        _check_join(request)
    elif not request.member_id:
        raise Refused(Code.INVALID_REQUEST, "MemberId can't be empty.")


def _check_join(request: ConsumerGroupHeartbeatRequest) -> None:
    if request.rebalance_timeout_ms == -1:
        raise Refused(Code.INVALID_REQUEST, "RebalanceTimeoutMs must be given by a member that joins.")
    if request.subscribed_topic_names is None and request.subscribed_topic_regex is None:
        reason = "Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining."
        raise Refused(Code.INVALID_REQUEST, reason)
    if request.topic_partitions:
        raise Refused(Code.INVALID_REQUEST, "TopicPartitions must be empty where a member joins.")


def _find(kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest) -> tuple[ConsumerGroup, Member]:
    group = kafka.consumer_groups.get((ask.cluster, request.group_id))
    member = group.members.get(request.member_id) if group is not None else None
    if group is None or member is None:
        raise Refused(Code.UNKNOWN_MEMBER_ID, f"Member {request.member_id} is not a member of {request.group_id}.")
    if request.instance_id is not None and group.instances.get(request.instance_id) != member.id:
        raise Refused(Code.FENCED_INSTANCE_ID, f"Another member has the instance id {request.instance_id} now.")
    return group, member


# Joining and staying


def _beat(kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest) -> ConsumerGroupHeartbeatResponse:
    owned = None if request.topic_partitions is None else _set_of(request.topic_partitions)
    if request.member_epoch == JOIN:
        group, member = _join(kafka, ask, request)
        owned, is_new = NOTHING, True
    else:
        group, member = _find(kafka, ask, request)
        _check_epoch(member, request.member_epoch, owned)
        is_new = _subscribe(member, request)
        member.classic = None
    aim(kafka, ask, group, is_new=_match(kafka, ask, member) or is_new)
    group.advance(member, owned, ask.now_ms)
    heard(kafka, group, member, ask.now_ms)
    assignment = None
    if member.assigned != member.told or request.topic_partitions is not None:
        member.told = member.assigned
        assignment = Assignment([TopicPartitions(topic, indexes) for topic, indexes in by_topic(member.assigned)])
    heartbeat_ms = kafka.group_number(group.key, CONSUMER_HEARTBEAT_MS)
    return ConsumerGroupHeartbeatResponse(0, 0, None, member.id, member.epoch, heartbeat_ms, assignment)


def aim(kafka: Kafka, ask: Ask, group: ConsumerGroup, *, is_new: bool) -> None:
    """Make the group's target anew where its members want something new, or there are other topics."""
    ids, sizes = _topics(kafka.cluster(ask), group)
    if is_new or sizes != group.sizes:
        group.retarget(sizes, ids)


def heard(kafka: Kafka, group: ConsumerGroup, member: Member, now_ms: int) -> None:
    """A member was heard of: it is gone if it isn't again for its session timeout, or the group's."""
    of_group = kafka.group_number(group.key, CONSUMER_SESSION_MS)
    session_ms = of_group if member.classic is None else member.classic.session_ms
    kafka.consumer_groups.expect(group, member, now_ms + session_ms)


def _topics(cluster: Cluster, group: ConsumerGroup) -> tuple[dict[str, bytes], dict[bytes, int]]:
    """The ids, and the numbers of partitions, of the topics that members want and that are there."""
    topics = [cluster.topics[name] for name in group.wanted if name in cluster.topics]
    return {each.name: each.id for each in topics}, {each.id: len(each.partitions) for each in topics}


def _set_of(partitions: Iterable[Owned]) -> frozenset[Partition]:
    return frozenset((each.topic_id, index) for each in partitions for index in each.partitions)


def _check_epoch(member: Member, epoch: int, owned: frozenset[Partition] | None) -> None:
    if epoch == member.epoch:
        return
    has_missed_one = epoch == member.epoch_before and owned is not None and owned <= member.holds
    if not has_missed_one:
        raise Refused(
            Code.FENCED_MEMBER_EPOCH, f"The member is at epoch {member.epoch}, not {epoch}: it must join again."
        )


def _join(kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest) -> tuple[ConsumerGroup, Member]:
    group = migration.to_consumer_group(kafka, (ask.cluster, request.group_id), ask.now_ms)
    member_id = request.member_id or uuid4(kafka.entropy)
    known = group.members.get(member_id)
    instance = request.instance_id
    member = Member(
        member_id,
        instance,
        request.rack_id,
        ask.head.client_id or "",
        ask.connection.peer,
        request.rebalance_timeout_ms,
        list(request.subscribed_topic_names or ()),
        request.server_assignor,
    )
    _subscribe_by(member, request.subscribed_topic_regex or "")
    before = group.static(instance)
    if before is not None:
        if before.id != member_id and before.epoch != AWAY and before.classic is None:
            raise Refused(Code.UNRELEASED_INSTANCE_ID, f"Instance id {instance} is still used by member {before.id}.")
        take_over(kafka, group, before, member)
    elif known is not None:
        kafka.consumer_groups.relax(group, known)  # it joins again: it has given up all that it had
    group.add(member)
    return group, member


def take_over(kafka: Kafka, group: ConsumerGroup, before: Member, member: Member) -> None:
    """A static member is back: what was to be its predecessor's is to be its own."""
    target = group.target.get(before.id, NOTHING)
    kafka.consumer_groups.relax(group, before)
    group.remove(before)
    group.target[member.id] = target


def _subscribe(member: Member, request: ConsumerGroupHeartbeatRequest) -> bool:
    """Note what a member wants now; whether that is something else than before."""
    before = (member.topics, member.assignor, member.regex)
    if request.subscribed_topic_names is not None:
        member.topics = list(request.subscribed_topic_names)
    if request.subscribed_topic_regex is not None:
        _subscribe_by(member, request.subscribed_topic_regex)
    if request.server_assignor is not None:
        member.assignor = request.server_assignor
    if request.rebalance_timeout_ms != -1:
        member.rebalance_ms = request.rebalance_timeout_ms
    return (sorted(member.topics), member.assignor, member.regex) != (sorted(before[0]), *before[1:])


def _subscribe_by(member: Member, regex: str) -> None:
    if regex != member.regex:
        member.regex, member.matched, member.matched_at = regex, frozenset(), -1


def _match(kafka: Kafka, ask: Ask, member: Member) -> bool:
    """Find the topics that a member's regular expression names, of those that it may see; whether they are others."""
    cluster = kafka.cluster(ask)
    if not member.regex or member.matched_at == cluster.changes:
        return False
    names = kafka.topic_patterns.names(cluster, member.regex)
    may, before = kafka.authorizer.may, member.matched
    member.matched = frozenset(name for name in names if may(ask, Operation.DESCRIBE, ResourceType.TOPIC, name))
    member.matched_at = cluster.changes
    return member.matched != before


# Leaving


def _leave(kafka: Kafka, ask: Ask, request: ConsumerGroupHeartbeatRequest) -> ConsumerGroupHeartbeatResponse:
    group, member = _find(kafka, ask, request)
    if request.member_epoch == AWAY:
        member.epoch, member.assigned, member.revoking = AWAY, NOTHING, NOTHING  # what it is to have stays its own
    else:
        remove(kafka, group, member, ask.now_ms)
    return ConsumerGroupHeartbeatResponse(0, 0, None, request.member_id, request.member_epoch)


def remove(kafka: Kafka, group: ConsumerGroup, member: Member, now_ms: int) -> None:
    """A member is gone: the others share anew, or go back to the classic protocol if it was the last of the new one."""
    kafka.consumer_groups.relax(group, member)
    group.remove(member)
    if not group.members:
        group.epoch, group.target, group.sizes = group.epoch + 1, {}, {}
        group.empty_ms = now_ms
        return
    if migration.goes_down(group):
        migration.go_down(kafka, group, now_ms)
        return
    ids, sizes = _topics(kafka.machine.clusters[group.key[0]], group)
    group.retarget(sizes, ids)


def expire(kafka: Kafka, now_ms: int) -> None:
    """Let go of members that were silent, or that keep what they were to give up, for too long."""
    for group, member in kafka.consumer_groups.expired(now_ms):
        remove(kafka, group, member, now_ms)


def epoch_fault(group: ConsumerGroup, member_id: str, epoch: int) -> Code:
    """Whether a member may commit or ask for offsets with this epoch."""
    member = group.members.get(member_id)
    if member is None:
        return Code.UNKNOWN_MEMBER_ID
    if epoch == member.epoch:
        return Code.NONE
    return Code.STALE_MEMBER_EPOCH if member.classic is None else Code.ILLEGAL_GENERATION


# ConsumerGroupDescribe


def consumer_group_describe(
    kafka: Kafka, ask: Ask, request: ConsumerGroupDescribeRequest
) -> described.ConsumerGroupDescribeResponse:
    """What groups of the new protocol are doing, and their members."""
    groups = [_described(kafka, ask, name) for name in dict.fromkeys(request.group_ids)]  # each once
    if request.include_authorized_operations:
        for each in [group for group in groups if not group.error_code]:
            each.authorized_operations = kafka.authorizer.operations(ask, ResourceType.GROUP, each.group_id)
    return described.ConsumerGroupDescribeResponse(0, groups)


def _described(kafka: Kafka, ask: Ask, name: str) -> described.DescribedGroup:
    key = (ask.cluster, name)
    group = kafka.consumer_groups.get(key)
    wanted = group.wanted if group is not None else ()
    code, reason = description_fault(kafka, ask, name, wanted)
    if code:
        return described.DescribedGroup(code, reason, name)
    if group is None:
        is_there = is_share_group(kafka, key) or is_other_group(kafka, key)
        reason = f"Group {name} is not a consumer group." if is_there else f"Group {name} not found."
        return described.DescribedGroup(Code.GROUP_ID_NOT_FOUND, reason, name, "Dead")
    members = [_shown(kafka.cluster(ask), group, each) for each in group.members.values()]
    return described.DescribedGroup(0, None, name, group.state, group.epoch, group.epoch, group.assignor, members)


def _shown(cluster: Cluster, group: ConsumerGroup, member: Member) -> described.Member:
    return described.Member(
        member.id,
        member.instance,
        member.rack,
        member.epoch,
        member.client_id,
        f"/{member.host}",
        sorted(member.topics),
        member.regex or None,
        _assignment(cluster, member.assigned),
        _assignment(cluster, group.target.get(member.id, NOTHING)),
        CONSUMER if member.classic is None else CLASSIC,
    )


def _assignment(cluster: Cluster, partitions: frozenset[Partition]) -> described.Assignment:
    return described.Assignment(
        [
            described.TopicPartitions(topic_id, cluster.by_id[topic_id].name, indexes)
            for topic_id, indexes in by_topic(partitions)
            if topic_id in cluster.by_id
        ]
    )
