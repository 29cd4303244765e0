"""CreateTopicsRequest, a request (API key 19), versions 2-7, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CreatableReplicaAssignment(Struct, gc=False):
    partition_index: int = 0
    broker_ids: list[int] = field(default_factory=list)


class CreatableTopicConfig(Struct, gc=False):
    name: str = ""
    value: str | None = ""


class CreatableTopic(Struct, gc=False):
    name: str = ""
    num_partitions: int = 0
    replication_factor: int = 0
    assignments: list[CreatableReplicaAssignment] = field(default_factory=list)
    configs: list[CreatableTopicConfig] = field(default_factory=list)


class CreateTopicsRequest(Struct, gc=False):
    topics: list[CreatableTopic] = field(default_factory=list)
    timeout_ms: int = 60000
    validate_only: bool = False


_CREATABLE_REPLICA_ASSIGNMENT = Group(
    CreatableReplicaAssignment,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("broker_ids", "int32", (0, LATEST), many=True),
    ),
)
_CREATABLE_TOPIC_CONFIG = Group(
    CreatableTopicConfig,
    (
        Field("name", "string", (0, LATEST)),
        Field("value", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_CREATABLE_TOPIC = Group(
    CreatableTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("num_partitions", "int32", (0, LATEST)),
        Field("replication_factor", "int16", (0, LATEST)),
        Field("assignments", _CREATABLE_REPLICA_ASSIGNMENT, (0, LATEST), many=True),
        Field("configs", _CREATABLE_TOPIC_CONFIG, (0, LATEST), many=True),
    ),
)
_CREATE_TOPICS_REQUEST = Group(
    CreateTopicsRequest,
    (
        Field("topics", _CREATABLE_TOPIC, (0, LATEST), many=True),
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("validate_only", "bool", (1, LATEST)),
    ),
)
MESSAGE = Message(
    name="CreateTopicsRequest",
    key=19,
    versions=(2, 7),
    flexible=5,
    body=_CREATE_TOPICS_REQUEST,
)
