"""CreatePartitionsRequest, a request (API key 37), versions 0-3, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class CreatePartitionsAssignment(Struct, gc=False):
    broker_ids: list[int] = field(default_factory=list)


class CreatePartitionsTopic(Struct, gc=False):
    name: str = ""
    count: int = 0
    assignments: list[CreatePartitionsAssignment] | None = field(default_factory=list)


class CreatePartitionsRequest(Struct, gc=False):
    topics: list[CreatePartitionsTopic] = field(default_factory=list)
    timeout_ms: int = 0
    validate_only: bool = False


_CREATE_PARTITIONS_ASSIGNMENT = Group(
    CreatePartitionsAssignment,
    (Field("broker_ids", "int32", (0, LATEST), many=True),),
)
_CREATE_PARTITIONS_TOPIC = Group(
    CreatePartitionsTopic,
    (
        Field("name", "string", (0, LATEST)),
        Field("count", "int32", (0, LATEST)),
        Field("assignments", _CREATE_PARTITIONS_ASSIGNMENT, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
_CREATE_PARTITIONS_REQUEST = Group(
    CreatePartitionsRequest,
    (
        Field("topics", _CREATE_PARTITIONS_TOPIC, (0, LATEST), many=True),
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("validate_only", "bool", (0, LATEST)),
    ),
)
MESSAGE = Message(
    name="CreatePartitionsRequest",
    key=37,
    versions=(0, 3),
    flexible=2,
    body=_CREATE_PARTITIONS_REQUEST,
)
