"""AlterPartitionReassignmentsResponse, an answer (API key 45), versions 0-1, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class ReassignablePartitionResponse(Struct, gc=False):
    partition_index: int = 0
    error_code: int = 0
    error_message: str | None = ""


class ReassignableTopicResponse(Struct, gc=False):
    name: str = ""
    partitions: list[ReassignablePartitionResponse] = field(default_factory=list)


class AlterPartitionReassignmentsResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    allow_replication_factor_change: bool = True
    error_code: int = 0
    error_message: str | None = ""
    responses: list[ReassignableTopicResponse] = field(default_factory=list)


_REASSIGNABLE_PARTITION_RESPONSE = Group(
    ReassignablePartitionResponse,
    (
        Field("partition_index", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_REASSIGNABLE_TOPIC_RESPONSE = Group(
    ReassignableTopicResponse,
    (
        Field("name", "string", (0, LATEST)),
        Field("partitions", _REASSIGNABLE_PARTITION_RESPONSE, (0, LATEST), many=True),
    ),
)
_ALTER_PARTITION_REASSIGNMENTS_RESPONSE = Group(
    AlterPartitionReassignmentsResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("allow_replication_factor_change", "bool", (1, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
        Field("responses", _REASSIGNABLE_TOPIC_RESPONSE, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="AlterPartitionReassignmentsResponse",
    key=45,
    versions=(0, 1),
    flexible=0,
    body=_ALTER_PARTITION_REASSIGNMENTS_RESPONSE,
)
