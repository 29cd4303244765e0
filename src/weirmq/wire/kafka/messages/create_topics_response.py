"""CreateTopicsResponse, an answer (API key 19), versions 2-7, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class CreatableTopicConfigs(Struct, gc=False):
    name: str = ""
    value: str | None = ""
    read_only: bool = False
    config_source: int = -1
    is_sensitive: bool = False


class CreatableTopicResult(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    error_code: int = 0
    error_message: str | None = ""
    topic_config_error_code: int = 0
    num_partitions: int = -1
    replication_factor: int = -1
    configs: list[CreatableTopicConfigs] | None = field(default_factory=list)


class CreateTopicsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[CreatableTopicResult] = field(default_factory=list)


_CREATABLE_TOPIC_CONFIGS = Group(
    CreatableTopicConfigs,
    (
        Field("name", "string", (5, LATEST)),
        Field("value", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("read_only", "bool", (5, LATEST)),
        Field("config_source", "int8", (5, LATEST)),
        Field("is_sensitive", "bool", (5, LATEST)),
    ),
)
_CREATABLE_TOPIC_RESULT = Group(
    CreatableTopicResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("topic_id", "uuid", (7, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (1, LATEST), nullable=(0, LATEST)),
        Field("topic_config_error_code", "int16", (5, LATEST), tag=0, tagged=(5, LATEST)),
        Field("num_partitions", "int32", (5, LATEST)),
        Field("replication_factor", "int16", (5, LATEST)),
        Field("configs", _CREATABLE_TOPIC_CONFIGS, (5, LATEST), many=True, nullable=(5, LATEST)),
    ),
)
_CREATE_TOPICS_RESPONSE = Group(
    CreateTopicsResponse,
    (
        Field("throttle_time_ms", "int32", (2, LATEST)),
        Field("topics", _CREATABLE_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="CreateTopicsResponse",
    key=19,
    versions=(2, 7),
    flexible=5,
    body=_CREATE_TOPICS_RESPONSE,
)
