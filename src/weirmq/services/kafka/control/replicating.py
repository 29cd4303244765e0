"""What a replicator is asked to copy, in AWS's shapes, and as a replication of ours. What ours can't do is refused.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/v1-replicators.html
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.replication import chosen
from weirmq.services.kafka.replication_facts import ReplicationSet
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topic_patterns import PATTERN_LETTERS, fault, quoted
from weirmq.wire.aws.types.kafka import (
    ConsumerGroupReplication,
    KafkaCluster,
    LogDelivery,
    ReplicationInfo,
    ReplicationStartingPosition,
    ReplicationTopicNameConfiguration,
    TopicReplication,
    UpdateReplicationInfoRequest,
)

CLUSTERS: Final = 2  # a source and a target
_ALIAS_LETTERS: Final = 8


def alias(cluster: str) -> str:
    """What topics of a cluster, given by its ARN, are prefixed with elsewhere: its name, and what tells it from others
    that had the name before.
    """
    _, name, cluster_id = cluster.split("/")
    return f"{name}-{cluster_id[:_ALIAS_LETTERS]}"


def check_clusters(given: Iterable[KafkaCluster]) -> list[str]:
    """The ARNs of source and target, in any order. Raises BadRequest."""
    found = []
    for each in given:
        if each.AmazonMskCluster is None or each.ApacheKafkaCluster is not None:
            raise errors.not_here("kafkaClusters", "Only clusters of this service are copied: give amazonMskCluster.")
        if each.ClientAuthentication is not None or each.EncryptionInTransit is not None:
            raise errors.bad("kafkaClusters", "clientAuthentication and encryptionInTransit are of other clusters.")
        found.append(each.AmazonMskCluster.MskClusterArn)
    if len(found) != CLUSTERS or found[0] == found[1]:
        raise errors.bad("kafkaClusters", "A replicator has two clusters: one that is copied, and one that it goes to.")
    return found


def check_logs(given: LogDelivery | None) -> None:
    """Raises BadRequest for logs that nobody would get."""
    logs = given and given.ReplicatorLogDelivery
    if logs and any(each and each.Enabled for each in (logs.CloudWatchLogs, logs.Firehose, logs.S3)):
        raise errors.not_here("logDelivery", "Replicators' logs are not delivered.")


def checked(asked: ReplicationInfo, clusters: Iterable[str]) -> ReplicationInfo:
    """The same, with what AWS takes where nothing is said. Raises BadRequest."""
    if asked.SourceKafkaClusterId is not None or asked.TargetKafkaClusterId is not None:
        raise errors.not_here("replicationInfoList", "Only clusters of this service are copied: give their ARNs.")
    if {asked.SourceKafkaClusterArn, asked.TargetKafkaClusterArn} != set(clusters):
        raise errors.bad("replicationInfoList", "Source and target must be the two of kafkaClusters.")
    if asked.TargetCompressionType != "NONE":
        raise errors.not_here("targetCompressionType", "Batches are copied as they are: the type must be NONE.")
    groups = asked.ConsumerGroupReplication
    if groups.ConsumerGroupOffsetSyncMode == "ENHANCED":
        raise errors.not_here("consumerGroupOffsetSyncMode", "Offsets are copied in the LEGACY mode only.")
    return replace(asked, TopicReplication=_full(asked.TopicReplication), ConsumerGroupReplication=_full_groups(groups))


def _full(asked: TopicReplication) -> TopicReplication:
    position, names = asked.StartingPosition, asked.TopicNameConfiguration
    return TopicReplication(
        CopyAccessControlListsForTopics=asked.CopyAccessControlListsForTopics is not False,
        CopyTopicConfigurations=asked.CopyTopicConfigurations is not False,
        DetectAndCopyNewTopics=asked.DetectAndCopyNewTopics is not False,
        StartingPosition=ReplicationStartingPosition(Type=(position and position.Type) or "LATEST"),
        TopicNameConfiguration=ReplicationTopicNameConfiguration(
            Type=(names and names.Type) or "PREFIXED_WITH_SOURCE_CLUSTER_ALIAS"
        ),
        TopicsToExclude=asked.TopicsToExclude or [],
        TopicsToReplicate=asked.TopicsToReplicate,
    )


def _full_groups(asked: ConsumerGroupReplication) -> ConsumerGroupReplication:
    return ConsumerGroupReplication(
        ConsumerGroupsToExclude=asked.ConsumerGroupsToExclude or [],
        ConsumerGroupsToReplicate=asked.ConsumerGroupsToReplicate,
        DetectAndCopyNewConsumerGroups=asked.DetectAndCopyNewConsumerGroups is not False,
        SynchroniseConsumerGroupOffsets=asked.SynchroniseConsumerGroupOffsets is not False,
        ConsumerGroupOffsetSyncMode="LEGACY",
    )


def updated(info: ReplicationInfo, request: UpdateReplicationInfoRequest) -> ReplicationInfo:
    """What a replicator copies after an update. Raises BadRequest."""
    if request.SourceKafkaClusterId is not None or request.TargetKafkaClusterId is not None:
        raise errors.not_here("sourceKafkaClusterId", "Only clusters of this service are copied: give their ARNs.")
    if request.SourceKafkaClusterArn != info.SourceKafkaClusterArn:
        raise errors.bad("sourceKafkaClusterArn", "This is not the cluster that is copied.")
    if request.TargetKafkaClusterArn != info.TargetKafkaClusterArn:
        raise errors.bad("targetKafkaClusterArn", "This is not the cluster that it is copied to.")
    topics, groups = request.TopicReplication, request.ConsumerGroupReplication
    if topics is None and groups is None and request.LogDelivery is None:
        raise errors.bad("topicReplication", "Specify topicReplication, consumerGroupReplication, or both.")
    changes = [
        {name: getattr(each, name) for name in each.__struct_fields__} if each else {} for each in (topics, groups)
    ]
    return replace(
        info,
        TopicReplication=replace(info.TopicReplication, **changes[0]),
        ConsumerGroupReplication=replace(info.ConsumerGroupReplication, **changes[1]),
    )


def replication(
    kafka: Kafka, replication_id: str, info: ReplicationInfo, source: ManagedCluster, target: ManagedCluster
) -> ReplicationSet:
    """What does so. Where nothing new is to be detected, patterns stand for what they fit now. Raises BadRequest."""
    topics, groups = info.TopicReplication, info.ConsumerGroupReplication
    _check_patterns("topicsToReplicate", topics.TopicsToReplicate)
    _check_patterns("topicsToExclude", topics.TopicsToExclude)
    _check_patterns("consumerGroupsToReplicate", groups.ConsumerGroupsToReplicate)
    _check_patterns("consumerGroupsToExclude", groups.ConsumerGroupsToExclude)
    position, names = topics.StartingPosition, topics.TopicNameConfiguration
    wanted, wanted_groups = topics.TopicsToReplicate, groups.ConsumerGroupsToReplicate
    if not topics.DetectAndCopyNewTopics:
        wanted = _fixed(kafka.machine.clusters[source.number].topics, wanted)
    if not groups.DetectAndCopyNewConsumerGroups:
        here = (group for number, group in kafka.machine.offsets if number == source.number)
        wanted_groups = _fixed(here, wanted_groups)
    is_prefixed = names is not None and names.Type == "PREFIXED_WITH_SOURCE_CLUSTER_ALIAS"
    return ReplicationSet(
        replication_id, source.number, target.number, wanted, topics.TopicsToExclude or [], wanted_groups,
        groups.ConsumerGroupsToExclude or [],
        prefix=f"{alias(source.arn)}." if is_prefixed else "",
        from_latest=position is not None and position.Type == "LATEST",
        configs=bool(topics.CopyTopicConfigurations),
        acls=bool(topics.CopyAccessControlListsForTopics),
        offsets=bool(groups.SynchroniseConsumerGroupOffsets),
    )  # fmt: skip


def _check_patterns(parameter: str, given: list[str] | None) -> None:
    for each in given or ():
        if reason := fault(each):
            raise errors.bad(parameter, f"{each} is no regular expression: {reason}.")


def _fixed(names: Iterable[str], patterns: list[str]) -> list[str]:
    """Patterns, as few as may be, that fit what these fit of the names, and nothing else."""
    found: list[str] = []
    for name in names:
        if chosen(name, patterns, []):
            letters = quoted(name)
            if found and len(found[-1]) + len(letters) < PATTERN_LETTERS:
                found[-1] += f"|{letters}"
            else:
                found.append(letters)
    return found
