"""GetTelemetrySubscriptions, PushTelemetry: clients tell of themselves what somebody has subscribed to (KIP-714).

Subscriptions are configs of resources of type client-metrics. What is pushed shows at /metrics.
"""

from base64 import urlsafe_b64encode
from typing import Final
from zlib import crc32

from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.client_metrics_configs import Choice, Traits, chosen
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.telemetry_clients import TEXT_MAX, Client
from weirmq.wire.kafka import telemetry
from weirmq.wire.kafka.batch import Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import GZIP, LZ4, SNAPPY, ZSTD, unpack
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages.get_telemetry_subscriptions_request import GetTelemetrySubscriptionsRequest
from weirmq.wire.kafka.messages.get_telemetry_subscriptions_response import GetTelemetrySubscriptionsResponse
from weirmq.wire.kafka.messages.push_telemetry_request import PushTelemetryRequest
from weirmq.wire.kafka.messages.push_telemetry_response import PushTelemetryResponse

CODECS: Final = (ZSTD, LZ4, GZIP, SNAPPY)  # in the order in which clients are to prefer them, as in Kafka
BYTES_MAX: Final = 1024 * 1024  # telemetry.max.bytes
UNPACKED_BYTES_MAX: Final = 4 * BYTES_MAX
RESERVED: Final = {bytes(16), bytes(15) + b"\x01"}  # ids that Kafka keeps for itself


def get_telemetry_subscriptions(
    kafka: Kafka, ask: Ask, request: GetTelemetrySubscriptionsRequest
) -> GetTelemetrySubscriptionsResponse:
    """Tell a client what it is to push, and how often. Without subscriptions that is nothing."""
    instance = request.client_instance_id
    client = _client(kafka, ask, kafka.new_uuid() if instance in RESERVED else instance)
    if ask.now_ms < client.next_ms and not client.may_ask:
        return GetTelemetrySubscriptionsResponse(0, Code.THROTTLING_QUOTA_EXCEEDED)
    client.heard_ms, client.has_asked, client.may_ask = ask.now_ms, True, False
    return GetTelemetrySubscriptionsResponse(
        0,
        Code.NONE,
        client.instance,
        client.subscription,
        list(CODECS),
        client.choice.interval_ms,
        BYTES_MAX,
        False,  # counters from their beginning: then what was pushed last says all
        list(client.choice.metrics),
    )


def push_telemetry(kafka: Kafka, ask: Ask, request: PushTelemetryRequest) -> PushTelemetryResponse:
    """Take what a client tells of itself."""
    if request.client_instance_id in RESERVED:
        return PushTelemetryResponse(0, Code.INVALID_REQUEST)
    client = _client(kafka, ask, request.client_instance_id)
    code = _push_fault(client, request, ask.now_ms)
    client.may_ask = code in {Code.UNKNOWN_SUBSCRIPTION_ID, Code.UNSUPPORTED_COMPRESSION_TYPE}
    if code:
        return PushTelemetryResponse(0, code)
    client.is_over = request.terminating
    try:
        data = unpack(request.compression_type, request.metrics, UNPACKED_BYTES_MAX)
        kafka.telemetry.pushed(client, telemetry.points(data))
    except (Refused, Malformed):
        return PushTelemetryResponse(0, Code.INVALID_RECORD)
    return PushTelemetryResponse()


def _push_fault(client: Client, request: PushTelemetryRequest, now_ms: int) -> Code:
    if client.is_over:
        return Code.INVALID_REQUEST
    if now_ms < client.next_ms and not client.has_asked and not request.terminating:
        return Code.THROTTLING_QUOTA_EXCEEDED
    client.heard_ms, client.has_asked = now_ms, False
    if request.subscription_id != client.subscription:
        return Code.UNKNOWN_SUBSCRIPTION_ID
    if request.compression_type not in {0, *CODECS}:
        return Code.UNSUPPORTED_COMPRESSION_TYPE
    return Code.TELEMETRY_TOO_LARGE if len(request.metrics) > BYTES_MAX else Code.NONE


def _client(kafka: Kafka, ask: Ask, instance: bytes) -> Client:
    """The client, by what the subscriptions are now."""
    found, changes = kafka.telemetry.get(ask.cluster, instance), kafka.machine.client_metrics_changes
    if found is None or found.changes != changes:
        name = urlsafe_b64encode(instance).decode().rstrip("=")
        connection = ask.connection
        client_id = (ask.head.client_id or "")[:TEXT_MAX]
        traits = Traits(name, client_id, *connection.software, connection.peer, str(connection.peer_port))
        choice = chosen(kafka.cluster(ask).client_metrics, traits)
        points = found.points if found is not None else {}
        subscription = _subscription_id(choice, instance)
        found = Client(ask.cluster, instance, traits, choice, subscription, changes, points=points)
    kafka.telemetry.heard(found, ask.now_ms)
    return found


def _subscription_id(choice: Choice, instance: bytes) -> int:
    """A number that is another one for anything else to push; clients hand it back."""
    found = crc32(instance, crc32(repr(choice).encode()))
    return found - (1 << 32) if found >> 31 else found
