"""DeleteAclsResponse, an answer (API key 31), versions 1-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DeleteAclsMatchingAcl(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""
    pattern_type: int = 3
    principal: str = ""
    host: str = ""
    operation: int = 0
    permission_type: int = 0


class DeleteAclsFilterResult(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    matching_acls: list[DeleteAclsMatchingAcl] = field(default_factory=list)


class DeleteAclsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    filter_results: list[DeleteAclsFilterResult] = field(default_factory=list)


_DELETE_ACLS_MATCHING_ACL = Group(
    DeleteAclsMatchingAcl,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("pattern_type", "int8", (1, LATEST)),
        Field("principal", "string", (0, LATEST)),
        Field("host", "string", (0, LATEST)),
        Field("operation", "int8", (0, LATEST)),
        Field("permission_type", "int8", (0, LATEST)),
    ),
)
_DELETE_ACLS_FILTER_RESULT = Group(
    DeleteAclsFilterResult,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("matching_acls", _DELETE_ACLS_MATCHING_ACL, (0, LATEST), many=True),
    ),
)
_DELETE_ACLS_RESPONSE = Group(
    DeleteAclsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("filter_results", _DELETE_ACLS_FILTER_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DeleteAclsResponse",
    key=31,
    versions=(1, 3),
    flexible=2,
    body=_DELETE_ACLS_RESPONSE,
)
