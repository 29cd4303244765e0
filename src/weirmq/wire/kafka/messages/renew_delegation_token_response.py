"""RenewDelegationTokenResponse, an answer (API key 39), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class RenewDelegationTokenResponse(Struct, gc=False):
    error_code: int = 0
    expiry_timestamp_ms: int = 0
    throttle_time_ms: int = 0


_RENEW_DELEGATION_TOKEN_RESPONSE = Group(
    RenewDelegationTokenResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("expiry_timestamp_ms", "int64", (0, LATEST)),
        Field("throttle_time_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="RenewDelegationTokenResponse",
    key=39,
    versions=(1, 2),
    flexible=2,
    body=_RENEW_DELEGATION_TOKEN_RESPONSE,
)
