"""ListGroupsRequest, a request (API key 16), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListGroupsRequest(Struct, gc=False):
    states_filter: list[str] = field(default_factory=list)
    types_filter: list[str] = field(default_factory=list)


_LIST_GROUPS_REQUEST = Group(
    ListGroupsRequest,
    (
        Field("states_filter", "string", (4, LATEST), many=True),
        Field("types_filter", "string", (5, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListGroupsRequest",
    key=16,
    versions=(0, 5),
    flexible=3,
    body=_LIST_GROUPS_REQUEST,
)
