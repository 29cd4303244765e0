"""Topics: what is told of them, and their making, growing and end."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts, placement, topic_configs
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.authorizer import NO_OPERATIONS
from weirmq.services.kafka.model import LEADER_EPOCH, Cluster, Partition, Topic, likeness
from weirmq.services.kafka.service import Kafka
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.create_partitions_request import CreatePartitionsRequest, CreatePartitionsTopic
from weirmq.wire.kafka.messages.create_partitions_response import CreatePartitionsResponse, CreatePartitionsTopicResult
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.create_topics_response import (
    CreatableTopicConfigs,
    CreatableTopicResult,
    CreateTopicsResponse,
)
from weirmq.wire.kafka.messages.delete_records_request import DeleteRecordsRequest
from weirmq.wire.kafka.messages.delete_records_response import (
    DeleteRecordsPartitionResult,
    DeleteRecordsResponse,
    DeleteRecordsTopicResult,
)
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.delete_topics_response import DeletableTopicResult, DeleteTopicsResponse
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest, MetadataRequestTopic
from weirmq.wire.kafka.messages.metadata_response import (
    MetadataResponse,
    MetadataResponseBroker,
    MetadataResponsePartition,
    MetadataResponseTopic,
)
from weirmq.wire.kafka.schema import NO_UUID

PARTITIONS_MAX: Final = 10_000  # of a topic: our own
NAMELESS_FIRST: Final = 12  # the version of Metadata that knows of topics without a name (KIP-516)
DEFAULT_PARTITIONS: Final = 1  # num.partitions
NAME_LETTERS: Final = 249
UNKNOWN: Final = "This server does not host this topic-partition."
TOO_MANY: Final = "The throttling quota has been exceeded."
# The versions that know THROTTLING_QUOTA_EXCEEDED (KIP-599): with older ones a client only waits afterwards.
CREATE_STRICT_FIRST, DELETE_STRICT_FIRST, GROW_STRICT_FIRST = 6, 5, 3
_NAME: Final = re.compile(r"[a-zA-Z0-9._-]+")
_DYNAMIC_TOPIC, _STATIC_BROKER, _DEFAULT = 1, 4, 5  # DescribeConfigs' sources


def find(cluster: Cluster, name: str | None, topic_id: bytes) -> Topic | Code:
    """The topic of that name, or of that id where there is no name; or why there is none."""
    if name:
        return cluster.topics.get(name, Code.UNKNOWN_TOPIC_OR_PARTITION)
    if topic_id != NO_UUID:
        return cluster.by_id.get(topic_id, Code.UNKNOWN_TOPIC_ID)
    return Code.UNKNOWN_TOPIC_OR_PARTITION


def find_for(kafka: Kafka, ask: Ask, operation: Operation, name: str | None, topic_id: bytes = NO_UUID) -> Topic | Code:
    """The same, for somebody who does that to it. Who may not isn't told whether there is one of that name."""
    found = find(kafka.cluster(ask), name, topic_id)
    known = found.name if isinstance(found, Topic) else name
    if known and not kafka.authorizer.may(ask, operation, ResourceType.TOPIC, known):
        return Code.TOPIC_AUTHORIZATION_FAILED
    return found


def name_fault(name: str) -> str:
    """What is wrong with a topic's name; "" for nothing."""
    if not name:
        return "the empty string is not allowed"
    if name in {".", ".."}:
        return f"'{name}' is not allowed"
    if len(name) > NAME_LETTERS:
        return f"the length of '{name}' is longer than the max allowed length {NAME_LETTERS}"
    if not _NAME.fullmatch(name):
        return f"'{name}' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'"
    return ""


def alike(cluster: Cluster, name: str) -> str:
    """A topic whose name differs in dots and underscores alone: none is made beside it. "" where there is none."""
    return next(iter(cluster.alike.get(likeness(name), ())), "")


# Metadata


def metadata(kafka: Kafka, ask: Ask, request: MetadataRequest) -> MetadataResponse:
    """Brokers and topics. Topics that aren't there are made, where the client wants that."""
    cluster, may = kafka.cluster(ask), kafka.authorizer.may
    if request.topics is None or (not request.topics and ask.version == 0):
        topics = [
            _told(topic)
            for topic in cluster.topics.values()
            if may(ask, Operation.DESCRIBE, ResourceType.TOPIC, topic.name)
        ]
    else:
        asked = {(each.topic_id, each.name): each for each in request.topics}  # each once, as in Kafka
        topics = [_asked_for(kafka, ask, request, each) for each in asked.values()]
    if request.include_topic_authorized_operations:
        for each in [topic for topic in topics if not topic.error_code]:
            each.topic_authorized_operations = kafka.authorizer.operations(ask, ResourceType.TOPIC, each.name or "")
    brokers = [
        MetadataResponseBroker(each, ask.connection.host, kafka.port(ask, each), placement.rack(each))
        for each in cluster.brokers
    ]
    operations = NO_OPERATIONS
    if request.include_cluster_authorized_operations:
        operations = kafka.authorizer.cluster_operations(ask)
    return MetadataResponse(0, brokers, cluster.id, cluster.brokers[0], topics, operations)


