"""EndTxnRequest, a request (API key 26), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EndTxnRequest(Struct, gc=False):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    committed: bool = False


_END_TXN_REQUEST = Group(
    EndTxnRequest,
    (
        Field("transactional_id", "string", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("committed", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="EndTxnRequest",
    key=26,
    versions=(0, 5),
    flexible=3,
    body=_END_TXN_REQUEST,
)
