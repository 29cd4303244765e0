"""OffsetCommitRequest, a request (API key 8), versions 2-10, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class OffsetCommitRequestPartition(Struct, gc=False):
    partition_index: int = 0
    committed_offset: int = 0
    committed_leader_epoch: int = -1
    committed_metadata: str | None = ""


class OffsetCommitRequestTopic(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[OffsetCommitRequestPartition] = field(default_factory=list)


class OffsetCommitRequest(Struct, gc=False):
    group_id: str = ""
    generation_id_or_member_epoch: int = -1
    member_id: str = ""
    group_instance_id: str | None = None
    retention_time_ms: int = -1
    topics: list[OffsetCommitRequestTopic] = field(default_factory=list)


_OFFSET_COMMIT_REQUEST_PARTITION = Group(
    OffsetCommitRequestPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("committed_offset", "int64", (0, LATEST)),
        Field("committed_leader_epoch", "int32", (6, LATEST)),
        Field("committed_metadata", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_OFFSET_COMMIT_REQUEST_TOPIC = Group(
    OffsetCommitRequestTopic,
    (
        Field("name", "string", (0, 9)),
        Field("topic_id", "uuid", (10, LATEST)),
        Field("partitions", _OFFSET_COMMIT_REQUEST_PARTITION, (0, LATEST), many=True),
    ),
)
_OFFSET_COMMIT_REQUEST = Group(
    OffsetCommitRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("generation_id_or_member_epoch", "int32", (1, LATEST)),
        Field("member_id", "string", (1, LATEST)),
        Field("group_instance_id", "string", (7, LATEST), nullable=(7, LATEST)),
        Field("retention_time_ms", "int64", (2, 4)),
        Field("topics", _OFFSET_COMMIT_REQUEST_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="OffsetCommitRequest",
    key=8,
    versions=(2, 10),
    flexible=8,
    body=_OFFSET_COMMIT_REQUEST,
)
