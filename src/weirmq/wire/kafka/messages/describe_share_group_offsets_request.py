"""DescribeShareGroupOffsetsRequest, a request (API key 90), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeShareGroupOffsetsRequestTopic(Struct, gc=False):
    topic_name: str = ""
    partitions: list[int] = field(default_factory=list)


class DescribeShareGroupOffsetsRequestGroup(Struct, gc=False):
    group_id: str = ""
    topics: list[DescribeShareGroupOffsetsRequestTopic] | None = field(default_factory=list)


class DescribeShareGroupOffsetsRequest(Struct, gc=False):
    groups: list[DescribeShareGroupOffsetsRequestGroup] = field(default_factory=list)


_DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_TOPIC = Group(
    DescribeShareGroupOffsetsRequestTopic,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUP = Group(
    DescribeShareGroupOffsetsRequestGroup,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("topics", _DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_TOPIC, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
_DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST = Group(
    DescribeShareGroupOffsetsRequest,
    (Field("groups", _DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUP, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="DescribeShareGroupOffsetsRequest",
    key=90,
    versions=(0, 1),
    flexible=0,
    body=_DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST,
)
