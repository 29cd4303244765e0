"""DeleteGroupsResponse, an answer (API key 42), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeletableGroupResult(Struct, gc=False):
    group_id: str = ""
    error_code: int = 0


class DeleteGroupsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[DeletableGroupResult] = field(default_factory=list)


_DELETABLE_GROUP_RESULT = Group(
    DeletableGroupResult,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
_DELETE_GROUPS_RESPONSE = Group(
    DeleteGroupsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _DELETABLE_GROUP_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteGroupsResponse",
    key=42,
    versions=(0, 2),
    flexible=2,
    body=_DELETE_GROUPS_RESPONSE,
)
