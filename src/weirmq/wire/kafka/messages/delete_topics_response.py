"""DeleteTopicsResponse, an answer (API key 20), versions 1-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class DeletableTopicResult(Struct, gc=False):
    name: str | None = ""
    topic_id: bytes = NO_UUID
    error_code: int = 0
    error_message: str | None = None


class DeleteTopicsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    responses: list[DeletableTopicResult] = field(default_factory=list)


_DELETABLE_TOPIC_RESULT = Group(
    DeletableTopicResult,
    (
        Field("name", "string", (0, LATEST), nullable=(6, LATEST)),
        Field("topic_id", "uuid", (6, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (5, LATEST), nullable=(5, LATEST)),
    ),
)
_DELETE_TOPICS_RESPONSE = Group(
    DeleteTopicsResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("responses", _DELETABLE_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteTopicsResponse",
    key=20,
    versions=(1, 6),
    flexible=4,
    body=_DELETE_TOPICS_RESPONSE,
)
