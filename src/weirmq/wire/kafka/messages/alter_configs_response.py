"""AlterConfigsResponse, an answer (API key 33), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterConfigsResourceResponse(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""


class AlterConfigsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    responses: list[AlterConfigsResourceResponse] = field(default_factory=list)


_ALTER_CONFIGS_RESOURCE_RESPONSE = Group(
    AlterConfigsResourceResponse,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
    ),
)
_ALTER_CONFIGS_RESPONSE = Group(
    AlterConfigsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("responses", _ALTER_CONFIGS_RESOURCE_RESPONSE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterConfigsResponse",
    key=33,
    versions=(0, 2),
    flexible=2,
    body=_ALTER_CONFIGS_RESPONSE,
)
