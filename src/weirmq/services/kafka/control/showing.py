"""A cluster as DescribeCluster and ListClusters tell of it, in both versions of the API."""

from typing import Any, TypeVar

import msgspec

from weirmq.services.kafka.control.model import ManagedCluster
from weirmq.services.kafka.control.versions import RECOMMENDED
from weirmq.wire.aws.scalars import Iso8601
from weirmq.wire.aws.types.kafka import (
    BrokerNodeGroupInfo,
    BrokerSoftwareInfo,
    Cluster,
    ClusterInfo,
    EBSStorageInfo,
    Iam,
    MutableClusterInfo,
    OpenMonitoringInfo,
    Provisioned,
    Serverless,
    ServerlessClientAuthentication,
    ServerlessConnectivityInfo,
    ServerlessSasl,
    StorageInfo,
)

T = TypeVar("T", bound=msgspec.Struct)


def cluster_info(cluster: ManagedCluster) -> ClusterInfo:
    """What version 1 says of a provisioned cluster."""
    settings = cluster.settings
    return ClusterInfo(
        BrokerNodeGroupInfo=_nodes(cluster),
        Rebalancing=settings.Rebalancing,
        ClientAuthentication=settings.ClientAuthentication,
        ClusterArn=cluster.arn,
        ClusterName=cluster.name,
        CreationTime=Iso8601(cluster.created_ms),
        CurrentBrokerSoftwareInfo=software(settings),
        CurrentVersion=cluster.version,
        EncryptionInfo=settings.EncryptionInfo,
        EnhancedMonitoring=settings.EnhancedMonitoring,
        OpenMonitoring=settings.OpenMonitoring,
        LoggingInfo=settings.LoggingInfo,
        NumberOfBrokerNodes=settings.NumberOfBrokerNodes,
        State="ACTIVE",
        Tags=dict(cluster.tags),
        StorageMode=settings.StorageMode,
        CustomerActionStatus="NONE",
    )


def cluster_v2(cluster: ManagedCluster) -> Cluster:
    """What version 2 says of any cluster."""
    provisioned, serverless = cluster.kind == "PROVISIONED", cluster.kind == "SERVERLESS"
    return Cluster(
        ClusterType=cluster.kind,
        ClusterArn=cluster.arn,
        ClusterName=cluster.name,
        CreationTime=Iso8601(cluster.created_ms),
        CurrentVersion=cluster.version,
        State="ACTIVE",
        Tags=dict(cluster.tags),
        Provisioned=_provisioned(cluster) if provisioned else None,
        Serverless=_serverless(cluster) if serverless else None,
    )


def _provisioned(cluster: ManagedCluster) -> Provisioned:
    settings = cluster.settings
    return Provisioned(
        BrokerNodeGroupInfo=_nodes(cluster),
        Rebalancing=settings.Rebalancing,
        CurrentBrokerSoftwareInfo=software(settings),
        ClientAuthentication=settings.ClientAuthentication,
        EncryptionInfo=settings.EncryptionInfo,
        EnhancedMonitoring=settings.EnhancedMonitoring,
        OpenMonitoring=as_type(settings.OpenMonitoring, OpenMonitoringInfo),
        LoggingInfo=settings.LoggingInfo,
        NumberOfBrokerNodes=settings.NumberOfBrokerNodes or 1,
        StorageMode=settings.StorageMode,
        CustomerActionStatus="NONE",
    )


def _serverless(cluster: ManagedCluster) -> Serverless:
    return Serverless(
        VpcConfigs=cluster.vpcs,
        ClientAuthentication=ServerlessClientAuthentication(Sasl=ServerlessSasl(Iam=Iam(Enabled=True))),
        ConnectivityInfo=ServerlessConnectivityInfo(NetworkType="IPV4"),
    )


def _nodes(cluster: ManagedCluster) -> BrokerNodeGroupInfo:
    """The brokers as they were asked for, with what was changed since."""
    asked = cluster.nodes or BrokerNodeGroupInfo(ClientSubnets=[], InstanceType="")
    settings = cluster.settings
    return msgspec.structs.replace(
        asked,
        BrokerAZDistribution=asked.BrokerAZDistribution or "DEFAULT",
        InstanceType=settings.InstanceType or asked.InstanceType,
        StorageInfo=_storage(settings),
        ConnectivityInfo=settings.ConnectivityInfo,
    )


def _storage(settings: MutableClusterInfo) -> StorageInfo | None:
    if not settings.BrokerEBSVolumeInfo:
        return None
    volume = settings.BrokerEBSVolumeInfo[0]
    return StorageInfo(
        EbsStorageInfo=EBSStorageInfo(
            VolumeSize=volume.VolumeSizeGB, ProvisionedThroughput=volume.ProvisionedThroughput
        )
    )


def software(settings: MutableClusterInfo) -> BrokerSoftwareInfo:
    """What brokers run."""
    configuration = settings.ConfigurationInfo
    return BrokerSoftwareInfo(
        ConfigurationArn=configuration.Arn if configuration else None,
        ConfigurationRevision=configuration.Revision if configuration else None,
        KafkaVersion=settings.KafkaVersion or RECOMMENDED,
    )


def as_type(value: Any, wanted: type[T]) -> T | None:
    """The same members as another type of the model has them."""
    return None if value is None else msgspec.convert(msgspec.to_builtins(value), wanted)
