"""LeaveGroupResponse, an answer (API key 13), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class MemberResponse(Struct, gc=False):
    member_id: str = ""
    group_instance_id: str | None = ""
    error_code: int = 0


class LeaveGroupResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    members: list[MemberResponse] = field(default_factory=list)


_MEMBER_RESPONSE = Group(
    MemberResponse,
    (
        Field("member_id", "string", (3, LATEST)),
        Field("group_instance_id", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("error_code", "int16", (3, LATEST)),
    ),
)
_LEAVE_GROUP_RESPONSE = Group(
    LeaveGroupResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("members", _MEMBER_RESPONSE, (3, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="LeaveGroupResponse",
    key=13,
    versions=(0, 5),
    flexible=4,
    body=_LEAVE_GROUP_RESPONSE,
)
