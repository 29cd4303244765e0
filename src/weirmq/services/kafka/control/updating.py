"""Changes of a cluster's settings: each takes effect at once, and makes an operation.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/clusters-clusterarn.html and the pages below it.
"""

import msgspec

from weirmq.engine.service import Call
from weirmq.services.kafka import clusters as kafka_clusters
from weirmq.services.kafka.control import configurations, errors, settings, versions
from weirmq.services.kafka.control.model import ALL_BROKERS, ManagedCluster, merged
from weirmq.services.kafka.control.operations import change
from weirmq.services.kafka.control.resources import find_changeable, kafka_cluster
from weirmq.services.kafka.facts import BrokersConfigured
from weirmq.services.kafka.service import Kafka
from weirmq.wire.aws.types.kafka import (
    BrokerEBSVolumeInfo,
    ConfigurationInfo,
    ConnectivityInfo,
    MutableClusterInfo,
    OpenMonitoring,
    UpdateBrokerStorageRequest,
    UpdateBrokerStorageResponse,
    UpdateBrokerTypeRequest,
    UpdateBrokerTypeResponse,
    UpdateClusterConfigurationRequest,
    UpdateClusterConfigurationResponse,
    UpdateClusterKafkaVersionRequest,
    UpdateClusterKafkaVersionResponse,
    UpdateConnectivityRequest,
    UpdateConnectivityResponse,
    UpdateMonitoringRequest,
    UpdateMonitoringResponse,
    UpdateRebalancingRequest,
    UpdateRebalancingResponse,
    UpdateSecurityRequest,
    UpdateSecurityResponse,
    UpdateStorageRequest,
    UpdateStorageResponse,
)


def _checked(kafka: Kafka, call: Call, cluster: ManagedCluster, kind: str, target: MutableClusterInfo) -> str:
    """Change what is checked together with all other settings. Raises BadRequest."""
    settings.check(kafka, merged(cluster.settings, target))
    return change(kafka, call, cluster, kind, target)


# Brokers


def update_broker_type(kafka: Kafka, call: Call, request: UpdateBrokerTypeRequest) -> UpdateBrokerTypeResponse:
    """Brokers of another size: it is kept and shown. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateBrokerType", request.CurrentVersion)
    wanted, known = request.TargetInstanceType, cluster.settings.InstanceType or ""
    settings.check_instance(wanted, "targetInstanceType")
    if wanted == known:
        raise errors.bad("targetInstanceType", "The brokers are of this type already.")
    if wanted.startswith(settings.EXPRESS) != known.startswith(settings.EXPRESS):
        raise errors.bad("targetInstanceType", "Standard brokers can't become Express brokers, nor the other way.")
    arn = change(kafka, call, cluster, "UPDATE_BROKER_TYPE", MutableClusterInfo(InstanceType=wanted))
    return UpdateBrokerTypeResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def update_broker_storage(kafka: Kafka, call: Call, request: UpdateBrokerStorageRequest) -> UpdateBrokerStorageResponse:
    """Larger volumes for all brokers: they are kept and shown. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateBrokerStorage", request.CurrentVersion)
    if len(request.TargetBrokerEBSVolumeInfo) != 1:
        raise errors.bad("targetBrokerEBSVolumeInfo", "Specify the volumes of all brokers at once.")
    [wanted] = request.TargetBrokerEBSVolumeInfo
    if wanted.KafkaBrokerNodeId.upper() != ALL_BROKERS:
        raise errors.bad("kafkaBrokerNodeId", "The only valid value is All: the volumes of all brokers are alike.")
    volumes = _volumes(cluster, wanted)
    arn = change(kafka, call, cluster, "UPDATE_BROKER_STORAGE", MutableClusterInfo(BrokerEBSVolumeInfo=volumes))
    return UpdateBrokerStorageResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def _volumes(cluster: ManagedCluster, wanted: BrokerEBSVolumeInfo) -> list[BrokerEBSVolumeInfo]:
    """The volumes of all brokers, changed as wanted. Raises BadRequest."""
    known = cluster.settings.BrokerEBSVolumeInfo
    if not known:
        raise errors.bad("targetBrokerEBSVolumeInfo", "The storage of Express brokers can't be changed.")
    settings.check_throughput(wanted.ProvisionedThroughput)
    size = known[0].VolumeSizeGB or 0
    if wanted.VolumeSizeGB is not None:
        settings.check_volume(wanted.VolumeSizeGB)
        if wanted.VolumeSizeGB < size:
            raise errors.bad("volumeSizeGB", f"Volumes can't shrink: those of this cluster have {size} GiB.")
    changed = BrokerEBSVolumeInfo(
        KafkaBrokerNodeId=ALL_BROKERS,
        VolumeSizeGB=wanted.VolumeSizeGB or size,
        ProvisionedThroughput=wanted.ProvisionedThroughput or known[0].ProvisionedThroughput,
    )
    if changed == known[0]:
        raise errors.bad(
            "volumeSizeGB",
            "The request does not include any updates to the EBS volumes of the cluster. Verify the request, then try"
            " again.",
        )
    return [changed]


