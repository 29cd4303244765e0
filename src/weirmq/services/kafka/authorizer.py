"""The one question that handlers ask: may whoever asks do that to this resource?

Callers whom AWS knows are allowed what IAM says, everybody else what the cluster's ACLs say, as on MSK. Super users are
allowed everything. A resource that no ACL speaks of is everybody's, unless the configuration says otherwise: MSK sets
`allow.everyone.if.no.acl.found`.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from weirmq.iam.caller import Caller
from weirmq.iam.evaluate import Errand
from weirmq.iam.policy import Policy
from weirmq.services.kafka import iam_actions
from weirmq.services.kafka.acls import CLUSTER_NAME, Acls, Operation, ResourceType
from weirmq.services.kafka.ask import Ask, Principal
from weirmq.services.kafka.model import Cluster

NO_OPERATIONS: Final = -(2**31)  # nobody asked which are allowed
_NO_ACLS: Final = Acls()

# AclEntry.supportedOperations: what clients are told of that they may, where they ask.
OPERATIONS: Final[Mapping[ResourceType, tuple[Operation, ...]]] = {
    ResourceType.TOPIC: (
        Operation.READ, Operation.WRITE, Operation.CREATE, Operation.DESCRIBE, Operation.DELETE, Operation.ALTER,
        Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS,
    ),
    ResourceType.GROUP: (
        Operation.READ, Operation.DESCRIBE, Operation.DELETE, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS,
    ),
    ResourceType.CLUSTER: (
        Operation.CREATE, Operation.CLUSTER_ACTION, Operation.DESCRIBE_CONFIGS, Operation.ALTER_CONFIGS,
        Operation.IDEMPOTENT_WRITE, Operation.ALTER, Operation.DESCRIBE,
    ),
}  # fmt: skip


class Rules(msgspec.Struct, frozen=True):
    """Kafka's `super.users` and `allow.everyone.if.no.acl.found`."""

    super_users: frozenset[Principal] = frozenset()
    allows_unlisted: bool = True

    @classmethod
    def of(cls, super_users: str, *, requires_acls: bool) -> "Rules":
        """`super_users` as Kafka writes them: `User:alice;User:bob`."""
        principals = (each.partition(":") for each in super_users.split(";") if each)
        return cls(frozenset(Principal(kind, name) for kind, _, name in principals), not requires_acls)


class Standing(msgspec.Struct, frozen=True):
    """What IAM knows of a cluster: its ARN, `arn:aws:kafka:REGION:ACCOUNT:cluster/NAME/UUID`, and its policy."""

    arn: str
    policy: Policy | None = None


class Authorizer:
    """Knows the ACLs of all clusters, and how the clusters stand in AWS."""

    def __init__(self, clusters: Mapping[int, Cluster]) -> None:
        self.rules = Rules()
        self.region = "us-east-1"
        self.standings: dict[int, Standing] = {}  # by the number of a cluster
        self._clusters = clusters

    def may(self, ask: Ask, operation: Operation, resource_type: ResourceType, name: str = CLUSTER_NAME) -> bool:
        """Whether whoever asks may do that."""
        connection = ask.connection
        if connection.caller is not None:
            standing = self._standing(ask, connection.caller)
            return iam_actions.may(
                self._errand(ask, connection.caller), standing.arn, standing.policy, operation, resource_type, name
            )
        acls = self._acls(ask)
        if not acls and self.rules.allows_unlisted:
            return True
        if connection.principal in self.rules.super_users:
            return True
        found = acls.may(str(connection.principal), connection.peer, operation, resource_type, name)
        return self.rules.allows_unlisted if found is None else found

    def is_granted(self, ask: Ask, operation: Operation, resource_type: ResourceType, name: str) -> bool:
        """Whether somebody has said that whoever asks may do that; where no ACL speaks of it, it isn't granted."""
        connection = ask.connection
        if connection.caller is not None:
            return False
        if connection.principal in self.rules.super_users:
            return True
        return bool(self._acls(ask).may(str(connection.principal), connection.peer, operation, resource_type, name))

    def may_any(self, ask: Ask, operation: Operation, resource_type: ResourceType) -> bool:
        """Whether whoever asks may do that to some resource of the type (KIP-679). IAM knows no such question."""
        connection = ask.connection
        if connection.caller is not None:
            return False
        if connection.principal in self.rules.super_users:
            return True
        acls = self._acls(ask)
        # As Kafka: a name that nobody has stands for those that no ACL speaks of.
        found = acls.may(str(connection.principal), connection.peer, operation, resource_type, "hardcode")
        if found or (found is None and self.rules.allows_unlisted):
            return True
        return acls.may_any(str(connection.principal), connection.peer, operation, resource_type)

    def may_connect(self, ask: Ask, caller: Caller) -> bool:
        """Whether IAM lets a caller in."""
        standing = self._standing(ask, caller)
        return iam_actions.may_connect(self._errand(ask, caller), standing.arn, standing.policy)

    def operations(self, ask: Ask, resource_type: ResourceType, name: str = CLUSTER_NAME) -> int:
        """What whoever asks may do with a resource, as a field of bits (KIP-430)."""
        allowed = [each for each in OPERATIONS[resource_type] if self.may(ask, each, resource_type, name)]
        return sum(1 << each for each in allowed)

    def cluster_operations(self, ask: Ask) -> int:
        """What whoever asks may do with the cluster; nothing, where that isn't theirs to know."""
        is_told = self.may(ask, Operation.DESCRIBE, ResourceType.CLUSTER)
        return self.operations(ask, ResourceType.CLUSTER) if is_told else 0

    def _acls(self, ask: Ask) -> Acls:
        cluster = self._clusters.get(ask.cluster)
        return _NO_ACLS if cluster is None else cluster.acls

    def _standing(self, ask: Ask, caller: Caller) -> Standing:
        """The default cluster is there without any call, so it is in the account of whoever asks."""
        found = self.standings.get(ask.cluster)
        if found is None:
            partition = caller.arn.split(":", 2)[1]
            cluster_id = self._clusters[ask.cluster].id if ask.cluster in self._clusters else ""
            found = Standing(f"arn:{partition}:kafka:{self.region}:{caller.account}:cluster/default/{cluster_id}")
        return found

    def _errand(self, ask: Ask, caller: Caller) -> Errand:
        return Errand(caller, self.region, ask.now_ms, ask.connection.peer, ask.connection.is_encrypted)
