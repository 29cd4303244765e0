"""PushTelemetryResponse, an answer (API key 72), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class PushTelemetryResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0


_PUSH_TELEMETRY_RESPONSE = Group(
    PushTelemetryResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="PushTelemetryResponse",
    key=72,
    versions=(0, 0),
    flexible=0,
    body=_PUSH_TELEMETRY_RESPONSE,
)
