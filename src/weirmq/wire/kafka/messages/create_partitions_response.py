"""CreatePartitionsResponse, an answer (API key 37), versions 0-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CreatePartitionsTopicResult(Struct, gc=False):
    name: str = ""
    error_code: int = 0
    error_message: str | None = None


class CreatePartitionsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[CreatePartitionsTopicResult] = field(default_factory=list)


_CREATE_PARTITIONS_TOPIC_RESULT = Group(
    CreatePartitionsTopicResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_CREATE_PARTITIONS_RESPONSE = Group(
    CreatePartitionsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _CREATE_PARTITIONS_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="CreatePartitionsResponse",
    key=37,
    versions=(0, 3),
    flexible=2,
    body=_CREATE_PARTITIONS_RESPONSE,
)
