"""CreateTopic, DescribeTopic, DescribeTopicPartitions, ListTopics, UpdateTopic, DeleteTopic: what Kafka's Admin does,
by AWS's API. What may be is decided where Kafka's own requests are.

`configs` are Base64 of lines as in a .properties file; JSON is taken as well.

Source: botocore's model of MSK, and https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations.html
"""

from base64 import b64decode, b64encode
from binascii import Error
from typing import Final

import msgspec

from weirmq.engine.service import Call
from weirmq.kernel.errors import ServiceError
from weirmq.services.kafka import facts, topic_configs, topics
from weirmq.services.kafka.control import errors, server_properties
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find_cluster, kafka_cluster
from weirmq.services.kafka.model import Topic
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    CreateTopicRequest,
    CreateTopicResponse,
    DeleteTopicRequest,
    DeleteTopicResponse,
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    DescribeTopicRequest,
    DescribeTopicResponse,
    ListTopicsRequest,
    ListTopicsResponse,
    TopicInfo,
    TopicPartitionInfo,
    UpdateTopicRequest,
    UpdateTopicResponse,
)
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsTopic
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreatableTopicConfig

_PARAMETERS: Final = {
    Code.INVALID_TOPIC_EXCEPTION: "topicName",
    Code.INVALID_PARTITIONS: "partitionCount",
    Code.INVALID_REPLICATION_FACTOR: "replicationFactor",
    Code.INVALID_CONFIG: "configs",
}


def _refusal(code: Code, reason: str, name: str) -> ServiceError:
    """A refusal of Kafka's as MSK says it."""
    if code is Code.TOPIC_ALREADY_EXISTS:
        return errors.topic_exists(name)
    if code in _PARAMETERS:
        return errors.bad(_PARAMETERS[code], reason)
    return errors.refused_by_kafka("topicName", reason)


def _configs(text: str | None) -> dict[str, str]:
    """The configs that a request has. Raises BadRequest."""
    if not text:
        return {}
    try:
        data = b64decode(text, validate=True)
        if data.lstrip().startswith(b"{"):
            return {name: str(value) for name, value in msgspec.json.decode(data, type=dict[str, str | int]).items()}
    except (Error, ValueError, UnicodeDecodeError):
        raise errors.bad("configs", "It must be Base64 of lines such as retention.ms=60000.") from None
    return server_properties.parse(data)


def _shown(configs: dict[str, str]) -> str | None:
    lines = [f"{name}={value}" for name, value in sorted(configs.items())]
    return b64encode("\n".join(lines).encode()).decode() if lines else None


def _find(
    kafka: Kafka, call: Call, request: DescribeTopicRequest | DescribeTopicPartitionsRequest, action: str
) -> tuple[ManagedCluster, Topic]:
    """Raises BadRequest, AccessDenied, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, action)
    topic = kafka_cluster(kafka, cluster).topics.get(request.TopicName)
    if topic is None:
        raise errors.not_found("topicName", f"The topic '{request.TopicName}' does not exist.")
    return cluster, topic


def create_topic(kafka: Kafka, call: Call, request: CreateTopicRequest) -> CreateTopicResponse:
    """A new topic. Raises BadRequest, NotFound, TopicExists."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "CreateTopic")
    served, name, configs = kafka_cluster(kafka, cluster), request.TopicName, _configs(request.Configs)
    asked = CreatableTopic(
        name,
        request.PartitionCount,
        request.ReplicationFactor,
        [],
        [CreatableTopicConfig(key, value) for key, value in configs.items()],
    )
    code, reason = topics.fault_of(served, asked)
    if code:
        raise _refusal(code, reason, name)
    topics.make(kafka, call.now_ms, served, name, request.PartitionCount, configs, request.ReplicationFactor)
    return CreateTopicResponse(TopicArn=cluster.topic_arn(name), TopicName=name, Status="CREATING")


