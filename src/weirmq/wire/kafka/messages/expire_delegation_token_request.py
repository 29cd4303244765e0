"""ExpireDelegationTokenRequest, a request (API key 40), versions 1-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ExpireDelegationTokenRequest(Struct, gc=False):
    hmac: bytes = b""
    expiry_time_period_ms: int = 0


_EXPIRE_DELEGATION_TOKEN_REQUEST = Group(
    ExpireDelegationTokenRequest,
    (
        Field("hmac", "bytes", (0, LATEST)),
        Field("expiry_time_period_ms", "int64", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ExpireDelegationTokenRequest",
    key=40,
    versions=(1, 2),
    flexible=2,
    body=_EXPIRE_DELEGATION_TOKEN_REQUEST,
)
