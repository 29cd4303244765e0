"""ListNodes, UpdateBrokerCount, RebootBroker.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn-nodes.html
"""

from typing import Final
from urllib.parse import urlsplit

from weirmq.engine.service import Call
from weirmq.services.kafka import clusters as kafka_clusters
from weirmq.services.kafka.control import errors
from weirmq.services.kafka.control.clusters import check_brokers
from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.control.operations import change
from weirmq.services.kafka.control.pages import page
from weirmq.services.kafka.control.resources import find_changeable, find_provisioned, kafka_cluster
from weirmq.services.kafka.control.showing import software
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.timestamps import iso_of
from weirmq.wire.aws.types.kafka import (
    BrokerCountUpdateInfo,
    BrokerNodeInfo,
    ListNodesRequest,
    ListNodesResponse,
    MutableClusterInfo,
    NodeInfo,
    RebootBrokerRequest,
    RebootBrokerResponse,
    UpdateBrokerCountRequest,
    UpdateBrokerCountResponse,
)

_DIGITS: Final = 6  # so that broker 10 comes after broker 9


def list_nodes(kafka: Kafka, call: Call, request: ListNodesRequest) -> ListNodesResponse:
    """The brokers of a cluster. Raises BadRequest, NotFound."""
    cluster = find_provisioned(kafka, call, request.ClusterArn, "ListNodes")
    brokers = kafka_cluster(kafka, cluster).brokers
    found, token = page(brokers, lambda each: f"{each:0{_DIGITS}}", request.NextToken, request.MaxResults)
    host = urlsplit(call.origin).hostname or "localhost"
    return ListNodesResponse(NodeInfoList=[_node(cluster, each, host) for each in found], NextToken=token)


def _node(cluster: ManagedCluster, broker: int, host: str) -> NodeInfo:
    subnets = cluster.nodes.ClientSubnets if cluster.nodes else []
    return NodeInfo(
        AddedToClusterTime=iso_of(Iso8601(cluster.added_ms.get(broker, cluster.created_ms))),
        InstanceType=cluster.settings.InstanceType,
        NodeARN=cluster.node_arn(broker),
        NodeType="BROKER",
        BrokerNodeInfo=BrokerNodeInfo(
            BrokerId=broker,
            ClientSubnet=subnets[(broker - 1) % len(subnets)] if subnets else None,
            CurrentBrokerSoftwareInfo=software(cluster.settings),
            Endpoints=[host],
        ),
    )


def update_broker_count(kafka: Kafka, call: Call, request: UpdateBrokerCountRequest) -> UpdateBrokerCountResponse:
    """More brokers, which can be reached at once. Raises BadRequest, NotFound, ServiceUnavailable."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateBrokerCount", request.CurrentVersion)
    known, wanted = cluster.settings.NumberOfBrokerNodes or 0, request.TargetNumberOfBrokerNodes
    _check_count(cluster, known, wanted)
    check_brokers(kafka, (cluster.account, cluster.region), wanted - known)
    try:
        kafka_clusters.grow_cluster(kafka, call.now_ms, kafka_cluster(kafka, cluster), wanted)
    except kafka_clusters.NoPort as error:
        raise errors.unavailable(str(error)) from None
    added = BrokerCountUpdateInfo(CreatedBrokerIds=[float(each) for each in range(known + 1, wanted + 1)])
    target = MutableClusterInfo(NumberOfBrokerNodes=wanted, BrokerCountUpdateInfo=added)
    arn = change(kafka, call, cluster, "INCREASE_BROKER_COUNT", target)
    return UpdateBrokerCountResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def _check_count(cluster: ManagedCluster, known: int, wanted: int) -> None:
    parameter = "targetNumberOfBrokerNodes"
    zones = len(cluster.nodes.ClientSubnets) if cluster.nodes else 1
    if wanted == known:
        raise errors.bad(parameter, f"The cluster has {known} brokers already.")
    if wanted % zones:
        raise errors.bad(parameter, f"The number of broker nodes must be a multiple of Availability Zones ({zones}).")
    if wanted < known:
        raise errors.not_here(parameter, "Brokers can't be taken away: partitions stay with the broker that has them.")


def reboot_broker(kafka: Kafka, call: Call, request: RebootBrokerRequest) -> RebootBrokerResponse:
    """Close the connections of brokers, and listen again at the same ports.

    Raises BadRequest, NotFound, ServiceUnavailable.
    """
    cluster = find_provisioned(kafka, call, request.ClusterArn, "RebootBroker")
    served = kafka_cluster(kafka, cluster)
    known = {str(each): each for each in served.brokers}
    if not request.BrokerIds or len(set(request.BrokerIds)) != len(request.BrokerIds):
        raise errors.bad("brokerIds", "Specify the ids of brokers, each once.")
    for each in request.BrokerIds:
        if each not in known:
            raise errors.bad("brokerIds", f"The cluster has no broker {each[:20]}.")
    try:
        for each in request.BrokerIds:
            kafka_clusters.restart_broker(kafka, call.now_ms, served, known[each])
    except kafka_clusters.NoPort as error:
        raise errors.unavailable(str(error)) from None
    arn = change(kafka, call, cluster, "REBOOT_NODE", MutableClusterInfo())
    return RebootBrokerResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)
