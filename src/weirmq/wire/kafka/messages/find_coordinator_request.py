"""FindCoordinatorRequest, a request (API key 10), versions 0-6, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class FindCoordinatorRequest(Struct, gc=False):
    key: str = ""
    key_type: int = 0
    coordinator_keys: list[str] = field(default_factory=list)


_FIND_COORDINATOR_REQUEST = Group(
    FindCoordinatorRequest,
    (
        Field("key", "string", (0, 3)),
        Field("key_type", "int8", (1, LATEST)),
        Field("coordinator_keys", "string", (4, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="FindCoordinatorRequest",
    key=10,
    versions=(0, 6),
    flexible=3,
    body=_FIND_COORDINATOR_REQUEST,
)
