"""DescribeProducersResponse, an answer (API key 61), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ProducerState(Struct, gc=False):
    producer_id: int = 0
    producer_epoch: int = 0
    last_sequence: int = -1
    last_timestamp: int = -1
    coordinator_epoch: int = 0
    current_txn_start_offset: int = -1


class PartitionResponse(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None
    active_producers: list[ProducerState] = field(default_factory=list)


class TopicResponse(Struct, gc=False):
    name: str = ""
    partitions: list[PartitionResponse] = field(default_factory=list)


class DescribeProducersResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    topics: list[TopicResponse] = field(default_factory=list)


_PRODUCER_STATE = Group(
    ProducerState,
    (
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int32", (0, LATEST)),
        Field("last_sequence", "int32", (0, LATEST)),
        Field("last_timestamp", "int64", (0, LATEST)),
        Field("coordinator_epoch", "int32", (0, LATEST)),
        Field("current_txn_start_offset", "int64", (0, LATEST)),
    ),
)
_PARTITION_RESPONSE = Group(
    PartitionResponse,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("active_producers", _PRODUCER_STATE, (0, LATEST), many=True),
    ),
)
_TOPIC_RESPONSE = Group(
    TopicResponse,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _PARTITION_RESPONSE, (0, LATEST), many=True),
    ),
)
_DESCRIBE_PRODUCERS_RESPONSE = Group(
    DescribeProducersResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("topics", _TOPIC_RESPONSE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeProducersResponse",
    key=61,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_PRODUCERS_RESPONSE,
)
