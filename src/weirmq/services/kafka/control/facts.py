"""What the log holds of the control plane. As all facts of Kafka, whose union they are in: added to, never edited."""

from weirmq.engine.machine import Fact
from weirmq.services.kafka.control.model import ClusterKind, ConnectionState, Operation
from weirmq.wire.aws.types.kafka import (
    BrokerNodeGroupInfo,
    KafkaCluster,
    LogDelivery,
    MutableClusterInfo,
    ReplicationInfo,
    VpcConfig,
)


class ClusterCreated(Fact, tag=45):
    """The Kafka cluster of this number is a managed one."""

    number: int
    account: str
    region: str
    name: str
    id: str
    kind: ClusterKind
    version: str
    settings: MutableClusterInfo
    nodes: BrokerNodeGroupInfo | None
    vpcs: list[VpcConfig]
    tags: dict[str, str]


class ClusterChanged(Fact, tag=46):
    """What the operation's target says is so now; an empty version stays as it was."""

    arn: str
    version: str
    operation: Operation


class ClusterDeleted(Fact, tag=47):
    """It is gone, and what hung on it."""

    arn: str


class ResourceTagged(Fact, tag=48):
    """All tags of a cluster, VPC connection or replicator."""

    arn: str
    tags: dict[str, str]


class ClusterPolicySet(Fact, tag=49):
    """Who else may do what with a cluster; empty for nobody."""

    arn: str
    text: str
    version: str


class ConfigurationCreated(Fact, tag=50):
    """With its first revision."""

    account: str
    region: str
    name: str
    id: str
    description: str
    versions: list[str]
    properties: bytes


class ConfigurationRevised(Fact, tag=51):
    """It has a further revision."""

    arn: str
    description: str
    properties: bytes


class ConfigurationDeleted(Fact, tag=52):
    """With all revisions."""

    arn: str


class SecretsAssociated(Fact, tag=53):
    """These secrets let users into a cluster: by ARN, whom each does."""

    arn: str
    secrets: dict[str, str]


class SecretsDisassociated(Fact, tag=54):
    """It doesn't any more."""

    arn: str
    secrets: list[str]


class VpcConnectionCreated(Fact, tag=55):
    """A VPC may reach a cluster."""

    account: str
    region: str
    cluster: str
    id: str
    authentication: str
    vpc: str
    subnets: list[str]
    security_groups: list[str]
    tags: dict[str, str]


class VpcConnectionChanged(Fact, tag=56):
    """It is in another state."""

    arn: str
    state: ConnectionState


class VpcConnectionDeleted(Fact, tag=57):
    """It is gone."""

    arn: str


class ReplicatorCreated(Fact, tag=58):
    """A replicator is there. What it copies is a ReplicationSet of the same id, which comes with it."""

    account: str
    region: str
    name: str
    id: str
    version: str
    description: str
    role: str
    clusters: list[KafkaCluster]
    info: ReplicationInfo
    logs: LogDelivery | None
    tags: dict[str, str]


class ReplicatorChanged(Fact, tag=59):
    """It copies other things."""

    arn: str
    version: str
    info: ReplicationInfo
    logs: LogDelivery | None


class ReplicatorDeleted(Fact, tag=60):
    """It is gone. What it copied stays."""

    arn: str


ControlFact = (
    ClusterCreated
    | ClusterChanged
    | ClusterDeleted
    | ResourceTagged
    | ClusterPolicySet
    | ConfigurationCreated
    | ConfigurationRevised
    | ConfigurationDeleted
    | SecretsAssociated
    | SecretsDisassociated
    | VpcConnectionCreated
    | VpcConnectionChanged
    | VpcConnectionDeleted
    | ReplicatorCreated
    | ReplicatorChanged
    | ReplicatorDeleted
)
