"""DescribeAclsRequest, a request (API key 29), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeAclsRequest(Struct, gc=False):
    resource_type_filter: int = 0
    resource_name_filter: str | None = ""
    pattern_type_filter: int = 3
    principal_filter: str | None = ""
    host_filter: str | None = ""
    operation: int = 0
    permission_type: int = 0


_DESCRIBE_ACLS_REQUEST = Group(
    DescribeAclsRequest,
    (
        Field("resource_type_filter", "int8", (0, LATEST)),
        Field("resource_name_filter", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("pattern_type_filter", "int8", (1, LATEST)),
        Field("principal_filter", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("host_filter", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("operation", "int8", (0, LATEST)),
        Field("permission_type", "int8", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeAclsRequest",
    key=29,
    versions=(1, 3),
    flexible=2,
    body=_DESCRIBE_ACLS_REQUEST,
)
