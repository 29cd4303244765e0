"""ConsumerGroupHeartbeatResponse, an answer (API key 68), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class TopicPartitions(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[int] = field(default_factory=list)


class Assignment(Struct, gc=False):
    topic_partitions: list[TopicPartitions] = field(default_factory=list)


class ConsumerGroupHeartbeatResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    member_id: str | None = None
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    assignment: Assignment | None = None


_TOPIC_PARTITIONS = Group(
    TopicPartitions,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ASSIGNMENT = Group(
    Assignment,
    (Field("topic_partitions", _TOPIC_PARTITIONS, (0, LATEST), many=True),),
)
_CONSUMER_GROUP_HEARTBEAT_RESPONSE = Group(
    ConsumerGroupHeartbeatResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("heartbeat_interval_ms", "int32", (0, LATEST)),
        Field("assignment", _ASSIGNMENT, (0, LATEST), nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ConsumerGroupHeartbeatResponse",
    key=68,
    versions=(0, 1),
    flexible=0,
    body=_CONSUMER_GROUP_HEARTBEAT_RESPONSE,
)
