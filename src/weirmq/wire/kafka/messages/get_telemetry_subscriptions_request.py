"""GetTelemetrySubscriptionsRequest, a request (API key 71), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, NO_UUID, Field, Group, Message


class GetTelemetrySubscriptionsRequest(Struct, gc=False):
    client_instance_id: bytes = NO_UUID


_GET_TELEMETRY_SUBSCRIPTIONS_REQUEST = Group(
    GetTelemetrySubscriptionsRequest,
    (Field("client_instance_id", "uuid", (0, LATEST)),),
)
MESSAGE = Message(
    name="GetTelemetrySubscriptionsRequest",
    key=71,
    versions=(0, 0),
    flexible=0,
    body=_GET_TELEMETRY_SUBSCRIPTIONS_REQUEST,
)
