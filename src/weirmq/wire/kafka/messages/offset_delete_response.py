"""OffsetDeleteResponse, an answer (API key 47), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class OffsetDeleteResponsePartition(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0


class OffsetDeleteResponseTopic(Struct, gc=False):
    name: str = ""
    partitions: list[OffsetDeleteResponsePartition] = field(default_factory=list)


class OffsetDeleteResponse(Struct, gc=False):
    error_code: int = 0
    throttle_time_ms: int = 0
    topics: list[OffsetDeleteResponseTopic] = field(default_factory=list)


_OFFSET_DELETE_RESPONSE_PARTITION = Group(
    OffsetDeleteResponsePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_OFFSET_DELETE_RESPONSE_TOPIC = Group(
    OffsetDeleteResponseTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _OFFSET_DELETE_RESPONSE_PARTITION, (0, LATEST), many=True),
    ),
)
_OFFSET_DELETE_RESPONSE = Group(
    OffsetDeleteResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("topics", _OFFSET_DELETE_RESPONSE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetDeleteResponse",
    key=47,
    versions=(0, 0),
    flexible=LATEST,
    body=_OFFSET_DELETE_RESPONSE,
)