def update_storage(kafka: Kafka, call: Call, request: UpdateStorageRequest) -> UpdateStorageResponse:
    """The same, and the storage mode. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateStorage", request.CurrentVersion)
    target = MutableClusterInfo(StorageMode=request.StorageMode)
    if request.VolumeSizeGB is not None or request.ProvisionedThroughput is not None:
        wanted = BrokerEBSVolumeInfo(
            KafkaBrokerNodeId=ALL_BROKERS,
            VolumeSizeGB=request.VolumeSizeGB,
            ProvisionedThroughput=request.ProvisionedThroughput,
        )
        target.BrokerEBSVolumeInfo = _volumes(cluster, wanted)
    elif request.StorageMode in {None, cluster.settings.StorageMode}:
        raise errors.bad("storageMode", "The request does not include any updates to the storage of the cluster.")
    arn = _checked(kafka, call, cluster, "UPDATE_STORAGE", target)
    return UpdateStorageResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


# What brokers run


def update_cluster_configuration(
    kafka: Kafka, call: Call, request: UpdateClusterConfigurationRequest
) -> UpdateClusterConfigurationResponse:
    """Let brokers go by a revision of a configuration. Raises BadRequest, NotFound."""
    action = "UpdateClusterConfiguration"
    cluster = find_changeable(kafka, call, request.ClusterArn, action, request.CurrentVersion)
    _configure(kafka, call, cluster, request.ConfigurationInfo)
    target = MutableClusterInfo(ConfigurationInfo=request.ConfigurationInfo)
    arn = change(kafka, call, cluster, "UPDATE_CLUSTER_CONFIGURATION", target)
    return UpdateClusterConfigurationResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def _configure(kafka: Kafka, call: Call, cluster: ManagedCluster, info: ConfigurationInfo) -> None:
    properties = configurations.properties_of(kafka, call, info)
    kafka.commit(call.now_ms, BrokersConfigured(cluster.number, properties))


def update_cluster_kafka_version(
    kafka: Kafka, call: Call, request: UpdateClusterKafkaVersionRequest
) -> UpdateClusterKafkaVersionResponse:
    """A later version of Kafka: it is kept and shown. Raises BadRequest, NotFound."""
    action = "UpdateClusterKafkaVersion"
    cluster = find_changeable(kafka, call, request.ClusterArn, action, request.CurrentVersion)
    wanted, possible = request.TargetKafkaVersion, versions.later(cluster.settings.KafkaVersion or "")
    versions.check(wanted, "targetKafkaVersion")
    if wanted not in possible:
        raise errors.bad(
            "targetKafkaVersion",
            f"The cluster can't be brought from {cluster.settings.KafkaVersion} to {wanted}. Valid values: {possible}",
        )
    if request.ConfigurationInfo is not None:
        _configure(kafka, call, cluster, request.ConfigurationInfo)
    target = MutableClusterInfo(KafkaVersion=wanted, ConfigurationInfo=request.ConfigurationInfo)
    arn = change(kafka, call, cluster, "UPDATE_CLUSTER_KAFKA_VERSION", target)
    return UpdateClusterKafkaVersionResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def update_monitoring(kafka: Kafka, call: Call, request: UpdateMonitoringRequest) -> UpdateMonitoringResponse:
    """What is measured and where logs go: it is kept and shown. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateMonitoring", request.CurrentVersion)
    if not (request.EnhancedMonitoring or request.OpenMonitoring or request.LoggingInfo):
        raise errors.bad("enhancedMonitoring", "The request does not include any updates to the cluster's monitoring.")
    target = MutableClusterInfo(
        EnhancedMonitoring=request.EnhancedMonitoring,
        OpenMonitoring=msgspec.convert(msgspec.to_builtins(request.OpenMonitoring), OpenMonitoring | None),
        LoggingInfo=request.LoggingInfo,
    )
    arn = change(kafka, call, cluster, "UPDATE_MONITORING", target)
    return UpdateMonitoringResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def update_rebalancing(kafka: Kafka, call: Call, request: UpdateRebalancingRequest) -> UpdateRebalancingResponse:
    """Whether the partitions of Express brokers are spread anew: it is kept and shown. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateRebalancing", request.CurrentVersion)
    if request.Rebalancing.Status is None:
        raise errors.bad("rebalancing", "Specify a status.")
    target = MutableClusterInfo(Rebalancing=request.Rebalancing)
    arn = _checked(kafka, call, cluster, "UPDATE_REBALANCING", target)
    return UpdateRebalancingResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


# How clients get in


def update_security(kafka: Kafka, call: Call, request: UpdateSecurityRequest) -> UpdateSecurityResponse:
    """Other ways of logging in; ports come and go with them. Raises BadRequest, NotFound, ServiceUnavailable."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateSecurity", request.CurrentVersion)
    if request.ClientAuthentication is None and request.EncryptionInfo is None:
        raise errors.bad("clientAuthentication", "The request does not include any updates to the cluster's security.")
    target = MutableClusterInfo(ClientAuthentication=request.ClientAuthentication)
    if request.EncryptionInfo is not None:
        target.EncryptionInfo = settings.encryption(request.EncryptionInfo)
        _check_encryption(cluster, target)
    after = merged(cluster.settings, target)
    settings.check(kafka, after)
    try:
        kafka_clusters.set_listeners(kafka, call.now_ms, kafka_cluster(kafka, cluster), settings.listeners(after))
    except kafka_clusters.NoPort as error:
        raise errors.unavailable(str(error)) from None
    arn = change(kafka, call, cluster, "UPDATE_SECURITY", target)
    return UpdateSecurityResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)


