"""OffsetCommit, OffsetFetch, OffsetDelete: where groups stand. It is durable, and outlives the members."""

from collections.abc import Iterable, Iterator
from typing import Final

from weirmq.services.kafka import facts
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.consumer_groups import CONSUMER
from weirmq.services.kafka.consumer_membership import epoch_fault
from weirmq.services.kafka.facts import Committed
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_types import consumers_of, is_other_group, is_share_group, streams_of
from weirmq.services.kafka.groups import COMPLETING, EMPTY, Key
from weirmq.services.kafka.machine import GroupOffsets
from weirmq.services.kafka.membership import member_fault
from weirmq.services.kafka.model import Cluster, Topic
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, find_for, partition_of
from weirmq.services.kafka.transactional import PartitionKey
from weirmq.wire.kafka import consumer_protocol
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.offset_commit_request import OffsetCommitRequest, OffsetCommitRequestPartition
from weirmq.wire.kafka.messages.offset_commit_response import (
    OffsetCommitResponse,
    OffsetCommitResponsePartition,
    OffsetCommitResponseTopic,
)
from weirmq.wire.kafka.messages.offset_delete_request import OffsetDeleteRequest
from weirmq.wire.kafka.messages.offset_delete_response import (
    OffsetDeleteResponse,
    OffsetDeleteResponsePartition,
    OffsetDeleteResponseTopic,
)
from weirmq.wire.kafka.messages.offset_fetch_request import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)
from weirmq.wire.kafka.messages.offset_fetch_response import (
    OffsetFetchResponse,
    OffsetFetchResponseGroup,
    OffsetFetchResponsePartition,
    OffsetFetchResponsePartitions,
    OffsetFetchResponseTopic,
    OffsetFetchResponseTopics,
)
from weirmq.wire.kafka.messages.txn_offset_commit_request import TxnOffsetCommitRequestPartition
from weirmq.wire.kafka.schema import NO_UUID

METADATA_BYTES: Final = 4_096  # offset.metadata.max.bytes
EPOCHS_FIRST: Final = 9  # the version of OffsetCommit that knows epochs of members (KIP-848)
GROUPS_FIRST: Final = 8  # the version of OffsetFetch that asks for several groups
NOTHING: Final = -1


# OffsetCommit


def offset_commit(kafka: Kafka, ask: Ask, request: OffsetCommitRequest) -> OffsetCommitResponse:
    """Note where a group stands, partition by partition."""
    cluster = kafka.cluster(ask)
    denied = Code.NONE if may_read(kafka, ask, request.group_id) else Code.GROUP_AUTHORIZATION_FAILED
    fault = denied or _commit_fault(kafka, ask, request)
    taken: list[Committed] = []
    topics = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.READ, each.name, each.topic_id)
        partitions = []
        for asked in each.partitions:
            code = denied or (fault if isinstance(topic, Topic) else topic) or partition_fault(topic, asked)
            if not code and isinstance(topic, Topic):
                taken.append(committed(topic, asked))
            partitions.append(OffsetCommitResponsePartition(asked.partition_index, code))
        topics.append(OffsetCommitResponseTopic(each.name, each.topic_id, partitions))
    fact = facts.OffsetsCommitted(cluster.number, request.group_id, taken)
    if taken and (full := kafka.record(ask.now_ms, fact, full=Code.COORDINATOR_NOT_AVAILABLE)):
        for told in [partition for topic_told in topics for partition in topic_told.partitions]:
            told.error_code = told.error_code or full
    return OffsetCommitResponse(0, topics)


def _commit_fault(kafka: Kafka, ask: Ask, request: OffsetCommitRequest) -> Code:
    """Whether this one may commit for the group."""
    if is_share_group(kafka, (ask.cluster, request.group_id)):
        return Code.GROUP_ID_NOT_FOUND
    key = (ask.cluster, request.group_id)
    group = kafka.groups.get(key)
    generation = request.generation_id_or_member_epoch
    if (consumers := consumers_of(kafka, key)) is not None:
        return epoch_fault(consumers, request.member_id, generation)
    if (streams := streams_of(kafka, key)) is not None:
        code = streams.commit_fault(request.member_id, generation, _places(kafka.cluster(ask), request))
        return code if code is Code.UNKNOWN_MEMBER_ID or ask.version >= EPOCHS_FIRST else Code.UNSUPPORTED_VERSION
    if generation < 0 and (group is None or group.state == EMPTY):  # one that assigns its partitions itself
        return Code.NONE
    if group is None:  # one who was a member before a restart joins anew, where it hears what its version knows
        return Code.UNKNOWN_MEMBER_ID if ask.version >= EPOCHS_FIRST else Code.ILLEGAL_GENERATION
    if code := member_fault(group, request.member_id, request.group_instance_id, generation):
        return code
    if group.state == COMPLETING:
        return Code.REBALANCE_IN_PROGRESS
    member = group.members[request.member_id]
    kafka.groups.expect(group, member.id, ask.now_ms + member.session_ms)
    return Code.NONE


