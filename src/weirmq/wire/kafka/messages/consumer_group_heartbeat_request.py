"""ConsumerGroupHeartbeatRequest, a request (API key 68), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class TopicPartitions(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[int] = field(default_factory=list)


class ConsumerGroupHeartbeatRequest(Struct, gc=False):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    subscribed_topic_names: list[str] | None = None
    subscribed_topic_regex: str | None = None
    server_assignor: str | None = None
    topic_partitions: list[TopicPartitions] | None = None


_TOPIC_PARTITIONS = Group(
    TopicPartitions,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_CONSUMER_GROUP_HEARTBEAT_REQUEST = Group(
    ConsumerGroupHeartbeatRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("instance_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rack_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rebalance_timeout_ms", "int32", (0, LATEST)),
        Field("subscribed_topic_names", "string", (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("subscribed_topic_regex", "string", (1, LATEST), nullable=(1, LATEST)),
        Field("server_assignor", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("topic_partitions", _TOPIC_PARTITIONS, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ConsumerGroupHeartbeatRequest",
    key=68,
    versions=(0, 1),
    flexible=0,
    body=_CONSUMER_GROUP_HEARTBEAT_REQUEST,
)
