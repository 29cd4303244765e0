"""GetTelemetrySubscriptionsResponse, an answer (API key 71), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class GetTelemetrySubscriptionsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    client_instance_id: bytes = NO_UUID
    subscription_id: int = 0
    accepted_compression_types: list[int] = field(default_factory=list)
    push_interval_ms: int = 0
    telemetry_max_bytes: int = 0
    delta_temporality: bool = False
    requested_metrics: list[str] = field(default_factory=list)


_GET_TELEMETRY_SUBSCRIPTIONS_RESPONSE = Group(
    GetTelemetrySubscriptionsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("client_instance_id", "uuid", (0, LATEST)),
        Field("subscription_id", "int32", (0, LATEST)),
        Field("accepted_compression_types", "int8", (0, LATEST), many=True),
        Field("push_interval_ms", "int32", (0, LATEST)),
        Field("telemetry_max_bytes", "int32", (0, LATEST)),
        Field("delta_temporality", "bool", (0, LATEST)),
        Field("requested_metrics", "string", (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="GetTelemetrySubscriptionsResponse",
    key=71,
    versions=(0, 0),
    flexible=0,
    body=_GET_TELEMETRY_SUBSCRIPTIONS_RESPONSE,
)