def _asked_for(kafka: Kafka, ask: Ask, request: MetadataRequest, asked: MetadataRequestTopic) -> MetadataResponseTopic:
    found = find_for(kafka, ask, Operation.DESCRIBE, asked.name, asked.topic_id)
    if found is Code.UNKNOWN_TOPIC_OR_PARTITION and asked.name and request.allow_auto_topic_creation:
        found = _made_on_demand(kafka, ask, asked.name)
    if found is Code.UNKNOWN_TOPIC_OR_PARTITION and asked.name and name_fault(asked.name):
        found = Code.INVALID_TOPIC_EXCEPTION
    if isinstance(found, Code):
        name = asked.name if ask.version >= NAMELESS_FIRST else asked.name or ""
        return MetadataResponseTopic(found, name, asked.topic_id)
    return _told(found)


def _made_on_demand(kafka: Kafka, ask: Ask, name: str) -> Topic | Code:
    cluster = kafka.cluster(ask)
    if not _is_on(cluster, "auto.create.topics.enable"):
        return Code.UNKNOWN_TOPIC_OR_PARTITION
    if not _may(kafka, ask, Operation.CREATE, name):
        return Code.TOPIC_AUTHORIZATION_FAILED
    if name_fault(name) or alike(cluster, name):
        return Code.UNKNOWN_TOPIC_OR_PARTITION
    try:
        return make(kafka, ask.now_ms, cluster, name, _default_partitions(cluster), {})
    except NoRoom:
        return Code.KAFKA_STORAGE_ERROR


def _is_on(cluster: Cluster, name: str) -> bool:
    """Whether a config of brokers is true, which is so unless something else was set."""
    return cluster.configs.get(name, "true").lower() != "false"


def _default_partitions(cluster: Cluster) -> int:
    return int(cluster.configs.get("num.partitions", DEFAULT_PARTITIONS))


def may_be_deleted(topic: Topic) -> bool:
    """Whether the cluster lets topics be deleted."""
    return _is_on(topic.cluster, "delete.topic.enable")


def _told(topic: Topic) -> MetadataResponseTopic:
    partitions = [
        MetadataResponsePartition(0, each.index, each.leader, LEADER_EPOCH, each.replicas, each.replicas)
        for each in topic.partitions
    ]
    return MetadataResponseTopic(0, topic.name, topic.id, False, partitions)


def _may(kafka: Kafka, ask: Ask, operation: Operation, name: str) -> bool:
    """Whether whoever asks may make or delete topics, or this one."""
    may = kafka.authorizer.may
    return may(ask, operation, ResourceType.CLUSTER) or may(ask, operation, ResourceType.TOPIC, name)


# CreateTopics


def make(
    kafka: Kafka,
    now_ms: int,
    cluster: Cluster,
    name: str,
    partitions: int,
    configs: dict[str, str],
    factor: int = -1,
    assigned: list[list[int]] | None = None,
) -> Topic:
    """A new topic, of so many replicas (-1: as many as the cluster's configs say) or those assigned. Raises NoRoom."""
    topic_id = kafka.new_uuid()
    factor = placement.default_factor(cluster) if factor == -1 else factor
    replicas = assigned or placement.replicas(cluster, topic_id, 0, partitions, factor)
    fact = facts.TopicCreated(cluster.number, name, topic_id, partitions, configs, replicas)
    kafka.commit(now_ms, fact)
    return cluster.topics[name]


def create_topics(kafka: Kafka, ask: Ask, request: CreateTopicsRequest) -> CreateTopicsResponse:
    """Make topics, each for itself; with `validate_only`, only say whether they could be made."""
    cluster = kafka.cluster(ask)
    names = Counter(each.name for each in request.topics)
    results = []
    faults = [fault_of(cluster, each) for each in request.topics]  # of one request, some may be alike
    for each, (code, reason) in zip(request.topics, faults, strict=True):
        if names[each.name] > 1:
            code, reason = Code.INVALID_REQUEST, "Duplicate topic name."
        if names[each.name] == 1 and not _may(kafka, ask, Operation.CREATE, each.name):
            code, reason = Code.TOPIC_AUTHORIZATION_FAILED, "Authorization failed."
        if code:
            results.append(CreatableTopicResult(each.name, NO_UUID, code, reason))
        else:
            results.append(_created(kafka, ask, cluster, each, is_trial=request.validate_only))
    return CreateTopicsResponse(0, results)


