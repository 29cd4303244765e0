"""AlterClientQuotasRequest, a request (API key 49), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class EntityData(Struct, gc=False):
    entity_type: str = ""
    entity_name: str | None = ""


class OpData(Struct, gc=False):
    key: str = ""
    value: float = 0.0
    remove: bool = False


class EntryData(Struct, gc=False):
    entity: list[EntityData] = field(default_factory=list)
    ops: list[OpData] = field(default_factory=list)


class AlterClientQuotasRequest(Struct, gc=False):
    entries: list[EntryData] = field(default_factory=list)
    validate_only: bool = False


_ENTITY_DATA = Group(
    EntityData,
    (
        Field("entity_type", "string", (0, LATEST)),
        Field("entity_name", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_OP_DATA = Group(
    OpData,
    (
        Field("key", "string", (0, LATEST)),
        Field("value", "float64", (0, LATEST)),
        Field("remove", "bool", (0, LATEST)),
    ),
)
_ENTRY_DATA = Group(
    EntryData,
    (
        Field("entity", _ENTITY_DATA, (0, LATEST), many=True),
        Field("ops", _OP_DATA, (0, LATEST), many=True),
    ),
)
_ALTER_CLIENT_QUOTAS_REQUEST = Group(
    AlterClientQuotasRequest,
    (
        Field("entries", _ENTRY_DATA, (0, LATEST), many=True),
        Field("validate_only", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="AlterClientQuotasRequest",
    key=49,
    versions=(0, 1),
    flexible=1,
    body=_ALTER_CLIENT_QUOTAS_REQUEST,
)
