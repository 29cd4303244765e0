"""AlterUserScramCredentialsRequest, a request (API key 51), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ScramCredentialDeletion(Struct, gc=False):
    name: str = ""
    mechanism: int = 0


class ScramCredentialUpsertion(Struct, gc=False):
    name: str = ""
    mechanism: int = 0
    iterations: int = 0
    salt: bytes = b""
    salted_password: bytes = b""


class AlterUserScramCredentialsRequest(Struct, gc=False):
    deletions: list[ScramCredentialDeletion] = field(default_factory=list)
    upsertions: list[ScramCredentialUpsertion] = field(default_factory=list)


_SCRAM_CREDENTIAL_DELETION = Group(
    ScramCredentialDeletion,
    (
        Field("name", "string", (0, LATEST)),
        Field("mechanism", "int8", (0, LATEST)),
    ),
)
_SCRAM_CREDENTIAL_UPSERTION = Group(
    ScramCredentialUpsertion,
    (
        Field("name", "string", (0, LATEST)),
        Field("mechanism", "int8", (0, LATEST)),
        Field("iterations", "int32", (0, LATEST)),
        Field("salt", "bytes", (0, LATEST)),
        Field("salted_password", "bytes", (0, LATEST)),
    ),
)
_ALTER_USER_SCRAM_CREDENTIALS_REQUEST = Group(
    AlterUserScramCredentialsRequest,
    (
        Field("deletions", _SCRAM_CREDENTIAL_DELETION, (0, LATEST), many=True),
        Field("upsertions", _SCRAM_CREDENTIAL_UPSERTION, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterUserScramCredentialsRequest",
    key=51,
    versions=(0, 0),
    flexible=0,
    body=_ALTER_USER_SCRAM_CREDENTIALS_REQUEST,
)
