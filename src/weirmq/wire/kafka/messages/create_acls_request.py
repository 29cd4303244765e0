"""CreateAclsRequest, a request (API key 30), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AclCreation(Struct, gc=False):
    resource_type: int = 0
    resource_name: str = ""
    resource_pattern_type: int = 3
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0


class CreateAclsRequest(Struct, gc=False):
    creations: list[AclCreation] = field(default_factory=list)


_ACL_CREATION = Group(
    AclCreation,
    (
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("resource_pattern_type", "int8", (1, LATEST)),
        Field("principal", "string", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("operation", "int8", (0, LATEST)),
        Field("permission_type", "int8", (0, LATEST)),
    ),
)
_CREATE_ACLS_REQUEST = Group(
    CreateAclsRequest,
    (Field("creations", _ACL_CREATION, (0, LATEST), many=True),),
)
MESSAGE = Message(
    name="CreateAclsRequest",
    key=30,
    versions=(1, 3),
    flexible=2,
    body=_CREATE_ACLS_REQUEST,
)
