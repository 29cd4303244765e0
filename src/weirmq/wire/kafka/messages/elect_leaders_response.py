"""ElectLeadersResponse, an answer (API key 43), versions 0-2, as Apache Kafka 4.3.0 describes it.

Written by tools/kafka_messages.py; change that, not this file.
"""

from msgspec import Struct, field

from weirmq.wire.kafka.schema import LATEST, Field, Group, Message


class PartitionResult(Struct, gc=False):
    partition_id: int = 0
    error_code: int = 0
    error_message: str | None = ""


class ReplicaElectionResult(Struct, gc=False):
    topic: str = ""
    partition_result: list[PartitionResult] = field(default_factory=list)


class ElectLeadersResponse(Struct, gc=False):
    throttle_time_ms: int = 0
    error_code: int = 0
    replica_election_results: list[ReplicaElectionResult] = field(default_factory=list)


_PARTITION_RESULT = Group(
    PartitionResult,
    (
        Field("partition_id", "int32", (0, LATEST)),
        Field("error_code", "int16", (0, LATEST)),
        Field("error_message", "string", (0, LATEST), nullable=(0, LATEST)),
    ),
)
_REPLICA_ELECTION_RESULT = Group(
    ReplicaElectionResult,
    (
        Field("topic", "string", (0, LATEST)),
        Field("partition_result", _PARTITION_RESULT, (0, LATEST), many=True),
    ),
)
_ELECT_LEADERS_RESPONSE = Group(
    ElectLeadersResponse,
    (
        Field("throttle_time_ms", "int32", (0, LATEST)),
        Field("error_code", "int16", (1, LATEST)),
        Field("replica_election_results", _REPLICA_ELECTION_RESULT, (0, LATEST), many=True),
    ),
)
MESSAGE = Message(
    name="ElectLeadersResponse",
    key=43,
    versions=(0, 2),
    flexible=2,
    body=_ELECT_LEADERS_RESPONSE,
)
