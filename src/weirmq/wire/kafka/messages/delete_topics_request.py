"""DeleteTopicsRequest, a request (API key 20), versions 1-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class DeleteTopicState(Struct, gc=False):
    name: str | None = None
    topic_id: bytes = NO_UUID


class DeleteTopicsRequest(Struct, gc=False):
    topics: list[DeleteTopicState] = field(default_factory=list)
    topic_names: list[str] = field(default_factory=list)
    timeout_ms: int = 0


_DELETE_TOPIC_STATE = Group(
    DeleteTopicState,
    (
        Field("name", "string", (6, LATEST), nullable=(6, LATEST)),
        Field("topic_id", "uuid", (6, LATEST)),
    ),
)
_DELETE_TOPICS_REQUEST = Group(
    DeleteTopicsRequest,
    (
        Field("topics", _DELETE_TOPIC_STATE, (6, LATEST), many=True),
        Field("topic_names", "string", (0, 5), many=True),
        Field("timeout_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DeleteTopicsRequest",
    key=20,
    versions=(1, 6),
    flexible=4,
    body=_DELETE_TOPICS_REQUEST,
)
