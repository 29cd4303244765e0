"""JoinGroupRequest, a request (API key 11), versions 0-9, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class JoinGroupRequestProtocol(Struct, gc=False):
    name: str = ""
    metadata: bytes = b""


class JoinGroupRequest(Struct, gc=False):
    group_id: str = ""
    session_timeout_ms: int = 0
    rebalance_timeout_ms: int = -1
    member_id: str = ""
    group_instance_id: str | None = None
    protocol_type: str = ""
    protocols: list[JoinGroupRequestProtocol] = field(default_factory=list)
    reason: str | None = None


_JOIN_GROUP_REQUEST_PROTOCOL = Group(
    JoinGroupRequestProtocol,
    (
        Field("name", "string", (0, LATEST)),
        Field("metadata", "bytes", (0, LATEST)),
    ),
)
_JOIN_GROUP_REQUEST = Group(
    JoinGroupRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("session_timeout_ms", "int32", (0, LATEST)),
        Field("rebalance_timeout_ms", "int32", (1, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("group_instance_id", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("protocol_type", "string", (0, LATEST)),
        Field("protocols", _JOIN_GROUP_REQUEST_PROTOCOL, (0, LATEST), many=True),
        Field("reason", "string", (8, LATEST), nullable=(8, LATEST)),
    ),
)
MESSAGE = Message(
    name="JoinGroupRequest",
    key=11,
    versions=(0, 9),
    flexible=6,
    body=_JOIN_GROUP_REQUEST,
)