def fault_of(cluster: Cluster, asked: CreatableTopic) -> tuple[Code, str]:
    """Why a topic can't be made; NONE if it can."""
    if found := name_fault(asked.name):
        return Code.INVALID_TOPIC_EXCEPTION, f"Topic name is invalid: {found}"
    if asked.name in cluster.topics:
        return Code.TOPIC_ALREADY_EXISTS, f"Topic '{asked.name}' already exists."
    if found := alike(cluster, asked.name):
        return Code.INVALID_TOPIC_EXCEPTION, f"Topic '{asked.name}' collides with existing topic: {found}"
    if code := _size_fault(cluster, asked)[0]:
        return code, _size_fault(cluster, asked)[1]
    if nulls := ",".join(sorted(each.name for each in asked.configs if each.value is None)):
        return Code.INVALID_CONFIG, f"Null value not supported for topic configs: {nulls}"
    if found := topic_configs.fault(_configs(asked)):
        return Code.INVALID_CONFIG, found
    return Code.NONE, ""


def _size_fault(cluster: Cluster, asked: CreatableTopic) -> tuple[Code, str]:
    brokers = cluster.brokers
    if asked.assignments:
        if asked.num_partitions != -1 or asked.replication_factor != -1:
            return Code.INVALID_REQUEST, (
                "A manual partition assignment was specified, but numPartitions or replicationFactor was not set to -1."
            )
        indexes = sorted(each.partition_index for each in asked.assignments)
        if indexes != list(range(len(indexes))):
            return Code.INVALID_REPLICA_ASSIGNMENT, "partitions should be a consecutive 0-based integer sequence"
        replicas = [each.broker_ids for each in asked.assignments]
        return _assignment_fault(cluster, replicas, len(replicas[0]))
    if asked.num_partitions == 0 or asked.num_partitions < -1:
        return Code.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value."
    if asked.num_partitions > PARTITIONS_MAX:
        return Code.INVALID_PARTITIONS, f"A topic has at most {PARTITIONS_MAX} partitions here."
    if asked.replication_factor == 0 or asked.replication_factor < -1:
        return Code.INVALID_REPLICATION_FACTOR, (
            "Replication factor must be larger than 0, or -1 to use the default value."
        )
    if asked.replication_factor > len(brokers):
        return Code.INVALID_REPLICATION_FACTOR, (
            f"Unable to replicate the partition {asked.replication_factor} time(s): The target replication factor of "
            f"{asked.replication_factor} cannot be reached because only {len(brokers)} broker(s) are registered or "
            "some brokers have all their log directories cordoned."
        )
    return Code.NONE, ""


def _assignment_fault(cluster: Cluster, assigned: list[list[int]], factor: int) -> tuple[Code, str]:
    for each in assigned:
        if found := replicas_fault(cluster, each):
            return Code.INVALID_REPLICA_ASSIGNMENT, found
        if len(each) != factor:
            return Code.INVALID_REPLICA_ASSIGNMENT, (
                "The manual partition assignment includes a partition with "
                f"{len(each)} replica(s), but this is not consistent with previous partitions, which have {factor} "
                "replica(s)."
            )
    return Code.NONE, ""


def replicas_fault(cluster: Cluster, replicas: Sequence[int]) -> str:
    """What is wrong with the brokers of a partition; "" for nothing."""
    if not replicas:
        return "The manual partition assignment includes an empty replica list."
    for broker in replicas:
        if broker not in cluster.brokers:
            return f"The manual partition assignment includes broker {broker}, but no such broker is registered."
        if replicas.count(broker) > 1:
            return f"The manual partition assignment includes the broker {broker} more than once."
    return ""


def _assigned(asked: CreatableTopic) -> list[list[int]]:
    """The brokers of each partition, by its index."""
    return [each.broker_ids for each in sorted(asked.assignments, key=lambda each: each.partition_index)]


def _configs(asked: CreatableTopic) -> dict[str, str]:
    return {
        each.name: topic_configs.CONFIGS[each.name].trimmed(each.value)
        if each.name in topic_configs.CONFIGS
        else each.value
        for each in asked.configs
        if each.value is not None
    }


