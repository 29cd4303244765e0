"""OffsetForLeaderEpochResponse, an answer (API key 23), versions 2-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EpochEndOffset(Struct, gc=False):
    error_code: int = 0
    partition: int = 0
    leader_epoch: int = -1
    end_offset: int = -1


class OffsetForLeaderTopicResult(Struct, gc=False):
    topic: str = ""
    partitions: list[EpochEndOffset] = field(default_factory=list)


class OffsetForLeaderEpochResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[OffsetForLeaderTopicResult] = field(default_factory=list)


_EPOCH_END_OFFSET = Group(
    EpochEndOffset,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("partition", "int32", (0, LATEST)),
        Field("leader_epoch", "int32", (1, LATEST)),
        Field("end_offset", "int64", (0, LATEST)),
    ),
)
_OFFSET_FOR_LEADER_TOPIC_RESULT = Group(
    OffsetForLeaderTopicResult,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", _EPOCH_END_OFFSET, (0, LATEST), many=True),
    ),
)
_OFFSET_FOR_LEADER_EPOCH_RESPONSE = Group(
    OffsetForLeaderEpochResponse,
    (
        Field("throttle_time_ms", "int32", (2, LATEST)),
        Field("topics", _OFFSET_FOR_LEADER_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetForLeaderEpochResponse",
    key=23,
    versions=(2, 4),
    flexible=4,
    body=_OFFSET_FOR_LEADER_EPOCH_RESPONSE,
)
