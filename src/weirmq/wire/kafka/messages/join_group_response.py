"""JoinGroupResponse, an answer (API key 11), versions 0-9, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class JoinGroupResponseMember(Struct, gc=False):
    member_id: str = ""
    group_instance_id: str | None = None
    metadata: bytes = b""


class JoinGroupResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    generation_id: int = -1
    protocol_type: str | None = None
    protocol_name: str | None = ""
    leader: str = ""
    skip_assignment: bool = False
    member_id: str = ""
    members: list[JoinGroupResponseMember] = field(default_factory=list)


_JOIN_GROUP_RESPONSE_MEMBER = Group(
    JoinGroupResponseMember,
    (
        Field("member_id", "string", (0, LATEST)),
        Field("group_instance_id", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("metadata", "bytes", (0, LATEST)),
    ),
)
_JOIN_GROUP_RESPONSE = Group(
    JoinGroupResponse,
    (
        Field("throttle_time_ms", "int32", (2, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("generation_id", "int32", (0, LATEST)),
        Field("protocol_type", "string", (7, LATEST), nullable=(7, LATEST)),
        Field("protocol_name", "string", (0, LATEST), nullable=(7, LATEST)),
        Field("leader", "string", (0, LATEST)),
        Field("skip_assignment", "bool", (9, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("members", _JOIN_GROUP_RESPONSE_MEMBER, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="JoinGroupResponse",
    key=11,
    versions=(0, 9),
    flexible=6,
    body=_JOIN_GROUP_RESPONSE,
)