def _created(
    kafka: Kafka, ask: Ask, cluster: Cluster, asked: CreatableTopic, *, is_trial: bool
) -> CreatableTopicResult:
    count = len(asked.assignments) or (
        _default_partitions(cluster) if asked.num_partitions == -1 else asked.num_partitions
    )
    configs = _configs(asked)
    topic_id = NO_UUID
    is_strict = ask.version >= CREATE_STRICT_FIRST
    if not is_trial and not kafka.throttle.may_mutate(ask, count, is_strict=is_strict):
        return CreatableTopicResult(asked.name, NO_UUID, Code.THROTTLING_QUOTA_EXCEEDED, TOO_MANY)
    if not is_trial:
        try:
            factor, assigned = asked.replication_factor, _assigned(asked)
            topic_id = make(kafka, ask.now_ms, cluster, asked.name, count, configs, factor, assigned).id
        except NoRoom as error:
            return CreatableTopicResult(asked.name, NO_UUID, Code.KAFKA_STORAGE_ERROR, str(error))
    if not kafka.authorizer.may(ask, Operation.DESCRIBE_CONFIGS, ResourceType.TOPIC, asked.name):
        return CreatableTopicResult(asked.name, topic_id, 0, None, Code.TOPIC_AUTHORIZATION_FAILED, configs=[])
    shown = [
        CreatableTopicConfigs(
            config.name,
            configs.get(config.name) or cluster.topic_defaults.get(config.name, config.default),
            config_source=_source(cluster, configs, config.name),
        )
        for config in topic_configs.CONFIGS.values()
    ]
    factor = placement.default_factor(cluster) if asked.replication_factor == -1 else asked.replication_factor
    if asked.assignments:
        factor = len(asked.assignments[0].broker_ids)
    return CreatableTopicResult(asked.name, topic_id, 0, None, 0, count, factor, shown)


def _source(cluster: Cluster, configs: dict[str, str], name: str) -> int:
    if name in configs:
        return _DYNAMIC_TOPIC
    return _STATIC_BROKER if name in cluster.topic_defaults else _DEFAULT


# DeleteTopics, CreatePartitions, DeleteRecords


def delete_topics(kafka: Kafka, ask: Ask, request: DeleteTopicsRequest) -> DeleteTopicsResponse:
    """Delete topics, each for itself."""
    cluster = kafka.cluster(ask)
    asked = request.topics or [DeleteTopicState(name) for name in request.topic_names]
    results = []
    for each in asked:
        if each.name is not None and each.topic_id != NO_UUID:
            results.append(
                DeletableTopicResult(each.name, each.topic_id, Code.INVALID_REQUEST, "name and id are given")
            )
            continue
        topic = find(cluster, each.name, each.topic_id)
        known = topic.name if isinstance(topic, Topic) else each.name
        if known and not _may(kafka, ask, Operation.DELETE, known):
            is_told = kafka.authorizer.may(ask, Operation.DESCRIBE, ResourceType.TOPIC, known)
            results.append(_undeletable(known if is_told else each.name, each.topic_id))
            continue
        if isinstance(topic, Code):
            reason = UNKNOWN if topic is Code.UNKNOWN_TOPIC_OR_PARTITION else "This server does not host this topic ID."
            results.append(DeletableTopicResult(each.name, each.topic_id, topic, reason))
            continue
        is_strict = ask.version >= DELETE_STRICT_FIRST
        if not kafka.throttle.may_mutate(ask, len(topic.partitions), is_strict=is_strict):
            results.append(DeletableTopicResult(topic.name, topic.id, Code.THROTTLING_QUOTA_EXCEEDED, TOO_MANY))
            continue
        results.append(_deleted(kafka, ask, topic))
    return DeleteTopicsResponse(0, results)