def _places(cluster: Cluster, request: OffsetCommitRequest) -> Iterator[tuple[str, int]]:
    """The partitions of a commit, by the names of their topics; those that aren't there are refused otherwise."""
    for each in request.topics:
        topic = find(cluster, each.name, each.topic_id)
        if isinstance(topic, Topic):
            yield from ((topic.name, asked.partition_index) for asked in each.partitions)


def partition_fault(topic: Topic | Code, asked: OffsetCommitRequestPartition | TxnOffsetCommitRequestPartition) -> Code:
    """Whether an offset of a partition may be committed."""
    partition = partition_of(topic, asked.partition_index)
    if isinstance(partition, Code):
        return partition
    if len((asked.committed_metadata or "").encode()) > METADATA_BYTES:
        return Code.OFFSET_METADATA_TOO_LARGE
    return Code.NONE


def committed(topic: Topic, asked: OffsetCommitRequestPartition | TxnOffsetCommitRequestPartition) -> Committed:
    """What is noted of it."""
    return Committed(
        topic.id,
        asked.partition_index,
        asked.committed_offset,
        asked.committed_leader_epoch,
        asked.committed_metadata or "",
    )


# OffsetFetch


def offset_fetch(kafka: Kafka, ask: Ask, request: OffsetFetchRequest) -> OffsetFetchResponse:
    """Where groups stand; -1 where they have committed nothing."""
    if ask.version >= GROUPS_FIRST:
        groups = []
        for each, code in _asked(kafka, ask, request.groups):
            topics = [] if code else _topics(kafka, ask, each.group_id, each.topics, request.require_stable)
            groups.append(OffsetFetchResponseGroup(each.group_id, topics, code))
        return OffsetFetchResponse(groups=groups)
    if code := _fetch_fault(kafka, ask, request.group_id, None, NOTHING):
        return _refused(request, code)
    wanted = None
    if request.topics is not None:
        wanted = [OffsetFetchRequestTopics(each.name, NO_UUID, each.partition_indexes) for each in request.topics]
    told = [
        OffsetFetchResponseTopic(
            topic.name,
            [
                OffsetFetchResponsePartition(
                    each.partition_index,
                    each.committed_offset,
                    each.committed_leader_epoch,
                    each.metadata,
                    each.error_code,
                )
                for each in topic.partitions
            ],
        )
        for topic in _topics(kafka, ask, request.group_id, wanted, request.require_stable)
    ]
    return OffsetFetchResponse(topics=told)


def _asked(
    kafka: Kafka, ask: Ask, groups: Iterable[OffsetFetchRequestGroup]
) -> Iterable[tuple[OffsetFetchRequestGroup, Code]]:
    """Those that are asked for, and what is wrong with that. Each once where all its topics are, by whichever members:
    the answer is to grow with what is asked alone.
    """
    found = {}
    for number, each in enumerate(groups):
        code = _fetch_fault(kafka, ask, each.group_id, each.member_id, each.member_epoch)
        found[each.group_id, code, number if each.topics is not None else None] = each, code
    return found.values()


def _refused(request: OffsetFetchRequest, code: Code) -> OffsetFetchResponse:
    """Version 1 knows errors of partitions alone."""
    topics = [
        OffsetFetchResponseTopic(
            each.name,
            [OffsetFetchResponsePartition(index, NOTHING, error_code=code) for index in each.partition_indexes],
        )
        for each in request.topics or ()
    ]
    return OffsetFetchResponse(topics=topics, error_code=code)


def _fetch_fault(kafka: Kafka, ask: Ask, group: str, member_id: str | None, epoch: int) -> Code:
    """Whether this one may ask; or, where a member names itself, is none or at another epoch."""
    key = (ask.cluster, group)
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.GROUP, group):
        return Code.GROUP_AUTHORIZATION_FAILED
    if not member_id or epoch < 0:
        return Code.NONE
    if (consumers := consumers_of(kafka, key)) is not None:
        return epoch_fault(consumers, member_id, epoch)
    if (streams := streams_of(kafka, key)) is not None:
        return streams.fetch_fault(member_id, epoch)
    # franz-go names its generation here; Kafka doesn't look at it where the group is a classic one.
    return Code.NONE if kafka.groups.get(key) is not None else Code.UNKNOWN_MEMBER_ID


