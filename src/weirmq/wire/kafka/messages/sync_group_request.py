"""SyncGroupRequest, a request (API key 14), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SyncGroupRequestAssignment(Struct, gc=False):
    member_id: str = ""
    assignment: bytes = b""


class SyncGroupRequest(Struct, gc=False):
    group_id: str = ""
    generation_id: int = 0
    member_id: str = ""
    group_instance_id: str | None = None
    protocol_type: str | None = None
    protocol_name: str | None = None
    assignments: list[SyncGroupRequestAssignment] = field(default_factory=list)


_SYNC_GROUP_REQUEST_ASSIGNMENT = Group(
    SyncGroupRequestAssignment,
    (
        Field("member_id", "string", (0, LATEST)),
        Field("assignment", "bytes", (0, LATEST)),
    ),
)
_SYNC_GROUP_REQUEST = Group(
    SyncGroupRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("generation_id", "int32", (0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("group_instance_id", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("protocol_type", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("protocol_name", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("assignments", _SYNC_GROUP_REQUEST_ASSIGNMENT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="SyncGroupRequest",
    key=14,
    versions=(0, 5),
    flexible=4,
    body=_SYNC_GROUP_REQUEST,
)
