"""ListConfigResourcesResponse, an answer (API key 74), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ConfigResource(Struct, gc=False):
    resource_name: str = ""
    resource_type: int = 16


class ListConfigResourcesResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    config_resources: list[ConfigResource] = field(default_factory=list)


_CONFIG_RESOURCE = Group(
    ConfigResource,
    (
        Field("resource_name", "string", (0, LATEST)),
        Field("resource_type", "int8", (1, LATEST)),
    ),
)
_LIST_CONFIG_RESOURCES_RESPONSE = Group(
    ListConfigResourcesResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("config_resources", _CONFIG_RESOURCE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListConfigResourcesResponse",
    key=74,
    versions=(0, 1),
    flexible=0,
    body=_LIST_CONFIG_RESOURCES_RESPONSE,
)
