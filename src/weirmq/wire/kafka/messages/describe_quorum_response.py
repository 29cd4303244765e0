"""DescribeQuorumResponse, an answer (API key 55), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class ReplicaState(Struct, gc=False):
    replica_id: int = 0
    replica_directory_id: bytes = NO_UUID
    log_end_offset: int = 0
    last_fetch_timestamp: int = -1
    last_caught_up_timestamp: int = -1


class PartitionData(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = ""
    leader_id: int = 0
    leader_epoch: int = 0
    high_watermark: int = 0
    current_voters: list[ReplicaState] = field(default_factory=list)
    observers: list[ReplicaState] = field(default_factory=list)


class TopicData(Struct, gc=False):
    topic_name: str = ""
    partitions: list[PartitionData] = field(default_factory=list)


class Listener(Struct, gc=False):
    name: str = ""
    host: str = ""
    port: int = 0


class Node(Struct, gc=False):
    node_id: int = 0
    listeners: list[Listener] = field(default_factory=list)


class DescribeQuorumResponse(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    topics: list[TopicData] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


_REPLICA_STATE = Group(
    ReplicaState,
    (
        Field("replica_id", "int32", (0, LATEST)),
        Field("replica_directory_id", "uuid", (2, LATEST)),
        Field("log_end_offset", "int64", (0, LATEST)),
        Field("last_fetch_timestamp", "int64", (1, LATEST)),
        Field("last_caught_up_timestamp", "int64", (1, LATEST)),
    ),
)
_PARTITION_DATA = Group(
    PartitionData,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (2, LATEST), nullable=(2, LATEST)),
        Field("leader_id", "int32", (0, LATEST)),
        Field("leader_epoch", "int32", (0, LATEST)),
        Field("high_watermark", "int64", (0, LATEST)),
        Field("current_voters", _REPLICA_STATE, (0, LATEST), many=True),
        Field("observers", _REPLICA_STATE, (0, LATEST), many=True),
    ),
)
_TOPIC_DATA = Group(
    TopicData,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", _PARTITION_DATA, (0, LATEST), many=True),
    ),
)
_LISTENER = Group(
    Listener,
    (
        Field("name", "string", (2, LATEST)),
        Field("host", "string", (2, LATEST)),
        Field("port", "uint16", (2, LATEST)),
    ),
)
_NODE = Group(
    Node,
    (
        Field("node_id", "int32", (2, LATEST)),
        Field("listeners", _LISTENER, (2, LATEST), many=True),
    ),
)
_DESCRIBE_QUORUM_RESPONSE = Group(
    DescribeQuorumResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (2, LATEST), nullable=(2, LATEST)),
        Field("topics", _TOPIC_DATA, (0, LATEST), many=True),
        Field("nodes", _NODE, (2, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeQuorumResponse",
    key=55,
    versions=(0, 2),
    flexible=0,
    body=_DESCRIBE_QUORUM_RESPONSE,
)
