"""DescribeLogDirsRequest, a request (API key 35), versions 1-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribableLogDirTopic(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class DescribeLogDirsRequest(Struct, gc=False):
    topics: list[DescribableLogDirTopic] | None = field(default_factory=list)


_DESCRIBABLE_LOG_DIR_TOPIC = Group(
    DescribableLogDirTopic,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_DESCRIBE_LOG_DIRS_REQUEST = Group(
    DescribeLogDirsRequest,
    (Field("topics", _DESCRIBABLE_LOG_DIR_TOPIC, (0, LATEST), many=True, nullable=(0, LATEST)),),
)
MESSAGE = Message(
    name="DescribeLogDirsRequest",
    key=35,
    versions=(1, 5),
    flexible=2,
    body=_DESCRIBE_LOG_DIRS_REQUEST,
)
