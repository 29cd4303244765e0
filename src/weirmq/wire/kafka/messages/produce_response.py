"""ProduceResponse, an answer (API key 0), versions 3-13, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class BatchIndexAndErrorMessage(Struct, gc=False):
    batch_index: int = 0
    batch_index_error_message: str | None = None


class LeaderIdAndEpoch(Struct, gc=False):
    leader_id: int = -1
    leader_epoch: int = -1


class PartitionProduceResponse(Struct, gc=False):
    index: int = 0
    error_code: int = 0
    base_offset: int = 0
    log_append_time_ms: int = -1
    log_start_offset: int = -1
    record_errors: list[BatchIndexAndErrorMessage] = field(default_factory=list)
    error_message: str | None = None
    current_leader: LeaderIdAndEpoch = field(default_factory=LeaderIdAndEpoch)


class TopicProduceResponse(Struct, gc=False):
    name: str = ""
    topic_id: bytes = NO_UUID
    partition_responses: list[PartitionProduceResponse] = field(default_factory=list)


class NodeEndpoint(Struct, gc=False):
    node_id: int = 0
    host: str = ""
    port: int = 0
    rack: str | None = None


class ProduceResponse(Struct, gc=False):
    responses: list[TopicProduceResponse] = field(default_factory=list)
    throttle_time_ms: int = 0
    node_endpoints: list[NodeEndpoint] = field(default_factory=list)


_BATCH_INDEX_AND_ERROR_MESSAGE = Group(
    BatchIndexAndErrorMessage,
    (
        Field("batch_index", "int32", (8, LATEST)),
        Field("batch_index_error_message", "string", (8, LATEST), nullable=(8, LATEST)),
    ),
)
_LEADER_ID_AND_EPOCH = Group(
    LeaderIdAndEpoch,
    (
        Field("leader_id", "int32", (10, LATEST)),
        Field("leader_epoch", "int32", (10, LATEST)),
    ),
)
_PARTITION_PRODUCE_RESPONSE = Group(
    PartitionProduceResponse,
    (
        Field("index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("base_offset", "int64", (0, LATEST)),
        Field("log_append_time_ms", "int64", (2, LATEST)),
        Field("log_start_offset", "int64", (5, LATEST)),
        Field("record_errors", _BATCH_INDEX_AND_ERROR_MESSAGE, (8, LATEST), many=True),
        Field("error_message", "string", (8, LATEST), nullable=(8, LATEST)),
        Field("current_leader", _LEADER_ID_AND_EPOCH, (10, LATEST), tag=0, tagged=(10, LATEST)),
    ),
)
_TOPIC_PRODUCE_RESPONSE = Group(
    TopicProduceResponse,
    (
        Field("name", "string", (0, 12)),
        Field("topic_id", "uuid", (13, LATEST)),
        Field("partition_responses", _PARTITION_PRODUCE_RESPONSE, (0, LATEST), many=True),
    ),
)
_NODE_ENDPOINT = Group(
    NodeEndpoint,
    (
        Field("node_id", "int32", (10, LATEST)),
        Field("host", "string", (10, LATEST)),
        Field("port", "int32", (10, LATEST)),
        Field("rack", "string", (10, LATEST), nullable=(10, LATEST)),
    ),
)
_PRODUCE_RESPONSE = Group(
    ProduceResponse,
    (
        Field("responses", _TOPIC_PRODUCE_RESPONSE, (0, LATEST), many=True),
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("node_endpoints", _NODE_ENDPOINT, (10, LATEST), many=True, tag=0, tagged=(10, LATEST)),
    ),
)
MESSAGE = Message(
    name="ProduceResponse",
    key=0,
    versions=(3, 13),
    flexible=9,
    body=_PRODUCE_RESPONSE,
)
