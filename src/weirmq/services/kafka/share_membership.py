"""ShareGroupHeartbeat and ShareGroupDescribe. See share_groups.py for the rules."""

from typing import Final

from weirmq.services.kafka.acls import ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.assignors import Partition, by_topic
from weirmq.services.kafka.group_access import Refused, access_fault, description_fault
from weirmq.services.kafka.group_configs import HEARTBEAT_MS, SESSION_MS
from weirmq.services.kafka.group_types import is_other_group
from weirmq.services.kafka.model import Cluster
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.share_facts import ShareOffsetsSet, ShareStart
from weirmq.services.kafka.share_groups import MEMBERS_MAX, NOTHING, Member, ShareGroup
from weirmq.services.kafka.share_progress import UNDECIDED
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages import share_group_describe_response as described
from weirmq.wire.kafka.messages.share_group_describe_request import ShareGroupDescribeRequest
from weirmq.wire.kafka.messages.share_group_heartbeat_request import ShareGroupHeartbeatRequest
from weirmq.wire.kafka.messages.share_group_heartbeat_response import (
    Assignment,
    ShareGroupHeartbeatResponse,
    TopicPartitions,
)

JOIN, LEAVE = 0, -1  # epochs that say something else
ASSIGNOR: Final = "simple"


def share_group_heartbeat(kafka: Kafka, ask: Ask, request: ShareGroupHeartbeatRequest) -> ShareGroupHeartbeatResponse:
    """Join, stay or leave; hear what to fetch from."""
    try:
        _check(kafka, ask, request)
        if request.member_epoch == LEAVE:
            group, member = _find(kafka, ask, request)
            remove(kafka, group, member)
            return ShareGroupHeartbeatResponse(0, 0, None, request.member_id, LEAVE)
        return _beat(kafka, ask, request)
    except Refused as refused:
        return ShareGroupHeartbeatResponse(0, refused.code, refused.reason)


def _check(kafka: Kafka, ask: Ask, request: ShareGroupHeartbeatRequest) -> None:
    key = (ask.cluster, request.group_id)
    code, reason = access_fault(kafka, ask, request.group_id, request.subscribed_topic_names)
    if code:
        raise Refused(code, reason)
    if not request.group_id:
        raise Refused(Code.INVALID_REQUEST, "GroupId can't be empty.")
    if not request.member_id:
        raise Refused(Code.INVALID_REQUEST, "MemberId can't be empty.")
    if request.rack_id == "":
        raise Refused(Code.INVALID_REQUEST, "RackId can't be empty.")
    if request.member_epoch < LEAVE:
        raise Refused(Code.INVALID_REQUEST, "MemberEpoch is invalid.")
    if request.member_epoch == JOIN and not request.subscribed_topic_names:
        raise Refused(Code.INVALID_REQUEST, "SubscribedTopicNames must be set in first request.")
    if is_other_group(kafka, key):
        raise Refused(Code.GROUP_ID_NOT_FOUND, f"Group {key[1]} is not a share group.")


def _find(kafka: Kafka, ask: Ask, request: ShareGroupHeartbeatRequest) -> tuple[ShareGroup, Member]:
    group = kafka.share_groups.get((ask.cluster, request.group_id))
    member = group.members.get(request.member_id) if group is not None else None
    if group is None or member is None:
        raise Refused(Code.UNKNOWN_MEMBER_ID, f"Member {request.member_id} is not a member of {request.group_id}.")
    return group, member


# Joining and staying


def _beat(kafka: Kafka, ask: Ask, request: ShareGroupHeartbeatRequest) -> ShareGroupHeartbeatResponse:
    is_new = request.member_epoch == JOIN
    if is_new:
        group, member = _join(kafka, ask, request)
    else:
        group, member = _find(kafka, ask, request)
        _check_epoch(member, request.member_epoch)
        if request.subscribed_topic_names is not None:
            is_new = set(request.subscribed_topic_names) != set(member.topics)
            member.topics = list(request.subscribed_topic_names)
    ids, sizes = _topics(kafka.cluster(ask), group)
    if is_new or sizes != group.sizes:
        _begin(kafka, group, sizes, ask.now_ms)
        group.retarget(sizes, ids)
    if member.epoch != group.epoch:
        member.epoch_before, member.epoch = member.epoch, group.epoch
    kafka.share_groups.expect(group, member, ask.now_ms + kafka.group_number(group.key, SESSION_MS))
    assignment, target = None, group.target[member.id]
    if target != member.told or request.subscribed_topic_names is not None:
        member.told = target
        assignment = Assignment([TopicPartitions(topic, indexes) for topic, indexes in by_topic(target)])
    heartbeat_ms = kafka.group_number(group.key, HEARTBEAT_MS)
    return ShareGroupHeartbeatResponse(0, 0, None, member.id, member.epoch, heartbeat_ms, assignment)


