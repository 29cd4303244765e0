"""HeartbeatResponse, an answer (API key 12), versions 0-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class HeartbeatResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0


_HEARTBEAT_RESPONSE = Group(
    HeartbeatResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="HeartbeatResponse",
    key=12,
    versions=(0, 4),
    flexible=4,
    body=_HEARTBEAT_RESPONSE,
)
