"""AlterReplicaLogDirsResponse, an answer (API key 34), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterReplicaLogDirPartitionResult(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0


class AlterReplicaLogDirTopicResult(Struct, gc=False):
    topic_name: str = ""
    partitions: list[AlterReplicaLogDirPartitionResult] = field(default_factory=list)


class AlterReplicaLogDirsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[AlterReplicaLogDirTopicResult] = field(default_factory=list)


_ALTER_REPLICA_LOG_DIR_PARTITION_RESULT = Group(
    AlterReplicaLogDirPartitionResult,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_ALTER_REPLICA_LOG_DIR_TOPIC_RESULT = Group(
    AlterReplicaLogDirTopicResult,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", _ALTER_REPLICA_LOG_DIR_PARTITION_RESULT, (0, LATEST), many=True),
    ),
)
_ALTER_REPLICA_LOG_DIRS_RESPONSE = Group(
    AlterReplicaLogDirsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _ALTER_REPLICA_LOG_DIR_TOPIC_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterReplicaLogDirsResponse",
    key=34,
    versions=(1, 2),
    flexible=2,
    body=_ALTER_REPLICA_LOG_DIRS_RESPONSE,
)
