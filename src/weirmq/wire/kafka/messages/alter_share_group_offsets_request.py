"""AlterShareGroupOffsetsRequest, a request (API key 91), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterShareGroupOffsetsRequestPartition(Struct, gc=False):
    partition_index: int = 0
    start_offset: int = 0


class AlterShareGroupOffsetsRequestTopic(Struct, gc=False):
    topic_name: str = ""
    partitions: list[AlterShareGroupOffsetsRequestPartition] = field(default_factory=list)


class AlterShareGroupOffsetsRequest(Struct, gc=False):
    group_id: str = ""
    topics: list[AlterShareGroupOffsetsRequestTopic] = field(default_factory=list)


_ALTER_SHARE_GROUP_OFFSETS_REQUEST_PARTITION = Group(
    AlterShareGroupOffsetsRequestPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("start_offset", "int64", (0, LATEST)),
    ),
)
_ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPIC = Group(
    AlterShareGroupOffsetsRequestTopic,
    (
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", _ALTER_SHARE_GROUP_OFFSETS_REQUEST_PARTITION, (0, LATEST), many=True),
    ),
)
_ALTER_SHARE_GROUP_OFFSETS_REQUEST = Group(
    AlterShareGroupOffsetsRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("topics", _ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterShareGroupOffsetsRequest",
    key=91,
    versions=(0, 0),
    flexible=0,
    body=_ALTER_SHARE_GROUP_OFFSETS_REQUEST,
)
