"""DescribeUserScramCredentialsResponse, an answer (API key 50), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CredentialInfo(Struct, gc=False):
    mechanism: int = 0
    iterations: int = 0


class DescribeUserScramCredentialsResult(Struct, gc=False):
    user: str = ""
    error_code: int = 0
    error_message: str | None = ""
    credential_infos: list[CredentialInfo] = field(default_factory=list)


class DescribeUserScramCredentialsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    results: list[DescribeUserScramCredentialsResult] = field(default_factory=list)


_CREDENTIAL_INFO = Group(
    CredentialInfo,
    (
        Field("mechanism", "int8", (0, LATEST)),
        Field("iterations", "int32", (0, LATEST)),
    ),
)
_DESCRIBE_USER_SCRAM_CREDENTIALS_RESULT = Group(
    DescribeUserScramCredentialsResult,
    (
        Field("user", "string", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("credential_infos", _CREDENTIAL_INFO, (0, LATEST), many=True),
    ),
)
_DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE = Group(
    DescribeUserScramCredentialsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("results", _DESCRIBE_USER_SCRAM_CREDENTIALS_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeUserScramCredentialsResponse",
    key=50,
    versions=(0, 0),
    flexible=0,
    body=_DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE,
)
