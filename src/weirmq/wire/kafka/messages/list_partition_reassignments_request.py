"""ListPartitionReassignmentsRequest, a request (API key 46), versions 0, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ListPartitionReassignmentsTopics(Struct, gc=False):
    name: str = ""
    partition_indexes: list[int] = field(default_factory=list)


class ListPartitionReassignmentsRequest(Struct, gc=False):
    timeout_ms: int = 60000
    topics: list[ListPartitionReassignmentsTopics] | None = None


_LIST_PARTITION_REASSIGNMENTS_TOPICS = Group(
    ListPartitionReassignmentsTopics,
    (
        Field("name", "string", (0, LATEST)),
        Field("partition_indexes", "int32", (0, LATEST), many=True),
    ),
)
_LIST_PARTITION_REASSIGNMENTS_REQUEST = Group(
    ListPartitionReassignmentsRequest,
    (
        Field("timeout_ms", "int32", (0, LATEST)),
        Field("topics", _LIST_PARTITION_REASSIGNMENTS_TOPICS, (0, LATEST), many=True, nullable=(0, LATEST)),
    ),
)
MESSAGE = Message(
    name="ListPartitionReassignmentsRequest",
    key=46,
    versions=(0, 0),
    flexible=0,
    body=_LIST_PARTITION_REASSIGNMENTS_REQUEST,
)
