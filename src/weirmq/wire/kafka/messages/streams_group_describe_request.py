"""StreamsGroupDescribeRequest, a request (API key 89), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class StreamsGroupDescribeRequest(Struct, gc=False):
    group_ids: list[str] = field(default_factory=list)
    include_authorized_operations: bool = False


_STREAMS_GROUP_DESCRIBE_REQUEST = Group(
    StreamsGroupDescribeRequest,
    (
        Field("group_ids", "string", (0, LATEST), many=True),
        Field("include_authorized_operations", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="StreamsGroupDescribeRequest",
    key=89,
    versions=(0, 0),
    flexible=0,
    body=_STREAMS_GROUP_DESCRIBE_REQUEST,
)
