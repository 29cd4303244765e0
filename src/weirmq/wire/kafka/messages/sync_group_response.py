"""SyncGroupResponse, an answer (API key 14), versions 0-5, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SyncGroupResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    protocol_type: str | None = None
    protocol_name: str | None = None
    assignment: bytes = b""


_SYNC_GROUP_RESPONSE = Group(
    SyncGroupResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("protocol_type", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("protocol_name", "string", (5, LATEST), nullable=(5, LATEST)),
        Field("assignment", "bytes", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="SyncGroupResponse",
    key=14,
    versions=(0, 5),
    flexible=4,
    body=_SYNC_GROUP_RESPONSE,
)
