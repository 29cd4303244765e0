"""DescribeDelegationTokenResponse, an answer (API key 41), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribedDelegationTokenRenewer(Struct, gc=False):
    principal_type: str = ""
    principal_name: str = ""


class DescribedDelegationToken(Struct, gc=False):
    principal_type: str = ""
    principal_name: str = ""
    token_requester_principal_type: str = ""
    token_requester_principal_name: str = ""
    issue_timestamp: int = 0
    expiry_timestamp: int = 0
    max_timestamp: int = 0
    token_id: str = ""
    hmac: bytes = b""
    renewers: list[DescribedDelegationTokenRenewer] = field(default_factory=list)


class DescribeDelegationTokenResponse(Struct, gc=False):
    error_code: int = 0
    tokens: list[DescribedDelegationToken] = field(default_factory=list)
    throttle_time_ms: int = 0


_DESCRIBED_DELEGATION_TOKEN_RENEWER = Group(
    DescribedDelegationTokenRenewer,
    (
        Field("principal_type", "string", (0, LATEST)),
        Field("principal_name", "string", (0, LATEST)),
    ),
)
_DESCRIBED_DELEGATION_TOKEN = Group(
    DescribedDelegationToken,
    (
        Field("principal_type", "string", (0, LATEST)),
        Field("principal_name", "string", (0, LATEST)),
        Field("token_requester_principal_type", "string", (3, LATEST)),
        Field("token_requester_principal_name", "string", (3, LATEST)),
        Field("issue_timestamp", "int64", (0, LATEST)),
        Field("expiry_timestamp", "int64", (0, LATEST)),
        Field("max_timestamp", "int64", (0, LATEST)),
        Field("token_id", "string", (0, LATEST)),
        Field("hmac", "bytes", (0, LATEST)),
        Field("renewers", _DESCRIBED_DELEGATION_TOKEN_RENEWER, (0, LATEST), many=True),
    ),
)
_DESCRIBE_DELEGATION_TOKEN_RESPONSE = Group(
    DescribeDelegationTokenResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("tokens", _DESCRIBED_DELEGATION_TOKEN, (0, LATEST), many=True),
        Field("throttle_time_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeDelegationTokenResponse",
    key=41,
    versions=(1, 3),
    flexible=2,
    body=_DESCRIBE_DELEGATION_TOKEN_RESPONSE,
)
