"""FetchRequest, a request (API key 1), versions 4-18, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class ReplicaState(Struct, gc=False):
    replica_id: int = -1
    replica_epoch: int = -1


class FetchPartition(Struct, gc=False):
    partition: int = 0
    current_leader_epoch: int = -1
    fetch_offset: int = 0
    last_fetched_epoch: int = -1
    log_start_offset: int = -1
    partition_max_bytes: int = 0
    replica_directory_id: bytes = NO_UUID
    high_watermark: int = 9223372036854775807


class FetchTopic(Struct, gc=False):
    topic: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[FetchPartition] = field(default_factory=list)


class ForgottenTopic(Struct, gc=False):
    topic: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[int] = field(default_factory=list)


class FetchRequest(Struct, gc=False):
    cluster_id: str | None = None
    replica_id: int = -1
    replica_state: ReplicaState = field(default_factory=ReplicaState)
    max_wait_ms: int = 0
    min_bytes: int = 0
    max_bytes: int = 2147483647
    isolation_level: int = 0
    session_id: int = 0
    session_epoch: int = -1
    topics: list[FetchTopic] = field(default_factory=list)
    forgotten_topics_data: list[ForgottenTopic] = field(default_factory=list)
    rack_id: str = ""


_REPLICA_STATE = Group(
    ReplicaState,
    (
        Field("replica_id", "int32", (15, LATEST)),
        Field("replica_epoch", "int64", (15, LATEST)),
    ),
)
_FETCH_PARTITION = Group(
    FetchPartition,
    (
        Field("partition", "int32", (0, LATEST)),
        Field("current_leader_epoch", "int32", (9, LATEST)),
        Field("fetch_offset", "int64", (0, LATEST)),
        Field("last_fetched_epoch", "int32", (12, LATEST)),
        Field("log_start_offset", "int64", (5, LATEST)),
        Field("partition_max_bytes", "int32", (0, LATEST)),
        Field("replica_directory_id", "uuid", (17, LATEST), tag=0, tagged=(17, LATEST)),
        Field("high_watermark", "int64", (18, LATEST), tag=1, tagged=(18, LATEST)),
    ),
)
_FETCH_TOPIC = Group(
    FetchTopic,
    (
        Field("topic", "string", (0, 12)),
        Field("topic_id", "uuid", (13, LATEST)),
        Field("partitions", _FETCH_PARTITION, (0, LATEST), many=True),
    ),
)
_FORGOTTEN_TOPIC = Group(
    ForgottenTopic,
    (
        Field("topic", "string", (7, 12)),
        Field("topic_id", "uuid", (13, LATEST)),
        Field("partitions", "int32", (7, LATEST), many=True),
    ),
)
_FETCH_REQUEST = Group(
    FetchRequest,
    (
        Field("cluster_id", "string", (12, LATEST), nullable=(12, LATEST), tag=0, tagged=(12, LATEST)),
        Field("replica_id", "int32", (0, 14)),
        Field("replica_state", _REPLICA_STATE, (15, LATEST), tag=1, tagged=(15, LATEST)),
        Field("max_wait_ms", "int32", (0, LATEST)),
        Field("min_bytes", "int32", (0, LATEST)),
        Field("max_bytes", "int32", (3, LATEST)),
        Field("isolation_level", "int8", (4, LATEST)),
        Field("session_id", "int32", (7, LATEST)),
        Field("session_epoch", "int32", (7, LATEST)),
        Field("topics", _FETCH_TOPIC, (0, LATEST), many=True),
        Field("forgotten_topics_data", _FORGOTTEN_TOPIC, (7, LATEST), many=True),
        Field("rack_id", "string", (11, LATEST)),
    ),
)
MESSAGE = Message(
    name="FetchRequest",
    key=1,
    versions=(4, 18),
    flexible=12,
    body=_FETCH_REQUEST,
)
