"""DescribeQuorum: who keeps the cluster's metadata (KIP-836). Here that is the journal, which all brokers share."""

from typing import Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import LEADER_EPOCH
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_quorum_request import DescribeQuorumRequest
from weirmq.wire.kafka.messages.describe_quorum_response import (
    DescribeQuorumResponse,
    Listener,
    Node,
    PartitionData,
    ReplicaState,
    TopicData,
)
from weirmq.wire.kafka.schema import NO_UUID

METADATA: Final = "__cluster_metadata"


def describe_quorum(kafka: Kafka, ask: Ask, request: DescribeQuorumRequest) -> DescribeQuorumResponse:
    """The first broker speaks for the journal; the others see the same."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER):
        return DescribeQuorumResponse(Code.CLUSTER_AUTHORIZATION_FAILED, "Cluster authorization failed.")
    first = kafka.cluster(ask).brokers[0]
    topics = [
        TopicData(
            topic.topic_name, [_told(kafka, ask, topic.topic_name, each.partition_index) for each in topic.partitions]
        )
        for topic in request.topics
    ]
    node = Node(first, [Listener(ask.listener, ask.connection.host, kafka.port(ask, first))])
    return DescribeQuorumResponse(0, None, topics, [node])


def _told(kafka: Kafka, ask: Ask, topic: str, index: int) -> PartitionData:
    if (topic, index) != (METADATA, 0):
        return PartitionData(index, Code.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.")
    end = kafka.journal.durable
    states = [ReplicaState(each, NO_UUID, end, ask.now_ms, ask.now_ms) for each in kafka.cluster(ask).brokers]
    return PartitionData(0, 0, None, states[0].replica_id, LEADER_EPOCH, end, states[:1], states[1:])
