"""ListOffsetsRequest, a request (API key 2), versions 1-11, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListOffsetsPartition(Struct, gc=False):
    partition_index: int = 0
    current_leader_epoch: int = -1
    timestamp: int = 0


class ListOffsetsTopic(Struct, gc=False):
    name: str = ""
    partitions: list[ListOffsetsPartition] = field(default_factory=list)


class ListOffsetsRequest(Struct, gc=False):
    replica_id: int = 0
    isolation_level: int = 0
    topics: list[ListOffsetsTopic] = field(default_factory=list)
    timeout_ms: int = 0


_LIST_OFFSETS_PARTITION = Group(
    ListOffsetsPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("current_leader_epoch", "int32", (4, LATEST)),
        Field("timestamp", "int64", (0, LATEST)),
    ),
)
_LIST_OFFSETS_TOPIC = Group(
    ListOffsetsTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _LIST_OFFSETS_PARTITION, (0, LATEST), many=True),
    ),
)
_LIST_OFFSETS_REQUEST = Group(
    ListOffsetsRequest,
    (
        Field("replica_id", "int32", (0, LATEST)),
        Field("isolation_level", "int8", (2, LATEST)),
        Field("topics", _LIST_OFFSETS_TOPIC, (0, LATEST), many=True),
        Field("timeout_ms", "int32", (10, LATEST)),
    ),
)
MESSAGE = Message(
    name="ListOffsetsRequest",
    key=2,
    versions=(1, 11),
    flexible=6,
    body=_LIST_OFFSETS_REQUEST,
)
