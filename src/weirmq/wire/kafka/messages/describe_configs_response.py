"""DescribeConfigsResponse, an answer (API key 32), versions 1-4, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class DescribeConfigsSynonym(Struct, gc=False):
    name: str = ""
    value: str | None = ""
    source: int = 0


class DescribeConfigsResourceResult(Struct, gc=False):
    name: str = ""
    value: str | None = ""
    read_only: bool = False
    config_source: int = -1
    is_sensitive: bool = False
    synonyms: list[DescribeConfigsSynonym] = field(default_factory=list)
    config_type: int = 0
    documentation: str | None = ""


class DescribeConfigsResult(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    resource_type: int = 0
    resource_name: str = ""
    configs: list[DescribeConfigsResourceResult] = field(default_factory=list)


class DescribeConfigsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    results: list[DescribeConfigsResult] = field(default_factory=list)


_DESCRIBE_CONFIGS_SYNONYM = Group(
    DescribeConfigsSynonym,
    (
        Field("name", "string", (1, LATEST)),
        Field("value", "string", (1, LATEST), nullable=(0, LATEST)),
        Field("source", "int8", (1, LATEST)),
    ),
)
_DESCRIBE_CONFIGS_RESOURCE_RESULT = Group(
    DescribeConfigsResourceResult,
    (
        Field("name", "string", (0, LATEST)),
        Field("value", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("read_only", "bool", (0, LATEST)),
        Field("config_source", "int8", (1, LATEST)),
        Field("is_sensitive", "bool", (0, LATEST)),
        Field("synonyms", _DESCRIBE_CONFIGS_SYNONYM, (1, LATEST), many=True),
        Field("config_type", "int8", (3, LATEST)),
        Field("documentation", "string", (3, LATEST), nullable=(0, LATEST)),
    ),
)
_DESCRIBE_CONFIGS_RESULT = Group(
    DescribeConfigsResult,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("resource_type", "int8", (0, LATEST)),
        Field("resource_name", "string", (0, LATEST)),
        Field("configs", _DESCRIBE_CONFIGS_RESOURCE_RESULT, (0, LATEST), many=True),
    ),
)
_DESCRIBE_CONFIGS_RESPONSE = Group(
    DescribeConfigsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("results", _DESCRIBE_CONFIGS_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="DescribeConfigsResponse",
    key=32,
    versions=(1, 4),
    flexible=4,
    body=_DESCRIBE_CONFIGS_RESPONSE,
)
