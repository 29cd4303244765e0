"""CreateDelegationTokenResponse, an answer (API key 38), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CreateDelegationTokenResponse(Struct, gc=False):
    error_code: int = 0
    principal_type: str = ""
    principal_name: str = ""
    token_requester_principal_type: str = ""
    token_requester_principal_name: str = ""
    issue_timestamp_ms: int = 0
    expiry_timestamp_ms: int = 0
    max_timestamp_ms: int = 0
    token_id: str = ""
    hmac: bytes = b""
    throttle_time_ms: int = 0


_CREATE_DELEGATION_TOKEN_RESPONSE = Group(
    CreateDelegationTokenResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("principal_type", "string", (0, LATEST)),
        Field("principal_name", "string", (0, LATEST)),
        Field("token_requester_principal_type", "string", (3, LATEST)),
        Field("token_requester_principal_name", "string", (3, LATEST)),
        Field("issue_timestamp_ms", "int64", (0, LATEST)),
        Field("expiry_timestamp_ms", "int64", (0, LATEST)),
        Field("max_timestamp_ms", "int64", (0, LATEST)),
        Field("token_id", "string", (0, LATEST)),
        Field("hmac", "bytes", (0, LATEST)),
        Field("throttle_time_ms", "int32", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="CreateDelegationTokenResponse",
    key=38,
    versions=(1, 3),
    flexible=2,
    body=_CREATE_DELEGATION_TOKEN_RESPONSE,
)