def _deleted(kafka: Kafka, ask: Ask, topic: Topic) -> DeletableTopicResult:
    if not may_be_deleted(topic):
        return DeletableTopicResult(topic.name, topic.id, Code.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.")
    code = kafka.record(ask.now_ms, facts.TopicDeleted(topic.cluster.number, topic.id))
    if not code:
        kafka.forget(topic)
    return DeletableTopicResult(topic.name, topic.id, code, None)


def _undeletable(name: str | None, topic_id: bytes) -> DeletableTopicResult:
    return DeletableTopicResult(name, topic_id, Code.TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed.")


def create_partitions(kafka: Kafka, ask: Ask, request: CreatePartitionsRequest) -> CreatePartitionsResponse:
    """Give topics more partitions."""
    results = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.ALTER, each.name)
        code, reason = growth_fault(topic, each)
        if not code and isinstance(topic, Topic) and not request.validate_only:
            code, reason = _grown(kafka, ask, topic, each)
        results.append(CreatePartitionsTopicResult(each.name, code, reason or None))
    return CreatePartitionsResponse(0, results)


def _grown(kafka: Kafka, ask: Ask, topic: Topic, asked: CreatePartitionsTopic) -> tuple[Code, str]:
    count, first = asked.count, len(topic.partitions)
    is_strict = ask.version >= GROW_STRICT_FIRST
    if not kafka.throttle.may_mutate(ask, count - first, is_strict=is_strict):
        return Code.THROTTLING_QUOTA_EXCEEDED, TOO_MANY
    assigned = None if asked.assignments is None else [each.broker_ids for each in asked.assignments]
    try:
        grow(kafka, ask.now_ms, topic, count, assigned)
    except NoRoom:
        return Code.KAFKA_STORAGE_ERROR, ""
    return Code.NONE, ""


def grow(kafka: Kafka, now_ms: int, topic: Topic, count: int, assigned: list[list[int]] | None = None) -> None:
    """Have so many partitions, on these brokers or spread. Raises NoRoom."""
    first, factor = len(topic.partitions), len(topic.partitions[0].replicas)
    replicas = assigned or placement.replicas(topic.cluster, topic.id, first, count - first, factor)
    kafka.commit(now_ms, facts.PartitionsAdded(topic.cluster.number, topic.id, count, replicas))


def growth_fault(topic: Topic | Code, asked: CreatePartitionsTopic) -> tuple[Code, str]:
    """Why a topic can't have so many partitions; NONE if it can."""
    if isinstance(topic, Code):
        is_denied = topic is Code.TOPIC_AUTHORIZATION_FAILED
        return topic, "Topic authorization failed." if is_denied else UNKNOWN
    count = len(topic.partitions)
    if asked.count == count:
        return Code.INVALID_PARTITIONS, f"Topic already has {count} partition(s)."
    if asked.count < count:
        return Code.INVALID_PARTITIONS, (
            f"The topic {topic.name} currently has {count} partition(s); {asked.count} would not be an increase."
        )
    if asked.count > PARTITIONS_MAX:
        return Code.INVALID_PARTITIONS, f"A topic has at most {PARTITIONS_MAX} partitions here."
    if asked.assignments is not None and len(asked.assignments) != asked.count - count:
        return Code.INVALID_REPLICA_ASSIGNMENT, (
            f"Attempted to add {asked.count - count} additional partition(s), but only {len(asked.assignments)} "
            f"assignment(s) were specified."
        )
    replicas = [each.broker_ids for each in asked.assignments or ()]
    return _assignment_fault(topic.cluster, replicas, len(topic.partitions[0].replicas))


def delete_records(kafka: Kafka, ask: Ask, request: DeleteRecordsRequest) -> DeleteRecordsResponse:
    """Let go of the records below an offset; -1 is the end of what readers may see."""
    results = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.DELETE, each.name)
        partitions = []
        for asked in each.partitions:
            partition = partition_of(topic, asked.partition_index)
            if isinstance(partition, Code):
                partitions.append(DeleteRecordsPartitionResult(asked.partition_index, -1, partition))
            else:
                low, code = _deleted_below(kafka, ask, partition, asked.offset)
                partitions.append(DeleteRecordsPartitionResult(asked.partition_index, low, code))
        results.append(DeleteRecordsTopicResult(each.name, partitions))
    return DeleteRecordsResponse(0, results)


def partition_of(topic: Topic | Code, index: int) -> Partition | Code:
    """A topic's partition, or why there is none."""
    if isinstance(topic, Code):
        return topic
    return topic.partitions[index] if 0 <= index < len(topic.partitions) else Code.UNKNOWN_TOPIC_OR_PARTITION


def _deleted_below(kafka: Kafka, ask: Ask, partition: Partition, offset: int) -> tuple[int, Code]:
    configs = partition.topic.configs
    if topic_configs.DELETE not in topic_configs.listed(configs.get(topic_configs.CLEANUP, topic_configs.DELETE)):
        return -1, Code.POLICY_VIOLATION
    end = kafka.log(partition).readable
    low = end if offset == -1 else offset
    if not 0 <= low <= end:
        return -1, Code.OFFSET_OUT_OF_RANGE
    if low > kafka.start(partition):
        cluster, topic = partition.topic.cluster, partition.topic
        code = kafka.record(ask.now_ms, facts.RecordsDeleted(cluster.number, topic.id, partition.index, low))
        kafka.fetches.signal(partition.log)
        return (-1, code) if code else (kafka.start(partition), Code.NONE)
    return kafka.start(partition), Code.NONE
