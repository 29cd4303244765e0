"""ShareFetchResponse, an answer (API key 78), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class LeaderIdAndEpoch(Struct, gc=False):
    leader_id: int = 0
    leader_epoch: int = 0


class AcquiredRecords(Struct, gc=False):
    first_offset: int = 0
    last_offset: int = 0
    delivery_count: int = 0


class PartitionData(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = None
    acknowledge_error_code: int = 0
    acknowledge_error_message: str | None = None
    current_leader: LeaderIdAndEpoch = field(default_factory=LeaderIdAndEpoch)
    records: bytes | memoryview | None = b""
    acquired_records: list[AcquiredRecords] = field(default_factory=list)


class ShareFetchableTopicResponse(Struct, gc=False):
    topic_id: bytes = NO_UUID
    partitions: list[PartitionData] = field(default_factory=list)


class NodeEndpoint(Struct, gc=False):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


class ShareFetchResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    acquisition_lock_timeout_ms: int = 0
    responses: list[ShareFetchableTopicResponse] = field(default_factory=list)
    node_endpoints: list[NodeEndpoint] = field(default_factory=list)


_LEADER_ID_AND_EPOCH = Group(
    LeaderIdAndEpoch,
    (
        Field("leader_id", "int32", (0, LATEST)),
        Field("leader_epoch", "int32", (0, LATEST)),
    ),
)
_ACQUIRED_RECORDS = Group(
    AcquiredRecords,
    (
        Field("first_offset", "int64", (0, LATEST)),
        Field("last_offset", "int64", (0, LATEST)),
        Field("delivery_count", "int16", (0, LATEST)),
    ),
)
_PARTITION_DATA = Group(
    PartitionData,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("acknowledge_error_code", "int16", (0, LATEST)),
        Field("acknowledge_error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("current_leader", _LEADER_ID_AND_EPOCH, (0, LATEST)),
        Field("records", "records", (0, LATEST), nullable=(0, 0)),
        Field("acquired_records", _ACQUIRED_RECORDS, (0, LATEST), many=True),
    ),
)
_SHARE_FETCHABLE_TOPIC_RESPONSE = Group(
    ShareFetchableTopicResponse,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("partitions", _PARTITION_DATA, (0, LATEST), many=True),
    ),
)
_NODE_ENDPOINT = Group(
    NodeEndpoint,
    (
        Field("node_id", "int32", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("port", "int32", (0, LATEST)),
        Field("rack", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_SHARE_FETCH_RESPONSE = Group(
    ShareFetchResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("acquisition_lock_timeout_ms", "int32", (1, LATEST)),
        Field("responses", _SHARE_FETCHABLE_TOPIC_RESPONSE, (0, LATEST), many=True),
        Field("node_endpoints", _NODE_ENDPOINT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ShareFetchResponse",
    key=78,
    versions=(1, 2),
    flexible=0,
    body=_SHARE_FETCH_RESPONSE,
)
