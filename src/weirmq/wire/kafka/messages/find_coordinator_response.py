"""FindCoordinatorResponse, an answer (API key 10), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class Coordinator(Struct, gc=False):
    key: str = ""
    node_id: int = 0
    host: str = ""
    port: int = 0
    error_code: int = 0
    error_message: str | None = ""


class FindCoordinatorResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    node_id: int = 0
    host: str = ""
    port: int = 0
    coordinators: list[Coordinator] = field(default_factory=list)


_COORDINATOR = Group(
    Coordinator,
    (
        Field("key", "string", (4, LATEST)),
        Field("node_id", "int32", (4, LATEST)),
        Field("host", "string", (4, LATEST)),
        Field("port", "int32", (4, LATEST)),
        Field("error_code", "int16", (4, LATEST)),
        Field("error_message", "string", (4, LATEST), nullable=(4, LATEST)),
    ),
)
_FIND_COORDINATOR_RESPONSE = Group(
    FindCoordinatorResponse,
    (
        Field("throttle_time_ms", "int32", (1, LATEST)),
        Field("error_code", "int16", (0, 3)),
        Field("error_message", "string", (1, 3), nullable=(1, 3)),
        Field("node_id", "int32", (0, 3)),
        Field("host", "string", (0, 3)),
        Field("port", "int32", (0, 3)),
        Field("coordinators", _COORDINATOR, (4, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="FindCoordinatorResponse",
    key=10,
    versions=(0, 6),
    flexible=3,
    body=_FIND_COORDINATOR_RESPONSE,
)
