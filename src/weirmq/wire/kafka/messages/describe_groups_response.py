"""DescribeGroupsResponse, an answer (API key 15), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribedGroupMember(Struct, gc=False):
    member_id: str = ""
    group_instance_id: str | None = None
    client_id: str = ""
    client_host: str = ""
    member_metadata: bytes = b""
    member_assignment: bytes = b""


class DescribedGroup(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = None
    group_id: str = ""
    group_state: str = ""
    protocol_type: str = ""
    protocol_data: str = ""
    members: list[DescribedGroupMember] = field(default_factory=list)
    authorized_operations: int = -2147483648


class DescribeGroupsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    groups: list[DescribedGroup] = field(default_factory=list)


_DESCRIBED_GROUP_MEMBER = Group(
    DescribedGroupMember,
    (
        Field("member_id", "string", (0, LATEST)),
        Field("group_instance_id", "string", (4, LATEST), nullable=(4, LATEST)),
        Field("client_id", "string", (0, LATEST)),
        Field("client_host", "string", (0, LATEST)),
        Field("member_metadata", "bytes", (0, LATEST)),
        Field("member_assignment", "bytes", (0, LATEST)),
    ),
)
_DESCRIBED_GROUP = Group(
    DescribedGroup,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (6, LATEST), nullable=(6, LATEST)),
        Field("group_id", "string", (0, LATEST)),
        Field("group_state", "string", (0, LATEST)),
        Field("protocol_type", "string", (0, LATEST)),
        Field("protocol_data", "string", (0, LATEST)),
        Field("members", _DESCRIBED_GROUP_MEMBER, (0, LATEST), many=True),
        Field("authorized_operations", "int32", (3, LATEST)),
    ),
)
_DESCRIBE_GROUPS_RESPONSE = Group(
    DescribeGroupsResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("groups", _DESCRIBED_GROUP, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeGroupsResponse",
    key=15,
    versions=(0, 6),
    flexible=5,
    body=_DESCRIBE_GROUPS_RESPONSE,
)
