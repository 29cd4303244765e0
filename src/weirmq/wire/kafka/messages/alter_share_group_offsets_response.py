"""AlterShareGroupOffsetsResponse, an answer (API key 91), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class AlterShareGroupOffsetsResponsePartition(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None


class AlterShareGroupOffsetsResponseTopic(Struct, gc=False):
    topic_name: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[AlterShareGroupOffsetsResponsePartition] = field(default_factory=list)


class AlterShareGroupOffsetsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    responses: list[AlterShareGroupOffsetsResponseTopic] = field(default_factory=list)


_ALTER_SHARE_GROUP_OFFSETS_RESPONSE_PARTITION = Group(
    AlterShareGroupOffsetsResponsePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_ALTER_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC = Group(
    AlterShareGroupOffsetsResponseTopic,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", _ALTER_SHARE_GROUP_OFFSETS_RESPONSE_PARTITION, (0, LATEST), many=True),
    ),
)
_ALTER_SHARE_GROUP_OFFSETS_RESPONSE = Group(
    AlterShareGroupOffsetsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("responses", _ALTER_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterShareGroupOffsetsResponse",
    key=91,
    versions=(0, 0),
    flexible=0,
    body=_ALTER_SHARE_GROUP_OFFSETS_RESPONSE,
)
