"""ConsumerProtocolSubscription, of no API, versions 0-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_KEY, Field, Group, Message


class TopicPartition(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class ConsumerProtocolSubscription(Struct, gc=False):
    topics: list[str] = field(default_factory=list)
    user_data: bytes | None = None
    owned_partitions: list[TopicPartition] = field(default_factory=list)
    generation_id: int = -1
    rack_id: str | None = None


_TOPIC_PARTITION = Group(
    TopicPartition,
    (
        Field("topic", "string", (1, LATEST)),
        Field("partitions", "int32", (1, LATEST), many=True),
    ),
)
_CONSUMER_PROTOCOL_SUBSCRIPTION = Group(
    ConsumerProtocolSubscription,
    (
        Field("topics", "string", (0, LATEST), many=True),
        Field("user_data", "bytes", (0, LATEST), nullable=(0, LATEST)),
        Field("owned_partitions", _TOPIC_PARTITION, (1, LATEST), many=True),
        Field("generation_id", "int32", (2, LATEST)),
        Field("rack_id", "string", (3, LATEST), nullable=(3, LATEST)),
    ),
)
MESSAGE = Message(
    name="ConsumerProtocolSubscription",
    key=NO_KEY,
    versions=(0, 3),
    flexible=LATEST,
    body=_CONSUMER_PROTOCOL_SUBSCRIPTION,
)
