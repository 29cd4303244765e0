"""AlterPartitionReassignmentsRequest, a request (API key 45), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ReassignablePartition(Struct, gc=False):
    partition_index: int = 0
    replicas: list[int] | None = None


class ReassignableTopic(Struct, gc=False):
    name: str = ""
    partitions: list[ReassignablePartition] = field(default_factory=list)


class AlterPartitionReassignmentsRequest(Struct, gc=False):
    timeout_ms: int = 60000
    allow_replication_factor_change: bool = True
    topics: list[ReassignableTopic] = field(default_factory=list)


_REASSIGNABLE_PARTITION = Group(
    ReassignablePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("replicas", "int32", (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
_REASSIGNABLE_TOPIC = Group(
    ReassignableTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _REASSIGNABLE_PARTITION, (0, LATEST), many=True),
    ),
)
_ALTER_PARTITION_REASSIGNMENTS_REQUEST = Group(
    AlterPartitionReassignmentsRequest,
    (
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("allow_replication_factor_change", "bool", (1, LATEST)),
        Field("topics", _REASSIGNABLE_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterPartitionReassignmentsRequest",
    key=45,
    versions=(0, 1),
    flexible=0,
    body=_ALTER_PARTITION_REASSIGNMENTS_REQUEST,
)
