"""HeartbeatRequest, a request (API key 12), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class HeartbeatRequest(Struct, gc=False):
    group_id: str = ""
    generation_id: int = 0
    member_id: str = ""
    group_instance_id: str | None = None


_HEARTBEAT_REQUEST = Group(
    HeartbeatRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("generation_id", "int32", (0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("group_instance_id", "string", (3, LATEST), nullable=(3, LATEST)),
    ),
)
MESSAGE = Message(
    name="HeartbeatRequest",
    key=12,
    versions=(0, 4),
    flexible=4,
    body=_HEARTBEAT_REQUEST,
)
