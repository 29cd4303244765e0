"""DescribeTopicPartitionsRequest, a request (API key 75), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TopicRequest(Struct, gc=False):
    name: str = ""


class Cursor(Struct, gc=False):
    topic_name: str = ""
    partition_index: int = 0


class DescribeTopicPartitionsRequest(Struct, gc=False):
    topics: list[TopicRequest] = field(default_factory=list)
    response_partition_limit: int = 2000
    cursor: Cursor | None = None


_TOPIC_REQUEST = Group(
    TopicRequest,
    (Field("name", "string", (0, LATEST)),),
)
_CURSOR = Group(
    Cursor,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partition_index", "int32", (0, LATEST)),
    ),
)
_DESCRIBE_TOPIC_PARTITIONS_REQUEST = Group(
    DescribeTopicPartitionsRequest,
    (
        Field("topics", _TOPIC_REQUEST, (0, LATEST), many=True),
        Field("response_partition_limit", "int32", (0, LATEST)),
        Field("cursor", _CURSOR, (0, LATEST), nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeTopicPartitionsRequest",
    key=75,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_TOPIC_PARTITIONS_REQUEST,
)