def _join(kafka: Kafka, ask: Ask, request: ShareGroupHeartbeatRequest) -> tuple[ShareGroup, Member]:
    group = kafka.share_groups.make((ask.cluster, request.group_id))
    if request.member_id not in group.members and len(group.members) >= MEMBERS_MAX:
        reason = f"The share group has reached its maximum capacity of {MEMBERS_MAX} members."
        raise Refused(Code.GROUP_MAX_SIZE_REACHED, reason)
    topics = list(request.subscribed_topic_names or ())
    member = Member(request.member_id, request.rack_id, ask.head.client_id or "", ask.connection.peer, topics)
    group.members[member.id] = member
    return group, member


def _check_epoch(member: Member, epoch: int) -> None:
    if epoch not in {member.epoch, member.epoch_before}:
        reason = f"The share group member is at epoch {member.epoch}, not {epoch}: it must join again."
        raise Refused(Code.FENCED_MEMBER_EPOCH, reason)


def _topics(cluster: Cluster, group: ShareGroup) -> tuple[dict[str, bytes], dict[bytes, int]]:
    """The ids, and the numbers of partitions, of the topics that members want and that are there."""
    topics = [cluster.topics[name] for name in group.wanted if name in cluster.topics]
    return {each.name: each.id for each in topics}, {each.id: len(each.partitions) for each in topics}


def _begin(kafka: Kafka, group: ShareGroup, sizes: dict[bytes, int], now_ms: int) -> None:
    """Note that the group gets to do with partitions that it has had nothing to do with."""
    known = kafka.machine.shares.groups.get(group.key, {})
    starts = [
        ShareStart(topic_id, index, UNDECIDED)
        for topic_id, size in sizes.items()
        for index in range(size)
        if (topic_id, index) not in known
    ]
    fact = ShareOffsetsSet(*group.key, starts)
    if starts and kafka.record(now_ms, fact, full=Code.COORDINATOR_NOT_AVAILABLE):
        raise Refused(Code.COORDINATOR_NOT_AVAILABLE, "There is no room on the disk.")


# Leaving


def remove(kafka: Kafka, group: ShareGroup, member: Member) -> None:
    """A member is gone: the others share the partitions anew."""
    kafka.share_groups.relax(group, member)
    del group.members[member.id]
    ids, sizes = _topics(kafka.machine.clusters[group.key[0]], group)
    group.retarget(sizes, ids)


def expire(kafka: Kafka, now_ms: int) -> None:
    """Let go of members that were silent for too long."""
    for group, member in kafka.share_groups.expired(now_ms):
        remove(kafka, group, member)


# ShareGroupDescribe


def share_group_describe(
    kafka: Kafka, ask: Ask, request: ShareGroupDescribeRequest
) -> described.ShareGroupDescribeResponse:
    """What share groups are doing, and their members."""
    groups = [_described(kafka, ask, name) for name in dict.fromkeys(request.group_ids)]  # each once
    if request.include_authorized_operations:
        for each in [group for group in groups if not group.error_code]:
            each.authorized_operations = kafka.authorizer.operations(ask, ResourceType.GROUP, each.group_id)
    return described.ShareGroupDescribeResponse(0, groups)


def _described(kafka: Kafka, ask: Ask, name: str) -> described.DescribedGroup:
    cluster, key = kafka.cluster(ask), (ask.cluster, name)
    group = kafka.share_groups.get(key)
    if group is None and key in kafka.machine.shares.groups:
        group = ShareGroup(key)
    wanted = {topic for member in group.members.values() for topic in member.topics} if group is not None else ()
    code, reason = description_fault(kafka, ask, name, wanted)
    if code:
        return described.DescribedGroup(code, reason, name)
    if group is None:
        reason = f"Group {name} is not a share group." if is_other_group(kafka, key) else f"Group {name} not found."
        return described.DescribedGroup(Code.GROUP_ID_NOT_FOUND, reason, name)
    members = [_shown(cluster, group, each) for each in group.members.values()]
    return described.DescribedGroup(0, None, name, group.state, group.epoch, group.epoch, ASSIGNOR, members)


def _shown(cluster: Cluster, group: ShareGroup, member: Member) -> described.Member:
    return described.Member(
        member.id,
        member.rack,
        member.epoch,
        member.client_id,
        f"/{member.host}",
        sorted(member.topics),
        _assignment(cluster, group.target.get(member.id, NOTHING)),
    )


def _assignment(cluster: Cluster, partitions: frozenset[Partition]) -> described.Assignment:
    return described.Assignment(
        [
            described.TopicPartitions(topic_id, cluster.by_id[topic_id].name, indexes)
            for topic_id, indexes in by_topic(partitions)
            if topic_id in cluster.by_id
        ]
    )
