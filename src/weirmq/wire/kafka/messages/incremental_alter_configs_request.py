"""IncrementalAlterConfigsRequest, a request (API key 44), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class AlterableConfig(Struct, gc=False):
    name: str = ""
    config_operation: int = 0
    value: str | None = ""


class AlterConfigsResource(Struct, gc=False):
    resource_type: int = 0
    resource_name: str = ""
    configs: list[AlterableConfig] = field(default_factory=list)


class IncrementalAlterConfigsRequest(Struct, gc=False):
    resources: list[AlterConfigsResource] = field(default_factory=list)
    validate_only: bool = False


_ALTERABLE_CONFIG = Group(
    AlterableConfig,
    (
        Field("name", "string", (0, LATEST)),
        Field("config_operation", "int8", (0, LATEST)),
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
_INCREMENTAL_ALTER_CONFIGS_REQUEST = Group(
    IncrementalAlterConfigsRequest,
    (
        Field("resources", _ALTER_CONFIGS_RESOURCE, (0, LATEST), many=True),
        Field("validate_only", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="IncrementalAlterConfigsRequest",
    key=44,
    versions=(0, 1),
    flexible=1,
    body=_INCREMENTAL_ALTER_CONFIGS_REQUEST,
)
