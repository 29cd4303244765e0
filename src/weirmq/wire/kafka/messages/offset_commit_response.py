"""OffsetCommitResponse, an answer (API key 8), versions 2-10, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class OffsetCommitResponsePartition(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0


class OffsetCommitResponseTopic(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[OffsetCommitResponsePartition] = field(default_factory=list)


class OffsetCommitResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[OffsetCommitResponseTopic] = field(default_factory=list)


_OFFSET_COMMIT_RESPONSE_PARTITION = Group(
    OffsetCommitResponsePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_OFFSET_COMMIT_RESPONSE_TOPIC = Group(
    OffsetCommitResponseTopic,
    (
        Field("name", "string", (0, 9)),
        Field("topic_id", "uuid", (10, LATEST)),
        Field("partitions", _OFFSET_COMMIT_RESPONSE_PARTITION, (0, LATEST), many=True),
    ),
)
_OFFSET_COMMIT_RESPONSE = Group(
    OffsetCommitResponse,
    (
        Field("throttle_time_ms", "int32", (3, LATEST)),
        Field("topics", _OFFSET_COMMIT_RESPONSE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetCommitResponse",
    key=8,
    versions=(2, 10),
    flexible=8,
    body=_OFFSET_COMMIT_RESPONSE,
)
