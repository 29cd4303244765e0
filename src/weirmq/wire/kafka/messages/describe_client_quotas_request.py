"""DescribeClientQuotasRequest, a request (API key 48), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ComponentData(Struct, gc=False):
    entity_type: str = ""
    match_type: int = 0
    match: str | None = ""


class DescribeClientQuotasRequest(Struct, gc=False):
    components: list[ComponentData] = field(default_factory=list)
    strict: bool = False


_COMPONENT_DATA = Group(
    ComponentData,
    (
        Field("entity_type", "string", (0, LATEST)),
        Field("match_type", "int8", (0, LATEST)),
        Field("match", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_DESCRIBE_CLIENT_QUOTAS_REQUEST = Group(
    DescribeClientQuotasRequest,
    (
        Field("components", _COMPONENT_DATA, (0, LATEST), many=True),
        Field("strict", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="DescribeClientQuotasRequest",
    key=48,
    versions=(0, 1),
    flexible=1,
    body=_DESCRIBE_CLIENT_QUOTAS_REQUEST,
)
