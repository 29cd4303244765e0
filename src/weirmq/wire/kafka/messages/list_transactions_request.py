"""ListTransactionsRequest, a request (API key 66), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListTransactionsRequest(Struct, gc=False):
    state_filters: list[str] = field(default_factory=list)
    producer_id_filters: list[int] = field(default_factory=list)
    duration_filter: int = -1
    transactional_id_pattern: str | None = None


_LIST_TRANSACTIONS_REQUEST = Group(
    ListTransactionsRequest,
    (
        Field("state_filters", "string", (0, LATEST), many=True),
        Field("producer_id_filters", "int64", (0, LATEST), many=True),
        Field("duration_filter", "int64", (1, LATEST)),
        Field("transactional_id_pattern", "string", (2, LATEST), nullable=(2, LATEST)),
    ),
)
MESSAGE = Message(
    name="ListTransactionsRequest",
    key=66,
    versions=(0, 2),
    flexible=0,
    body=_LIST_TRANSACTIONS_REQUEST,
)
