"""CreateCluster, DescribeCluster, ListClusters, DeleteCluster, in both versions, and GetBootstrapBrokers.

Sources: https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html,
https://docs.aws.amazon.com/MSK/2.0/APIReference/v2-clusters.html
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel import arn
from weirmq.services.kafka import clusters as kafka_clusters
from weirmq.services.kafka.control import configurations, errors, settings, tags, versions
from weirmq.services.kafka.control.facts import ClusterCreated, ClusterDeleted
from weirmq.services.kafka.control.limits import BROKERS, SERVERLESS_CLUSTERS, SERVERLESS_VPCS
from weirmq.services.kafka.control.model import ClusterKind, ManagedCluster
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import (
    check_name,
    check_version,
    create_keys,
    find_cluster,
    find_provisioned,
    kafka_cluster,
    new_id,
    new_version,
)
from weirmq.services.kafka.control.showing import cluster_info, cluster_v2
from weirmq.services.kafka.facts import BrokersConfigured
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    BrokerNodeGroupInfo,
    ClientAuthentication,
    CreateClusterRequest,
    CreateClusterResponse,
    CreateClusterV2Request,
    CreateClusterV2Response,
    DeleteClusterRequest,
    DeleteClusterResponse,
    DescribeClusterRequest,
    DescribeClusterResponse,
    DescribeClusterV2Request,
    DescribeClusterV2Response,
    GetBootstrapBrokersRequest,
    GetBootstrapBrokersResponse,
    Iam,
    ListClustersRequest,
    ListClustersResponse,
    ListClustersV2Request,
    ListClustersV2Response,
    MutableClusterInfo,
    ProvisionedRequest,
    Sasl,
    ServerlessRequest,
)
from weirmq.wire.kafka.listeners import PLAINTEXT, SASL_IAM, SASL_SCRAM, SSL

SERVERLESS_BROKERS: Final = 3
_KINDS: Final = ("PROVISIONED", "SERVERLESS")


# Create


def create_cluster(kafka: Kafka, call: Call, request: CreateClusterRequest) -> CreateClusterResponse:
    """A new cluster, which can be reached at once. Raises BadRequest, Conflict, ServiceUnavailable."""
    _authorize_creation(call, "CreateCluster", request.ClusterName, request.Tags)
    given = {name: getattr(request, name) for name in ProvisionedRequest.__struct_fields__}
    made = _create_provisioned(kafka, call, request.ClusterName, ProvisionedRequest(**given), request.Tags)
    return CreateClusterResponse(ClusterArn=made.arn, ClusterName=made.name, State="CREATING")


def create_cluster_v2(kafka: Kafka, call: Call, request: CreateClusterV2Request) -> CreateClusterV2Response:
    """The same, also of a serverless one."""
    _authorize_creation(call, "CreateClusterV2", request.ClusterName, request.Tags)
    if (request.Provisioned is None) == (request.Serverless is None):
        raise errors.bad("provisioned", "Specify either provisioned or serverless.")
    if request.Provisioned is not None:
        made = _create_provisioned(kafka, call, request.ClusterName, request.Provisioned, request.Tags)
    else:
        assert request.Serverless is not None  # noqa: S101 - one of them is there
        made = _create_serverless(kafka, call, request.ClusterName, request.Serverless, request.Tags)
    return CreateClusterV2Response(ClusterArn=made.arn, ClusterName=made.name, State="CREATING", ClusterType=made.kind)


def _authorize_creation(call: Call, action: str, name: str, given: Mapping[str, str] | None) -> None:
    resource = arn.build("kafka", call.region, call.caller.account, f"cluster/{name}/*")
    authorize(call, f"kafka:{action}", resource, keys=create_keys(given))


def _create_provisioned(
    kafka: Kafka, call: Call, name: str, asked: ProvisionedRequest, given: Mapping[str, str] | None
) -> ManagedCluster:
    _check_new(kafka, call, name, asked.NumberOfBrokerNodes)
    versions.check(asked.KafkaVersion, "kafkaVersion")
    chosen = settings.of_request(kafka, asked)
    properties = configurations.properties_of(kafka, call, asked.ConfigurationInfo)
    nodes = msgspec.structs.replace(asked.BrokerNodeGroupInfo, ConnectivityInfo=None, StorageInfo=None)
    return _create(kafka, call, name, "PROVISIONED", chosen, properties, given, nodes=nodes)


def _create_serverless(
    kafka: Kafka, call: Call, name: str, asked: ServerlessRequest, given: Mapping[str, str] | None
) -> ManagedCluster:
    _check_new(kafka, call, name, 0)
    if not 1 <= len(asked.VpcConfigs) <= SERVERLESS_VPCS or not all(each.SubnetIds for each in asked.VpcConfigs):
        raise errors.bad("vpcConfigs", f"A serverless cluster is in 1 to {SERVERLESS_VPCS} VPCs, in subnets of each.")
    iam = asked.ClientAuthentication and asked.ClientAuthentication.Sasl and asked.ClientAuthentication.Sasl.Iam
    if not (iam and iam.Enabled):
        raise errors.bad("clientAuthentication", "Serverless clusters need IAM access control.")
    where = (call.caller.account, call.region)
    if len(_of_account(kafka, where, "SERVERLESS")) >= SERVERLESS_CLUSTERS:
        raise errors.bad("clusterName", f"An account has at most {SERVERLESS_CLUSTERS} serverless clusters.")
    chosen = MutableClusterInfo(
        NumberOfBrokerNodes=SERVERLESS_BROKERS,
        ClientAuthentication=ClientAuthentication(Sasl=Sasl(Iam=Iam(Enabled=True))),
        EncryptionInfo=settings.encryption(None),
    )
    properties = configurations.properties_of(kafka, call, None)
    return _create(kafka, call, name, "SERVERLESS", chosen, properties, given, vpcs=asked.VpcConfigs)


def _check_new(kafka: Kafka, call: Call, name: str, brokers: int) -> None:
    check_name(name, "clusterName")
    where = (call.caller.account, call.region)
    if (*where, name) in kafka.machine.control.by_name:
        raise errors.conflict("clusterName", "A resource with this name already exists.")
    check_brokers(kafka, where, brokers)


def check_brokers(kafka: Kafka, where: tuple[str, str], more: int) -> None:
    """Raises BadRequest where an account would have more brokers than it may."""
    known = sum(each.settings.NumberOfBrokerNodes or 0 for each in _of_account(kafka, where, "PROVISIONED"))
    if more and known + more > BROKERS:
        raise errors.bad("numberOfBrokerNodes", f"An account has at most {BROKERS} brokers in a region.")


def _create(
    kafka: Kafka,
    call: Call,
    name: str,
    kind: ClusterKind,
    chosen: MutableClusterInfo,
    properties: dict[str, str],
    given: Mapping[str, str] | None,
    *,
    nodes: BrokerNodeGroupInfo | None = None,
    vpcs: Any = (),
) -> ManagedCluster:
    checked = tags.check({}, given or {})
    try:
        made = kafka_clusters.make_cluster(
            kafka, call.now_ms, chosen.NumberOfBrokerNodes or 1, settings.listeners(chosen)
        )
    except kafka_clusters.NoPort as error:
        raise errors.unavailable(str(error)) from None
    fact = ClusterCreated(
        made.number, call.caller.account, call.region, name,
        new_id(kafka.entropy, "s" if kind == "SERVERLESS" else ""), kind, new_version(kafka.entropy), chosen, nodes,
        list(vpcs), checked,
    )  # fmt: skip
    kafka.commit(call.now_ms, fact, BrokersConfigured(made.number, properties))
    return kafka.machine.control.by_number[made.number]


# Describe, list, delete


def describe_cluster(kafka: Kafka, call: Call, request: DescribeClusterRequest) -> DescribeClusterResponse:
    """A provisioned cluster. Raises BadRequest, NotFound."""
    cluster = find_provisioned(kafka, call, request.ClusterArn, "DescribeCluster")
    return DescribeClusterResponse(ClusterInfo=cluster_info(cluster))


def describe_cluster_v2(kafka: Kafka, call: Call, request: DescribeClusterV2Request) -> DescribeClusterV2Response:
    """Any cluster. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "DescribeClusterV2")
    return DescribeClusterV2Response(ClusterInfo=cluster_v2(cluster))


