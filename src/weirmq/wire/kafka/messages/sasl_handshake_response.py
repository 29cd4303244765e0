"""SaslHandshakeResponse, an answer (API key 17), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SaslHandshakeResponse(Struct, gc=False):
    error_code: int = 0
    mechanisms: list[str] = field(default_factory=list)


_SASL_HANDSHAKE_RESPONSE = Group(
    SaslHandshakeResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("mechanisms", "string", (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="SaslHandshakeResponse",
    key=17,
    versions=(0, 1),
    flexible=LATEST,
    body=_SASL_HANDSHAKE_RESPONSE,
)
