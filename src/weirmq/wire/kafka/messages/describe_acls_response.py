"""DescribeAclsResponse, an answer (API key 29), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AclDescription(Struct, gc=False):
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0


class DescribeAclsResource(Struct, gc=False):
    resource_type: int = 0
    resource_name: str = ""
    pattern_type: int = 3
    acls: list[AclDescription] = field(default_factory=list)


class DescribeAclsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    resources: list[DescribeAclsResource] = field(default_factory=list)


_ACL_DESCRIPTION = Group(
    AclDescription,
    (
        Field("principal", "string", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("operation", "int8", (0, LATEST)),
        Field("permission_type", "int8", (0, LATEST)),
    ),
)
_DESCRIBE_ACLS_RESOURCE = Group(
    DescribeAclsResource,
    (
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("pattern_type", "int8", (1, LATEST)),
        Field("acls", _ACL_DESCRIPTION, (0, LATEST), many=True),
    ),
)
_DESCRIBE_ACLS_RESPONSE = Group(
    DescribeAclsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("resources", _DESCRIBE_ACLS_RESOURCE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeAclsResponse",
    key=29,
    versions=(1, 3),
    flexible=2,
    body=_DESCRIBE_ACLS_RESPONSE,
)
