"""RenewDelegationTokenRequest, a request (API key 39), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class RenewDelegationTokenRequest(Struct, gc=False):
    hmac: bytes = b""
    renew_period_ms: int = 0


_RENEW_DELEGATION_TOKEN_REQUEST = Group(
    RenewDelegationTokenRequest,
    (
        Field("hmac", "bytes", (0, LATEST)),
        Field("renew_period_ms", "int64", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="RenewDelegationTokenRequest",
    key=39,
    versions=(1, 2),
    flexible=2,
    body=_RENEW_DELEGATION_TOKEN_REQUEST,
)
