"""ConsumerGroupDescribeRequest, a request (API key 69), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ConsumerGroupDescribeRequest(Struct, gc=False):
    group_ids: list[str] = field(default_factory=list)
    include_authorized_operations: bool = False


_CONSUMER_GROUP_DESCRIBE_REQUEST = Group(
    ConsumerGroupDescribeRequest,
    (
        Field("group_ids", "string", (0, LATEST), many=True),
        Field("include_authorized_operations", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ConsumerGroupDescribeRequest",
    key=69,
    versions=(0, 1),
    flexible=0,
    body=_CONSUMER_GROUP_DESCRIBE_REQUEST,
)
