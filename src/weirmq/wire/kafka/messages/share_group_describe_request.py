"""ShareGroupDescribeRequest, a request (API key 77), versions 1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ShareGroupDescribeRequest(Struct, gc=False):
    group_ids: list[str] = field(default_factory=list)
    include_authorized_operations: bool = False


_SHARE_GROUP_DESCRIBE_REQUEST = Group(
    ShareGroupDescribeRequest,
    (
        Field("group_ids", "string", (0, LATEST), many=True),
        Field("include_authorized_operations", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ShareGroupDescribeRequest",
    key=77,
    versions=(1, 1),
    flexible=0,
    body=_SHARE_GROUP_DESCRIBE_REQUEST,
)
