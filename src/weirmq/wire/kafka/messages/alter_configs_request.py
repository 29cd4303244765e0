"""AlterConfigsRequest, a request (API key 33), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterableConfig(Struct, gc=False):
    name: str = ""
    value: str | None = ""


class AlterConfigsResource(Struct, gc=False):
    resource_type: int = 0
    resource_name: str = ""
    configs: list[AlterableConfig] = field(default_factory=list)


class AlterConfigsRequest(Struct, gc=False):
    resources: list[AlterConfigsResource] = field(default_factory=list)
    validate_only: bool = False


_ALTERABLE_CONFIG = Group(
    AlterableConfig,
    (
        Field("name", "string", (0, LATEST)),
        Field("value", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_ALTER_CONFIGS_RESOURCE = Group(
    AlterConfigsResource,
    (
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("configs", _ALTERABLE_CONFIG, (0, LATEST), many=True),
    ),
)
_ALTER_CONFIGS_REQUEST = Group(
    AlterConfigsRequest,
    (
        Field("resources", _ALTER_CONFIGS_RESOURCE, (0, LATEST), many=True),
        Field("validate_only", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="AlterConfigsRequest",
    key=33,
    versions=(0, 2),
    flexible=2,
    body=_ALTER_CONFIGS_REQUEST,
)
