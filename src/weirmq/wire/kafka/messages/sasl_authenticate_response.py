"""SaslAuthenticateResponse, an answer (API key 36), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SaslAuthenticateResponse(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    auth_bytes: bytes = b""
    session_lifetime_ms: int = 0


_SASL_AUTHENTICATE_RESPONSE = Group(
    SaslAuthenticateResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("auth_bytes", "bytes", (0, LATEST)),
        Field("session_lifetime_ms", "int64", (1, LATEST)),
    ),
)
MESSAGE = Message(
    name="SaslAuthenticateResponse",
    key=36,
    versions=(0, 2),
    flexible=2,
    body=_SASL_AUTHENTICATE_RESPONSE,
)