def _topics(
    kafka: Kafka, ask: Ask, group: str, wanted: Iterable[OffsetFetchRequestTopics] | None, is_stable: bool
) -> list[OffsetFetchResponseTopics]:
    known = kafka.machine.offsets.get((ask.cluster, group), {})
    unstable = kafka.machine.coordinator.unstable(ask.cluster, group) if is_stable else set()
    if wanted is None:
        may, described = kafka.authorizer.may, _all(kafka.cluster(ask), known, unstable)
        return [each for each in described if may(ask, Operation.DESCRIBE, ResourceType.TOPIC, each.name)]
    topics = []
    for each in wanted:
        topic = find_for(kafka, ask, Operation.DESCRIBE, each.name, each.topic_id)
        if isinstance(topic, Code):
            code = Code.NONE if topic is Code.UNKNOWN_TOPIC_OR_PARTITION else topic  # by name: nothing committed
            partitions = [
                OffsetFetchResponsePartitions(index, NOTHING, error_code=code) for index in each.partition_indexes
            ]
        else:
            partitions = [_told(known, unstable, topic, index) for index in each.partition_indexes]
        topics.append(OffsetFetchResponseTopics(each.name, each.topic_id, partitions))
    return topics


def _all(cluster: Cluster, known: GroupOffsets, unstable: set[PartitionKey]) -> list[OffsetFetchResponseTopics]:
    found: dict[bytes, list[int]] = {}
    for topic_id, index in known.keys() | unstable:
        found.setdefault(topic_id, []).append(index)
    return [
        OffsetFetchResponseTopics(
            topic.name, topic.id, [_told(known, unstable, topic, index) for index in sorted(indexes)]
        )
        for topic_id, indexes in found.items()
        if (topic := cluster.by_id.get(topic_id)) is not None
    ]


def _told(known: GroupOffsets, unstable: set[PartitionKey], topic: Topic, index: int) -> OffsetFetchResponsePartitions:
    if (topic.id, index) in unstable:
        return OffsetFetchResponsePartitions(index, NOTHING, error_code=Code.UNSTABLE_OFFSET_COMMIT)
    found = known.get((topic.id, index))
    if found is None:
        return OffsetFetchResponsePartitions(index, NOTHING)
    return OffsetFetchResponsePartitions(index, found.offset, found.leader_epoch, found.metadata)


# OffsetDelete


def offset_delete(kafka: Kafka, ask: Ask, request: OffsetDeleteRequest) -> OffsetDeleteResponse:
    """Forget where a group stands in some partitions, of topics that no member of it reads."""
    if not kafka.authorizer.may(ask, Operation.DELETE, ResourceType.GROUP, request.group_id):
        return OffsetDeleteResponse(Code.GROUP_AUTHORIZATION_FAILED)
    if not request.group_id:
        return OffsetDeleteResponse(Code.INVALID_GROUP_ID)
    cluster = kafka.cluster(ask)
    key = (cluster.number, request.group_id)
    classic = kafka.groups.get(key)
    if not is_other_group(kafka, key):
        return OffsetDeleteResponse(Code.GROUP_ID_NOT_FOUND)
    if classic is not None and classic.members and classic.protocol_type != CONSUMER:
        return OffsetDeleteResponse(Code.NON_EMPTY_GROUP)
    subscribed = _subscribed(kafka, key)
    gone: list[tuple[bytes, int]] = []
    topics = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.READ, each.name)
        partitions = []
        for asked in each.partitions:
            partition = partition_of(topic, asked.partition_index)
            code = Code.GROUP_SUBSCRIBED_TO_TOPIC if each.name in subscribed else Code.NONE
            fault = partition if isinstance(partition, Code) else code
            if not fault and isinstance(topic, Topic):
                gone.append((topic.id, asked.partition_index))
            partitions.append(OffsetDeleteResponsePartition(asked.partition_index, fault))
        topics.append(OffsetDeleteResponseTopic(each.name, partitions))
    fact = facts.OffsetsForgotten(cluster.number, request.group_id, gone)
    if gone and (full := kafka.record(ask.now_ms, fact, full=Code.COORDINATOR_NOT_AVAILABLE)):
        return OffsetDeleteResponse(full)
    return OffsetDeleteResponse(0, 0, topics)


def _subscribed(kafka: Kafka, key: Key) -> set[str]:
    """The topics that a group's members read; all of the cluster where a member says nothing that can be read."""
    classic, consumers, streams = kafka.groups.get(key), kafka.consumer_groups.get(key), streams_of(kafka, key)
    found = set(consumers.wanted) if consumers is not None else set()
    if streams is not None:
        found.update(streams.topology.readers)
    try:
        for member in classic.members.values() if classic is not None else ():
            metadata = member.protocols[0][1]
            found.update(consumer_protocol.subscription(metadata).topics)
    except Malformed:
        return set(kafka.machine.clusters[key[0]].topics)
    return found
