"""PushTelemetryRequest, a request (API key 72), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class PushTelemetryRequest(Struct, gc=False):
    client_instance_id: bytes = NO_UUID
    subscription_id: int = 0
    terminating: bool = False
    compression_type: int = 0
    metrics: bytes = b""


_PUSH_TELEMETRY_REQUEST = Group(
    PushTelemetryRequest,
    (
        Field("client_instance_id", "uuid", (0, LATEST)),
        Field("subscription_id", "int32", (0, LATEST)),
        Field("terminating", "bool", (0, LATEST)),
        Field("compression_type", "int8", (0, LATEST)),
        Field("metrics", "bytes", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="PushTelemetryRequest",
    key=72,
    versions=(0, 0),
    flexible=0,
    body=_PUSH_TELEMETRY_REQUEST,
)
