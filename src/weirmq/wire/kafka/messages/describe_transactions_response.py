"""DescribeTransactionsResponse, an answer (API key 65), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TopicData(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class TransactionState(Struct, gc=False):
    error_code: int = 0
    transactional_id: str = ""
    transaction_state: str = ""
    transaction_timeout_ms: int = 0
    transaction_start_time_ms: int = 0
    producer_id: int = 0
    producer_epoch: int = 0
    topics: list[TopicData] = field(default_factory=list)


class DescribeTransactionsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    transaction_states: list[TransactionState] = field(default_factory=list)


_TOPIC_DATA = Group(
    TopicData,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_TRANSACTION_STATE = Group(
    TransactionState,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("transactional_id", "string", (0, LATEST)),
        Field("transaction_state", "string", (0, LATEST)),
        Field("transaction_timeout_ms", "int32", (0, LATEST)),
        Field("transaction_start_time_ms", "int64", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("topics", _TOPIC_DATA, (0, LATEST), many=True),
    ),
)
_DESCRIBE_TRANSACTIONS_RESPONSE = Group(
    DescribeTransactionsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("transaction_states", _TRANSACTION_STATE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeTransactionsResponse",
    key=65,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_TRANSACTIONS_RESPONSE,
)
