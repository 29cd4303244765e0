"""Kafka as a state machine: clusters, topics, groups' offsets, transactions. Records are no part of it.

                    created            partitions added, configured
    (nothing) ---------------> topic ------------------------------> topic ---- deleted ----> (its logs are condemned)

Rules:
1. A topic's id is never used again, and its logs are named by it: a topic of the same name made later has other logs.
2. A condemned log is removed once the fact that gave it up is durable; when it is gone, a fact says so. Until then
   every start tries again.
3. Who is a member of a group is not durable: after a restart members join anew. What they have committed is.
4. Transactions have rules of their own: transactional.py.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from weirmq.engine.machine import Fact
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka import parts
from weirmq.services.kafka.access_facts import AclsCreated, AclsDeleted, QuotasSet
from weirmq.services.kafka.broker_configs import BROKER_CONFIGS, TRANSACTIONAL_ID_MS
from weirmq.services.kafka.cluster_facts import BrokersAdded, ClusterRemoved, ListenersClosed, PortsTaken
from weirmq.services.kafka.compaction_facts import PartitionCompacted
from weirmq.services.kafka.control.machine import ControlMachine
from weirmq.services.kafka.control.model import ControlPart
from weirmq.services.kafka.coordinator import Coordinator
from weirmq.services.kafka.facts import (
    BrokersConfigured,
    ClusterMade,
    Committed,
    GroupDeleted,
    KafkaFact,
    LogsRemoved,
    OffsetsCommitted,
    OffsetsForgotten,
    PartitionsAdded,
    ProducerIdsTaken,
    ProducersNoted,
    RecordsDeleted,
    TopicConfigured,
    TopicCreated,
    TopicDeleted,
)
from weirmq.services.kafka.model import DEFAULT_CLUSTER, Cluster, Topic, brokers_of
from weirmq.services.kafka.placement_facts import PartitionMoved
from weirmq.services.kafka.replication_progress import ReplicationProgress
from weirmq.services.kafka.scram_facts import ScramCredentialDropped, ScramCredentialSet, ScramSecretMade
from weirmq.services.kafka.share_facts import GroupConfigured
from weirmq.services.kafka.share_progress import ShareProgress
from weirmq.services.kafka.telemetry_facts import ClientMetricsConfigured
from weirmq.services.kafka.token_facts import TOKEN_KNOWN_MS, DelegationTokenDropped, DelegationTokenSet
from weirmq.services.kafka.transactional import Transactional

if TYPE_CHECKING:
    from weirmq.services.kafka.sweeping import Sweeper

GroupOffsets = dict[tuple[bytes, int], Committed]
"""By topic id and partition."""


class KafkaMachine:
    """All clusters."""

    name: ClassVar[str] = "kafka"
    facts: ClassVar[Any] = KafkaFact
    payloads: ClassVar[tuple[type[Fact], ...]] = ()
    parts: ClassVar[Any] = parts.KafkaPart

    def __init__(self) -> None:
        self.clusters: dict[int, Cluster] = {}
        self.next_cluster = DEFAULT_CLUSTER + 1  # the number that no cluster has had
        self.offsets: dict[tuple[int, str], GroupOffsets] = {}  # by cluster and group
        self.committed_ms: dict[tuple[int, str], int] = {}  # when a group committed last
        self.groups_due: Deadlines[str] = Deadlines()  # by cluster and group: when its offsets are to be looked at
        self.tokens_due: Deadlines[str] = Deadlines()  # by cluster and id: when delegation tokens may be forgotten
        self.group_configs: dict[tuple[int, str], dict[str, str]] = {}  # those that were set
        self.shares = ShareProgress()
        self.replications = ReplicationProgress()
        self.coordinator = Coordinator(
            self._transaction_committed, partial(self.broker_number, name=TRANSACTIONAL_ID_MS)
        )
        self.client_metrics_changes = 0  # how often a subscription to clients' metrics has changed
        self.next_producer = 0
        self.condemned: dict[str, int] = {}  # logs to be removed: name -> the offset of the fact that gave them up
        self.scram_secret = b""
        self.sweeper: Sweeper | None = None
        self.control = ControlMachine()
        self._appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            ClusterMade: self._cluster_made,
            BrokersAdded: self._brokers_added,
            ListenersClosed: self._listeners_closed,
            PortsTaken: self._ports_taken,
            ClusterRemoved: self._cluster_removed,
            TopicCreated: self._topic_created,
            TopicDeleted: self._topic_deleted,
            PartitionsAdded: self._partitions_added,
            TopicConfigured: self._topic_configured,
            BrokersConfigured: self._brokers_configured,
            RecordsDeleted: self._records_deleted,
            LogsRemoved: self._logs_removed,
            OffsetsCommitted: self._offsets_committed,
            OffsetsForgotten: self._offsets_forgotten,
            GroupDeleted: self._group_deleted,
            ProducerIdsTaken: self._producer_ids_taken,
            ProducersNoted: self._producers_noted,
            PartitionCompacted: self._partition_compacted,
            AclsCreated: self._acls_created,
            AclsDeleted: self._acls_deleted,
            QuotasSet: self._quotas_set,
            PartitionMoved: self._partition_moved,
            GroupConfigured: self._group_configured,
            ClientMetricsConfigured: self._client_metrics_configured,
            **self.shares.appliers,
            **self.replications.appliers,
            ScramCredentialSet: self.scram_credential_set,
            ScramCredentialDropped: self._scram_credential_dropped,
            ScramSecretMade: self.scram_secret_made,
            DelegationTokenSet: self._token_set,
            DelegationTokenDropped: self._token_dropped,
            **self.coordinator.appliers,
            **self.control.appliers,
        }

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says."""
        self._appliers[type(fact)](fact, offset, now_ms)

    # Clusters and topics

    def _cluster_made(self, fact: ClusterMade, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.number] = Cluster(fact.number, fact.cluster_id, fact.brokers)
        self.next_cluster = max(self.next_cluster, fact.number + 1)

    def _brokers_added(self, fact: BrokersAdded, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].brokers = brokers_of(fact.brokers)

    def _listeners_closed(self, fact: ListenersClosed, _offset: int, _now_ms: int) -> None:
        ports = self.clusters[fact.cluster].ports
        for key in [each for each in ports if each[1] in fact.listeners]:
            del ports[key]

    def _ports_taken(self, fact: PortsTaken, _offset: int, _now_ms: int) -> None:
        ports = self.clusters[fact.cluster].ports
        for broker, listener, port in fact.ports:
            ports[broker, listener] = port

    def _cluster_removed(self, fact: ClusterRemoved, offset: int, _now_ms: int) -> None:
        cluster = self.clusters.pop(fact.cluster)
        for topic in cluster.topics.values():
            self._condemn(topic, offset)
        for token in cluster.tokens:
            self.tokens_due.drop(_due_key((fact.cluster, token.token_id)))
        for key in [key for key in self.offsets if key[0] == fact.cluster]:
            del self.offsets[key], self.committed_ms[key]
            self.groups_due.drop(_due_key(key))
        for key in [key for key in self.group_configs if key[0] == fact.cluster]:
            del self.group_configs[key]
        self.shares.cluster_removed(fact.cluster)
        self.replications.cluster_removed(fact.cluster)
        self.coordinator.cluster_removed(fact.cluster)

    def _topic_created(self, fact: TopicCreated, _offset: int, now_ms: int) -> None:
        topic = Topic(self.clusters[fact.cluster], fact.name, fact.topic_id, fact.configs, now_ms)
        topic.grow(fact.partitions, fact.replicas)
        self.adopt(topic)

    def adopt(self, topic: Topic) -> None:
        """Let a topic be found."""
        topic.cluster.add(topic)

    def _topic(self, fact: Any) -> Topic:
        return self.clusters[fact.cluster].by_id[fact.topic_id]

    def _topic_deleted(self, fact: TopicDeleted, offset: int, _now_ms: int) -> None:
        topic = self._topic(fact)
        topic.cluster.remove(topic)
        self._condemn(topic, offset)
        for (cluster, _), offsets in self.offsets.items():
            if cluster == fact.cluster:
                for index in range(len(topic.partitions)):
                    offsets.pop((topic.id, index), None)
        self.shares.topic_deleted(fact.cluster, topic.id, len(topic.partitions))

    def _condemn(self, topic: Topic, offset: int) -> None:
        for partition in topic.partitions:
            self.condemned[partition.log] = offset

    def _partitions_added(self, fact: PartitionsAdded, _offset: int, _now_ms: int) -> None:
        self._topic(fact).grow(fact.count, fact.replicas)

    def _topic_configured(self, fact: TopicConfigured, _offset: int, _now_ms: int) -> None:
        self._topic(fact).configure(fact.configs)

    def _brokers_configured(self, fact: BrokersConfigured, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].configure(fact.configs)
        self.coordinator.cluster_configured(fact.cluster)

    def broker_number(self, cluster: int, name: str) -> int:
        """A config of a cluster's brokers that is a number: what was set, else what holds without."""
        found = self.clusters.get(cluster)
        return int((found.configs.get(name) if found else None) or BROKER_CONFIGS[name].default)

    def _records_deleted(self, fact: RecordsDeleted, _offset: int, _now_ms: int) -> None:
        self._topic(fact).partitions[fact.partition].low = fact.low

    def _logs_removed(self, fact: LogsRemoved, _offset: int, _now_ms: int) -> None:
        for name in fact.names:
            self.condemned.pop(name, None)

    # Users

    def scram_credential_set(self, fact: ScramCredentialSet, _offset: int, _now_ms: int) -> None:
        """Apply it; a snapshot has it too."""
        self.clusters[fact.cluster].scram.setdefault(fact.user, {})[fact.mechanism] = fact

    def _scram_credential_dropped(self, fact: ScramCredentialDropped, _offset: int, _now_ms: int) -> None:
        users = self.clusters[fact.cluster].scram
        del users[fact.user][fact.mechanism]
        if not users[fact.user]:
            del users[fact.user]

    def scram_secret_made(self, fact: ScramSecretMade, _offset: int, _now_ms: int) -> None:
        """Apply it; a snapshot has it too."""
        self.scram_secret = fact.secret

    def _token_set(self, fact: DelegationTokenSet, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].tokens.put(fact)
        self.tokens_due.put(_due_key((fact.cluster, fact.token_id)), fact.expires_ms + TOKEN_KNOWN_MS)

    def _token_dropped(self, fact: DelegationTokenDropped, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].tokens.drop(fact.token_id)
        self.tokens_due.drop(_due_key((fact.cluster, fact.token_id)))

    # Groups

    def _offsets_committed(self, fact: OffsetsCommitted, _offset: int, now_ms: int) -> None:
        self._commit(fact.cluster, fact.group, fact.offsets, now_ms)

    def _commit(self, cluster: int, group: str, offsets: Iterable[Committed], now_ms: int) -> None:
        known = self.offsets.get((cluster, group))
        if known is None:
            known = {}
            self.adopt_group((cluster, group), known, now_ms)
        for each in offsets:
            known[each.topic_id, each.partition] = each
        self.committed_ms[cluster, group] = now_ms

    def adopt_group(self, key: tuple[int, str], offsets: GroupOffsets, committed_ms: int) -> None:
        """Let a group's offsets be found."""
        self.offsets[key], self.committed_ms[key] = offsets, committed_ms
        self.groups_due.put(_due_key(key), committed_ms)

    def _transaction_committed(self, found: Transactional, now_ms: int) -> None:
        by_id = self.clusters[found.cluster].by_id
        for group, offsets in found.offsets.items():  # a topic may have been deleted meanwhile
            self._commit(found.cluster, group, [each for each in offsets if each.topic_id in by_id], now_ms)

    def _offsets_forgotten(self, fact: OffsetsForgotten, _offset: int, now_ms: int) -> None:
        key = (fact.cluster, fact.group)
        known = self.offsets.get(key, {})
        for topic_id, partition in fact.partitions:
            known.pop((topic_id, partition), None)
        if key in self.offsets and not known:
            self.groups_due.put(_due_key(key), now_ms)

    def _group_deleted(self, fact: GroupDeleted, _offset: int, _now_ms: int) -> None:
        self.offsets.pop((fact.cluster, fact.group), None)
        self.committed_ms.pop((fact.cluster, fact.group), None)
        self.groups_due.drop(_due_key((fact.cluster, fact.group)))
        self.coordinator.group_deleted(fact.cluster, fact.group)
        self.shares.forget((fact.cluster, fact.group))

    def _group_configured(self, fact: GroupConfigured, _offset: int, _now_ms: int) -> None:
        self.group_configs[fact.cluster, fact.group] = fact.configs
        if not fact.configs:
            del self.group_configs[fact.cluster, fact.group]

    def _client_metrics_configured(self, fact: ClientMetricsConfigured, _offset: int, _now_ms: int) -> None:
        subscriptions = self.clusters[fact.cluster].client_metrics
        subscriptions[fact.subscription] = fact.configs
        if not fact.configs:
            del subscriptions[fact.subscription]
        self.client_metrics_changes += 1

    def _producer_ids_taken(self, fact: ProducerIdsTaken, _offset: int, _now_ms: int) -> None:
        self.next_producer = fact.next_id

    # Notes of partitions, which a snapshot has as they are

    def _producers_noted(self, fact: ProducersNoted, _offset: int, _now_ms: int) -> None:
        self._topic(fact).partitions[fact.partition].note = fact

    def _partition_compacted(self, fact: PartitionCompacted, _offset: int, _now_ms: int) -> None:
        self._topic(fact).partitions[fact.partition].clean = fact.offset

    def _partition_moved(self, fact: PartitionMoved, _offset: int, _now_ms: int) -> None:
        partition = self._topic(fact).partitions[fact.partition]
        partition.replicas, partition.leader = fact.replicas, fact.replicas[0]

    # Access

    def _acls_created(self, fact: AclsCreated, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].acls.add(fact.acls)

    def _acls_deleted(self, fact: AclsDeleted, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].acls.remove(fact.acls)

    def _quotas_set(self, fact: QuotasSet, _offset: int, _now_ms: int) -> None:
        self.clusters[fact.cluster].quotas.set(tuple(fact.entity), fact.values)

    # What the engine asks

    def holds(self, _fact: Any, _offset: int) -> bool:
        """No fact is read back."""
        return False

    def relocate(self, _fact: Any, _offset: int) -> None:
        """No fact is moved."""

    def next_due_ms(self) -> int | None:
        """When `due` wants to be called next."""
        return self.sweeper.next_due_ms() if self.sweeper else None

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Let go of records past their retention, and of logs that nobody needs."""
        return self.sweeper.sweep(now_ms) if self.sweeper else ()

    def snapshot(self) -> Iterable[Any]:
        """The whole state as a sequence of parts."""
        return parts.of(self)

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot."""
        if isinstance(part, ControlPart):
            self.control.restore(part)
        else:
            parts.restore(self, part)


def _due_key(key: tuple[int, str]) -> str:
    cluster, name = key
    return f"{cluster}\0{name}"
