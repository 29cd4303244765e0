"""The control plane as a part of Kafka's state machine: what was created by AWS's API, and how it is set.

Rules:
1. A managed cluster is a Kafka cluster with a name. Both come and go together: if a crash leaves one of them, the next
   start makes it so (service.py).
2. Every change of a cluster's settings is an operation, and gives the cluster another version. It takes effect at once.
3. What hangs on a cluster (its policy, its tags, its secrets, the VPC connections to it) goes with it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from weirmq.engine.machine import Fact
from weirmq.services.kafka.authorizer import Standing
from weirmq.services.kafka.control import facts
from weirmq.services.kafka.control.limits import OPERATIONS
from weirmq.services.kafka.control.model import (
    Configuration,
    ControlPart,
    ManagedCluster,
    Operation,
    Replicator,
    Revision,
    VpcConnection,
    merged,
)

Name = tuple[str, str, str]
"""Account, region, and the name of a cluster."""


class ControlMachine:
    """All that is managed, of all accounts and regions, by ARN."""

    def __init__(self) -> None:
        self.clusters: dict[str, ManagedCluster] = {}
        self.configurations: dict[str, Configuration] = {}
        self.connections: dict[str, VpcConnection] = {}
        self.replicators: dict[str, Replicator] = {}
        self.by_number: dict[int, ManagedCluster] = {}
        self.standings: dict[int, Standing] = {}  # what policies on the Kafka protocol go by, by number
        self.by_name: dict[Name, ManagedCluster] = {}
        self.appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            facts.ClusterCreated: self._cluster_created,
            facts.ClusterChanged: self._cluster_changed,
            facts.ClusterDeleted: self._cluster_deleted,
            facts.ResourceTagged: self._tagged,
            facts.ClusterPolicySet: self._policy_set,
            facts.ConfigurationCreated: self._configuration_created,
            facts.ConfigurationRevised: self._configuration_revised,
            facts.ConfigurationDeleted: self._configuration_deleted,
            facts.SecretsAssociated: self._secrets_associated,
            facts.SecretsDisassociated: self._secrets_disassociated,
            facts.VpcConnectionCreated: self._connection_created,
            facts.VpcConnectionChanged: self._connection_changed,
            facts.VpcConnectionDeleted: self._connection_deleted,
            facts.ReplicatorCreated: self._replicator_created,
            facts.ReplicatorChanged: self._replicator_changed,
            facts.ReplicatorDeleted: self._replicator_deleted,
        }

    # Clusters

    def _cluster_created(self, fact: facts.ClusterCreated, _offset: int, now_ms: int) -> None:
        self._adopt(
            ManagedCluster(
                fact.number, fact.account, fact.region, fact.name, fact.id, fact.kind, now_ms, fact.version,
                fact.settings, fact.nodes, fact.vpcs, fact.tags,
            )
        )  # fmt: skip

    def _adopt(self, cluster: ManagedCluster) -> None:
        self.clusters[cluster.arn] = self.by_number[cluster.number] = cluster
        self.by_name[cluster.account, cluster.region, cluster.name] = cluster
        self.standings[cluster.number] = Standing(cluster.arn, cluster.policy)

    def _cluster_changed(self, fact: facts.ClusterChanged, _offset: int, now_ms: int) -> None:
        cluster, operation = self.clusters[fact.arn], fact.operation
        self._note_new_brokers(cluster, operation, now_ms)
        cluster.settings = merged(cluster.settings, operation.target)
        cluster.version = fact.version or cluster.version
        cluster.operations[cluster.operation_arn(operation.id)] = operation
        if len(cluster.operations) > OPERATIONS:
            del cluster.operations[next(iter(cluster.operations))]

    def _note_new_brokers(self, cluster: ManagedCluster, operation: Operation, now_ms: int) -> None:
        before, after = cluster.settings.NumberOfBrokerNodes or 0, operation.target.NumberOfBrokerNodes or 0
        cluster.added_ms |= dict.fromkeys(range(before + 1, after + 1), now_ms)

    def _cluster_deleted(self, fact: facts.ClusterDeleted, _offset: int, _now_ms: int) -> None:
        cluster = self.clusters.pop(fact.arn)
        del self.by_number[cluster.number], self.by_name[cluster.account, cluster.region, cluster.name]
        del self.standings[cluster.number]
        for connection in [each for each in self.connections.values() if each.cluster == fact.arn]:
            del self.connections[connection.arn]

    def _tagged(self, fact: facts.ResourceTagged, _offset: int, _now_ms: int) -> None:
        known: tuple[Mapping[str, ManagedCluster | VpcConnection | Replicator], ...] = (
            self.clusters,
            self.connections,
            self.replicators,
        )
        next(found[fact.arn] for found in known if fact.arn in found).tags = fact.tags

    def _policy_set(self, fact: facts.ClusterPolicySet, _offset: int, _now_ms: int) -> None:
        cluster = self.clusters[fact.arn]
        cluster.policy_text, cluster.policy_version = fact.text, fact.version
        self.standings[cluster.number] = Standing(cluster.arn, cluster.policy)

    def _secrets_associated(self, fact: facts.SecretsAssociated, _offset: int, _now_ms: int) -> None:
        cluster = self.clusters[fact.arn]
        cluster.secrets = {**cluster.secrets, **fact.secrets}

    def _secrets_disassociated(self, fact: facts.SecretsDisassociated, _offset: int, _now_ms: int) -> None:
        cluster = self.clusters[fact.arn]
        cluster.secrets = {each: user for each, user in cluster.secrets.items() if each not in fact.secrets}

    # Configurations

    def _configuration_created(self, fact: facts.ConfigurationCreated, _offset: int, now_ms: int) -> None:
        first = Revision(1, now_ms, fact.description, fact.properties)
        made = Configuration(
            fact.account, fact.region, fact.name, fact.id, now_ms, fact.description, fact.versions, [first]
        )
        self.configurations[made.arn] = made

    def _configuration_revised(self, fact: facts.ConfigurationRevised, _offset: int, now_ms: int) -> None:
        revisions = self.configurations[fact.arn].revisions
        revisions.append(Revision(len(revisions) + 1, now_ms, fact.description, fact.properties))

    def _configuration_deleted(self, fact: facts.ConfigurationDeleted, _offset: int, _now_ms: int) -> None:
        del self.configurations[fact.arn]

    # VPC connections

    def _connection_created(self, fact: facts.VpcConnectionCreated, _offset: int, now_ms: int) -> None:
        made = VpcConnection(
            fact.account, fact.region, fact.cluster, fact.id, now_ms, fact.authentication, fact.vpc, fact.subnets,
            fact.security_groups, tags=fact.tags,
        )  # fmt: skip
        self.connections[made.arn] = made

    def _connection_changed(self, fact: facts.VpcConnectionChanged, _offset: int, _now_ms: int) -> None:
        self.connections[fact.arn].state = fact.state

    def _connection_deleted(self, fact: facts.VpcConnectionDeleted, _offset: int, _now_ms: int) -> None:
        del self.connections[fact.arn]

    # Replicators

    def _replicator_created(self, fact: facts.ReplicatorCreated, _offset: int, now_ms: int) -> None:
        made = Replicator(
            fact.account, fact.region, fact.name, fact.id, now_ms, fact.version, fact.description, fact.role,
            fact.clusters, fact.info, fact.logs, fact.tags,
        )  # fmt: skip
        self.replicators[made.arn] = made

    def _replicator_changed(self, fact: facts.ReplicatorChanged, _offset: int, _now_ms: int) -> None:
        found = self.replicators[fact.arn]
        found.version, found.info, found.logs = fact.version, fact.info, fact.logs

    def _replicator_deleted(self, fact: facts.ReplicatorDeleted, _offset: int, _now_ms: int) -> None:
        del self.replicators[fact.arn]

    # Snapshots

    def parts(self) -> Iterable[ControlPart]:
        """The whole state as a sequence of parts."""
        yield from self.clusters.values()
        yield from self.configurations.values()
        yield from self.connections.values()
        yield from self.replicators.values()

    def restore(self, part: ControlPart) -> None:
        """Take up one part."""
        match part:
            case ManagedCluster():
                self._adopt(part)
            case Configuration():
                self.configurations[part.arn] = part
            case VpcConnection():
                self.connections[part.arn] = part
            case Replicator():
                self.replicators[part.arn] = part
