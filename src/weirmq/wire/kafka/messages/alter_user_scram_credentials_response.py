"""AlterUserScramCredentialsResponse, an answer (API key 51), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterUserScramCredentialsResult(Struct, gc=False):
    user: str = ""
    error_code: int = 0
    error_message: str | None = ""


class AlterUserScramCredentialsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[AlterUserScramCredentialsResult] = field(default_factory=list)


_ALTER_USER_SCRAM_CREDENTIALS_RESULT = Group(
    AlterUserScramCredentialsResult,
    (
        Field("user", "string", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_ALTER_USER_SCRAM_CREDENTIALS_RESPONSE = Group(
    AlterUserScramCredentialsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _ALTER_USER_SCRAM_CREDENTIALS_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterUserScramCredentialsResponse",
    key=51,
    versions=(0, 0),
    flexible=0,
    body=_ALTER_USER_SCRAM_CREDENTIALS_RESPONSE,
)
