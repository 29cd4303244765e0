"""What a snapshot of Kafka consists of. Like facts: added to, never edited."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from weirmq.services.kafka.access_facts import AclsCreated, QuotasSet
from weirmq.services.kafka.compaction_facts import PartitionCompacted
from weirmq.services.kafka.control.model import ControlPart
from weirmq.services.kafka.facts import Committed, ProducersNoted
from weirmq.services.kafka.model import DEFAULT_CLUSTER, Cluster, Topic
from weirmq.services.kafka.replication_facts import ReplicationMoved, ReplicationSet
from weirmq.services.kafka.scram_facts import ScramCredentialSet, ScramSecretMade
from weirmq.services.kafka.share_facts import GroupConfigsPart, ShareGroupPart, ShareProgressPart
from weirmq.services.kafka.telemetry_facts import ClientMetricsConfigured
from weirmq.services.kafka.token_facts import DelegationTokenSet
from weirmq.services.kafka.transactional import Transactional

if TYPE_CHECKING:
    from weirmq.services.kafka.machine import KafkaMachine


class ServicePart(msgspec.Struct, array_like=True, tag=0):
    """What belongs to no cluster."""

    next_producer: int
    condemned: dict[str, int]
    next_cluster: int = DEFAULT_CLUSTER + 1


class ClusterPart(msgspec.Struct, array_like=True, tag=1):
    """A cluster; its topics follow."""

    number: int
    cluster_id: str
    brokers: int
    configs: dict[str, str]
    ports: list[tuple[int, str, int]] = []  # broker, listener, port


class TopicPart(msgspec.Struct, array_like=True, tag=2):
    """A topic. `lows` has one entry for each partition."""

    cluster: int
    name: str
    topic_id: bytes
    created_ms: int
    configs: dict[str, str]
    lows: list[int]
    replicas: list[list[int]] = []  # of each partition; empty: the first broker has them all


class GroupPart(msgspec.Struct, array_like=True, tag=3):
    """What a group has committed, and when it did last."""

    cluster: int
    group: str
    offsets: list[Committed]
    committed_ms: int


KafkaPart = (
    ServicePart
    | ClusterPart
    | TopicPart
    | GroupPart
    | Transactional
    | ProducersNoted
    | PartitionCompacted
    | AclsCreated
    | QuotasSet
    | GroupConfigsPart
    | ClientMetricsConfigured
    | DelegationTokenSet
    | ShareGroupPart
    | ShareProgressPart
    | ScramCredentialSet
    | ScramSecretMade
    | ControlPart
    | ReplicationSet
    | ReplicationMoved
)


def of(machine: "KafkaMachine") -> Iterator[Any]:
    """The parts of a machine's state."""
    yield ServicePart(machine.next_producer, machine.condemned, machine.next_cluster)
    for cluster in machine.clusters.values():
        ports = [(broker, listener, port) for (broker, listener), port in cluster.ports.items()]
        yield ClusterPart(cluster.number, cluster.id, len(cluster.brokers), cluster.configs, ports)
        if cluster.acls:
            yield AclsCreated(cluster.number, list(cluster.acls))
        yield from (QuotasSet(cluster.number, list(key), dict(values)) for key, values in cluster.quotas.items())
        for topic in cluster.topics.values():
            lows = [partition.low for partition in topic.partitions]
            replicas = [partition.replicas for partition in topic.partitions] if len(cluster.brokers) > 1 else []
            yield TopicPart(cluster.number, topic.name, topic.id, topic.created_ms, topic.given, lows, replicas)
            yield from (partition.note for partition in topic.partitions if partition.note is not None)
            for partition in topic.partitions:
                if partition.clean:
                    yield PartitionCompacted(cluster.number, topic.id, partition.index, partition.clean)
        for name, configs in cluster.client_metrics.items():
            yield ClientMetricsConfigured(cluster.number, name, configs)
        yield from cluster.tokens
        yield from (each for found in cluster.scram.values() for each in found.values())
    if machine.scram_secret:
        yield ScramSecretMade(machine.scram_secret)
    for (number, group), offsets in machine.offsets.items():
        yield GroupPart(number, group, list(offsets.values()), machine.committed_ms[number, group])
    for (number, group), configs in machine.group_configs.items():
        yield GroupConfigsPart(number, group, configs)
    yield from machine.shares.parts()
    yield from machine.replications.parts()
    yield from machine.coordinator.ids.values()
    yield from machine.control.parts()


def restore(machine: "KafkaMachine", part: Any) -> None:
    """Take up one part."""
    match part:
        case ClusterPart():
            cluster = machine.clusters[part.number] = Cluster(part.number, part.cluster_id, part.brokers)
            cluster.configure(part.configs)
            cluster.ports = {(broker, listener): port for broker, listener, port in part.ports}
        case TopicPart():
            topic = Topic(machine.clusters[part.cluster], part.name, part.topic_id, part.configs, part.created_ms)
            topic.grow(len(part.lows), part.replicas)
            for partition, low in zip(topic.partitions, part.lows, strict=True):
                partition.low = low
            machine.adopt(topic)
        case GroupPart():
            found = {(each.topic_id, each.partition): each for each in part.offsets}
            machine.adopt_group((part.cluster, part.group), found, part.committed_ms)
        case GroupConfigsPart():
            machine.group_configs[part.cluster, part.group] = part.configs
        case ShareGroupPart() | ShareProgressPart():
            machine.shares.adopt(part)
        case ProducersNoted() | PartitionCompacted() | AclsCreated() | QuotasSet() | ClientMetricsConfigured():
            machine.apply(part, 0, 0)
        case ScramCredentialSet() | ScramSecretMade() | DelegationTokenSet() | ReplicationSet() | ReplicationMoved():
            machine.apply(part, 0, 0)
        case Transactional():
            machine.coordinator.adopt(part)
        case _:
            machine.next_producer = part.next_producer
            machine.condemned = part.condemned
            machine.next_cluster = part.next_cluster
