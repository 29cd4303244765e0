"""ConsumerProtocolAssignment, of no API, versions 0-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_KEY, Field, Group, Message


class TopicPartition(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class ConsumerProtocolAssignment(Struct, gc=False):
    assigned_partitions: list[TopicPartition] = field(default_factory=list)
    user_data: bytes | None = None


_TOPIC_PARTITION = Group(
    TopicPartition,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_CONSUMER_PROTOCOL_ASSIGNMENT = Group(
    ConsumerProtocolAssignment,
    (
        Field("assigned_partitions", _TOPIC_PARTITION, (0, LATEST), many=True),
        Field("user_data", "bytes", (0, LATEST), nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ConsumerProtocolAssignment",
    key=NO_KEY,
    versions=(0, 3),
    flexible=LATEST,
    body=_CONSUMER_PROTOCOL_ASSIGNMENT,
)