def describe_topic(kafka: Kafka, call: Call, request: DescribeTopicRequest) -> DescribeTopicResponse:
    """A topic, with the configs that were set. Raises BadRequest, NotFound."""
    cluster, topic = _find(kafka, call, request, "DescribeTopic")
    return DescribeTopicResponse(
        TopicArn=cluster.topic_arn(topic.name),
        TopicName=topic.name,
        ReplicationFactor=len(topic.partitions[0].replicas),
        PartitionCount=len(topic.partitions),
        Configs=_shown(topic.given),
        Status="ACTIVE",
    )


def describe_topic_partitions(
    kafka: Kafka, call: Call, request: DescribeTopicPartitionsRequest
) -> DescribeTopicPartitionsResponse:
    """The partitions of a topic, and which broker leads each. Raises BadRequest, NotFound."""
    _, topic = _find(kafka, call, request, "DescribeTopicPartitions")
    found, token = page(topic.partitions, lambda each: f"{each.index:09}", request.NextToken, request.MaxResults)
    shown = [
        TopicPartitionInfo(Partition=each.index, Leader=each.leader, Replicas=each.replicas, Isr=each.replicas)
        for each in found
    ]
    return DescribeTopicPartitionsResponse(Partitions=shown, NextToken=token)


def list_topics(kafka: Kafka, call: Call, request: ListTopicsRequest) -> ListTopicsResponse:
    """The topics of a cluster by name, or those whose names begin so. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "ListTopics")
    served, prefix = kafka_cluster(kafka, cluster), request.TopicNameFilter or ""
    known = [each for each in served.topics.values() if each.name.startswith(prefix)]
    found, token = page(known, lambda each: each.name, request.NextToken, request.MaxResults)
    shown = [
        TopicInfo(
            TopicArn=cluster.topic_arn(each.name),
            TopicName=each.name,
            ReplicationFactor=len(each.partitions[0].replicas),
            PartitionCount=len(each.partitions),
            OutOfSyncReplicaCount=0,
        )
        for each in found
    ]
    return ListTopicsResponse(Topics=shown, NextToken=token)


def update_topic(kafka: Kafka, call: Call, request: UpdateTopicRequest) -> UpdateTopicResponse:
    """Other configs, or more partitions. What isn't given stays. Raises BadRequest, UnknownTopicOrPartition."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "UpdateTopic")
    topic = _known(kafka, cluster, request.TopicName)
    if request.Configs is None and request.PartitionCount is None:
        raise errors.bad("configs", "Specify configs, a partition count, or both.")
    configs = topic.given | _configs(request.Configs)
    if fault := topic_configs.fault(configs):
        raise errors.bad("configs", fault)
    count = request.PartitionCount
    if count is not None and count != len(topic.partitions):
        code, reason = topics.growth_fault(topic, CreatePartitionsTopic(topic.name, count, None))
        if code:
            raise _refusal(code, reason, topic.name)
        topics.grow(kafka, call.now_ms, topic, count)
    if configs != topic.given:
        kafka.commit(call.now_ms, facts.TopicConfigured(cluster.number, topic.id, configs))
    return UpdateTopicResponse(TopicArn=cluster.topic_arn(topic.name), TopicName=topic.name, Status="UPDATING")


def _known(kafka: Kafka, cluster: ManagedCluster, name: str) -> Topic:
    topic = kafka_cluster(kafka, cluster).topics.get(name)
    if topic is None:
        raise errors.unknown_topic(name)
    return topic


def delete_topic(kafka: Kafka, call: Call, request: DeleteTopicRequest) -> DeleteTopicResponse:
    """Delete a topic with its records. Raises BadRequest, NotFound, UnknownTopicOrPartition."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "DeleteTopic")
    topic = _known(kafka, cluster, request.TopicName)
    if not topics.may_be_deleted(topic):
        raise errors.refused_by_kafka("topicName", "Topic deletion is disabled (delete.topic.enable).")
    kafka.commit(call.now_ms, facts.TopicDeleted(cluster.number, topic.id))
    kafka.forget(topic)
    return DeleteTopicResponse(TopicArn=cluster.topic_arn(topic.name), TopicName=topic.name, Status="DELETING")
