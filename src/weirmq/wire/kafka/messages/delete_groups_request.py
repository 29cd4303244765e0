"""DeleteGroupsRequest, a request (API key 42), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeleteGroupsRequest(Struct, gc=False):
    groups_names: list[str] = field(default_factory=list)


_DELETE_GROUPS_REQUEST = Group(
    DeleteGroupsRequest,
    (Field("groups_names", "string", (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="DeleteGroupsRequest",
    key=42,
    versions=(0, 2),
    flexible=2,
    body=_DELETE_GROUPS_REQUEST,
)
