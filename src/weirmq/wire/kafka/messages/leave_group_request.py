"""LeaveGroupRequest, a request (API key 13), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class MemberIdentity(Struct, gc=False):
    member_id: str = ""
    group_instance_id: str | None = None
    reason: str | None = None


class LeaveGroupRequest(Struct, gc=False):
    group_id: str = ""
    member_id: str = ""
    members: list[MemberIdentity] = field(default_factory=list)


_MEMBER_IDENTITY = Group(
    MemberIdentity,
    (
        Field("member_id", "string", (3, LATEST)),
        Field("group_instance_id", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("reason", "string", (5, LATEST), nullable=(5, LATEST)),
    ),
)
_LEAVE_GROUP_REQUEST = Group(
    LeaveGroupRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("member_id", "string", (0, 2)),
        Field("members", _MEMBER_IDENTITY, (3, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="LeaveGroupRequest",
    key=13,
    versions=(0, 5),
    flexible=4,
    body=_LEAVE_GROUP_REQUEST,
)
