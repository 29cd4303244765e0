"""SaslAuthenticateRequest, a request (API key 36), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SaslAuthenticateRequest(Struct, gc=False):
    auth_bytes: bytes = b""


_SASL_AUTHENTICATE_REQUEST = Group(
    SaslAuthenticateRequest,
    (Field("auth_bytes", "bytes", (0, LATEST)),),
)
MESSAGE = Message(
    name="SaslAuthenticateRequest",
    key=36,
    versions=(0, 2),
    flexible=2,
    body=_SASL_AUTHENTICATE_REQUEST,
)
