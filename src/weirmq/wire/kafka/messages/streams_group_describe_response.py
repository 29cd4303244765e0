"""StreamsGroupDescribeResponse, an answer (API key 89), versions 0, as Apache Kafka 4.3.0 describes it.

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


class Subtopology(Struct, gc=False):
    subtopology_id: str = ""
    source_topics: list[str] = field(default_factory=list)
    repartition_sink_topics: list[str] = field(default_factory=list)
    state_changelog_topics: list[TopicInfo] = field(default_factory=list)
    repartition_source_topics: list[TopicInfo] = field(default_factory=list)


class Topology(Struct, gc=False):
    epoch: int = 0
    subtopologies: list[Subtopology] | None = None


class Endpoint(Struct, gc=False):
    host: str = ""
    port: int = 0


class TaskOffset(Struct, gc=False):
    subtopology_id: str = ""
    partition: int = 0
    offset: int = 0


class TaskIds(Struct, gc=False):
    subtopology_id: str = ""
    partitions: list[int] = field(default_factory=list)


class Assignment(Struct, gc=False):
    active_tasks: list[TaskIds] = field(default_factory=list)
    standby_tasks: list[TaskIds] = field(default_factory=list)
    warmup_tasks: list[TaskIds] = field(default_factory=list)


class Member(Struct, gc=False):
    member_id: str = ""
    member_epoch: int = 0
    instance_id: str | None = None
    rack_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    topology_epoch: int = 0
    process_id: str = ""
    user_endpoint: Endpoint | None = None
    client_tags: list[KeyValue] = field(default_factory=list)
    task_offsets: list[TaskOffset] = field(default_factory=list)
    task_end_offsets: list[TaskOffset] = field(default_factory=list)
    assignment: Assignment = field(default_factory=Assignment)
    target_assignment: Assignment = field(default_factory=Assignment)
    is_classic: bool = False


class DescribedGroup(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = None
    group_id: str = ""
    group_state: str = ""
    group_epoch: int = 0
    assignment_epoch: int = 0
    topology: Topology | None = None
    members: list[Member] = field(default_factory=list)
    authorized_operations: int = -2147483648


class StreamsGroupDescribeResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    groups: list[DescribedGroup] = field(default_factory=list)


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
_SUBTOPOLOGY = Group(
    Subtopology,
    (
        Field("subtopology_id", "string", (0, LATEST)),
        Field("source_topics", "string", (0, LATEST), many=True),
        Field("repartition_sink_topics", "string", (0, LATEST), many=True),
        Field("state_changelog_topics", _TOPIC_INFO, (0, LATEST), many=True),
        Field("repartition_source_topics", _TOPIC_INFO, (0, LATEST), many=True),
    ),
)
_TOPOLOGY = Group(
    Topology,
    (
        Field("epoch", "int32", (0, LATEST)),
        Field("subtopologies", _SUBTOPOLOGY, (0, LATEST), many=True, nullable=(0, LATEST)),
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
_TASK_IDS = Group(
    TaskIds,
    (
        Field("subtopology_id", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ASSIGNMENT = Group(
    Assignment,
    (
        Field("active_tasks", _TASK_IDS, (0, LATEST), many=True),
        Field("standby_tasks", _TASK_IDS, (0, LATEST), many=True),
        Field("warmup_tasks", _TASK_IDS, (0, LATEST), many=True),
    ),
)
_MEMBER = Group(
    Member,
    (
        Field("member_id", "string", (0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("instance_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rack_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("client_id", "string", (0, LATEST)),
        Field("client_host", "string", (0, LATEST)),
        Field("topology_epoch", "int32", (0, LATEST)),
        Field("process_id", "string", (0, LATEST)),
        Field("user_endpoint", _ENDPOINT, (0, LATEST), nullable=(0, LATEST)),
        Field("client_tags", _KEY_VALUE, (0, LATEST), many=True),
        Field("task_offsets", _TASK_OFFSET, (0, LATEST), many=True),
        Field("task_end_offsets", _TASK_OFFSET, (0, LATEST), many=True),
        Field("assignment", _ASSIGNMENT, (0, LATEST)),
        Field("target_assignment", _ASSIGNMENT, (0, LATEST)),
        Field("is_classic", "bool", (0, LATEST)),
    ),
)
_DESCRIBED_GROUP = Group(
    DescribedGroup,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("group_id", "string", (0, LATEST)),
        Field("group_state", "string", (0, LATEST)),
        Field("group_epoch", "int32", (0, LATEST)),
        Field("assignment_epoch", "int32", (0, LATEST)),
        Field("topology", _TOPOLOGY, (0, LATEST), nullable=(0, LATEST)),
        Field("members", _MEMBER, (0, LATEST), many=True),
        Field("authorized_operations", "int32", (0, LATEST)),
    ),
)
_STREAMS_GROUP_DESCRIBE_RESPONSE = Group(
    StreamsGroupDescribeResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("groups", _DESCRIBED_GROUP, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="StreamsGroupDescribeResponse",
    key=89,
    versions=(0, 0),
    flexible=0,
    body=_STREAMS_GROUP_DESCRIBE_RESPONSE,
)
