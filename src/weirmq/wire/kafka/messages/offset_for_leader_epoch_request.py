"""OffsetForLeaderEpochRequest, a request (API key 23), versions 2-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class OffsetForLeaderPartition(Struct, gc=False):
    partition: int = 0
    current_leader_epoch: int = -1
    leader_epoch: int = 0


class OffsetForLeaderTopic(Struct, gc=False):
    topic: str = ""
    partitions: list[OffsetForLeaderPartition] = field(default_factory=list)


class OffsetForLeaderEpochRequest(Struct, gc=False):
    replica_id: int = -2
    topics: list[OffsetForLeaderTopic] = field(default_factory=list)


_OFFSET_FOR_LEADER_PARTITION = Group(
    OffsetForLeaderPartition,
    (
        Field("partition", "int32", (0, LATEST)),
        Field("current_leader_epoch", "int32", (2, LATEST)),
        Field("leader_epoch", "int32", (0, LATEST)),
    ),
)
_OFFSET_FOR_LEADER_TOPIC = Group(
    OffsetForLeaderTopic,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", _OFFSET_FOR_LEADER_PARTITION, (0, LATEST), many=True),
    ),
)
_OFFSET_FOR_LEADER_EPOCH_REQUEST = Group(
    OffsetForLeaderEpochRequest,
    (
        Field("replica_id", "int32", (3, LATEST)),
        Field("topics", _OFFSET_FOR_LEADER_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetForLeaderEpochRequest",
    key=23,
    versions=(2, 4),
    flexible=4,
    body=_OFFSET_FOR_LEADER_EPOCH_REQUEST,
)
