"""StreamsGroupHeartbeatResponse, an answer (API key 88), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class Status(Struct, gc=False):
    status_code: int = 0
    status_detail: str = ""


class TaskIds(Struct, gc=False):
    subtopology_id: str = ""
    partitions: list[int] = field(default_factory=list)


class Endpoint(Struct, gc=False):
    host: str = ""
    port: int = 0


class TopicPartition(Struct, gc=False):
    topic: str = ""
    partitions: list[int] = field(default_factory=list)


class EndpointToPartitions(Struct, gc=False):
    user_endpoint: Endpoint = field(default_factory=Endpoint)
    active_partitions: list[TopicPartition] = field(default_factory=list)
    standby_partitions: list[TopicPartition] = field(default_factory=list)


class StreamsGroupHeartbeatResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = None
    member_id: str = ""
    member_epoch: int = 0
    heartbeat_interval_ms: int = 0
    acceptable_recovery_lag: int = 0
    task_offset_interval_ms: int = 0
    status: list[Status] | None = field(default_factory=list)
    active_tasks: list[TaskIds] | None = None
    standby_tasks: list[TaskIds] | None = None
    warmup_tasks: list[TaskIds] | None = None
    endpoint_information_epoch: int = 0
    partitions_by_user_endpoint: list[EndpointToPartitions] | None = None


_STATUS = Group(
    Status,
    (
        Field("status_code", "int8", (0, LATEST)),
        Field("status_detail", "string", (0, LATEST)),
    ),
)
_TASK_IDS = Group(
    TaskIds,
    (
        Field("subtopology_id", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ENDPOINT = Group(
    Endpoint,
    (
        Field("host", "string", (0, LATEST)),
        Field("port", "uint16", (0, LATEST)),
    ),
)
_TOPIC_PARTITION = Group(
    TopicPartition,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ENDPOINT_TO_PARTITIONS = Group(
    EndpointToPartitions,
    (
        Field("user_endpoint", _ENDPOINT, (0, LATEST)),
        Field("active_partitions", _TOPIC_PARTITION, (0, LATEST), many=True),
        Field("standby_partitions", _TOPIC_PARTITION, (0, LATEST), many=True),
    ),
)
_STREAMS_GROUP_HEARTBEAT_RESPONSE = Group(
    StreamsGroupHeartbeatResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("heartbeat_interval_ms", "int32", (0, LATEST)),
        Field("acceptable_recovery_lag", "int32", (0, LATEST)),
        Field("task_offset_interval_ms", "int32", (0, LATEST)),
        Field("status", _STATUS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("active_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("standby_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("warmup_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("endpoint_information_epoch", "int32", (0, LATEST)),
        Field("partitions_by_user_endpoint", _ENDPOINT_TO_PARTITIONS, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="StreamsGroupHeartbeatResponse",
    key=88,
    versions=(0, 0),
    flexible=0,
    body=_STREAMS_GROUP_HEARTBEAT_RESPONSE,
)