def _of_account(
    kafka: Kafka, where: tuple[str, str], kind: str | None, prefix: str | None = ""
) -> list[ManagedCluster]:
    return [
        each
        for each in kafka.machine.control.clusters.values()
        if (each.account, each.region) == where
        and each.kind == (kind or each.kind)
        and each.name.startswith(prefix or "")
    ]


def list_clusters(kafka: Kafka, call: Call, request: ListClustersRequest) -> ListClustersResponse:
    """The account's provisioned clusters in the region, by name. Raises BadRequest for a token that is none."""
    authorize(call, "kafka:ListClusters", "*")
    known = _of_account(kafka, (call.caller.account, call.region), "PROVISIONED", request.ClusterNameFilter)
    found, token = page(known, lambda each: each.name, request.NextToken, request.MaxResults)
    return ListClustersResponse(ClusterInfoList=[cluster_info(each) for each in found], NextToken=token)


def list_clusters_v2(kafka: Kafka, call: Call, request: ListClustersV2Request) -> ListClustersV2Response:
    """All clusters of the account in the region, or those of a type. Raises BadRequest."""
    authorize(call, "kafka:ListClustersV2", "*")
    kind = request.ClusterTypeFilter
    if kind and kind not in _KINDS:
        raise errors.bad("clusterTypeFilter", f"Valid values are {' and '.join(_KINDS)}.")
    known = _of_account(kafka, (call.caller.account, call.region), kind, request.ClusterNameFilter)
    found, token = page(known, lambda each: each.name, request.NextToken, request.MaxResults)
    return ListClustersV2Response(ClusterInfoList=[cluster_v2(each) for each in found], NextToken=token)


