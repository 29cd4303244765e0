"""DeleteShareGroupOffsetsResponse, an answer (API key 92), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class DeleteShareGroupOffsetsResponseTopic(Struct, gc=False):
    topic_name: str = ""
    topic_id: bytes = NO_UUID
    error_code: int = 0
    error_message: str | None = None


class DeleteShareGroupOffsetsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    responses: list[DeleteShareGroupOffsetsResponseTopic] = field(default_factory=list)


_DELETE_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC = Group(
    DeleteShareGroupOffsetsResponseTopic,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("topic_id", "uuid", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_DELETE_SHARE_GROUP_OFFSETS_RESPONSE = Group(
    DeleteShareGroupOffsetsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("responses", _DELETE_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteShareGroupOffsetsResponse",
    key=92,
    versions=(0, 0),
    flexible=0,
    body=_DELETE_SHARE_GROUP_OFFSETS_RESPONSE,
)
