"""AddOffsetsToTxnRequest, a request (API key 25), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AddOffsetsToTxnRequest(Struct, gc=False):
    transactional_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    group_id: str = ""


_ADD_OFFSETS_TO_TXN_REQUEST = Group(
    AddOffsetsToTxnRequest,
    (
        Field("transactional_id", "string", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("group_id", "string", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="AddOffsetsToTxnRequest",
    key=25,
    versions=(0, 4),
    flexible=3,
    body=_ADD_OFFSETS_TO_TXN_REQUEST,
)
