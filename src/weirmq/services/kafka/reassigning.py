"""AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders: which broker a partition belongs to.

All brokers of a cluster have the same disk, so moving a partition costs nothing: it is done when it is answered. No
reassignment is ever under way, and no leader is to be elected: the first replica leads, as it should.
"""

from typing import Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.placement_facts import PartitionMoved
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, partition_of, replicas_fault
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_partition_reassignments_request import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
)
from weirmq.wire.kafka.messages.alter_partition_reassignments_response import (
    AlterPartitionReassignmentsResponse,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)
from weirmq.wire.kafka.messages.elect_leaders_request import ElectLeadersRequest
from weirmq.wire.kafka.messages.elect_leaders_response import (
    ElectLeadersResponse,
    PartitionResult,
    ReplicaElectionResult,
)
from weirmq.wire.kafka.messages.list_partition_reassignments_request import ListPartitionReassignmentsRequest
from weirmq.wire.kafka.messages.list_partition_reassignments_response import ListPartitionReassignmentsResponse
from weirmq.wire.kafka.schema import NO_UUID

PREFERRED, UNCLEAN = 0, 1  # types of elections
FACTOR_FIRST: Final = 1  # the version of AlterPartitionReassignments that can keep the factor
DENIED: Final = "Cluster authorization failed."


def alter_partition_reassignments(
    kafka: Kafka, ask: Ask, request: AlterPartitionReassignmentsRequest
) -> AlterPartitionReassignmentsResponse:
    """Move partitions to other brokers, each for itself."""
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        return AlterPartitionReassignmentsResponse(0, True, Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
    may_change_factor = request.allow_replication_factor_change or ask.version < FACTOR_FIRST
    responses = [
        ReassignableTopicResponse(
            topic.name,
            [
                ReassignablePartitionResponse(
                    each.partition_index, *_moved(kafka, ask, topic.name, each, may_change_factor=may_change_factor)
                )
                for each in topic.partitions
            ],
        )
        for topic in request.topics
    ]
    return AlterPartitionReassignmentsResponse(
        allow_replication_factor_change=request.allow_replication_factor_change, error_message=None, responses=responses
    )


def _moved(
    kafka: Kafka, ask: Ask, topic: str, asked: ReassignablePartition, *, may_change_factor: bool
) -> tuple[Code, str | None]:
    cluster = kafka.cluster(ask)
    partition = partition_of(find(cluster, topic, NO_UUID), asked.partition_index)
    if isinstance(partition, Code):
        is_topic = topic in cluster.topics
        where = f"partition {topic}:{asked.partition_index}." if is_topic else f"a topic named {topic}."
        return partition, f"Unable to find {where}"
    if asked.replicas is None:
        return Code.NO_REASSIGNMENT_IN_PROGRESS, "No partition reassignment is in progress."
    if fault := replicas_fault(cluster, asked.replicas):
        return Code.INVALID_REPLICA_ASSIGNMENT, fault
    if not may_change_factor and len(asked.replicas) != len(partition.replicas):
        return Code.INVALID_REPLICATION_FACTOR, "The replication factor is changed, which is not allowed."
    if asked.replicas == partition.replicas:
        return Code.NONE, None
    code = kafka.record(ask.now_ms, PartitionMoved(cluster.number, partition.topic.id, partition.index, asked.replicas))
    kafka.fetches.signal(partition.log)  # who waits for records here is to go where they are now
    return code, None


def list_partition_reassignments(
    kafka: Kafka, ask: Ask, _request: ListPartitionReassignmentsRequest
) -> ListPartitionReassignmentsResponse:
    """None are under way."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER):
        return ListPartitionReassignmentsResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED, DENIED)
    return ListPartitionReassignmentsResponse(0, 0, None)


def elect_leaders(kafka: Kafka, ask: Ask, request: ElectLeadersRequest) -> ElectLeadersResponse:
    """Each partition has the leader that it should have. Where all are asked for, those needn't be told of."""
    if not kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER):
        return ElectLeadersResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED)
    if request.election_type not in {PREFERRED, UNCLEAN}:
        return ElectLeadersResponse(0, Code.INVALID_REQUEST)
    results = [
        ReplicaElectionResult(each.topic, [_elected(kafka, ask, each.topic, index) for index in each.partitions])
        for each in request.topic_partitions or ()
    ]
    return ElectLeadersResponse(0, 0, results)


def _elected(kafka: Kafka, ask: Ask, topic: str, index: int) -> PartitionResult:
    cluster = kafka.cluster(ask)
    partition = partition_of(find(cluster, topic, NO_UUID), index)
    if isinstance(partition, Code):
        what = f"partition as {topic}-{index}" if topic in cluster.topics else f"topic as {topic}"
        return PartitionResult(index, partition, f"No such {what}")
    return PartitionResult(index, Code.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.")
