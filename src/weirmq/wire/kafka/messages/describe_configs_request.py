"""DescribeConfigsRequest, a request (API key 32), versions 1-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeConfigsResource(Struct, gc=False):
    resource_type: int = 0
    resource_name: str = ""
    configuration_keys: list[str] | None = field(default_factory=list)


class DescribeConfigsRequest(Struct, gc=False):
    resources: list[DescribeConfigsResource] = field(default_factory=list)
    include_synonyms: bool = False
    include_documentation: bool = False


_DESCRIBE_CONFIGS_RESOURCE = Group(
    DescribeConfigsResource,
    (
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("configuration_keys", "string", (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
_DESCRIBE_CONFIGS_REQUEST = Group(
    DescribeConfigsRequest,
    (
        Field("resources", _DESCRIBE_CONFIGS_RESOURCE, (0, LATEST), many=True),
        Field("include_synonyms", "bool", (1, LATEST)),
        Field("include_documentation", "bool", (3, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeConfigsRequest",
    key=32,
    versions=(1, 4),
    flexible=4,
    body=_DESCRIBE_CONFIGS_REQUEST,
)
