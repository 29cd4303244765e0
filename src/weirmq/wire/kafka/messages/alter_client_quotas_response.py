"""AlterClientQuotasResponse, an answer (API key 49), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EntityData(Struct, gc=False):
    entity_type: str = ""
    entity_name: str | None = ""


class EntryData(Struct, gc=False):
    error_code: int = 0
    error_message: str | None = ""
    entity: list[EntityData] = field(default_factory=list)


class AlterClientQuotasResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    entries: list[EntryData] = field(default_factory=list)


_ENTITY_DATA = Group(
    EntityData,
    (
        Field("entity_type", "string", (0, LATEST)),
        Field("entity_name", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_ENTRY_DATA = Group(
    EntryData,
    (
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("entity", _ENTITY_DATA, (0, LATEST), many=True),
    ),
)
_ALTER_CLIENT_QUOTAS_RESPONSE = Group(
    AlterClientQuotasResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("entries", _ENTRY_DATA, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterClientQuotasResponse",
    key=49,
    versions=(0, 1),
    flexible=1,
    body=_ALTER_CLIENT_QUOTAS_RESPONSE,
)
