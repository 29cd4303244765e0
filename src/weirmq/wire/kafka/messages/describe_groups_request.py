"""DescribeGroupsRequest, a request (API key 15), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeGroupsRequest(Struct, gc=False):
    groups: list[str] = field(default_factory=list)
    include_authorized_operations: bool = False


_DESCRIBE_GROUPS_REQUEST = Group(
    DescribeGroupsRequest,
    (
        Field("groups", "string", (0, LATEST), many=True),
        Field("include_authorized_operations", "bool", (3, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeGroupsRequest",
    key=15,
    versions=(0, 6),
    flexible=5,
    body=_DESCRIBE_GROUPS_REQUEST,
)
