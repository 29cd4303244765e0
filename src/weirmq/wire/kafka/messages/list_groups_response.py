"""ListGroupsResponse, an answer (API key 16), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListedGroup(Struct, gc=False):
    group_id: str = ""
    protocol_type: str = ""
    group_state: str = ""
    group_type: str = ""


class ListGroupsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    groups: list[ListedGroup] = field(default_factory=list)


_LISTED_GROUP = Group(
    ListedGroup,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("protocol_type", "string", (0, LATEST)),
        Field("group_state", "string", (4, LATEST)),
        Field("group_type", "string", (5, LATEST)),
    ),
)
_LIST_GROUPS_RESPONSE = Group(
    ListGroupsResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("groups", _LISTED_GROUP, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListGroupsResponse",
    key=16,
    versions=(0, 5),
    flexible=3,
    body=_LIST_GROUPS_RESPONSE,
)
