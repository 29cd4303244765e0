"""TxnOffsetCommitRequest, a request (API key 28), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class TxnOffsetCommitRequestPartition(Struct, gc=False):
    partition_index: int = 0
    committed_offset: int = 0
    committed_leader_epoch: int = -1
    committed_metadata: str | None = ""


class TxnOffsetCommitRequestTopic(Struct, gc=False):
    name: str = ""
    partitions: list[TxnOffsetCommitRequestPartition] = field(default_factory=list)


class TxnOffsetCommitRequest(Struct, gc=False):
    transactional_id: str = ""
    group_id: str = ""
    producer_id: int = 0
    producer_epoch: int = 0
    generation_id: int = -1
    member_id: str = ""
    group_instance_id: str | None = None
    topics: list[TxnOffsetCommitRequestTopic] = field(default_factory=list)


_TXN_OFFSET_COMMIT_REQUEST_PARTITION = Group(
    TxnOffsetCommitRequestPartition,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("committed_offset", "int64", (0, LATEST)),
        Field("committed_leader_epoch", "int32", (2, LATEST)),
        Field("committed_metadata", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_TXN_OFFSET_COMMIT_REQUEST_TOPIC = Group(
    TxnOffsetCommitRequestTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _TXN_OFFSET_COMMIT_REQUEST_PARTITION, (0, LATEST), many=True),
    ),
)
_TXN_OFFSET_COMMIT_REQUEST = Group(
    TxnOffsetCommitRequest,
    (
        Field("transactional_id", "string", (0, LATEST)),
        Field("group_id", "string", (0, LATEST)),
        Field("producer_id", "int64", (0, LATEST)),
        Field("producer_epoch", "int16", (0, LATEST)),
        Field("generation_id", "int32", (3, LATEST)),
        Field("member_id", "string", (3, LATEST)),
        Field("group_instance_id", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("topics", _TXN_OFFSET_COMMIT_REQUEST_TOPIC, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="TxnOffsetCommitRequest",
    key=28,
    versions=(0, 5),
    flexible=3,
    body=_TXN_OFFSET_COMMIT_REQUEST,
)
