"""DescribeTransactionsRequest, a request (API key 65), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeTransactionsRequest(Struct, gc=False):
    transactional_ids: list[str] = field(default_factory=list)


_DESCRIBE_TRANSACTIONS_REQUEST = Group(
    DescribeTransactionsRequest,
    (Field("transactional_ids", "string", (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="DescribeTransactionsRequest",
    key=65,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_TRANSACTIONS_REQUEST,
)
