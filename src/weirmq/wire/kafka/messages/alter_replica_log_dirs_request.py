"""AlterReplicaLogDirsRequest, a request (API key 34), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterReplicaLogDirTopic(Struct, gc=False):
    name: str = ""
    partitions: list[int] = field(default_factory=list)


class AlterReplicaLogDir(Struct, gc=False):
    path: str = ""
    topics: list[AlterReplicaLogDirTopic] = field(default_factory=list)


class AlterReplicaLogDirsRequest(Struct, gc=False):
    dirs: list[AlterReplicaLogDir] = field(default_factory=list)


_ALTER_REPLICA_LOG_DIR_TOPIC = Group(
    AlterReplicaLogDirTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ALTER_REPLICA_LOG_DIR = Group(
    AlterReplicaLogDir,
    (
        Field("path", "string", (0, LATEST)),
        Field("topics", _ALTER_REPLICA_LOG_DIR_TOPIC, (0, LATEST), many=True),
    ),
)
_ALTER_REPLICA_LOG_DIRS_REQUEST = Group(
    AlterReplicaLogDirsRequest,
    (Field("dirs", _ALTER_REPLICA_LOG_DIR, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="AlterReplicaLogDirsRequest",
    key=34,
    versions=(1, 2),
    flexible=2,
    body=_ALTER_REPLICA_LOG_DIRS_REQUEST,
)
