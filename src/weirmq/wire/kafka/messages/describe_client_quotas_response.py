"""DescribeClientQuotasResponse, an answer (API key 48), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EntityData(Struct, gc=False):
    entity_type: str = ""
    entity_name: str | None = ""


class ValueData(Struct, gc=False):
    key: str = ""
    value: float = 0.0


class EntryData(Struct, gc=False):
    entity: list[EntityData] = field(default_factory=list)
    values: list[ValueData] = field(default_factory=list)


class DescribeClientQuotasResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    entries: list[EntryData] | None = field(default_factory=list)


_ENTITY_DATA = Group(
    EntityData,
    (
        Field("entity_type", "string", (0, LATEST)),
        Field("entity_name", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_VALUE_DATA = Group(
    ValueData,
    (
        Field("key", "string", (0, LATEST)),
        Field("value", "float64", (0, LATEST)),
    ),
)
_ENTRY_DATA = Group(
    EntryData,
    (
        Field("entity", _ENTITY_DATA, (0, LATEST), many=True),
        Field("values", _VALUE_DATA, (0, LATEST), many=True),
    ),
)
_DESCRIBE_CLIENT_QUOTAS_RESPONSE = Group(
    DescribeClientQuotasResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("entries", _ENTRY_DATA, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeClientQuotasResponse",
    key=48,
    versions=(0, 1),
    flexible=1,
    body=_DESCRIBE_CLIENT_QUOTAS_RESPONSE,
)
