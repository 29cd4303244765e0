"""OffsetFetchResponse, an answer (API key 9), versions 1-10, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class OffsetFetchResponsePartition(Struct, gc=False):
    partition_index: int = 0
    committed_offset: int = 0
    committed_leader_epoch: int = -1
    metadata: str | None = ""
    error_code: int = 0


class OffsetFetchResponseTopic(Struct, gc=False):
    name: str = ""
    partitions: list[OffsetFetchResponsePartition] = field(default_factory=list)


class OffsetFetchResponsePartitions(Struct, gc=False):
    partition_index: int = 0
    committed_offset: int = 0
    committed_leader_epoch: int = -1
    metadata: str | None = ""
    error_code: int = 0


class OffsetFetchResponseTopics(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[OffsetFetchResponsePartitions] = field(default_factory=list)


class OffsetFetchResponseGroup(Struct, gc=False):
    group_id: str = ""
    topics: list[OffsetFetchResponseTopics] = field(default_factory=list)
    error_code: int = 0


class OffsetFetchResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[OffsetFetchResponseTopic] = field(default_factory=list)
    error_code: int = 0
    groups: list[OffsetFetchResponseGroup] = field(default_factory=list)


_OFFSET_FETCH_RESPONSE_PARTITION = Group(
    OffsetFetchResponsePartition,
    (
        Field("partition_index", "int32", (0, 7)),
        Field("committed_offset", "int64", (0, 7)),
        Field("committed_leader_epoch", "int32", (5, 7)),
        Field("metadata", "string", (0, 7), nullable=(0, 7)),
        Field("error_code", "int16", (0, 7)),
    ),
)
_OFFSET_FETCH_RESPONSE_TOPIC = Group(
    OffsetFetchResponseTopic,
    (
        Field("name", "string", (0, 7)),
        Field("partitions", _OFFSET_FETCH_RESPONSE_PARTITION, (0, 7), many=True),
    ),
)
_OFFSET_FETCH_RESPONSE_PARTITIONS = Group(
    OffsetFetchResponsePartitions,
    (
        Field("partition_index", "int32", (8, LATEST)),
        Field("committed_offset", "int64", (8, LATEST)),
        Field("committed_leader_epoch", "int32", (8, LATEST)),
        Field("metadata", "string", (8, LATEST), nullable=(8, LATEST)),
        Field("error_code", "int16", (8, LATEST)),
    ),
)
_OFFSET_FETCH_RESPONSE_TOPICS = Group(
    OffsetFetchResponseTopics,
    (
        Field("name", "string", (8, 9)),
        Field("topic_id", "uuid", (10, LATEST)),
        Field("partitions", _OFFSET_FETCH_RESPONSE_PARTITIONS, (8, LATEST), many=True),
    ),
)
_OFFSET_FETCH_RESPONSE_GROUP = Group(
    OffsetFetchResponseGroup,
    (
        Field("group_id", "string", (8, LATEST)),
        Field("topics", _OFFSET_FETCH_RESPONSE_TOPICS, (8, LATEST), many=True),
        Field("error_code", "int16", (8, LATEST)),
    ),
)
_OFFSET_FETCH_RESPONSE = Group(
    OffsetFetchResponse,
    (
        Field("throttle_time_ms", "int32", (3, LATEST)),
        Field("topics", _OFFSET_FETCH_RESPONSE_TOPIC, (0, 7), many=True),
        Field("error_code", "int16", (2, 7)),
        Field("groups", _OFFSET_FETCH_RESPONSE_GROUP, (8, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetFetchResponse",
    key=9,
    versions=(1, 10),
    flexible=6,
    body=_OFFSET_FETCH_RESPONSE,
)
