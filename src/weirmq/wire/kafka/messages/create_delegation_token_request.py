"""CreateDelegationTokenRequest, a request (API key 38), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CreatableRenewers(Struct, gc=False):
    principal_type: str = ""
    principal_name: str = ""


class CreateDelegationTokenRequest(Struct, gc=False):
    owner_principal_type: str | None = ""
    owner_principal_name: str | None = ""
    renewers: list[CreatableRenewers] = field(default_factory=list)
    max_lifetime_ms: int = 0


_CREATABLE_RENEWERS = Group(
    CreatableRenewers,
    (
        Field("principal_type", "string", (0, LATEST)),
        Field("principal_name", "string", (0, LATEST)),
    ),
)
_CREATE_DELEGATION_TOKEN_REQUEST = Group(
    CreateDelegationTokenRequest,
    (
        Field("owner_principal_type", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("owner_principal_name", "string", (3, LATEST), nullable=(3, LATEST)),
        Field("renewers", _CREATABLE_RENEWERS, (0, LATEST), many=True),
        Field("max_lifetime_ms", "int64", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="CreateDelegationTokenRequest",
    key=38,
    versions=(1, 3),
    flexible=2,
    body=_CREATE_DELEGATION_TOKEN_REQUEST,
)