def delete_cluster(kafka: Kafka, call: Call, request: DeleteClusterRequest) -> DeleteClusterResponse:
    """Remove a cluster, with all its topics. Raises BadRequest, NotFound."""
    cluster = find_cluster(kafka, call, request.ClusterArn, "DeleteCluster")
    if request.CurrentVersion is not None:
        check_version(cluster.version, request.CurrentVersion)
    kafka.commit(call.now_ms, ClusterDeleted(cluster.arn))
    kafka_clusters.remove_cluster(kafka, call.now_ms, kafka_cluster(kafka, cluster))
    return DeleteClusterResponse(ClusterArn=cluster.arn, State="DELETING")


# Bootstrap brokers


def get_bootstrap_brokers(kafka: Kafka, call: Call, request: GetBootstrapBrokersRequest) -> GetBootstrapBrokersResponse:
    """Where clients reach a cluster, by each way that there is; at the host by which the caller reached us.

    Raises BadRequest, NotFound.
    """
    cluster = find_cluster(kafka, call, request.ClusterArn, "GetBootstrapBrokers")
    host = urlsplit(call.origin).hostname or "localhost"
    plain, tls, scram, iam = (
        endpoints(kafka, cluster, host, listener) for listener in (PLAINTEXT, SSL, SASL_SCRAM, SASL_IAM)
    )
    is_public, links = settings.is_public(cluster.settings), settings.private_links(cluster.settings)
    return GetBootstrapBrokersResponse(
        BootstrapBrokerString=plain,
        BootstrapBrokerStringTls=tls,
        BootstrapBrokerStringSaslScram=scram,
        BootstrapBrokerStringSaslIam=iam,
        BootstrapBrokerStringPublicTls=tls if is_public else None,
        BootstrapBrokerStringPublicSaslScram=scram if is_public else None,
        BootstrapBrokerStringPublicSaslIam=iam if is_public else None,
        BootstrapBrokerStringVpcConnectivityTls=tls if "Tls" in links else None,
        BootstrapBrokerStringVpcConnectivitySaslScram=scram if "Scram" in links else None,
        BootstrapBrokerStringVpcConnectivitySaslIam=iam if "Iam" in links else None,
    )


def endpoints(kafka: Kafka, cluster: ManagedCluster, host: str, listener: str) -> str | None:
    """`host:port` of each broker that has the listener, with commas between them; None for none."""
    shown = f"[{host}]" if ":" in host else host
    found = kafka_clusters.endpoints(kafka, kafka_cluster(kafka, cluster), listener)
    return ",".join(f"{shown}:{port}" for _, port in found) or None
