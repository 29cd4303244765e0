"""DescribeShareGroupOffsets, AlterShareGroupOffsets, DeleteShareGroupOffsets: where share groups begin (KIP-932)."""

from typing import Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_types import is_other_group, is_share_group
from weirmq.services.kafka.groups import Key
from weirmq.services.kafka.model import LEADER_EPOCH, Topic
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.share_facts import ShareOffsetsForgotten, ShareOffsetsSet, ShareStart
from weirmq.services.kafka.share_progress import UNDECIDED
from weirmq.services.kafka.topics import find_for, partition_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_share_group_offsets_request import (
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsRequestTopic,
)
from weirmq.wire.kafka.messages.alter_share_group_offsets_response import (
    AlterShareGroupOffsetsResponse,
    AlterShareGroupOffsetsResponsePartition,
    AlterShareGroupOffsetsResponseTopic,
)
from weirmq.wire.kafka.messages.delete_share_group_offsets_request import DeleteShareGroupOffsetsRequest
from weirmq.wire.kafka.messages.delete_share_group_offsets_response import (
    DeleteShareGroupOffsetsResponse,
    DeleteShareGroupOffsetsResponseTopic,
)
from weirmq.wire.kafka.messages.describe_share_group_offsets_request import (
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsRequestGroup,
)
from weirmq.wire.kafka.messages.describe_share_group_offsets_response import (
    DescribeShareGroupOffsetsResponse,
    DescribeShareGroupOffsetsResponseGroup,
    DescribeShareGroupOffsetsResponsePartition,
    DescribeShareGroupOffsetsResponseTopic,
)
from weirmq.wire.kafka.schema import NO_UUID

UNKNOWN: Final = -1  # where a group stands, and how much it has before it
NO_ROOM: Final = "There is no room on the disk."
UNKNOWN_TOPIC: Final = "This server does not host this topic-partition."


# DescribeShareGroupOffsets


def describe_share_group_offsets(
    kafka: Kafka, ask: Ask, request: DescribeShareGroupOffsetsRequest
) -> DescribeShareGroupOffsetsResponse:
    """How far groups are: the first record that isn't done with, and how many aren't."""
    asked = {  # each once where all its topics are asked for: the answer is to grow with what is asked alone
        (each.group_id, number if each.topics is not None else None): each for number, each in enumerate(request.groups)
    }
    return DescribeShareGroupOffsetsResponse(0, [_described(kafka, ask, each) for each in asked.values()])


def _described(
    kafka: Kafka, ask: Ask, asked: DescribeShareGroupOffsetsRequestGroup
) -> DescribeShareGroupOffsetsResponseGroup:
    key, may = (ask.cluster, asked.group_id), kafka.authorizer.may
    if not may(ask, Operation.DESCRIBE, ResourceType.GROUP, asked.group_id):
        denied = Code.GROUP_AUTHORIZATION_FAILED
        return DescribeShareGroupOffsetsResponseGroup(asked.group_id, [], denied, "Group authorization failed.")
    if asked.topics is None:
        wanted: dict[str, list[int]] = {}
        for topic_id, index in sorted(kafka.machine.shares.groups.get(key, {})):
            name = kafka.cluster(ask).by_id[topic_id].name
            if may(ask, Operation.DESCRIBE, ResourceType.TOPIC, name):
                wanted.setdefault(name, []).append(index)
    else:
        wanted = {each.topic_name: each.partitions for each in asked.topics}
    topics = []
    for name, indexes in wanted.items():
        topic = find_for(kafka, ask, Operation.DESCRIBE, name)
        topic_id = topic.id if isinstance(topic, Topic) else NO_UUID
        told = [_told(kafka, key, topic, index) for index in indexes]
        topics.append(DescribeShareGroupOffsetsResponseTopic(name, topic_id, told))
    return DescribeShareGroupOffsetsResponseGroup(asked.group_id, topics)


def _told(kafka: Kafka, key: Key, topic: Topic | Code, index: int) -> DescribeShareGroupOffsetsResponsePartition:
    partition = partition_of(topic, index)
    progress = None
    if not isinstance(partition, Code):
        progress = kafka.machine.shares.of(key, (partition.topic.id, index))
    if partition is Code.TOPIC_AUTHORIZATION_FAILED:
        return DescribeShareGroupOffsetsResponsePartition(
            index, UNKNOWN, LEADER_EPOCH, UNKNOWN, Code.TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed."
        )
    if isinstance(partition, Code) or progress is None or progress.start == UNDECIDED:
        return DescribeShareGroupOffsetsResponsePartition(index, UNKNOWN, LEADER_EPOCH, UNKNOWN)
    start = max(progress.start, kafka.start(partition))
    lag = kafka.log(partition).readable - start - progress.done_from(start)
    return DescribeShareGroupOffsetsResponsePartition(index, start, LEADER_EPOCH, lag)


