"""DescribeLogDirs and AlterReplicaLogDirs: the folder that the logs are in. There is one, and all brokers share it."""

from typing import Final

from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import Topic
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, partition_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.alter_replica_log_dirs_request import AlterReplicaLogDirsRequest
from weirmq.wire.kafka.messages.alter_replica_log_dirs_response import (
    AlterReplicaLogDirPartitionResult,
    AlterReplicaLogDirsResponse,
    AlterReplicaLogDirTopicResult,
)
from weirmq.wire.kafka.messages.describe_log_dirs_request import DescribeLogDirsRequest
from weirmq.wire.kafka.messages.describe_log_dirs_response import (
    DescribeLogDirsPartition,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)
from weirmq.wire.kafka.schema import NO_UUID

CODE_FIRST: Final = 3  # the version of DescribeLogDirs that has an error of its own


def describe_log_dirs(kafka: Kafka, ask: Ask, request: DescribeLogDirsRequest) -> DescribeLogDirsResponse:
    """How much a broker's partitions take on the disk. How large that is isn't told."""
    if not kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER):
        return DescribeLogDirsResponse(0, Code.CLUSTER_AUTHORIZATION_FAILED if ask.version >= CODE_FIRST else 0)
    cluster = kafka.cluster(ask)
    if request.topics is None:
        wanted = {topic: list(range(len(topic.partitions))) for topic in cluster.topics.values()}
    else:
        wanted = {
            topic: each.partitions
            for each in request.topics
            if isinstance(topic := find(cluster, each.topic, NO_UUID), Topic)
        }
    topics = [
        DescribeLogDirsTopic(topic.name, told)
        for topic, indexes in wanted.items()
        if (told := _sizes(kafka, ask, topic, indexes))
    ]
    return DescribeLogDirsResponse(0, 0, [DescribeLogDirsResult(0, kafka.log_dir, topics)])


def _sizes(kafka: Kafka, ask: Ask, topic: Topic, indexes: list[int]) -> list[DescribeLogDirsPartition]:
    return [
        DescribeLogDirsPartition(index, kafka.log(topic.partitions[index]).size)
        for index in indexes
        if 0 <= index < len(topic.partitions) and ask.broker in topic.partitions[index].replicas
    ]


def alter_replica_log_dirs(kafka: Kafka, ask: Ask, request: AlterReplicaLogDirsRequest) -> AlterReplicaLogDirsResponse:
    """Keep partitions in the folder where they are; there is no other one."""
    is_allowed = kafka.authorizer.may(ask, Operation.ALTER, ResourceType.CLUSTER)
    results: dict[str, list[AlterReplicaLogDirPartitionResult]] = {}
    for each in request.dirs:
        for topic in each.topics:
            found = find(kafka.cluster(ask), topic.name, NO_UUID)
            for index in topic.partitions:
                partition = partition_of(found, index)
                code = partition if isinstance(partition, Code) else Code.NONE
                if each.path != kafka.log_dir:
                    code = Code.LOG_DIR_NOT_FOUND
                if not is_allowed:
                    code = Code.CLUSTER_AUTHORIZATION_FAILED
                results.setdefault(topic.name, []).append(AlterReplicaLogDirPartitionResult(index, code))
    return AlterReplicaLogDirsResponse(0, [AlterReplicaLogDirTopicResult(*each) for each in results.items()])
