"""ElectLeadersRequest, a request (API key 43), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TopicPartitions(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class ElectLeadersRequest(Struct, gc=False):
    election_type: int = 0
    topic_partitions: list[TopicPartitions] | None = field(default_factory=list)
    timeout_ms: int = 60000


_TOPIC_PARTITIONS = Group(
    TopicPartitions,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ELECT_LEADERS_REQUEST = Group(
    ElectLeadersRequest,
    (
        Field("election_type", "int8", (1, LATEST)),
        Field("topic_partitions", _TOPIC_PARTITIONS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("timeout_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ElectLeadersRequest",
    key=43,
    versions=(0, 2),
    flexible=2,
    body=_ELECT_LEADERS_REQUEST,
)
