"""DescribeTopicPartitionsResponse, an answer (API key 75), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class DescribeTopicPartitionsResponsePartition(Struct, gc=False):
    error_code: int = 0
    partition_index: int = 0
    leader_id: int = 0
    leader_epoch: int = -1
    replica_nodes: list[int] = field(default_factory=list)
    isr_nodes: list[int] = field(default_factory=list)
    eligible_leader_replicas: list[int] | None = None
    last_known_elr: list[int] | None = None
    offline_replicas: list[int] = field(default_factory=list)


class DescribeTopicPartitionsResponseTopic(Struct, gc=False):
    error_code: int = 0
    name: str | None = ""
    topic_id: bytes = NO_UUID
    is_internal: bool = False
    partitions: list[DescribeTopicPartitionsResponsePartition] = field(default_factory=list)
    topic_authorized_operations: int = -2147483648


class Cursor(Struct, gc=False):
    topic_name: str = ""
    partition_index: int = 0


class DescribeTopicPartitionsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[DescribeTopicPartitionsResponseTopic] = field(default_factory=list)
    next_cursor: Cursor | None = None


_DESCRIBE_TOPIC_PARTITIONS_RESPONSE_PARTITION = Group(
    DescribeTopicPartitionsResponsePartition,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("partition_index", "int32", (0, LATEST)),
        Field("leader_id", "int32", (0, LATEST)),
        Field("leader_epoch", "int32", (0, LATEST)),
        Field("replica_nodes", "int32", (0, LATEST), many=True),
        Field("isr_nodes", "int32", (0, LATEST), many=True),
        Field("eligible_leader_replicas", "int32", (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("last_known_elr", "int32", (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("offline_replicas", "int32", (0, LATEST), many=True),
    ),
)
_DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPIC = Group(
    DescribeTopicPartitionsResponseTopic,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("name", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("topic_id", "uuid", (0, LATEST)),
        Field("is_internal", "bool", (0, LATEST)),
        Field("partitions", _DESCRIBE_TOPIC_PARTITIONS_RESPONSE_PARTITION, (0, LATEST), many=True),
        Field("topic_authorized_operations", "int32", (0, LATEST)),
    ),
)
_CURSOR = Group(
    Cursor,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partition_index", "int32", (0, LATEST)),
    ),
)
_DESCRIBE_TOPIC_PARTITIONS_RESPONSE = Group(
    DescribeTopicPartitionsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("topics", _DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPIC, (0, LATEST), many=True),
        Field("next_cursor", _CURSOR, (0, LATEST), nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeTopicPartitionsResponse",
    key=75,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_TOPIC_PARTITIONS_RESPONSE,
)
