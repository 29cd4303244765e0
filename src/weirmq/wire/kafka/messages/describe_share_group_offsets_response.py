"""DescribeShareGroupOffsetsResponse, an answer (API key 90), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class DescribeShareGroupOffsetsResponsePartition(Struct, gc=False):
    partition_index: int = 0
    start_offset: int = 0
    leader_epoch: int = 0
    lag: int = -1
    error_code: int = 0
    error_message: str | None = None


class DescribeShareGroupOffsetsResponseTopic(Struct, gc=False):
    topic_name: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[DescribeShareGroupOffsetsResponsePartition] = field(default_factory=list)


class DescribeShareGroupOffsetsResponseGroup(Struct, gc=False):
    group_id: str = ""
    topics: list[DescribeShareGroupOffsetsResponseTopic] = field(default_factory=list)
    error_code: int = 0
    error_message: str | None = None


class DescribeShareGroupOffsetsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    groups: list[DescribeShareGroupOffsetsResponseGroup] = field(default_factory=list)


_DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_PARTITION = Group(
    DescribeShareGroupOffsetsResponsePartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("start_offset", "int64", (0, LATEST)),
        Field("leader_epoch", "int32", (0, LATEST)),
        Field("lag", "int64", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC = Group(
    DescribeShareGroupOffsetsResponseTopic,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", _DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_PARTITION, (0, LATEST), many=True),
    ),
)
_DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUP = Group(
    DescribeShareGroupOffsetsResponseGroup,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("topics", _DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_TOPIC, (0, LATEST), many=True),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE = Group(
    DescribeShareGroupOffsetsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("groups", _DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUP, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeShareGroupOffsetsResponse",
    key=90,
    versions=(0, 1),
    flexible=0,
    body=_DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE,
)
