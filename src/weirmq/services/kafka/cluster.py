"""DescribeCluster, DescribeTopicPartitions, DescribeProducers."""

from weirmq.services.kafka import placement
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.authorizer import NO_OPERATIONS
from weirmq.services.kafka.model import LEADER_EPOCH, Topic
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find_for, name_fault, partition_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.describe_cluster_request import DescribeClusterRequest
from weirmq.wire.kafka.messages.describe_cluster_response import DescribeClusterBroker, DescribeClusterResponse
from weirmq.wire.kafka.messages.describe_producers_request import DescribeProducersRequest
from weirmq.wire.kafka.messages.describe_producers_response import (
    DescribeProducersResponse,
    PartitionResponse,
    ProducerState,
    TopicResponse,
)
from weirmq.wire.kafka.messages.describe_topic_partitions_request import DescribeTopicPartitionsRequest
from weirmq.wire.kafka.messages.describe_topic_partitions_response import (
    Cursor,
    DescribeTopicPartitionsResponse,
    DescribeTopicPartitionsResponsePartition,
    DescribeTopicPartitionsResponseTopic,
)

BROKERS = 1  # endpoint type of DescribeCluster; the other one is controllers
PARTITIONS_TOLD = 2_000  # max.request.partition.size.limit


def describe_cluster(kafka: Kafka, ask: Ask, request: DescribeClusterRequest) -> DescribeClusterResponse:
    """The brokers. Any of them does what a controller does."""
    cluster = kafka.cluster(ask)
    if request.endpoint_type != BROKERS:
        return DescribeClusterResponse(
            0, Code.UNSUPPORTED_VERSION, "There are no controllers apart from the brokers here.", request.endpoint_type
        )
    brokers = [
        DescribeClusterBroker(each, ask.connection.host, kafka.port(ask, each), placement.rack(each))
        for each in cluster.brokers
    ]
    operations = NO_OPERATIONS
    if request.include_cluster_authorized_operations:
        operations = kafka.authorizer.cluster_operations(ask)
    return DescribeClusterResponse(0, 0, None, BROKERS, cluster.id, cluster.brokers[0], brokers, operations)


def describe_topic_partitions(
    kafka: Kafka, ask: Ask, request: DescribeTopicPartitionsRequest
) -> DescribeTopicPartitionsResponse:
    """Topics by name with their partitions, a page at a time (KIP-966)."""
    names = sorted({each.name for each in request.topics} or _visible(kafka, ask))
    first = request.cursor
    if first is not None:
        names = [name for name in names if name >= first.topic_name]
    left = min(request.response_partition_limit, PARTITIONS_TOLD)
    topics: list[DescribeTopicPartitionsResponseTopic] = []
    for name in names:
        start = first.partition_index if first is not None and name == first.topic_name else 0
        if left <= 0:
            return DescribeTopicPartitionsResponse(0, topics, Cursor(name, start))
        topic = find_for(kafka, ask, Operation.DESCRIBE, name)
        if topic is Code.UNKNOWN_TOPIC_OR_PARTITION and name_fault(name):
            topic = Code.INVALID_TOPIC_EXCEPTION
        if isinstance(topic, Code):
            topics.append(DescribeTopicPartitionsResponseTopic(topic, name))
            continue
        told = _partitions(topic, start, left)
        operations = kafka.authorizer.operations(ask, ResourceType.TOPIC, name)
        topics.append(DescribeTopicPartitionsResponseTopic(0, name, topic.id, False, told, operations))
        left -= len(told)
        if start + len(told) < len(topic.partitions):
            return DescribeTopicPartitionsResponse(0, topics, Cursor(name, start + len(told)))
    return DescribeTopicPartitionsResponse(0, topics)


def _visible(kafka: Kafka, ask: Ask) -> set[str]:
    may = kafka.authorizer.may
    return {name for name in kafka.cluster(ask).topics if may(ask, Operation.DESCRIBE, ResourceType.TOPIC, name)}


def _partitions(topic: Topic, start: int, most: int) -> list[DescribeTopicPartitionsResponsePartition]:
    return [
        DescribeTopicPartitionsResponsePartition(
            0, each.index, each.leader, LEADER_EPOCH, each.replicas, each.replicas, [], []
        )
        for each in topic.partitions[start : start + most]
    ]


def describe_producers(kafka: Kafka, ask: Ask, request: DescribeProducersRequest) -> DescribeProducersResponse:
    """The idempotent producers of partitions."""
    asked: dict[str, dict[int, None]] = {}  # each once: the answer is to grow with what is asked alone
    for each in request.topics:
        asked.setdefault(each.name, {}).update(dict.fromkeys(each.partition_indexes))
    topics = []
    for name, indexes in asked.items():
        topic = find_for(kafka, ask, Operation.READ, name)
        partitions = []
        for index in indexes:
            partition = partition_of(topic, index)
            if partition is Code.UNKNOWN_TOPIC_OR_PARTITION and (fault := name_fault(name)):
                reason = f"Topic name is invalid: {fault}"
                partitions.append(PartitionResponse(index, Code.INVALID_TOPIC_EXCEPTION, reason))
                continue
            if isinstance(partition, Code):
                partitions.append(PartitionResponse(index, partition))
                continue
            producers = producers_of(kafka, partition)
            states = [
                ProducerState(
                    number, each.epoch, each.last, each.time_ms, each.coordinator_epoch, producers.open.get(number, -1)
                )
                for number, each in producers.states.items()
            ]
            partitions.append(PartitionResponse(index, 0, None, states))
        topics.append(TopicResponse(name, partitions))
    return DescribeProducersResponse(0, topics)
