"""ListTransactionsResponse, an answer (API key 66), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TransactionState(Struct, gc=False):
    transactional_id: str = ""
    producer_id: int = 0
    transaction_state: str = ""


class ListTransactionsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    unknown_state_filters: list[str] = field(default_factory=list)
    transaction_states: list[TransactionState] = field(default_factory=list)


_TRANSACTION_STATE = Group(
    TransactionState,
    (
        Field("transactional_id", "string", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("transaction_state", "string", (0, LATEST)),
    ),
)
_LIST_TRANSACTIONS_RESPONSE = Group(
    ListTransactionsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("unknown_state_filters", "string", (0, LATEST), many=True),
        Field("transaction_states", _TRANSACTION_STATE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListTransactionsResponse",
    key=66,
    versions=(0, 2),
    flexible=0,
    body=_LIST_TRANSACTIONS_RESPONSE,
)
