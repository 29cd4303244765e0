"""InitProducerIdResponse, an answer (API key 22), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class InitProducerIdResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    producer_id: int = -1
    producer_epoch: int = 0
    ongoing_txn_producer_id: int = -1
    ongoing_txn_producer_epoch: int = -1


_INIT_PRODUCER_ID_RESPONSE = Group(
    InitProducerIdResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("ongoing_txn_producer_id", "int64", (6, LATEST)),
        Field("ongoing_txn_producer_epoch", "int16", (6, LATEST)),
    ),
)
MESSAGE = Message(
    name="InitProducerIdResponse",
    key=22,
    versions=(0, 6),
    flexible=2,
    body=_INIT_PRODUCER_ID_RESPONSE,
)
