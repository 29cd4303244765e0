"""AddPartitionsToTxnRequest, a request (API key 24), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AddPartitionsToTxnTopic(Struct, gc=False):
    name: str = ""
    partitions: list[int] = field(default_factory=list)


class AddPartitionsToTxnTransaction(Struct, gc=False):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    verify_only: bool = False
    topics: list[AddPartitionsToTxnTopic] = field(default_factory=list)


class AddPartitionsToTxnRequest(Struct, gc=False):
    transactions: list[AddPartitionsToTxnTransaction] = field(default_factory=list)
    v3_and_below_transactional_id: str = ""
    v3_and_below_producer_id: int = 0
    v3_and_below_producer_epoch: int = 0
    v3_and_below_topics: list[AddPartitionsToTxnTopic] = field(default_factory=list)


_ADD_PARTITIONS_TO_TXN_TOPIC = Group(
    AddPartitionsToTxnTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ADD_PARTITIONS_TO_TXN_TRANSACTION = Group(
    AddPartitionsToTxnTransaction,
    (
        Field("transactional_id", "string", (4, LATEST)),
        Field("producer_id", "int64", (4, LATEST)),
        Field("producer_epoch", "int16", (4, LATEST)),
        Field("verify_only", "bool", (4, LATEST)),
        Field("topics", _ADD_PARTITIONS_TO_TXN_TOPIC, (4, LATEST), many=True),
    ),
)
_ADD_PARTITIONS_TO_TXN_REQUEST = Group(
    AddPartitionsToTxnRequest,
    (
        Field("transactions", _ADD_PARTITIONS_TO_TXN_TRANSACTION, (4, LATEST), many=True),
        Field("v3_and_below_transactional_id", "string", (0, 3)),
        Field("v3_and_below_producer_id", "int64", (0, 3)),
        Field("v3_and_below_producer_epoch", "int16", (0, 3)),
        Field("v3_and_below_topics", _ADD_PARTITIONS_TO_TXN_TOPIC, (0, 3), many=True),
    ),
)
MESSAGE = Message(
    name="AddPartitionsToTxnRequest",
    key=24,
    versions=(0, 5),
    flexible=3,
    body=_ADD_PARTITIONS_TO_TXN_REQUEST,
)
