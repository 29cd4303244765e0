"""ConsumerGroupDescribeResponse, an answer (API key 69), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class TopicPartitions(Struct, gc=False):
    topic_id: bytes = NO_UUID
    topic_name: str = ""
    partitions: list[int] = field(default_factory=list)


class Assignment(Struct, gc=False):
    topic_partitions: list[TopicPartitions] = field(default_factory=list)


class Member(Struct, gc=False):
    member_id: str = ""
    instance_id: str | None = None
    rack_id: str | None = None
    member_epoch: int = 0
    client_id: str = ""
    client_host: str = ""
    subscribed_topic_names: list[str] = field(default_factory=list)
    subscribed_topic_regex: str | None = None
    assignment: Assignment = field(default_factory=Assignment)
    target_assignment: Assignment = field(default_factory=Assignment)
    member_type: int = -1


class DescribedGroup(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = None
    group_id: str = ""
    group_state: str = ""
    group_epoch: int = 0
    assignment_epoch: int = 0
    assignor_name: str = ""
    members: list[Member] = field(default_factory=list)
    authorized_operations: int = -2147483648


class ConsumerGroupDescribeResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    groups: list[DescribedGroup] = field(default_factory=list)


_TOPIC_PARTITIONS = Group(
    TopicPartitions,
    (
        Field("topic_id", "uuid", (0, LATEST)),
        Field("topic_name", "string", (0, LATEST)),
        Field("partitions", "int32", (0, LATEST), many=True),
    ),
)
_ASSIGNMENT = Group(
    Assignment,
    (Field("topic_partitions", _TOPIC_PARTITIONS, (0, LATEST), many=True),),
)
_MEMBER = Group(
    Member,
    (
        Field("member_id", "string", (0, LATEST)),
        Field("instance_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("rack_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("client_id", "string", (0, LATEST)),
        Field("client_host", "string", (0, LATEST)),
        Field("subscribed_topic_names", "string", (0, LATEST), many=True),
        Field("subscribed_topic_regex", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("assignment", _ASSIGNMENT, (0, LATEST)),
        Field("target_assignment", _ASSIGNMENT, (0, LATEST)),
        Field("member_type", "int8", (1, LATEST)),
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
        Field("assignor_name", "string", (0, LATEST)),
        Field("members", _MEMBER, (0, LATEST), many=True),
        Field("authorized_operations", "int32", (0, LATEST)),
    ),
)
_CONSUMER_GROUP_DESCRIBE_RESPONSE = Group(
    ConsumerGroupDescribeResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("groups", _DESCRIBED_GROUP, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ConsumerGroupDescribeResponse",
    key=69,
    versions=(0, 1),
    flexible=0,
    body=_CONSUMER_GROUP_DESCRIBE_RESPONSE,
)
