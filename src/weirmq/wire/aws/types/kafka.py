"""Managed Streaming for Kafka: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Integer, Iso8601, Long

BrokerAZDistribution_: TypeAlias = Literal["DEFAULT"]
ChannelDestinationType: TypeAlias = Literal["ICEBERG", "S3"]
ChannelStatus: TypeAlias = Literal["CREATING", "ACTIVE", "UPDATING", "DELETING", "FAILED", "SUSPENDING", "SUSPENDED"]
ClientBroker_: TypeAlias = Literal["TLS", "TLS_PLAINTEXT", "PLAINTEXT"]
ClusterState: TypeAlias = Literal[
    "ACTIVE", "CREATING", "DELETING", "FAILED", "HEALING", "MAINTENANCE", "REBOOTING_BROKER", "UPDATING"
]
ClusterType_: TypeAlias = Literal["PROVISIONED", "SERVERLESS"]
ConfigurationState: TypeAlias = Literal["ACTIVE", "DELETING", "DELETE_FAILED"]
ConsumerGroupOffsetSyncMode_: TypeAlias = Literal["LEGACY", "ENHANCED"]
CustomerActionStatus_: TypeAlias = Literal["CRITICAL_ACTION_REQUIRED", "ACTION_RECOMMENDED", "NONE"]
EnhancedMonitoring_: TypeAlias = Literal["DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"]
IcebergCompressionType: TypeAlias = Literal["ZSTD", "SNAPPY"]
IntegerMin1Max15_: TypeAlias = Annotated[int, Meta(ge=1, le=15)]
IntegerMin1Max16384_: TypeAlias = Annotated[int, Meta(ge=1, le=16384)]
IntegerMin1_: TypeAlias = Annotated[int, Meta(ge=1, le=2147483647)]
JwtSigningAlgorithm: TypeAlias = Literal["RS256", "ES384"]
KafkaClusterEncryptionInTransitType: TypeAlias = Literal["TLS"]
KafkaClusterSaslScramMechanism: TypeAlias = Literal["SHA256", "SHA512"]
KafkaVersionStatus: TypeAlias = Literal["ACTIVE", "DEPRECATED"]
MaxResults_: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
NetworkType_: TypeAlias = Literal["IPV4", "DUAL"]
NodeType_: TypeAlias = Literal["BROKER"]
PartitionStrategy_: TypeAlias = Literal["TIME_HOUR"]
RebalancingStatus: TypeAlias = Literal["PAUSED", "ACTIVE"]
ReplicationStartingPositionType: TypeAlias = Literal["LATEST", "EARLIEST"]
ReplicationTopicNameConfigurationType: TypeAlias = Literal["PREFIXED_WITH_SOURCE_CLUSTER_ALIAS", "IDENTICAL"]
ReplicatorState_: TypeAlias = Literal["RUNNING", "CREATING", "UPDATING", "DELETING", "FAILED"]
S3CompressionType: TypeAlias = Literal["NONE", "GZIP", "ZSTD"]
S3StorageClass: TypeAlias = Literal["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"]
StorageMode_: TypeAlias = Literal["LOCAL", "TIERED"]
StringMax1024_: TypeAlias = Annotated[str, Meta(max_length=1024)]
StringMax249_: TypeAlias = Annotated[str, Meta(max_length=249)]
StringMax256_: TypeAlias = Annotated[str, Meta(max_length=256)]
StringMin1Max128Pattern09AZaZ09AZaZ0_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:^[0-9A-Za-z][0-9A-Za-z-]{0,}$)\\Z")
]
StringMin1Max128_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
StringMin1Max64_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
StringMin5Max32_: TypeAlias = Annotated[str, Meta(min_length=5, max_length=32)]
TargetCompressionType_: TypeAlias = Literal["NONE", "GZIP", "SNAPPY", "LZ4", "ZSTD"]
TokenEndpointAuthenticationMethod_: TypeAlias = Literal["POST", "BASIC", "NONE"]
TopicState: TypeAlias = Literal["CREATING", "UPDATING", "DELETING", "ACTIVE"]
UserIdentityType: TypeAlias = Literal["AWSACCOUNT", "AWSSERVICE"]
ValueConverter_: TypeAlias = Literal["BYTE_ARRAY", "JSON", "JSON_SCHEMA_GSR", "STRING"]
VpcConnectionState: TypeAlias = Literal[
    "CREATING", "AVAILABLE", "INACTIVE", "DEACTIVATING", "DELETING", "FAILED", "REJECTED", "REJECTING"
]


class AmazonMskCluster(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"MskClusterArn": "mskClusterArn"}):
    MskClusterArn: str


class ApacheKafkaCluster(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ApacheKafkaClusterId": "apacheKafkaClusterId", "BootstrapBrokerString": "bootstrapBrokerString"},
):
    ApacheKafkaClusterId: str
    BootstrapBrokerString: str


class AuthorizerLogs(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CloudWatchLogs": "cloudWatchLogs", "Firehose": "firehose", "S3": "s3"},
):
    CloudWatchLogs: CloudWatchLogs_ | None = None
    Firehose: Firehose_ | None = None
    S3: S3_ | None = None


class BatchAssociateScramSecretRequest(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"SecretArnList": "secretArnList"}
):
    ClusterArn: str
    SecretArnList: list[str]


class BatchAssociateScramSecretResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "UnprocessedScramSecrets": "unprocessedScramSecrets"},
):
    ClusterArn: str | None = None
    UnprocessedScramSecrets: list[UnprocessedScramSecret] | None = None


class BatchDisassociateScramSecretRequest(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"SecretArnList": "secretArnList"}
):
    ClusterArn: str
    SecretArnList: list[str]


class BatchDisassociateScramSecretResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "UnprocessedScramSecrets": "unprocessedScramSecrets"},
):
    ClusterArn: str | None = None
    UnprocessedScramSecrets: list[UnprocessedScramSecret] | None = None


class BrokerCountUpdateInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CreatedBrokerIds": "createdBrokerIds", "DeletedBrokerIds": "deletedBrokerIds"},
):
    CreatedBrokerIds: list[float] | None = None
    DeletedBrokerIds: list[float] | None = None


class BrokerEBSVolumeInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "KafkaBrokerNodeId": "kafkaBrokerNodeId",
        "ProvisionedThroughput": "provisionedThroughput",
        "VolumeSizeGB": "volumeSizeGB",
    },
):
    KafkaBrokerNodeId: str
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    VolumeSizeGB: Integer | None = None


class BrokerLogs(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CloudWatchLogs": "cloudWatchLogs", "Firehose": "firehose", "S3": "s3"},
):
    CloudWatchLogs: CloudWatchLogs_ | None = None
    Firehose: Firehose_ | None = None
    S3: S3_ | None = None


class BrokerNodeGroupInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BrokerAZDistribution": "brokerAZDistribution",
        "ClientSubnets": "clientSubnets",
        "InstanceType": "instanceType",
        "SecurityGroups": "securityGroups",
        "StorageInfo": "storageInfo",
        "ConnectivityInfo": "connectivityInfo",
        "ZoneIds": "zoneIds",
    },
):
    BrokerAZDistribution: BrokerAZDistribution_ | None = None
    ClientSubnets: list[str]
    InstanceType: StringMin5Max32_
    SecurityGroups: list[str] | None = None
    StorageInfo: StorageInfo_ | None = None
    ConnectivityInfo: ConnectivityInfo_ | None = None
    ZoneIds: list[str] | None = None


class BrokerNodeInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AttachedENIId": "attachedENIId",
        "BrokerId": "brokerId",
        "ClientSubnet": "clientSubnet",
        "ClientVpcIpAddress": "clientVpcIpAddress",
        "CurrentBrokerSoftwareInfo": "currentBrokerSoftwareInfo",
        "Endpoints": "endpoints",
    },
):
    AttachedENIId: str | None = None
    BrokerId: float | None = None
    ClientSubnet: str | None = None
    ClientVpcIpAddress: str | None = None
    CurrentBrokerSoftwareInfo: BrokerSoftwareInfo | None = None
    Endpoints: list[str] | None = None


class BrokerSoftwareInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConfigurationArn": "configurationArn",
        "ConfigurationRevision": "configurationRevision",
        "KafkaVersion": "kafkaVersion",
    },
):
    ConfigurationArn: str | None = None
    ConfigurationRevision: Long | None = None
    KafkaVersion: str | None = None


class Catalog(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CatalogArn": "catalogArn", "WarehouseLocation": "warehouseLocation"},
):
    CatalogArn: str | None = None
    WarehouseLocation: str | None = None


class ChannelInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ChannelArn": "channelArn",
        "ChannelName": "channelName",
        "Status": "status",
        "CreationTime": "creationTime",
        "DestinationType": "destinationType",
        "ClusterOperationArn": "clusterOperationArn",
    },
):
    ChannelArn: str
    ChannelName: str
    Status: ChannelStatus
    CreationTime: Iso8601
    DestinationType: ChannelDestinationType
    ClusterOperationArn: str | None = None


class ChannelLoggingInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CloudWatchLogs": "cloudWatchLogs", "Firehose": "firehose", "S3": "s3"},
):
    CloudWatchLogs: CloudWatchLogs_ | None = None
    Firehose: Firehose_ | None = None
    S3: S3_ | None = None


class ChannelStateInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Code": "code", "Message": "message"}
):
    Code: str | None = None
    Message: str | None = None


class ClientAuthentication(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Sasl": "sasl", "Tls": "tls", "Unauthenticated": "unauthenticated"},
):
    Sasl: Sasl_ | None = None
    Tls: Tls_ | None = None
    Unauthenticated: Unauthenticated_ | None = None


class ClientVpcConnection(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Authentication": "authentication",
        "CreationTime": "creationTime",
        "State": "state",
        "VpcConnectionArn": "vpcConnectionArn",
        "Owner": "owner",
    },
):
    Authentication: str | None = None
    CreationTime: Iso8601 | None = None
    State: VpcConnectionState | None = None
    VpcConnectionArn: str
    Owner: str | None = None


class CloudWatchLogs(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled", "LogGroup": "logGroup"}
):
    Enabled: bool
    LogGroup: str | None = None


class Cluster(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ActiveOperationArn": "activeOperationArn",
        "ClusterType": "clusterType",
        "ClusterArn": "clusterArn",
        "ClusterName": "clusterName",
        "CreationTime": "creationTime",
        "CurrentVersion": "currentVersion",
        "State": "state",
        "StateInfo": "stateInfo",
        "Tags": "tags",
        "Provisioned": "provisioned",
        "Serverless": "serverless",
    },
):
    ActiveOperationArn: str | None = None
    ClusterType: ClusterType_ | None = None
    ClusterArn: str | None = None
    ClusterName: str | None = None
    CreationTime: Iso8601 | None = None
    CurrentVersion: str | None = None
    State: ClusterState | None = None
    StateInfo: StateInfo_ | None = None
    Tags: dict[str, str] | None = None
    Provisioned: Provisioned_ | None = None
    Serverless: Serverless_ | None = None


class ClusterInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ActiveOperationArn": "activeOperationArn",
        "BrokerNodeGroupInfo": "brokerNodeGroupInfo",
        "Rebalancing": "rebalancing",
        "ClientAuthentication": "clientAuthentication",
        "ClusterArn": "clusterArn",
        "ClusterName": "clusterName",
        "CreationTime": "creationTime",
        "CurrentBrokerSoftwareInfo": "currentBrokerSoftwareInfo",
        "CurrentVersion": "currentVersion",
        "EncryptionInfo": "encryptionInfo",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "LoggingInfo": "loggingInfo",
        "NumberOfBrokerNodes": "numberOfBrokerNodes",
        "State": "state",
        "StateInfo": "stateInfo",
        "Tags": "tags",
        "ZookeeperConnectString": "zookeeperConnectString",
        "ZookeeperConnectStringTls": "zookeeperConnectStringTls",
        "StorageMode": "storageMode",
        "CustomerActionStatus": "customerActionStatus",
    },
):
    ActiveOperationArn: str | None = None
    BrokerNodeGroupInfo: BrokerNodeGroupInfo_ | None = None
    Rebalancing: Rebalancing_ | None = None
    ClientAuthentication: ClientAuthentication_ | None = None
    ClusterArn: str | None = None
    ClusterName: str | None = None
    CreationTime: Iso8601 | None = None
    CurrentBrokerSoftwareInfo: BrokerSoftwareInfo | None = None
    CurrentVersion: str | None = None
    EncryptionInfo: EncryptionInfo_ | None = None
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoring_ | None = None
    LoggingInfo: LoggingInfo_ | None = None
    NumberOfBrokerNodes: Integer | None = None
    State: ClusterState | None = None
    StateInfo: StateInfo_ | None = None
    Tags: dict[str, str] | None = None
    ZookeeperConnectString: str | None = None
    ZookeeperConnectStringTls: str | None = None
    StorageMode: StorageMode_ | None = None
    CustomerActionStatus: CustomerActionStatus_ | None = None


class ClusterOperationInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ClientRequestId": "clientRequestId",
        "ClusterArn": "clusterArn",
        "CreationTime": "creationTime",
        "EndTime": "endTime",
        "ErrorInfo": "errorInfo",
        "OperationArn": "operationArn",
        "OperationState": "operationState",
        "OperationSteps": "operationSteps",
        "OperationType": "operationType",
        "SourceClusterInfo": "sourceClusterInfo",
        "TargetClusterInfo": "targetClusterInfo",
        "VpcConnectionInfo": "vpcConnectionInfo",
    },
):
    ClientRequestId: str | None = None
    ClusterArn: str | None = None
    CreationTime: Iso8601 | None = None
    EndTime: Iso8601 | None = None
    ErrorInfo: ErrorInfo_ | None = None
    OperationArn: str | None = None
    OperationState: str | None = None
    OperationSteps: list[ClusterOperationStep] | None = None
    OperationType: str | None = None
    SourceClusterInfo: MutableClusterInfo | None = None
    TargetClusterInfo: MutableClusterInfo | None = None
    VpcConnectionInfo: VpcConnectionInfo_ | None = None


class ClusterOperationStep(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"StepInfo": "stepInfo", "StepName": "stepName"}
):
    StepInfo: ClusterOperationStepInfo | None = None
    StepName: str | None = None


class ClusterOperationStepInfo(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"StepStatus": "stepStatus"}):
    StepStatus: str | None = None


class ClusterOperationV2(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ClusterArn": "clusterArn",
        "ClusterType": "clusterType",
        "StartTime": "startTime",
        "EndTime": "endTime",
        "ErrorInfo": "errorInfo",
        "OperationArn": "operationArn",
        "OperationState": "operationState",
        "OperationType": "operationType",
        "Provisioned": "provisioned",
        "Serverless": "serverless",
    },
):
    ClusterArn: str | None = None
    ClusterType: ClusterType_ | None = None
    StartTime: Iso8601 | None = None
    EndTime: Iso8601 | None = None
    ErrorInfo: ErrorInfo_ | None = None
    OperationArn: str | None = None
    OperationState: str | None = None
    OperationType: str | None = None
    Provisioned: ClusterOperationV2Provisioned | None = None
    Serverless: ClusterOperationV2Serverless | None = None


class ClusterOperationV2Provisioned(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "OperationSteps": "operationSteps",
        "SourceClusterInfo": "sourceClusterInfo",
        "TargetClusterInfo": "targetClusterInfo",
        "VpcConnectionInfo": "vpcConnectionInfo",
    },
):
    OperationSteps: list[ClusterOperationStep] | None = None
    SourceClusterInfo: MutableClusterInfo | None = None
    TargetClusterInfo: MutableClusterInfo | None = None
    VpcConnectionInfo: VpcConnectionInfo_ | None = None


class ClusterOperationV2Serverless(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "SourceClusterInfo": "sourceClusterInfo",
        "TargetClusterInfo": "targetClusterInfo",
        "VpcConnectionInfo": "vpcConnectionInfo",
    },
):
    SourceClusterInfo: ServerlessConnectivityInfo | None = None
    TargetClusterInfo: ServerlessConnectivityInfo | None = None
    VpcConnectionInfo: VpcConnectionInfoServerless | None = None


class ClusterOperationV2Summary(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ClusterArn": "clusterArn",
        "ClusterType": "clusterType",
        "StartTime": "startTime",
        "EndTime": "endTime",
        "OperationArn": "operationArn",
        "OperationState": "operationState",
        "OperationType": "operationType",
    },
):
    ClusterArn: str | None = None
    ClusterType: ClusterType_ | None = None
    StartTime: Iso8601 | None = None
    EndTime: Iso8601 | None = None
    OperationArn: str | None = None
    OperationState: str | None = None
    OperationType: str | None = None


class CompatibleKafkaVersion(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"SourceVersion": "sourceVersion", "TargetVersions": "targetVersions"},
):
    SourceVersion: str | None = None
    TargetVersions: list[str] | None = None


class Configuration(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Arn": "arn",
        "CreationTime": "creationTime",
        "Description": "description",
        "KafkaVersions": "kafkaVersions",
        "LatestRevision": "latestRevision",
        "Name": "name",
        "State": "state",
    },
):
    Arn: str
    CreationTime: Iso8601
    Description: str
    KafkaVersions: list[str]
    LatestRevision: ConfigurationRevision
    Name: str
    State: ConfigurationState


class ConfigurationInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Arn": "arn", "Revision": "revision"}
):
    Arn: str
    Revision: Long


class ConfigurationRevision(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CreationTime": "creationTime", "Description": "description", "Revision": "revision"},
):
    CreationTime: Iso8601
    Description: str | None = None
    Revision: Long


class ConnectivityInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"PublicAccess": "publicAccess", "VpcConnectivity": "vpcConnectivity", "NetworkType": "networkType"},
):
    PublicAccess: PublicAccess_ | None = None
    VpcConnectivity: VpcConnectivity_ | None = None
    NetworkType: NetworkType_ | None = None


class ConsumerGroupReplication(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConsumerGroupsToExclude": "consumerGroupsToExclude",
        "ConsumerGroupsToReplicate": "consumerGroupsToReplicate",
        "DetectAndCopyNewConsumerGroups": "detectAndCopyNewConsumerGroups",
        "SynchroniseConsumerGroupOffsets": "synchroniseConsumerGroupOffsets",
        "ConsumerGroupOffsetSyncMode": "consumerGroupOffsetSyncMode",
    },
):
    ConsumerGroupsToExclude: list[StringMax256_] | None = None
    ConsumerGroupsToReplicate: list[StringMax256_]
    DetectAndCopyNewConsumerGroups: bool | None = None
    SynchroniseConsumerGroupOffsets: bool | None = None
    ConsumerGroupOffsetSyncMode: ConsumerGroupOffsetSyncMode_ | None = None


class ConsumerGroupReplicationUpdate(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConsumerGroupsToExclude": "consumerGroupsToExclude",
        "ConsumerGroupsToReplicate": "consumerGroupsToReplicate",
        "DetectAndCopyNewConsumerGroups": "detectAndCopyNewConsumerGroups",
        "SynchroniseConsumerGroupOffsets": "synchroniseConsumerGroupOffsets",
    },
):
    ConsumerGroupsToExclude: list[StringMax256_]
    ConsumerGroupsToReplicate: list[StringMax256_]
    DetectAndCopyNewConsumerGroups: bool
    SynchroniseConsumerGroupOffsets: bool


class ControllerNodeInfo(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Endpoints": "endpoints"}):
    Endpoints: list[str] | None = None


class CreateChannelRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ChannelName": "channelName",
        "EncryptionConfiguration": "encryptionConfiguration",
        "IcebergDestinationConfiguration": "icebergDestinationConfiguration",
        "S3DestinationConfiguration": "s3DestinationConfiguration",
        "Tags": "tags",
        "TopicConfigurationList": "topicConfigurationList",
        "LoggingInfo": "loggingInfo",
    },
):
    ChannelName: str
    ClusterArn: str
    EncryptionConfiguration: EncryptionConfiguration_ | None = None
    IcebergDestinationConfiguration: IcebergDestinationConfiguration_ | None = None
    S3DestinationConfiguration: S3DestinationConfiguration_ | None = None
    Tags: dict[str, str] | None = None
    TopicConfigurationList: list[TopicConfiguration]
    LoggingInfo: ChannelLoggingInfo | None = None


class CreateChannelResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ChannelArn": "channelArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ChannelArn: str
    ClusterOperationArn: str | None = None


class CreateClusterRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BrokerNodeGroupInfo": "brokerNodeGroupInfo",
        "Rebalancing": "rebalancing",
        "ClientAuthentication": "clientAuthentication",
        "ClusterName": "clusterName",
        "ConfigurationInfo": "configurationInfo",
        "EncryptionInfo": "encryptionInfo",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "KafkaVersion": "kafkaVersion",
        "LoggingInfo": "loggingInfo",
        "NumberOfBrokerNodes": "numberOfBrokerNodes",
        "Tags": "tags",
        "StorageMode": "storageMode",
    },
):
    BrokerNodeGroupInfo: BrokerNodeGroupInfo_
    Rebalancing: Rebalancing_ | None = None
    ClientAuthentication: ClientAuthentication_ | None = None
    ClusterName: StringMin1Max64_
    ConfigurationInfo: ConfigurationInfo_ | None = None
    EncryptionInfo: EncryptionInfo_ | None = None
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoringInfo | None = None
    KafkaVersion: StringMin1Max128_
    LoggingInfo: LoggingInfo_ | None = None
    NumberOfBrokerNodes: IntegerMin1Max15_
    Tags: dict[str, str] | None = None
    StorageMode: StorageMode_ | None = None


class CreateClusterResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterName": "clusterName", "State": "state"},
):
    ClusterArn: str | None = None
    ClusterName: str | None = None
    State: ClusterState | None = None


class CreateClusterV2Request(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterName": "clusterName", "Tags": "tags", "Provisioned": "provisioned", "Serverless": "serverless"},
):
    ClusterName: StringMin1Max64_
    Tags: dict[str, str] | None = None
    Provisioned: ProvisionedRequest | None = None
    Serverless: ServerlessRequest | None = None


class CreateClusterV2Response(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterName": "clusterName", "State": "state", "ClusterType": "clusterType"},
):
    ClusterArn: str | None = None
    ClusterName: str | None = None
    State: ClusterState | None = None
    ClusterType: ClusterType_ | None = None


class CreateConfigurationRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Description": "description",
        "KafkaVersions": "kafkaVersions",
        "Name": "name",
        "ServerProperties": "serverProperties",
    },
):
    Description: str | None = None
    KafkaVersions: list[str] | None = None
    Name: str
    ServerProperties: bytes


class CreateConfigurationResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Arn": "arn",
        "CreationTime": "creationTime",
        "LatestRevision": "latestRevision",
        "Name": "name",
        "State": "state",
    },
):
    Arn: str | None = None
    CreationTime: Iso8601 | None = None
    LatestRevision: ConfigurationRevision | None = None
    Name: str | None = None
    State: ConfigurationState | None = None


class CreateReplicatorRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Description": "description",
        "KafkaClusters": "kafkaClusters",
        "ReplicationInfoList": "replicationInfoList",
        "ReplicatorName": "replicatorName",
        "ServiceExecutionRoleArn": "serviceExecutionRoleArn",
        "Tags": "tags",
        "LogDelivery": "logDelivery",
    },
):
    Description: StringMax1024_ | None = None
    KafkaClusters: list[KafkaCluster]
    ReplicationInfoList: list[ReplicationInfo]
    ReplicatorName: StringMin1Max128Pattern09AZaZ09AZaZ0_
    ServiceExecutionRoleArn: str
    Tags: dict[str, str] | None = None
    LogDelivery: LogDelivery_ | None = None


class CreateReplicatorResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ReplicatorArn": "replicatorArn", "ReplicatorName": "replicatorName", "ReplicatorState": "replicatorState"},
):
    ReplicatorArn: str | None = None
    ReplicatorName: str | None = None
    ReplicatorState: ReplicatorState_ | None = None


class CreateTopicRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "TopicName": "topicName",
        "PartitionCount": "partitionCount",
        "ReplicationFactor": "replicationFactor",
        "Configs": "configs",
    },
):
    ClusterArn: str
    TopicName: str
    PartitionCount: IntegerMin1_
    ReplicationFactor: IntegerMin1_
    Configs: str | None = None


class CreateTopicResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"TopicArn": "topicArn", "TopicName": "topicName", "Status": "status"},
):
    TopicArn: str | None = None
    TopicName: str | None = None
    Status: TopicState | None = None


class CreateVpcConnectionRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "TargetClusterArn": "targetClusterArn",
        "Authentication": "authentication",
        "VpcId": "vpcId",
        "ClientSubnets": "clientSubnets",
        "SecurityGroups": "securityGroups",
        "Tags": "tags",
    },
):
    TargetClusterArn: str
    Authentication: str
    VpcId: str
    ClientSubnets: list[str]
    SecurityGroups: list[str]
    Tags: dict[str, str] | None = None


class CreateVpcConnectionResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "VpcConnectionArn": "vpcConnectionArn",
        "State": "state",
        "Authentication": "authentication",
        "VpcId": "vpcId",
        "ClientSubnets": "clientSubnets",
        "SecurityGroups": "securityGroups",
        "CreationTime": "creationTime",
        "Tags": "tags",
    },
):
    VpcConnectionArn: str | None = None
    State: VpcConnectionState | None = None
    Authentication: str | None = None
    VpcId: str | None = None
    ClientSubnets: list[str] | None = None
    SecurityGroups: list[str] | None = None
    CreationTime: Iso8601 | None = None
    Tags: dict[str, str] | None = None


class DeadLetterQueueS3(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BucketArn": "bucketArn",
        "ErrorOutputPrefix": "errorOutputPrefix",
        "ExpectedBucketOwner": "expectedBucketOwner",
    },
):
    BucketArn: str
    ErrorOutputPrefix: str | None = None
    ExpectedBucketOwner: str | None = None


class DeleteChannelRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelArn: str
    ClusterArn: str


class DeleteChannelResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ChannelArn": "channelArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ChannelArn: str
    ClusterOperationArn: str | None = None


class DeleteClusterPolicyRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str


class DeleteClusterPolicyResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class DeleteClusterRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    CurrentVersion: str | None = None


class DeleteClusterResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClusterArn": "clusterArn", "State": "state"}
):
    ClusterArn: str | None = None
    State: ClusterState | None = None


class DeleteConfigurationRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str


class DeleteConfigurationResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Arn": "arn", "State": "state"}
):
    Arn: str | None = None
    State: ConfigurationState | None = None


class DeleteReplicatorRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    CurrentVersion: str | None = None
    ReplicatorArn: str


class DeleteReplicatorResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ReplicatorArn": "replicatorArn", "ReplicatorState": "replicatorState"},
):
    ReplicatorArn: str | None = None
    ReplicatorState: ReplicatorState_ | None = None


class DeleteTopicRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    TopicName: str


class DeleteTopicResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"TopicArn": "topicArn", "TopicName": "topicName", "Status": "status"},
):
    TopicArn: str | None = None
    TopicName: str | None = None
    Status: TopicState | None = None


class DeleteVpcConnectionRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str


class DeleteVpcConnectionResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"VpcConnectionArn": "vpcConnectionArn", "State": "state"},
):
    VpcConnectionArn: str | None = None
    State: VpcConnectionState | None = None


class DescribeChannelRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelArn: str
    ClusterArn: str


class DescribeChannelResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ChannelArn": "channelArn",
        "ChannelName": "channelName",
        "EncryptionConfiguration": "encryptionConfiguration",
        "IcebergDestinationConfiguration": "icebergDestinationConfiguration",
        "S3DestinationConfiguration": "s3DestinationConfiguration",
        "Status": "status",
        "DestinationType": "destinationType",
        "CreationTime": "creationTime",
        "TopicConfigurationList": "topicConfigurationList",
        "LoggingInfo": "loggingInfo",
        "StateInfo": "stateInfo",
        "ClusterOperationArn": "clusterOperationArn",
        "Tags": "tags",
    },
):
    ChannelArn: str
    ChannelName: str
    EncryptionConfiguration: EncryptionConfiguration_ | None = None
    IcebergDestinationConfiguration: IcebergDestinationConfiguration_ | None = None
    S3DestinationConfiguration: S3DestinationConfiguration_ | None = None
    Status: ChannelStatus
    DestinationType: ChannelDestinationType
    CreationTime: Iso8601
    TopicConfigurationList: list[TopicConfiguration]
    LoggingInfo: ChannelLoggingInfo | None = None
    StateInfo: ChannelStateInfo | None = None
    ClusterOperationArn: str | None = None
    Tags: dict[str, str] | None = None


class DescribeClusterOperationRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterOperationArn: str


class DescribeClusterOperationResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClusterOperationInfo": "clusterOperationInfo"}
):
    ClusterOperationInfo: ClusterOperationInfo_ | None = None


class DescribeClusterOperationV2Request(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterOperationArn: str


class DescribeClusterOperationV2Response(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClusterOperationInfo": "clusterOperationInfo"}
):
    ClusterOperationInfo: ClusterOperationV2 | None = None


class DescribeClusterRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str


class DescribeClusterResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClusterInfo": "clusterInfo"}
):
    ClusterInfo: ClusterInfo_ | None = None


class DescribeClusterV2Request(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str


class DescribeClusterV2Response(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClusterInfo": "clusterInfo"}
):
    ClusterInfo: Cluster | None = None


class DescribeConfigurationRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str


class DescribeConfigurationResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Arn": "arn",
        "CreationTime": "creationTime",
        "Description": "description",
        "KafkaVersions": "kafkaVersions",
        "LatestRevision": "latestRevision",
        "Name": "name",
        "State": "state",
    },
):
    Arn: str | None = None
    CreationTime: Iso8601 | None = None
    Description: str | None = None
    KafkaVersions: list[str] | None = None
    LatestRevision: ConfigurationRevision | None = None
    Name: str | None = None
    State: ConfigurationState | None = None


class DescribeConfigurationRevisionRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str
    Revision: Long


class DescribeConfigurationRevisionResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Arn": "arn",
        "CreationTime": "creationTime",
        "Description": "description",
        "Revision": "revision",
        "ServerProperties": "serverProperties",
    },
):
    Arn: str | None = None
    CreationTime: Iso8601 | None = None
    Description: str | None = None
    Revision: Long | None = None
    ServerProperties: bytes | None = None


class DescribeReplicatorRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReplicatorArn: str


class DescribeReplicatorResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CreationTime": "creationTime",
        "CurrentVersion": "currentVersion",
        "IsReplicatorReference": "isReplicatorReference",
        "KafkaClusters": "kafkaClusters",
        "ReplicationInfoList": "replicationInfoList",
        "ReplicatorArn": "replicatorArn",
        "ReplicatorDescription": "replicatorDescription",
        "ReplicatorName": "replicatorName",
        "ReplicatorResourceArn": "replicatorResourceArn",
        "ReplicatorState": "replicatorState",
        "ServiceExecutionRoleArn": "serviceExecutionRoleArn",
        "StateInfo": "stateInfo",
        "Tags": "tags",
        "LogDelivery": "logDelivery",
    },
):
    CreationTime: Iso8601 | None = None
    CurrentVersion: str | None = None
    IsReplicatorReference: bool | None = None
    KafkaClusters: list[KafkaClusterDescription] | None = None
    ReplicationInfoList: list[ReplicationInfoDescription] | None = None
    ReplicatorArn: str | None = None
    ReplicatorDescription: str | None = None
    ReplicatorName: str | None = None
    ReplicatorResourceArn: str | None = None
    ReplicatorState: ReplicatorState_ | None = None
    ServiceExecutionRoleArn: str | None = None
    StateInfo: ReplicationStateInfo | None = None
    Tags: dict[str, str] | None = None
    LogDelivery: LogDelivery_ | None = None


class DescribeTopicPartitionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    TopicName: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class DescribeTopicPartitionsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Partitions": "partitions", "NextToken": "nextToken"}
):
    Partitions: list[TopicPartitionInfo] | None = None
    NextToken: str | None = None


class DescribeTopicRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    TopicName: str


class DescribeTopicResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "TopicArn": "topicArn",
        "TopicName": "topicName",
        "ReplicationFactor": "replicationFactor",
        "PartitionCount": "partitionCount",
        "Configs": "configs",
        "Status": "status",
    },
):
    TopicArn: str | None = None
    TopicName: str | None = None
    ReplicationFactor: Integer | None = None
    PartitionCount: Integer | None = None
    Configs: str | None = None
    Status: TopicState | None = None


class DescribeVpcConnectionRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str


class DescribeVpcConnectionResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "VpcConnectionArn": "vpcConnectionArn",
        "TargetClusterArn": "targetClusterArn",
        "State": "state",
        "Authentication": "authentication",
        "VpcId": "vpcId",
        "Subnets": "subnets",
        "SecurityGroups": "securityGroups",
        "CreationTime": "creationTime",
        "Tags": "tags",
    },
):
    VpcConnectionArn: str | None = None
    TargetClusterArn: str | None = None
    State: VpcConnectionState | None = None
    Authentication: str | None = None
    VpcId: str | None = None
    Subnets: list[str] | None = None
    SecurityGroups: list[str] | None = None
    CreationTime: Iso8601 | None = None
    Tags: dict[str, str] | None = None


class DestinationTable(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "DestinationDatabaseName": "destinationDatabaseName",
        "DestinationTableName": "destinationTableName",
        "PartitionSpec": "partitionSpec",
    },
):
    DestinationDatabaseName: str | None = None
    DestinationTableName: str | None = None
    PartitionSpec: PartitionSpec_ | None = None


class EBSStorageInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ProvisionedThroughput": "provisionedThroughput", "VolumeSize": "volumeSize"},
):
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    VolumeSize: IntegerMin1Max16384_ | None = None


class EncryptionAtRest(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"DataVolumeKMSKeyId": "dataVolumeKMSKeyId"}
):
    DataVolumeKMSKeyId: str


class EncryptionConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"KmsKeyArn": "kmsKeyArn"}):
    KmsKeyArn: str


class EncryptionInTransit(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClientBroker": "clientBroker", "InCluster": "inCluster"},
):
    ClientBroker: ClientBroker_ | None = None
    InCluster: bool | None = None


class EncryptionInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"EncryptionAtRest": "encryptionAtRest", "EncryptionInTransit": "encryptionInTransit"},
):
    EncryptionAtRest: EncryptionAtRest_ | None = None
    EncryptionInTransit: EncryptionInTransit_ | None = None


class ErrorInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ErrorCode": "errorCode", "ErrorString": "errorString"}
):
    ErrorCode: str | None = None
    ErrorString: str | None = None


class Firehose(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"DeliveryStream": "deliveryStream", "Enabled": "enabled"},
):
    DeliveryStream: str | None = None
    Enabled: bool


class GetBootstrapBrokersRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str


class GetBootstrapBrokersResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BootstrapBrokerString": "bootstrapBrokerString",
        "BootstrapBrokerStringTls": "bootstrapBrokerStringTls",
        "BootstrapBrokerStringSaslScram": "bootstrapBrokerStringSaslScram",
        "BootstrapBrokerStringSaslIam": "bootstrapBrokerStringSaslIam",
        "BootstrapBrokerStringPublicTls": "bootstrapBrokerStringPublicTls",
        "BootstrapBrokerStringPublicSaslScram": "bootstrapBrokerStringPublicSaslScram",
        "BootstrapBrokerStringPublicSaslIam": "bootstrapBrokerStringPublicSaslIam",
        "BootstrapBrokerStringVpcConnectivityTls": "bootstrapBrokerStringVpcConnectivityTls",
        "BootstrapBrokerStringVpcConnectivitySaslScram": "bootstrapBrokerStringVpcConnectivitySaslScram",
        "BootstrapBrokerStringVpcConnectivitySaslIam": "bootstrapBrokerStringVpcConnectivitySaslIam",
        "BootstrapBrokerStringIpv6": "bootstrapBrokerStringIpv6",
        "BootstrapBrokerStringTlsIpv6": "bootstrapBrokerStringTlsIpv6",
        "BootstrapBrokerStringSaslScramIpv6": "bootstrapBrokerStringSaslScramIpv6",
        "BootstrapBrokerStringSaslIamIpv6": "bootstrapBrokerStringSaslIamIpv6",
    },
):
    BootstrapBrokerString: str | None = None
    BootstrapBrokerStringTls: str | None = None
    BootstrapBrokerStringSaslScram: str | None = None
    BootstrapBrokerStringSaslIam: str | None = None
    BootstrapBrokerStringPublicTls: str | None = None
    BootstrapBrokerStringPublicSaslScram: str | None = None
    BootstrapBrokerStringPublicSaslIam: str | None = None
    BootstrapBrokerStringVpcConnectivityTls: str | None = None
    BootstrapBrokerStringVpcConnectivitySaslScram: str | None = None
    BootstrapBrokerStringVpcConnectivitySaslIam: str | None = None
    BootstrapBrokerStringIpv6: str | None = None
    BootstrapBrokerStringTlsIpv6: str | None = None
    BootstrapBrokerStringSaslScramIpv6: str | None = None
    BootstrapBrokerStringSaslIamIpv6: str | None = None


class GetClusterPolicyRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str


class GetClusterPolicyResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"CurrentVersion": "currentVersion", "Policy": "policy"}
):
    CurrentVersion: str | None = None
    Policy: str | None = None


class GetCompatibleKafkaVersionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str | None = None


class GetCompatibleKafkaVersionsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"CompatibleKafkaVersions": "compatibleKafkaVersions"}
):
    CompatibleKafkaVersions: list[CompatibleKafkaVersion] | None = None


class Iam(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class IcebergDestinationConfiguration(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AppendOnly": "appendOnly",
        "Catalog": "catalog",
        "DataFreshnessInSeconds": "dataFreshnessInSeconds",
        "DeadLetterQueueS3": "deadLetterQueueS3",
        "DestinationTableList": "destinationTableList",
        "SchemaEvolution": "schemaEvolution",
        "ServiceExecutionRoleArn": "serviceExecutionRoleArn",
        "TableCreation": "tableCreation",
        "CompressionType": "compressionType",
    },
):
    AppendOnly: bool
    Catalog: Catalog_ | None = None
    DataFreshnessInSeconds: Integer | None = None
    DeadLetterQueueS3: DeadLetterQueueS3_
    DestinationTableList: list[DestinationTable]
    SchemaEvolution: SchemaEvolution_
    ServiceExecutionRoleArn: str
    TableCreation: TableCreation_
    CompressionType: IcebergCompressionType | None = None


class IcebergDestinationUpdate(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"DataFreshnessInSeconds": "dataFreshnessInSeconds"}
):
    DataFreshnessInSeconds: Integer


class JmxExporter(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnabledInBroker": "enabledInBroker"}):
    EnabledInBroker: bool


class JmxExporterInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnabledInBroker": "enabledInBroker"}
):
    EnabledInBroker: bool


class KafkaCluster(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AmazonMskCluster": "amazonMskCluster",
        "ApacheKafkaCluster": "apacheKafkaCluster",
        "VpcConfig": "vpcConfig",
        "ClientAuthentication": "clientAuthentication",
        "EncryptionInTransit": "encryptionInTransit",
    },
):
    AmazonMskCluster: AmazonMskCluster_ | None = None
    ApacheKafkaCluster: ApacheKafkaCluster_ | None = None
    VpcConfig: KafkaClusterClientVpcConfig | None = None
    ClientAuthentication: KafkaClusterClientAuthentication | None = None
    EncryptionInTransit: KafkaClusterEncryptionInTransit | None = None


class KafkaClusterClientAuthentication(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"SaslScram": "saslScram", "MTLS": "mTLS", "SaslOAuthBearer": "saslOAuthBearer"},
):
    SaslScram: KafkaClusterSaslScramAuthentication | None = None
    MTLS: KafkaClusterMTLSAuthentication | None = None
    SaslOAuthBearer: KafkaClusterSaslOAuthBearerAuthentication | None = None


class KafkaClusterClientVpcConfig(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"SecurityGroupIds": "securityGroupIds", "SubnetIds": "subnetIds"},
):
    SecurityGroupIds: list[str] | None = None
    SubnetIds: list[str]


class KafkaClusterDescription(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AmazonMskCluster": "amazonMskCluster",
        "ApacheKafkaCluster": "apacheKafkaCluster",
        "KafkaClusterAlias": "kafkaClusterAlias",
        "VpcConfig": "vpcConfig",
        "ClientAuthentication": "clientAuthentication",
        "EncryptionInTransit": "encryptionInTransit",
    },
):
    AmazonMskCluster: AmazonMskCluster_ | None = None
    ApacheKafkaCluster: ApacheKafkaCluster_ | None = None
    KafkaClusterAlias: str | None = None
    VpcConfig: KafkaClusterClientVpcConfig | None = None
    ClientAuthentication: KafkaClusterClientAuthentication | None = None
    EncryptionInTransit: KafkaClusterEncryptionInTransit | None = None


class KafkaClusterEncryptionInTransit(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"EncryptionType": "encryptionType", "RootCaCertificate": "rootCaCertificate"},
):
    EncryptionType: KafkaClusterEncryptionInTransitType
    RootCaCertificate: str | None = None


class KafkaClusterMTLSAuthentication(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"SecretArn": "secretArn"}
):
    SecretArn: str


class KafkaClusterOAuthClientCredentials(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"TokenRequestSecretArn": "tokenRequestSecretArn"}
):
    TokenRequestSecretArn: str


class KafkaClusterOAuthClientCredentialsAssertion(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Audience": "audience",
        "SigningAlgorithm": "signingAlgorithm",
        "TokenRequestSecretArn": "tokenRequestSecretArn",
    },
):
    Audience: str
    SigningAlgorithm: JwtSigningAlgorithm
    TokenRequestSecretArn: str | None = None


class KafkaClusterOAuthIamJwtBearer(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "Audience": "audience",
        "SigningAlgorithm": "signingAlgorithm",
        "TokenRequestSecretArn": "tokenRequestSecretArn",
    },
):
    Audience: str
    SigningAlgorithm: JwtSigningAlgorithm
    TokenRequestSecretArn: str | None = None


class KafkaClusterSaslOAuthBearerAuthentication(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "TokenEndpointUrl": "tokenEndpointUrl",
        "ClientCredentials": "clientCredentials",
        "IamJwtBearer": "iamJwtBearer",
        "ClientCredentialsAssertion": "clientCredentialsAssertion",
        "TokenEndpointAuthenticationMethod": "tokenEndpointAuthenticationMethod",
        "Scope": "scope",
        "TokenEndpointTlsCertificateArn": "tokenEndpointTlsCertificateArn",
    },
):
    TokenEndpointUrl: str
    ClientCredentials: KafkaClusterOAuthClientCredentials | None = None
    IamJwtBearer: KafkaClusterOAuthIamJwtBearer | None = None
    ClientCredentialsAssertion: KafkaClusterOAuthClientCredentialsAssertion | None = None
    TokenEndpointAuthenticationMethod: TokenEndpointAuthenticationMethod_
    Scope: str | None = None
    TokenEndpointTlsCertificateArn: str | None = None


class KafkaClusterSaslScramAuthentication(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Mechanism": "mechanism", "SecretArn": "secretArn"}
):
    Mechanism: KafkaClusterSaslScramMechanism
    SecretArn: str


class KafkaClusterSummary(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AmazonMskCluster": "amazonMskCluster",
        "ApacheKafkaCluster": "apacheKafkaCluster",
        "KafkaClusterAlias": "kafkaClusterAlias",
    },
):
    AmazonMskCluster: AmazonMskCluster_ | None = None
    ApacheKafkaCluster: ApacheKafkaCluster_ | None = None
    KafkaClusterAlias: str | None = None


class KafkaVersion(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Version": "version", "Status": "status"}
):
    Version: str | None = None
    Status: KafkaVersionStatus | None = None


class ListChannelsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None
    TopicNameFilter: str | None = None


class ListChannelsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Channels": "channels", "NextToken": "nextToken"}
):
    Channels: list[ChannelInfo] | None = None
    NextToken: str | None = None


class ListClientVpcConnectionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListClientVpcConnectionsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClientVpcConnections": "clientVpcConnections", "NextToken": "nextToken"},
):
    ClientVpcConnections: list[ClientVpcConnection] | None = None
    NextToken: str | None = None


class ListClusterOperationsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListClusterOperationsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterOperationInfoList": "clusterOperationInfoList", "NextToken": "nextToken"},
):
    ClusterOperationInfoList: list[ClusterOperationInfo] | None = None
    NextToken: str | None = None


class ListClusterOperationsV2Request(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListClusterOperationsV2Response(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterOperationInfoList": "clusterOperationInfoList", "NextToken": "nextToken"},
):
    ClusterOperationInfoList: list[ClusterOperationV2Summary] | None = None
    NextToken: str | None = None


class ListClustersRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterNameFilter: str | None = None
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListClustersResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterInfoList": "clusterInfoList", "NextToken": "nextToken"},
):
    ClusterInfoList: list[ClusterInfo] | None = None
    NextToken: str | None = None


class ListClustersV2Request(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterNameFilter: str | None = None
    ClusterTypeFilter: str | None = None
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListClustersV2Response(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterInfoList": "clusterInfoList", "NextToken": "nextToken"},
):
    ClusterInfoList: list[Cluster] | None = None
    NextToken: str | None = None


class ListConfigurationRevisionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Arn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListConfigurationRevisionsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"NextToken": "nextToken", "Revisions": "revisions"}
):
    NextToken: str | None = None
    Revisions: list[ConfigurationRevision] | None = None


class ListConfigurationsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListConfigurationsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Configurations": "configurations", "NextToken": "nextToken"},
):
    Configurations: list[Configuration] | None = None
    NextToken: str | None = None


class ListKafkaVersionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListKafkaVersionsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"KafkaVersions": "kafkaVersions", "NextToken": "nextToken"},
):
    KafkaVersions: list[KafkaVersion] | None = None
    NextToken: str | None = None


class ListNodesRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListNodesResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"NextToken": "nextToken", "NodeInfoList": "nodeInfoList"},
):
    NextToken: str | None = None
    NodeInfoList: list[NodeInfo] | None = None


class ListReplicatorsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None
    ReplicatorNameFilter: str | None = None


class ListReplicatorsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"NextToken": "nextToken", "Replicators": "replicators"}
):
    NextToken: str | None = None
    Replicators: list[ReplicatorSummary] | None = None


class ListScramSecretsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListScramSecretsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"NextToken": "nextToken", "SecretArnList": "secretArnList"},
):
    NextToken: str | None = None
    SecretArnList: list[str] | None = None


class ListTagsForResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: str


class ListTagsForResourceResponse(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Tags": "tags"}):
    Tags: dict[str, str] | None = None


class ListTopicsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ClusterArn: str
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None
    TopicNameFilter: str | None = None


class ListTopicsResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Topics": "topics", "NextToken": "nextToken"}
):
    Topics: list[TopicInfo] | None = None
    NextToken: str | None = None


class ListVpcConnectionsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxResults: MaxResults_ | None = None
    NextToken: str | None = None


class ListVpcConnectionsResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"VpcConnections": "vpcConnections", "NextToken": "nextToken"},
):
    VpcConnections: list[VpcConnection] | None = None
    NextToken: str | None = None


class LogDelivery(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ReplicatorLogDelivery": "replicatorLogDelivery"}
):
    ReplicatorLogDelivery: ReplicatorLogDelivery_ | None = None


class LoggingInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"AuthorizerLogs": "authorizerLogs", "BrokerLogs": "brokerLogs"},
):
    AuthorizerLogs: AuthorizerLogs_ | None = None
    BrokerLogs: BrokerLogs_


class MutableClusterInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BrokerEBSVolumeInfo": "brokerEBSVolumeInfo",
        "ConfigurationInfo": "configurationInfo",
        "NumberOfBrokerNodes": "numberOfBrokerNodes",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "ZookeeperAccess": "zookeeperAccess",
        "KafkaVersion": "kafkaVersion",
        "LoggingInfo": "loggingInfo",
        "InstanceType": "instanceType",
        "ClientAuthentication": "clientAuthentication",
        "EncryptionInfo": "encryptionInfo",
        "ConnectivityInfo": "connectivityInfo",
        "StorageMode": "storageMode",
        "BrokerCountUpdateInfo": "brokerCountUpdateInfo",
        "Rebalancing": "rebalancing",
    },
):
    BrokerEBSVolumeInfo: list[BrokerEBSVolumeInfo_] | None = None
    ConfigurationInfo: ConfigurationInfo_ | None = None
    NumberOfBrokerNodes: Integer | None = None
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoring_ | None = None
    ZookeeperAccess: ZookeeperAccess_ | None = None
    KafkaVersion: str | None = None
    LoggingInfo: LoggingInfo_ | None = None
    InstanceType: StringMin5Max32_ | None = None
    ClientAuthentication: ClientAuthentication_ | None = None
    EncryptionInfo: EncryptionInfo_ | None = None
    ConnectivityInfo: ConnectivityInfo_ | None = None
    StorageMode: StorageMode_ | None = None
    BrokerCountUpdateInfo: BrokerCountUpdateInfo_ | None = None
    Rebalancing: Rebalancing_ | None = None


class NodeExporter(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnabledInBroker": "enabledInBroker"}):
    EnabledInBroker: bool


class NodeExporterInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnabledInBroker": "enabledInBroker"}
):
    EnabledInBroker: bool


class NodeInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AddedToClusterTime": "addedToClusterTime",
        "BrokerNodeInfo": "brokerNodeInfo",
        "ControllerNodeInfo": "controllerNodeInfo",
        "InstanceType": "instanceType",
        "NodeARN": "nodeARN",
        "NodeType": "nodeType",
        "ZookeeperNodeInfo": "zookeeperNodeInfo",
    },
):
    AddedToClusterTime: str | None = None
    BrokerNodeInfo: BrokerNodeInfo_ | None = None
    ControllerNodeInfo: ControllerNodeInfo_ | None = None
    InstanceType: str | None = None
    NodeARN: str | None = None
    NodeType: NodeType_ | None = None
    ZookeeperNodeInfo: ZookeeperNodeInfo_ | None = None


class OpenMonitoring(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Prometheus": "prometheus"}):
    Prometheus: Prometheus_


class OpenMonitoringInfo(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Prometheus": "prometheus"}):
    Prometheus: PrometheusInfo


class PartitionSource(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"SourceName": "sourceName"}):
    SourceName: str | None = None


class PartitionSpec(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"PartitionStrategy": "partitionStrategy", "SourceList": "sourceList"},
):
    PartitionStrategy: PartitionStrategy_
    SourceList: list[PartitionSource] | None = None


class Prometheus(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"JmxExporter": "jmxExporter", "NodeExporter": "nodeExporter"},
):
    JmxExporter: JmxExporter_ | None = None
    NodeExporter: NodeExporter_ | None = None


class PrometheusInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"JmxExporter": "jmxExporter", "NodeExporter": "nodeExporter"},
):
    JmxExporter: JmxExporterInfo | None = None
    NodeExporter: NodeExporterInfo | None = None


class Provisioned(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BrokerNodeGroupInfo": "brokerNodeGroupInfo",
        "Rebalancing": "rebalancing",
        "CurrentBrokerSoftwareInfo": "currentBrokerSoftwareInfo",
        "ClientAuthentication": "clientAuthentication",
        "EncryptionInfo": "encryptionInfo",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "LoggingInfo": "loggingInfo",
        "NumberOfBrokerNodes": "numberOfBrokerNodes",
        "ZookeeperConnectString": "zookeeperConnectString",
        "ZookeeperConnectStringTls": "zookeeperConnectStringTls",
        "StorageMode": "storageMode",
        "CustomerActionStatus": "customerActionStatus",
    },
):
    BrokerNodeGroupInfo: BrokerNodeGroupInfo_
    Rebalancing: Rebalancing_ | None = None
    CurrentBrokerSoftwareInfo: BrokerSoftwareInfo | None = None
    ClientAuthentication: ClientAuthentication_ | None = None
    EncryptionInfo: EncryptionInfo_ | None = None
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoringInfo | None = None
    LoggingInfo: LoggingInfo_ | None = None
    NumberOfBrokerNodes: IntegerMin1Max15_
    ZookeeperConnectString: str | None = None
    ZookeeperConnectStringTls: str | None = None
    StorageMode: StorageMode_ | None = None
    CustomerActionStatus: CustomerActionStatus_ | None = None


class ProvisionedRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BrokerNodeGroupInfo": "brokerNodeGroupInfo",
        "Rebalancing": "rebalancing",
        "ClientAuthentication": "clientAuthentication",
        "ConfigurationInfo": "configurationInfo",
        "EncryptionInfo": "encryptionInfo",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "KafkaVersion": "kafkaVersion",
        "LoggingInfo": "loggingInfo",
        "NumberOfBrokerNodes": "numberOfBrokerNodes",
        "StorageMode": "storageMode",
    },
):
    BrokerNodeGroupInfo: BrokerNodeGroupInfo_
    Rebalancing: Rebalancing_ | None = None
    ClientAuthentication: ClientAuthentication_ | None = None
    ConfigurationInfo: ConfigurationInfo_ | None = None
    EncryptionInfo: EncryptionInfo_ | None = None
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoringInfo | None = None
    KafkaVersion: StringMin1Max128_
    LoggingInfo: LoggingInfo_ | None = None
    NumberOfBrokerNodes: IntegerMin1Max15_
    StorageMode: StorageMode_ | None = None


class ProvisionedThroughput(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Enabled": "enabled", "VolumeThroughput": "volumeThroughput"},
):
    Enabled: bool | None = None
    VolumeThroughput: Integer | None = None


class PublicAccess(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Type": "type"}):
    Type: str | None = None


class PutClusterPolicyRequest(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"CurrentVersion": "currentVersion", "Policy": "policy"}
):
    ClusterArn: str
    CurrentVersion: str | None = None
    Policy: str


class PutClusterPolicyResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"CurrentVersion": "currentVersion"}
):
    CurrentVersion: str | None = None


class Rebalancing(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Status": "status"}):
    Status: RebalancingStatus | None = None


class RebootBrokerRequest(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"BrokerIds": "brokerIds"}):
    BrokerIds: list[str]
    ClusterArn: str


class RebootBrokerResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class RecordConverter(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ValueConverter": "valueConverter"}):
    ValueConverter: ValueConverter_


class RecordSchema(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"GsrArn": "gsrArn"}):
    GsrArn: str


class RejectClientVpcConnectionRequest(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"VpcConnectionArn": "vpcConnectionArn"}
):
    ClusterArn: str
    VpcConnectionArn: str


class RejectClientVpcConnectionResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class ReplicationInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConsumerGroupReplication": "consumerGroupReplication",
        "SourceKafkaClusterArn": "sourceKafkaClusterArn",
        "SourceKafkaClusterId": "sourceKafkaClusterId",
        "TargetCompressionType": "targetCompressionType",
        "TargetKafkaClusterArn": "targetKafkaClusterArn",
        "TargetKafkaClusterId": "targetKafkaClusterId",
        "TopicReplication": "topicReplication",
    },
):
    ConsumerGroupReplication: ConsumerGroupReplication_
    SourceKafkaClusterArn: str | None = None
    SourceKafkaClusterId: str | None = None
    TargetCompressionType: TargetCompressionType_
    TargetKafkaClusterArn: str | None = None
    TargetKafkaClusterId: str | None = None
    TopicReplication: TopicReplication_


class ReplicationInfoDescription(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConsumerGroupReplication": "consumerGroupReplication",
        "SourceKafkaClusterAlias": "sourceKafkaClusterAlias",
        "TargetCompressionType": "targetCompressionType",
        "TargetKafkaClusterAlias": "targetKafkaClusterAlias",
        "TopicReplication": "topicReplication",
    },
):
    ConsumerGroupReplication: ConsumerGroupReplication_ | None = None
    SourceKafkaClusterAlias: str | None = None
    TargetCompressionType: TargetCompressionType_ | None = None
    TargetKafkaClusterAlias: str | None = None
    TopicReplication: TopicReplication_ | None = None


class ReplicationInfoSummary(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"SourceKafkaClusterAlias": "sourceKafkaClusterAlias", "TargetKafkaClusterAlias": "targetKafkaClusterAlias"},
):
    SourceKafkaClusterAlias: str | None = None
    TargetKafkaClusterAlias: str | None = None


class ReplicationStartingPosition(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Type": "type"}):
    Type: ReplicationStartingPositionType | None = None


class ReplicationStateInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Code": "code", "Message": "message"}
):
    Code: str | None = None
    Message: str | None = None


class ReplicationTopicNameConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Type": "type"}):
    Type: ReplicationTopicNameConfigurationType | None = None


class ReplicatorCloudWatchLogs(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled", "LogGroup": "logGroup"}
):
    Enabled: bool
    LogGroup: str | None = None


class ReplicatorFirehose(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Enabled": "enabled", "DeliveryStream": "deliveryStream"},
):
    Enabled: bool
    DeliveryStream: str | None = None


class ReplicatorLogDelivery(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CloudWatchLogs": "cloudWatchLogs", "Firehose": "firehose", "S3": "s3"},
):
    CloudWatchLogs: ReplicatorCloudWatchLogs | None = None
    Firehose: ReplicatorFirehose | None = None
    S3: ReplicatorS3 | None = None


class ReplicatorS3(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Enabled": "enabled", "Bucket": "bucket", "Prefix": "prefix"},
):
    Enabled: bool
    Bucket: str | None = None
    Prefix: str | None = None


class ReplicatorSummary(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CreationTime": "creationTime",
        "CurrentVersion": "currentVersion",
        "IsReplicatorReference": "isReplicatorReference",
        "KafkaClustersSummary": "kafkaClustersSummary",
        "ReplicationInfoSummaryList": "replicationInfoSummaryList",
        "ReplicatorArn": "replicatorArn",
        "ReplicatorName": "replicatorName",
        "ReplicatorResourceArn": "replicatorResourceArn",
        "ReplicatorState": "replicatorState",
    },
):
    CreationTime: Iso8601 | None = None
    CurrentVersion: str | None = None
    IsReplicatorReference: bool | None = None
    KafkaClustersSummary: list[KafkaClusterSummary] | None = None
    ReplicationInfoSummaryList: list[ReplicationInfoSummary] | None = None
    ReplicatorArn: str | None = None
    ReplicatorName: str | None = None
    ReplicatorResourceArn: str | None = None
    ReplicatorState: ReplicatorState_ | None = None


class S3(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Bucket": "bucket", "Enabled": "enabled", "Prefix": "prefix"},
):
    Bucket: str | None = None
    Enabled: bool
    Prefix: str | None = None


class S3DestinationConfiguration(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "DataFreshnessInSeconds": "dataFreshnessInSeconds",
        "DeadLetterQueueS3": "deadLetterQueueS3",
        "ServiceExecutionRoleArn": "serviceExecutionRoleArn",
        "Storage": "storage",
    },
):
    DataFreshnessInSeconds: Integer | None = None
    DeadLetterQueueS3: DeadLetterQueueS3_
    ServiceExecutionRoleArn: str
    Storage: S3Storage


class S3DestinationUpdate(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"DataFreshnessInSeconds": "dataFreshnessInSeconds"}
):
    DataFreshnessInSeconds: Integer


class S3Storage(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "BucketArn": "bucketArn",
        "CompressionType": "compressionType",
        "OutputPrefix": "outputPrefix",
        "OutputKeyTemplate": "outputKeyTemplate",
        "StorageClass": "storageClass",
        "ExpectedBucketOwner": "expectedBucketOwner",
    },
):
    BucketArn: str
    CompressionType: S3CompressionType
    OutputPrefix: str | None = None
    OutputKeyTemplate: str | None = None
    StorageClass: S3StorageClass
    ExpectedBucketOwner: str | None = None


class Sasl(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Scram": "scram", "Iam": "iam"}):
    Scram: Scram_ | None = None
    Iam: Iam_ | None = None


class SchemaEvolution(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnableSchemaEvolution": "enableSchemaEvolution"}
):
    EnableSchemaEvolution: bool | None = None


class Scram(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class Serverless(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "VpcConfigs": "vpcConfigs",
        "ClientAuthentication": "clientAuthentication",
        "ConnectivityInfo": "connectivityInfo",
    },
):
    VpcConfigs: list[VpcConfig]
    ClientAuthentication: ServerlessClientAuthentication | None = None
    ConnectivityInfo: ServerlessConnectivityInfo | None = None


class ServerlessClientAuthentication(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Sasl": "sasl"}):
    Sasl: ServerlessSasl | None = None


class ServerlessConnectivityInfo(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"NetworkType": "networkType"}
):
    NetworkType: NetworkType_ | None = None


class ServerlessRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"VpcConfigs": "vpcConfigs", "ClientAuthentication": "clientAuthentication"},
):
    VpcConfigs: list[VpcConfig]
    ClientAuthentication: ServerlessClientAuthentication | None = None


class ServerlessSasl(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Iam": "iam"}):
    Iam: Iam_ | None = None


class StateInfo(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Code": "code", "Message": "message"}):
    Code: str | None = None
    Message: str | None = None


class StorageInfo(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EbsStorageInfo": "ebsStorageInfo"}):
    EbsStorageInfo: EBSStorageInfo | None = None


class TableCreation(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"EnableTableCreation": "enableTableCreation"}
):
    EnableTableCreation: bool | None = None


class TagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Tags": "tags"}):
    ResourceArn: str
    Tags: dict[str, str]


class Tls(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CertificateAuthorityArnList": "certificateAuthorityArnList", "Enabled": "enabled"},
):
    CertificateAuthorityArnList: list[str] | None = None
    Enabled: bool | None = None


class TopicConfiguration(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"RecordConverter": "recordConverter", "RecordSchema": "recordSchema", "TopicArn": "topicArn"},
):
    RecordConverter: RecordConverter_
    RecordSchema: RecordSchema_ | None = None
    TopicArn: str


class TopicInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "TopicArn": "topicArn",
        "TopicName": "topicName",
        "ReplicationFactor": "replicationFactor",
        "PartitionCount": "partitionCount",
        "OutOfSyncReplicaCount": "outOfSyncReplicaCount",
    },
):
    TopicArn: str | None = None
    TopicName: str | None = None
    ReplicationFactor: Integer | None = None
    PartitionCount: Integer | None = None
    OutOfSyncReplicaCount: Integer | None = None


class TopicPartitionInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Partition": "partition", "Leader": "leader", "Replicas": "replicas", "Isr": "isr"},
):
    Partition: Integer | None = None
    Leader: Integer | None = None
    Replicas: list[Integer] | None = None
    Isr: list[Integer] | None = None


class TopicReplication(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CopyAccessControlListsForTopics": "copyAccessControlListsForTopics",
        "CopyTopicConfigurations": "copyTopicConfigurations",
        "DetectAndCopyNewTopics": "detectAndCopyNewTopics",
        "StartingPosition": "startingPosition",
        "TopicNameConfiguration": "topicNameConfiguration",
        "TopicsToExclude": "topicsToExclude",
        "TopicsToReplicate": "topicsToReplicate",
    },
):
    CopyAccessControlListsForTopics: bool | None = None
    CopyTopicConfigurations: bool | None = None
    DetectAndCopyNewTopics: bool | None = None
    StartingPosition: ReplicationStartingPosition | None = None
    TopicNameConfiguration: ReplicationTopicNameConfiguration | None = None
    TopicsToExclude: list[StringMax249_] | None = None
    TopicsToReplicate: list[StringMax249_]


class TopicReplicationUpdate(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CopyAccessControlListsForTopics": "copyAccessControlListsForTopics",
        "CopyTopicConfigurations": "copyTopicConfigurations",
        "DetectAndCopyNewTopics": "detectAndCopyNewTopics",
        "TopicsToExclude": "topicsToExclude",
        "TopicsToReplicate": "topicsToReplicate",
    },
):
    CopyAccessControlListsForTopics: bool
    CopyTopicConfigurations: bool
    DetectAndCopyNewTopics: bool
    TopicsToExclude: list[StringMax249_]
    TopicsToReplicate: list[StringMax249_]


class Unauthenticated(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class UnprocessedScramSecret(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ErrorCode": "errorCode", "ErrorMessage": "errorMessage", "SecretArn": "secretArn"},
):
    ErrorCode: str | None = None
    ErrorMessage: str | None = None
    SecretArn: str | None = None


class UntagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: str
    TagKeys: list[str]


class UpdateBrokerCountRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CurrentVersion": "currentVersion", "TargetNumberOfBrokerNodes": "targetNumberOfBrokerNodes"},
):
    ClusterArn: str
    CurrentVersion: str
    TargetNumberOfBrokerNodes: IntegerMin1Max15_


class UpdateBrokerCountResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateBrokerStorageRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CurrentVersion": "currentVersion", "TargetBrokerEBSVolumeInfo": "targetBrokerEBSVolumeInfo"},
):
    ClusterArn: str
    CurrentVersion: str
    TargetBrokerEBSVolumeInfo: list[BrokerEBSVolumeInfo]


class UpdateBrokerStorageResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateBrokerTypeRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CurrentVersion": "currentVersion", "TargetInstanceType": "targetInstanceType"},
):
    ClusterArn: str
    CurrentVersion: str
    TargetInstanceType: str


class UpdateBrokerTypeResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateChannelRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"IcebergDestinationUpdate": "icebergDestinationUpdate", "S3DestinationUpdate": "s3DestinationUpdate"},
):
    ChannelArn: str
    ClusterArn: str
    IcebergDestinationUpdate: IcebergDestinationUpdate_ | None = None
    S3DestinationUpdate: S3DestinationUpdate_ | None = None


class UpdateChannelResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ChannelArn": "channelArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ChannelArn: str
    ClusterOperationArn: str | None = None


class UpdateClusterConfigurationRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ConfigurationInfo": "configurationInfo", "CurrentVersion": "currentVersion"},
):
    ClusterArn: str
    ConfigurationInfo: ConfigurationInfo_
    CurrentVersion: str


class UpdateClusterConfigurationResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateClusterKafkaVersionRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConfigurationInfo": "configurationInfo",
        "CurrentVersion": "currentVersion",
        "TargetKafkaVersion": "targetKafkaVersion",
    },
):
    ClusterArn: str
    ConfigurationInfo: ConfigurationInfo_ | None = None
    CurrentVersion: str
    TargetKafkaVersion: str


class UpdateClusterKafkaVersionResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateConfigurationRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Description": "description", "ServerProperties": "serverProperties"},
):
    Arn: str
    Description: str | None = None
    ServerProperties: bytes


class UpdateConfigurationResponse(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Arn": "arn", "LatestRevision": "latestRevision"}
):
    Arn: str | None = None
    LatestRevision: ConfigurationRevision | None = None


class UpdateConnectivityRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConnectivityInfo": "connectivityInfo",
        "CurrentVersion": "currentVersion",
        "ZookeeperAccess": "zookeeperAccess",
    },
):
    ClusterArn: str
    ConnectivityInfo: ConnectivityInfo_ | None = None
    CurrentVersion: str
    ZookeeperAccess: ZookeeperAccess_ | None = None


class UpdateConnectivityResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateMonitoringRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CurrentVersion": "currentVersion",
        "EnhancedMonitoring": "enhancedMonitoring",
        "OpenMonitoring": "openMonitoring",
        "LoggingInfo": "loggingInfo",
    },
):
    ClusterArn: str
    CurrentVersion: str
    EnhancedMonitoring: EnhancedMonitoring_ | None = None
    OpenMonitoring: OpenMonitoringInfo | None = None
    LoggingInfo: LoggingInfo_ | None = None


class UpdateMonitoringResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateRebalancingRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"CurrentVersion": "currentVersion", "Rebalancing": "rebalancing"},
):
    ClusterArn: str
    CurrentVersion: str
    Rebalancing: Rebalancing_


class UpdateRebalancingResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateReplicationInfoRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ConsumerGroupReplication": "consumerGroupReplication",
        "CurrentVersion": "currentVersion",
        "SourceKafkaClusterArn": "sourceKafkaClusterArn",
        "SourceKafkaClusterId": "sourceKafkaClusterId",
        "TargetKafkaClusterArn": "targetKafkaClusterArn",
        "TargetKafkaClusterId": "targetKafkaClusterId",
        "TopicReplication": "topicReplication",
        "LogDelivery": "logDelivery",
    },
):
    ConsumerGroupReplication: ConsumerGroupReplicationUpdate | None = None
    CurrentVersion: str
    ReplicatorArn: str
    SourceKafkaClusterArn: str | None = None
    SourceKafkaClusterId: str | None = None
    TargetKafkaClusterArn: str | None = None
    TargetKafkaClusterId: str | None = None
    TopicReplication: TopicReplicationUpdate | None = None
    LogDelivery: LogDelivery_ | None = None


class UpdateReplicationInfoResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ReplicatorArn": "replicatorArn", "ReplicatorState": "replicatorState"},
):
    ReplicatorArn: str | None = None
    ReplicatorState: ReplicatorState_ | None = None


class UpdateSecurityRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "ClientAuthentication": "clientAuthentication",
        "CurrentVersion": "currentVersion",
        "EncryptionInfo": "encryptionInfo",
    },
):
    ClientAuthentication: ClientAuthentication_ | None = None
    ClusterArn: str
    CurrentVersion: str
    EncryptionInfo: EncryptionInfo_ | None = None


class UpdateSecurityResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateStorageRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CurrentVersion": "currentVersion",
        "ProvisionedThroughput": "provisionedThroughput",
        "StorageMode": "storageMode",
        "VolumeSizeGB": "volumeSizeGB",
    },
):
    ClusterArn: str
    CurrentVersion: str
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    StorageMode: StorageMode_ | None = None
    VolumeSizeGB: Integer | None = None


class UpdateStorageResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"ClusterArn": "clusterArn", "ClusterOperationArn": "clusterOperationArn"},
):
    ClusterArn: str | None = None
    ClusterOperationArn: str | None = None


class UpdateTopicRequest(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"Configs": "configs", "PartitionCount": "partitionCount"},
):
    ClusterArn: str
    TopicName: str
    Configs: str | None = None
    PartitionCount: Integer | None = None


class UpdateTopicResponse(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"TopicArn": "topicArn", "TopicName": "topicName", "Status": "status"},
):
    TopicArn: str | None = None
    TopicName: str | None = None
    Status: TopicState | None = None


class UserIdentity(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Type": "type", "PrincipalId": "principalId"}
):
    Type: UserIdentityType | None = None
    PrincipalId: str | None = None


class VpcConfig(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"SubnetIds": "subnetIds", "SecurityGroupIds": "securityGroupIds"},
):
    SubnetIds: list[str]
    SecurityGroupIds: list[str] | None = None


class VpcConnection(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "VpcConnectionArn": "vpcConnectionArn",
        "TargetClusterArn": "targetClusterArn",
        "CreationTime": "creationTime",
        "Authentication": "authentication",
        "VpcId": "vpcId",
        "State": "state",
    },
):
    VpcConnectionArn: str
    TargetClusterArn: str
    CreationTime: Iso8601 | None = None
    Authentication: str | None = None
    VpcId: str | None = None
    State: VpcConnectionState | None = None


class VpcConnectionInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "VpcConnectionArn": "vpcConnectionArn",
        "Owner": "owner",
        "UserIdentity": "userIdentity",
        "CreationTime": "creationTime",
    },
):
    VpcConnectionArn: str | None = None
    Owner: str | None = None
    UserIdentity: UserIdentity_ | None = None
    CreationTime: Iso8601 | None = None


class VpcConnectionInfoServerless(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "CreationTime": "creationTime",
        "Owner": "owner",
        "UserIdentity": "userIdentity",
        "VpcConnectionArn": "vpcConnectionArn",
    },
):
    CreationTime: Iso8601 | None = None
    Owner: str | None = None
    UserIdentity: UserIdentity_ | None = None
    VpcConnectionArn: str | None = None


class VpcConnectivity(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"ClientAuthentication": "clientAuthentication"}
):
    ClientAuthentication: VpcConnectivityClientAuthentication | None = None


class VpcConnectivityClientAuthentication(
    Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Sasl": "sasl", "Tls": "tls"}
):
    Sasl: VpcConnectivitySasl | None = None
    Tls: VpcConnectivityTls | None = None


class VpcConnectivityIam(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class VpcConnectivitySasl(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Scram": "scram", "Iam": "iam"}):
    Scram: VpcConnectivityScram | None = None
    Iam: VpcConnectivityIam | None = None


class VpcConnectivityScram(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class VpcConnectivityTls(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class ZookeeperAccess(Struct, kw_only=True, omit_defaults=True, gc=False, rename={"Enabled": "enabled"}):
    Enabled: bool | None = None


class ZookeeperNodeInfo(
    Struct,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={
        "AttachedENIId": "attachedENIId",
        "ClientVpcIpAddress": "clientVpcIpAddress",
        "Endpoints": "endpoints",
        "ZookeeperId": "zookeeperId",
        "ZookeeperVersion": "zookeeperVersion",
    },
):
    AttachedENIId: str | None = None
    ClientVpcIpAddress: str | None = None
    Endpoints: list[str] | None = None
    ZookeeperId: float | None = None
    ZookeeperVersion: str | None = None


AmazonMskCluster_: TypeAlias = AmazonMskCluster
ApacheKafkaCluster_: TypeAlias = ApacheKafkaCluster
AuthorizerLogs_: TypeAlias = AuthorizerLogs
BrokerCountUpdateInfo_: TypeAlias = BrokerCountUpdateInfo
BrokerEBSVolumeInfo_: TypeAlias = BrokerEBSVolumeInfo
BrokerLogs_: TypeAlias = BrokerLogs
BrokerNodeGroupInfo_: TypeAlias = BrokerNodeGroupInfo
BrokerNodeInfo_: TypeAlias = BrokerNodeInfo
Catalog_: TypeAlias = Catalog
ClientAuthentication_: TypeAlias = ClientAuthentication
CloudWatchLogs_: TypeAlias = CloudWatchLogs
ClusterInfo_: TypeAlias = ClusterInfo
ClusterOperationInfo_: TypeAlias = ClusterOperationInfo
ConfigurationInfo_: TypeAlias = ConfigurationInfo
ConnectivityInfo_: TypeAlias = ConnectivityInfo
ConsumerGroupReplication_: TypeAlias = ConsumerGroupReplication
ControllerNodeInfo_: TypeAlias = ControllerNodeInfo
DeadLetterQueueS3_: TypeAlias = DeadLetterQueueS3
EncryptionAtRest_: TypeAlias = EncryptionAtRest
EncryptionConfiguration_: TypeAlias = EncryptionConfiguration
EncryptionInTransit_: TypeAlias = EncryptionInTransit
EncryptionInfo_: TypeAlias = EncryptionInfo
ErrorInfo_: TypeAlias = ErrorInfo
Firehose_: TypeAlias = Firehose
Iam_: TypeAlias = Iam
IcebergDestinationConfiguration_: TypeAlias = IcebergDestinationConfiguration
IcebergDestinationUpdate_: TypeAlias = IcebergDestinationUpdate
JmxExporter_: TypeAlias = JmxExporter
LogDelivery_: TypeAlias = LogDelivery
LoggingInfo_: TypeAlias = LoggingInfo
NodeExporter_: TypeAlias = NodeExporter
OpenMonitoring_: TypeAlias = OpenMonitoring
PartitionSpec_: TypeAlias = PartitionSpec
Prometheus_: TypeAlias = Prometheus
Provisioned_: TypeAlias = Provisioned
ProvisionedThroughput_: TypeAlias = ProvisionedThroughput
PublicAccess_: TypeAlias = PublicAccess
Rebalancing_: TypeAlias = Rebalancing
RecordConverter_: TypeAlias = RecordConverter
RecordSchema_: TypeAlias = RecordSchema
ReplicatorLogDelivery_: TypeAlias = ReplicatorLogDelivery
S3_: TypeAlias = S3
S3DestinationConfiguration_: TypeAlias = S3DestinationConfiguration
S3DestinationUpdate_: TypeAlias = S3DestinationUpdate
Sasl_: TypeAlias = Sasl
SchemaEvolution_: TypeAlias = SchemaEvolution
Scram_: TypeAlias = Scram
Serverless_: TypeAlias = Serverless
StateInfo_: TypeAlias = StateInfo
StorageInfo_: TypeAlias = StorageInfo
TableCreation_: TypeAlias = TableCreation
Tls_: TypeAlias = Tls
TopicReplication_: TypeAlias = TopicReplication
Unauthenticated_: TypeAlias = Unauthenticated
UserIdentity_: TypeAlias = UserIdentity
VpcConnectionInfo_: TypeAlias = VpcConnectionInfo
VpcConnectivity_: TypeAlias = VpcConnectivity
ZookeeperAccess_: TypeAlias = ZookeeperAccess
ZookeeperNodeInfo_: TypeAlias = ZookeeperNodeInfo
RENAMED: dict[str, str] = {}
