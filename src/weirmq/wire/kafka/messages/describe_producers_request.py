"""DescribeProducersRequest, a request (API key 61), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TopicRequest(Struct, gc=False):
    name: str = ""
    partition_indexes: list[int] = field(default_factory=list)


class DescribeProducersRequest(Struct, gc=False):
    topics: list[TopicRequest] = field(default_factory=list)


_TOPIC_REQUEST = Group(
    TopicRequest,
    (
        Field("name", "string", (0, LATEST)),
        Field("partition_indexes", "int32", (0, LATEST), many=True),
    ),
)
_DESCRIBE_PRODUCERS_REQUEST = Group(
    DescribeProducersRequest,
    (Field("topics", _TOPIC_REQUEST, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="DescribeProducersRequest",
    key=61,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_PRODUCERS_REQUEST,
)
