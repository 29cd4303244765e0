"""MetadataResponse, an answer (API key 3), versions 0-13, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class MetadataResponseBroker(Struct, gc=False):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


class MetadataResponsePartition(Struct, gc=False):
    error_code: int = 0
    partition_index: int = 0
    leader_id: int = 0
    leader_epoch: int = -1
    replica_nodes: list[int] = field(default_factory=list)
    isr_nodes: list[int] = field(default_factory=list)
    offline_replicas: list[int] = field(default_factory=list)


class MetadataResponseTopic(Struct, gc=False):
    error_code: int = 0
    name: str | None = ""
    topic_id: bytes = NO_UUID
    is_internal: bool = False
    partitions: list[MetadataResponsePartition] = field(default_factory=list)
    topic_authorized_operations: int = -2147483648


class MetadataResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    brokers: list[MetadataResponseBroker] = field(default_factory=list)
    cluster_id: str | None = None
    controller_id: int = -1
    topics: list[MetadataResponseTopic] = field(default_factory=list)
    cluster_authorized_operations: int = -2147483648
    error_code: int = 0


_METADATA_RESPONSE_BROKER = Group(
    MetadataResponseBroker,
    (
        Field("node_id", "int32", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("port", "int32", (0, LATEST)),
        Field("rack", "string", (1, LATEST), nullable=(1, LATEST)),
    ),
)
_METADATA_RESPONSE_PARTITION = Group(
    MetadataResponsePartition,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("partition_index", "int32", (0, LATEST)),
        Field("leader_id", "int32", (0, LATEST)),
        Field("leader_epoch", "int32", (7, LATEST)),
        Field("replica_nodes", "int32", (0, LATEST), many=True),
        Field("isr_nodes", "int32", (0, LATEST), many=True),
        Field("offline_replicas", "int32", (5, LATEST), many=True),
    ),
)
_METADATA_RESPONSE_TOPIC = Group(
    MetadataResponseTopic,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("name", "string", (0, LATEST), nullable=(12, LATEST)),
        Field("topic_id", "uuid", (10, LATEST)),
        Field("is_internal", "bool", (1, LATEST)),
        Field("partitions", _METADATA_RESPONSE_PARTITION, (0, LATEST), many=True),
        Field("topic_authorized_operations", "int32", (8, LATEST)),
    ),
)
_METADATA_RESPONSE = Group(
    MetadataResponse,
    (
        Field("throttle_time_ms", "int32", (3, LATEST)),
        Field("brokers", _METADATA_RESPONSE_BROKER, (0, LATEST), many=True),
        Field("cluster_id", "string", (2, LATEST), nullable=(2, LATEST)),
        Field("controller_id", "int32", (1, LATEST)),
        Field("topics", _METADATA_RESPONSE_TOPIC, (0, LATEST), many=True),
        Field("cluster_authorized_operations", "int32", (8, 10)),
        Field("error_code", "int16", (13, LATEST)),
    ),
)
MESSAGE = Message(
    name="MetadataResponse",
    key=3,
    versions=(0, 13),
    flexible=9,
    body=_METADATA_RESPONSE,
)
