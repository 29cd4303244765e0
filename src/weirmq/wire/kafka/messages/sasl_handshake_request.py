"""SaslHandshakeRequest, a request (API key 17), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class SaslHandshakeRequest(Struct, gc=False):
    mechanism: str = ""


_SASL_HANDSHAKE_REQUEST = Group(
    SaslHandshakeRequest,
    (Field("mechanism", "string", (0, LATEST)),),
)
MESSAGE = Message(
    name="SaslHandshakeRequest",
    key=17,
    versions=(0, 1),
    flexible=LATEST,
    body=_SASL_HANDSHAKE_REQUEST,
)
