"""InitProducerIdRequest, a request (API key 22), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class InitProducerIdRequest(Struct, gc=False):
    transactional_id: str | None = ""
    transaction_timeout_ms: int = 0
    producer_id: int = -1
    producer_epoch: int = -1
    enable2_pc: bool = False
    keep_prepared_txn: bool = False


_INIT_PRODUCER_ID_REQUEST = Group(
    InitProducerIdRequest,
    (
        Field("transactional_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("transaction_timeout_ms", "int32", (0, LATEST)),
        Field("producer_id", "int64", (3, LATEST)),
        Field("producer_epoch", "int16", (3, LATEST)),
        Field("enable2_pc", "bool", (6, LATEST)),
        Field("keep_prepared_txn", "bool", (6, LATEST)),
    ),
)
MESSAGE = Message(
    name="InitProducerIdRequest",
    key=22,
    versions=(0, 6),
    flexible=2,
    body=_INIT_PRODUCER_ID_REQUEST,
)
