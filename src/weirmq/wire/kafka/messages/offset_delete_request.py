"""OffsetDeleteRequest, a request (API key 47), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class OffsetDeleteRequestPartition(Struct, gc=False):
    partition_index: int = 0


class OffsetDeleteRequestTopic(Struct, gc=False):
    name: str = ""
    partitions: list[OffsetDeleteRequestPartition] = field(default_factory=list)


class OffsetDeleteRequest(Struct, gc=False):
    group_id: str = ""
    topics: list[OffsetDeleteRequestTopic] = field(default_factory=list)


_OFFSET_DELETE_REQUEST_PARTITION = Group(
    OffsetDeleteRequestPartition,
    (Field("partition_index", "int32", (0, LATEST)),),
)
_OFFSET_DELETE_REQUEST_TOPIC = Group(
    OffsetDeleteRequestTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _OFFSET_DELETE_REQUEST_PARTITION, (0, LATEST), many=True),
    ),
)
_OFFSET_DELETE_REQUEST = Group(
    OffsetDeleteRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("topics", _OFFSET_DELETE_REQUEST_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetDeleteRequest",
    key=47,
    versions=(0, 0),
    flexible=LATEST,
    body=_OFFSET_DELETE_REQUEST,
)
