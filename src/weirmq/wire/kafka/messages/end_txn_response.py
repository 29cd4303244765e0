"""EndTxnResponse, an answer (API key 26), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EndTxnResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    producer_id: int = -1
    producer_epoch: int = -1


_END_TXN_RESPONSE = Group(
    EndTxnResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("producer_id", "int64", (5, LATEST)),
        Field("producer_epoch", "int16", (5, LATEST)),
    ),
)
MESSAGE = Message(
    name="EndTxnResponse",
    key=26,
    versions=(0, 5),
    flexible=3,
    body=_END_TXN_RESPONSE,
)