# AlterShareGroupOffsets


def alter_share_group_offsets(
    kafka: Kafka, ask: Ask, request: AlterShareGroupOffsetsRequest
) -> AlterShareGroupOffsetsResponse:
    """Have a group without members begin elsewhere. A group that isn't there is made."""
    cluster = kafka.cluster(ask)
    key = (cluster.number, request.group_id)
    code, reason = _fault(kafka, key)
    if not may_read(kafka, ask, request.group_id):
        code, reason = Code.GROUP_AUTHORIZATION_FAILED, "Group authorization failed."
    if code:
        return AlterShareGroupOffsetsResponse(0, code, reason)
    starts: list[ShareStart] = []
    responses = [_altered(kafka, ask, each, starts) for each in request.topics]
    if starts:
        if kafka.record(ask.now_ms, ShareOffsetsSet(*key, starts), full=Code.COORDINATOR_NOT_AVAILABLE):
            return AlterShareGroupOffsetsResponse(0, Code.COORDINATOR_NOT_AVAILABLE, NO_ROOM)
        kafka.share_partitions.prune()
    return AlterShareGroupOffsetsResponse(0, 0, None, responses)


def _fault(kafka: Kafka, key: Key) -> tuple[Code, str]:
    """Whether the offsets of a group may not be changed."""
    if not key[1]:
        return Code.INVALID_GROUP_ID, "The group id is invalid."
    if is_other_group(kafka, key):
        return Code.GROUP_ID_NOT_FOUND, f"Group {key[1]} is not a share group."
    group = kafka.share_groups.get(key)
    if group is not None and group.members:
        return Code.NON_EMPTY_GROUP, "The group is not empty."
    return Code.NONE, ""


def _altered(
    kafka: Kafka, ask: Ask, asked: AlterShareGroupOffsetsRequestTopic, starts: list[ShareStart]
) -> AlterShareGroupOffsetsResponseTopic:
    topic = find_for(kafka, ask, Operation.READ, asked.topic_name)
    partitions = []
    for each in asked.partitions:
        partition = partition_of(topic, each.partition_index)
        if isinstance(partition, Code):
            told = AlterShareGroupOffsetsResponsePartition(each.partition_index, partition, UNKNOWN_TOPIC)
        else:
            starts.append(ShareStart(partition.topic.id, partition.index, max(each.start_offset, UNDECIDED)))
            told = AlterShareGroupOffsetsResponsePartition(each.partition_index)
        partitions.append(told)
    topic_id = topic.id if isinstance(topic, Topic) else NO_UUID
    return AlterShareGroupOffsetsResponseTopic(asked.topic_name, topic_id, partitions)


# DeleteShareGroupOffsets


def delete_share_group_offsets(
    kafka: Kafka, ask: Ask, request: DeleteShareGroupOffsetsRequest
) -> DeleteShareGroupOffsetsResponse:
    """Have a group without members know nothing of topics any more."""
    cluster = kafka.cluster(ask)
    key = (cluster.number, request.group_id)
    code, reason = _fault(kafka, key)
    if not kafka.authorizer.may(ask, Operation.DELETE, ResourceType.GROUP, request.group_id):
        code, reason = Code.GROUP_AUTHORIZATION_FAILED, "Group authorization failed."
    if not code and not is_share_group(kafka, key):
        code, reason = Code.GROUP_ID_NOT_FOUND, f"Group {request.group_id} not found."
    if code:
        return DeleteShareGroupOffsetsResponse(0, code, reason)
    known = {topic_id for topic_id, _ in kafka.machine.shares.groups.get(key, {})}
    gone: list[bytes] = []
    responses = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.READ, each.topic_name)
        if isinstance(topic, Code):
            told = DeleteShareGroupOffsetsResponseTopic(each.topic_name, NO_UUID, topic, UNKNOWN_TOPIC)
        elif topic.id not in known:
            reason = "There is no offset information to delete."
            told = DeleteShareGroupOffsetsResponseTopic(
                each.topic_name, NO_UUID, Code.UNKNOWN_TOPIC_OR_PARTITION, reason
            )
        else:
            gone.append(topic.id)
            told = DeleteShareGroupOffsetsResponseTopic(each.topic_name, topic.id)
        responses.append(told)
    if gone:
        if kafka.record(ask.now_ms, ShareOffsetsForgotten(*key, gone), full=Code.COORDINATOR_NOT_AVAILABLE):
            return DeleteShareGroupOffsetsResponse(0, Code.COORDINATOR_NOT_AVAILABLE, NO_ROOM)
        kafka.share_partitions.prune()
    return DeleteShareGroupOffsetsResponse(0, 0, None, responses)
