"""DescribeQuorumRequest, a request (API key 55), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class PartitionData(Struct, gc=False):
    partition_index: int = 0


class TopicData(Struct, gc=False):
    topic_name: str = ""
    partitions: list[PartitionData] = field(default_factory=list)


class DescribeQuorumRequest(Struct, gc=False):
    topics: list[TopicData] = field(default_factory=list)


_PARTITION_DATA = Group(
    PartitionData,
    (Field("partition_index", "int32", (0, LATEST)),),
)
_TOPIC_DATA = Group(
    TopicData,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", _PARTITION_DATA, (0, LATEST), many=True),
    ),
)
_DESCRIBE_QUORUM_REQUEST = Group(
    DescribeQuorumRequest,
    (Field("topics", _TOPIC_DATA, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="DescribeQuorumRequest",
    key=55,
    versions=(0, 2),
    flexible=0,
    body=_DESCRIBE_QUORUM_REQUEST,
)
