"""ProduceRequest, a request (API key 0), versions 3-13, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class PartitionProduceData(Struct, gc=False):
    index: int = 0
    records: bytes | memoryview | None = b""


class TopicProduceData(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partition_data: list[PartitionProduceData] = field(default_factory=list)


class ProduceRequest(Struct, gc=False):
    transactional_id: str | None = None
    acks: int = 0
    timeout_ms: int = 0
    topic_data: list[TopicProduceData] = field(default_factory=list)


_PARTITION_PRODUCE_DATA = Group(
    PartitionProduceData,
    (
        Field("index", "int32", (0, LATEST)),
        Field("records", "records", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_TOPIC_PRODUCE_DATA = Group(
    TopicProduceData,
    (
        Field("name", "string", (0, 12)),
        Field("topic_id", "uuid", (13, LATEST)),
        Field("partition_data", _PARTITION_PRODUCE_DATA, (0, LATEST), many=True),
    ),
)
_PRODUCE_REQUEST = Group(
    ProduceRequest,
    (
        Field("transactional_id", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("acks", "int16", (0, LATEST)),
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("topic_data", _TOPIC_PRODUCE_DATA, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ProduceRequest",
    key=0,
    versions=(3, 13),
    flexible=9,
    body=_PRODUCE_REQUEST,
)
