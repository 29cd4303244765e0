"""CreateAclsResponse, an answer (API key 30), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AclCreationResult(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""


class CreateAclsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[AclCreationResult] = field(default_factory=list)


_ACL_CREATION_RESULT = Group(
    AclCreationResult,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_CREATE_ACLS_RESPONSE = Group(
    CreateAclsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _ACL_CREATION_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="CreateAclsResponse",
    key=30,
    versions=(1, 3),
    flexible=2,
    body=_CREATE_ACLS_RESPONSE,
)
