"""AddOffsetsToTxnResponse, an answer (API key 25), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AddOffsetsToTxnResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0


_ADD_OFFSETS_TO_TXN_RESPONSE = Group(
    AddOffsetsToTxnResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="AddOffsetsToTxnResponse",
    key=25,
    versions=(0, 4),
    flexible=3,
    body=_ADD_OFFSETS_TO_TXN_RESPONSE,
)
