"""ShareGroupHeartbeatRequest, a request (API key 76), versions 1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ShareGroupHeartbeatRequest(Struct, gc=False):
    group_id: str = ""
    member_id: str = ""
    member_epoch: int = 0
    rack_id: str | None = None
    subscribed_topic_names: list[str] | None = None


_SHARE_GROUP_HEARTBEAT_REQUEST = Group(
    ShareGroupHeartbeatRequest,
    (
        Field("group_id", "string", (0, LATEST)),
        Field("member_id", "string", (0, LATEST)),
        Field("member_epoch", "int32", (0, LATEST)),
        Field("rack_id", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("subscribed_topic_names", "string", (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ShareGroupHeartbeatRequest",
    key=76,
    versions=(1, 1),
    flexible=0,
    body=_SHARE_GROUP_HEARTBEAT_REQUEST,
)
