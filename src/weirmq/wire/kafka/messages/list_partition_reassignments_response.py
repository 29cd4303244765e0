"""ListPartitionReassignmentsResponse, an answer (API key 46), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class OngoingPartitionReassignment(Struct, gc=False):
    partition_index: int = 0
    replicas: list[int] = field(default_factory=list)
    adding_replicas: list[int] = field(default_factory=list)
    removing_replicas: list[int] = field(default_factory=list)


class OngoingTopicReassignment(Struct, gc=False):
    name: str = ""
    partitions: list[OngoingPartitionReassignment] = field(default_factory=list)


class ListPartitionReassignmentsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    error_message: str | None = ""
    topics: list[OngoingTopicReassignment] = field(default_factory=list)


_ONGOING_PARTITION_REASSIGNMENT = Group(
    OngoingPartitionReassignment,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("replicas", "int32", (0, LATEST), many=True),
        Field("adding_replicas", "int32", (0, LATEST), many=True),
        Field("removing_replicas", "int32", (0, LATEST), many=True),
    ),
)
_ONGOING_TOPIC_REASSIGNMENT = Group(
    OngoingTopicReassignment,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _ONGOING_PARTITION_REASSIGNMENT, (0, LATEST), many=True),
    ),
)
_LIST_PARTITION_REASSIGNMENTS_RESPONSE = Group(
    ListPartitionReassignmentsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("topics", _ONGOING_TOPIC_REASSIGNMENT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ListPartitionReassignmentsResponse",
    key=46,
    versions=(0, 0),
    flexible=0,
    body=_LIST_PARTITION_REASSIGNMENTS_RESPONSE,
)
