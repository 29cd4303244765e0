"""FetchResponse, an answer (API key 1), versions 4-18, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class EpochEndOffset(Struct, gc=False):
    epoch: int = -1
    end_offset: int = -1


class LeaderIdAndEpoch(Struct, gc=False):
    leader_id: int = -1
    leader_epoch: int = -1


class SnapshotId(Struct, gc=False):
    end_offset: int = -1
    epoch: int = -1


class AbortedTransaction(Struct, gc=False):
    producer_id: int = 0
    first_offset: int = 0


class PartitionData(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    high_watermark: int = 0
    last_stable_offset: int = -1
    log_start_offset: int = -1
    diverging_epoch: EpochEndOffset = field(default_factory=EpochEndOffset)
    current_leader: LeaderIdAndEpoch = field(default_factory=LeaderIdAndEpoch)
    snapshot_id: SnapshotId = field(default_factory=SnapshotId)
    aborted_transactions: list[AbortedTransaction] | None = field(default_factory=list)
    preferred_read_replica: int = -1
    records: bytes | memoryview | None = b""


class FetchableTopicResponse(Struct, gc=False):
    topic: str = ""
    topic_id: bytes = NO_UUID
    partitions: list[PartitionData] = field(default_factory=list)


class NodeEndpoint(Struct, gc=False):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


class FetchResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    session_id: int = 0
    responses: list[FetchableTopicResponse] = field(default_factory=list)
    node_endpoints: list[NodeEndpoint] = field(default_factory=list)


_EPOCH_END_OFFSET = Group(
    EpochEndOffset,
    (
        Field("epoch", "int32", (12, LATEST)),
        Field("end_offset", "int64", (12, LATEST)),
    ),
)
_LEADER_ID_AND_EPOCH = Group(
    LeaderIdAndEpoch,
    (
        Field("leader_id", "int32", (12, LATEST)),
        Field("leader_epoch", "int32", (12, LATEST)),
    ),
)
_SNAPSHOT_ID = Group(
    SnapshotId,
    (
        Field("end_offset", "int64", (0, LATEST)),
        Field("epoch", "int32", (0, LATEST)),
    ),
)
_ABORTED_TRANSACTION = Group(
    AbortedTransaction,
    (
        Field("producer_id", "int64", (4, LATEST)),
        Field("first_offset", "int64", (4, LATEST)),
    ),
)
_PARTITION_DATA = Group(
    PartitionData,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("high_watermark", "int64", (0, LATEST)),
        Field("last_stable_offset", "int64", (4, LATEST)),
        Field("log_start_offset", "int64", (5, LATEST)),
        Field("diverging_epoch", _EPOCH_END_OFFSET, (12, LATEST), tag=0, tagged=(12, LATEST)),
        Field("current_leader", _LEADER_ID_AND_EPOCH, (12, LATEST), tag=1, tagged=(12, LATEST)),
        Field("snapshot_id", _SNAPSHOT_ID, (12, LATEST), tag=2, tagged=(12, LATEST)),
        Field("aborted_transactions", _ABORTED_TRANSACTION, (4, LATEST), many=True, nullable=(4, LATEST)),
        Field("preferred_read_replica", "int32", (11, LATEST)),
        Field("records", "records", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_FETCHABLE_TOPIC_RESPONSE = Group(
    FetchableTopicResponse,
    (
        Field("topic", "string", (0, 12)),
        Field("topic_id", "uuid", (13, LATEST)),
        Field("partitions", _PARTITION_DATA, (0, LATEST), many=True),
    ),
)
_NODE_ENDPOINT = Group(
    NodeEndpoint,
    (
        Field("node_id", "int32", (16, LATEST)),
        Field("host", "string", (16, LATEST)),
        Field("port", "int32", (16, LATEST)),
        Field("rack", "string", (16, LATEST), nullable=(16, LATEST)),
    ),
)
_FETCH_RESPONSE = Group(
    FetchResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (7, LATEST)),
        Field("session_id", "int32", (7, LATEST)),
        Field("responses", _FETCHABLE_TOPIC_RESPONSE, (0, LATEST), many=True),
        Field("node_endpoints", _NODE_ENDPOINT, (16, LATEST), many=True, tag=0, tagged=(16, LATEST)),
    ),
)
MESSAGE = Message(
    name="FetchResponse",
    key=1,
    versions=(4, 18),
    flexible=12,
    body=_FETCH_RESPONSE,
)
