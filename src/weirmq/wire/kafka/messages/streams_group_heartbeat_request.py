"""StreamsGroupHeartbeatRequest, a request (API key 88), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class KeyValue(Struct, gc=False):
    key: str = ""
    value: str = ""


class TopicInfo(Struct, gc=False):
    name: str = ""
    partitions: int = 0
    replication_factor: int = 0
    topic_configs: list[KeyValue] = field(default_factory=list)


class CopartitionGroup(Struct, gc=False):
    source_topics: list[int] = field(default_factory=list)
    source_topic_regex: list[int] = field(default_factory=list)
    repartition_source_topics: list[int] = field(default_factory=list)


class Subtopology(Struct, gc=False):
    subtopology_id: str = ""
    source_topics: list[str] = field(default_factory=list)
    source_topic_regex: list[str] = field(default_factory=list)
    state_changelog_topics: list[TopicInfo] = field(default_factory=list)
    repartition_sink_topics: list[str] = field(default_factory=list)
    repartition_source_topics: list[TopicInfo] = field(default_factory=list)
    copartition_groups: list[CopartitionGroup] = field(default_factory=list)


class Topology(Struct, gc=False):
    epoch: int = 0
    subtopologies: list[Subtopology] = field(default_factory=list)


class TaskIds(Struct, gc=False):
    subtopology_id: str = ""
    partitions: list[int] = field(default_factory=list)


class Endpoint(Struct, gc=False):
    host: str = ""
    port: int = 0


class TaskOffset(Struct, gc=False):
    subtopology_id: str = ""
    partition: int = 0
    offset: int = 0


class StreamsGroupHeartbeatRequest(Struct, gc=False):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0
    endpoint_information_epoch: int = 0
    instance_id: str | None = None
    rack_id: str | None = None
    rebalance_timeout_ms: int = -1
    topology: Topology | None = None
    active_tasks: list[TaskIds] | None = None
    standby_tasks: list[TaskIds] | None = None
    warmup_tasks: list[TaskIds] | None = None
    process_id: str | None = None
    user_endpoint: Endpoint | None = None
    client_tags: list[KeyValue] | None = None
    task_offsets: list[TaskOffset] | None = None
    task_end_offsets: list[TaskOffset] | None = None
    shutdown_application: bool = False


_KEY_VALUE = Group(
    KeyValue,
    (
        Field("key", "string", (0, LATEST)),
        Field("value", "string", (0, LATEST)),
    ),
)
_TOPIC_INFO = Group(
    TopicInfo,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST)),
        Field("replication_factor", "int16", (0, LATEST)),
        Field("topic_configs", _KEY_VALUE, (0, LATEST), many=True),
    ),
)
_COPARTITION_GROUP = Group(
    CopartitionGroup,
    (
        Field("source_topics", "int16", (0, LATEST), many=True),
        Field("source_topic_regex", "int16", (0, LATEST), many=True),
        Field("repartition_source_topics", "int16", (0, LATEST), many=True),
    ),
)
_SUBTOPOLOGY = Group(
    Subtopology,
    (
        Field("subtopology_id", "string", (0, LATEST)),
        Field("source_topics", "string", (0, LATEST), many=True),
        Field("source_topic_regex", "string", (0, LATEST), many=True),
        Field("state_changelog_topics", _TOPIC_INFO, (0, LATEST), many=True),
        Field("repartition_sink_topics", "string", (0, LATEST), many=True),
        Field("repartition_source_topics", _TOPIC_INFO, (0, LATEST), many=True),
        Field("copartition_groups", _COPARTITION_GROUP, (0, LATEST), many=True),
    ),
)
_TOPOLOGY = Group(
    Topology,
    (
        Field("epoch", "int32", (0, LATEST)),
        Field("subtopologies", _SUBTOPOLOGY, (0, LATEST), many=True),
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
_TASK_OFFSET = Group(
    TaskOffset,
    (
        Field("subtopology_id", "string", (0, LATEST)),
        Field("partition", "int32", (0, LATEST)),
        Field("offset", "int64", (0, LATEST)),
    ),
)
_STREAMS_GROUP_HEARTBEAT_REQUEST = Group(
    StreamsGroupHeartbeatRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("endpoint_information_epoch", "int32", (0, LATEST)),
        Field("instance_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rack_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rebalance_timeout_ms", "int32", (0, LATEST)),
        Field("topology", _TOPOLOGY, (0, LATEST), nullable=(0, LATEST)),
        Field("active_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("standby_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("warmup_tasks", _TASK_IDS, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("process_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("user_endpoint", _ENDPOINT, (0, LATEST), nullable=(0, LATEST)),
        Field("client_tags", _KEY_VALUE, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("task_offsets", _TASK_OFFSET, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("task_end_offsets", _TASK_OFFSET, (0, LATEST), many=True, nullable=(0, LATEST)),
        Field("shutdown_application", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="StreamsGroupHeartbeatRequest",
    key=88,
    versions=(0, 0),
    flexible=0,
    body=_STREAMS_GROUP_HEARTBEAT_REQUEST,
)