def _check_encryption(cluster: ManagedCluster, target: MutableClusterInfo) -> None:
    """What is encrypted at rest, and between brokers, is said when a cluster is created."""
    before, after = cluster.settings.EncryptionInfo, target.EncryptionInfo
    if before is None or after is None or before.EncryptionInTransit is None or after.EncryptionInTransit is None:
        return
    if after.EncryptionAtRest and after.EncryptionAtRest.DataVolumeKMSKeyId == "":
        after.EncryptionAtRest = before.EncryptionAtRest
    if after.EncryptionAtRest != before.EncryptionAtRest:
        raise errors.bad("encryptionAtRest", "Encryption at rest can't be changed.")
    if after.EncryptionInTransit.InCluster != before.EncryptionInTransit.InCluster:
        raise errors.bad("inCluster", "Encryption between brokers can't be changed.")


def update_connectivity(kafka: Kafka, call: Call, request: UpdateConnectivityRequest) -> UpdateConnectivityResponse:
    """Public access, and other VPCs': the endpoints that GetBootstrapBrokers tells. Raises BadRequest, NotFound."""
    cluster = find_changeable(kafka, call, request.ClusterArn, "UpdateConnectivity", request.CurrentVersion)
    if request.ZookeeperAccess is not None:
        raise errors.bad("zookeeperAccess", "There is no ZooKeeper here.")
    if request.ConnectivityInfo is None:
        raise errors.bad("connectivityInfo", "The request does not include any updates to the cluster's connectivity.")
    known = cluster.settings.ConnectivityInfo or ConnectivityInfo()
    wanted = ConnectivityInfo(
        PublicAccess=request.ConnectivityInfo.PublicAccess or known.PublicAccess,
        VpcConnectivity=request.ConnectivityInfo.VpcConnectivity or known.VpcConnectivity,
        NetworkType=request.ConnectivityInfo.NetworkType or known.NetworkType,
    )
    target = MutableClusterInfo(ConnectivityInfo=wanted)
    arn = _checked(kafka, call, cluster, "UPDATE_CONNECTIVITY", target)
    return UpdateConnectivityResponse(ClusterArn=cluster.arn, ClusterOperationArn=arn)
