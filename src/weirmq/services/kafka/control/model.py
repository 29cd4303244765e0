"""What the control plane keeps, as the machine knows it. All of it is part of a snapshot as it stands here.

Settings are in AWS's own shapes: what UpdateX is given is what DescribeCluster answers.
"""

from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from weirmq.iam.policy import Kind, Policy, parse
from weirmq.kernel import arn
from weirmq.wire.aws.types.kafka import (
    BrokerNodeGroupInfo,
    KafkaCluster,
    LogDelivery,
    MutableClusterInfo,
    ReplicationInfo,
    VpcConfig,
)

ClusterKind = Literal["PROVISIONED", "SERVERLESS"]
ConnectionState = Literal["AVAILABLE", "REJECTED", "INACTIVE"]

ALL_BROKERS: Final = "ALL"


class Operation(msgspec.Struct, array_like=True, gc=False):
    """A change of a cluster: what was, and what is. It took effect at once, so it ends when it begins."""

    id: str
    kind: str
    began_ms: int
    source: MutableClusterInfo
    target: MutableClusterInfo
    request_id: str
    connection: str = ""  # the VPC connection that it is about


class ManagedCluster(msgspec.Struct, array_like=True, tag=45, gc=False):
    """A cluster that somebody created. `number` is that of the Kafka cluster, `id` ends its ARN.

    `nodes` is what of a provisioned cluster can't be changed, `vpcs` that of a serverless one.
    """

    number: int
    account: str
    region: str
    name: str
    id: str
    kind: ClusterKind
    created_ms: int
    version: str
    settings: MutableClusterInfo
    nodes: BrokerNodeGroupInfo | None = None
    vpcs: list[VpcConfig] = []
    tags: dict[str, str] = {}
    policy_text: str = ""
    policy_version: str = ""
    secrets: dict[str, str] = {}  # by ARN: whom each lets in
    operations: dict[str, Operation] = {}  # by ARN
    added_ms: dict[int, int] = {}  # when brokers joined that weren't there from the first

    @property
    def arn(self) -> str:
        """Its ARN."""
        return self._arn("cluster")

    def _arn(self, kind: str, end: str = "") -> str:
        return arn.build("kafka", self.region, self.account, f"{kind}/{self.name}/{self.id}{end}")

    def operation_arn(self, operation_id: str) -> str:
        """The ARN of a change."""
        return self._arn("cluster-operation", f"/{operation_id}")

    def topic_arn(self, topic: str) -> str:
        """The ARN of a topic, which is that of IAM's policies on it as well."""
        return self._arn("topic", f"/{topic}")

    def node_arn(self, broker: int) -> str:
        """The ARN of a broker."""
        return self._arn("broker", f"/{broker}")

    @property
    def policy(self) -> Policy | None:
        """Who else may do what with it."""
        return _parsed(self.policy_text) if self.policy_text else None


class Revision(msgspec.Struct, array_like=True, gc=False):
    """What a configuration said from some time on."""

    number: int
    created_ms: int
    description: str
    properties: bytes


class Configuration(msgspec.Struct, array_like=True, tag=46, gc=False):
    """A server.properties file, with all that it was. `versions` are those of Kafka that it is for."""

    account: str
    region: str
    name: str
    id: str
    created_ms: int
    description: str
    versions: list[str]
    revisions: list[Revision]

    @property
    def arn(self) -> str:
        """Its ARN."""
        return arn.build("kafka", self.region, self.account, f"configuration/{self.name}/{self.id}")

    @property
    def latest(self) -> Revision:
        """What it says."""
        return self.revisions[-1]

    def revision(self, number: int) -> Revision | None:
        """What it said. Revisions count from 1."""
        return self.revisions[number - 1] if 1 <= number <= len(self.revisions) else None


class VpcConnection(msgspec.Struct, array_like=True, tag=47, gc=False):
    """A managed VPC connection: the leave of a client's VPC to reach a cluster by one way of logging in."""

    account: str
    region: str
    cluster: str
    id: str
    created_ms: int
    authentication: str
    vpc: str
    subnets: list[str]
    security_groups: list[str]
    state: ConnectionState = "AVAILABLE"
    tags: dict[str, str] = {}

    @property
    def arn(self) -> str:
        """Its ARN: the cluster's owner is part of it."""
        parts = self.cluster.split(":")
        name = parts[5].split("/")[1]
        return arn.build("kafka", self.region, self.account, f"vpc-connection/{parts[4]}/{name}/{self.id}")


class Replicator(msgspec.Struct, array_like=True, tag=48, gc=False):
    """A replicator. `id` ends its ARN, and is that of the replication which does what `info` says."""

    account: str
    region: str
    name: str
    id: str
    created_ms: int
    version: str
    description: str
    role: str
    clusters: list[KafkaCluster]
    info: ReplicationInfo
    logs: LogDelivery | None = None
    tags: dict[str, str] = {}

    @property
    def arn(self) -> str:
        """Its ARN."""
        return arn.build("kafka", self.region, self.account, f"replicator/{self.name}/{self.id}")


ControlPart = ManagedCluster | Configuration | VpcConnection | Replicator
"""What a snapshot consists of. Like facts: added to, never edited."""


def merged(settings: MutableClusterInfo, changes: MutableClusterInfo) -> MutableClusterInfo:
    """The settings with those that are given in `changes`. Which brokers came is said of the change alone."""
    given = {name: value for name, value in _given(changes).items() if value is not None}
    return MutableClusterInfo(**(_given(settings) | given | {"BrokerCountUpdateInfo": None}))


def only(settings: MutableClusterInfo, changes: MutableClusterInfo) -> MutableClusterInfo:
    """Of the settings those that `changes` changes."""
    changed = {name for name, value in _given(changes).items() if value is not None}
    return MutableClusterInfo(**{name: value for name, value in _given(settings).items() if name in changed})


def _given(settings: MutableClusterInfo) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in MutableClusterInfo.__struct_fields__}


@lru_cache(maxsize=256)
def _parsed(text: str) -> Policy:
    return parse(text, Kind.RESOURCE)
