"""Amazon Kinesis: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Integer, Timestamp

BucketARN_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2048, pattern="(?a)\\A(?:arn:aws[-a-z0-9]*:s3:::[a-z0-9._-]{3,63})\\Z")
]
ChannelARN_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2048, pattern="(?a)\\A(?:arn:aws[^:]*:kinesis:[^:]*:\\d{12}:channel/\\S+)\\Z")
]
ChannelCountObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
ChannelDestinationType_: TypeAlias = Literal["S3", "S3_TABLES"]
ChannelEncryptionType: TypeAlias = Literal["KMS"]
ChannelId_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
ChannelName_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
ChannelStatusReason_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
ChannelStatus_: TypeAlias = Literal["CREATING", "ACTIVE", "UPDATING", "DELETING", "FAILED"]
CloudWatchLogGroupName: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=512, pattern="(?a)\\A(?:[\\.\\-_/#A-Za-z0-9]+)\\Z")
]
CloudWatchLogStreamName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512, pattern="(?a)\\A(?:[^:*]*)\\Z")]
ConsumerARN_: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2048,
        pattern="(?a)\\A(?:arn:aws[^:]*:kinesis:[^:]*:\\d{12}:stream/[a-zA-Z0-9_.-]+/consumer/[a-zA-Z0-9_.-]+:[0-9]+)\\Z",
    ),
]
ConsumerCountObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
ConsumerName_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
ConsumerStatus_: TypeAlias = Literal["CREATING", "DELETING", "ACTIVE"]
Data_: TypeAlias = Annotated[bytes, Meta(min_length=0, max_length=10485760)]
DescribeStreamInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
EncryptionType_: TypeAlias = Literal["NONE", "KMS"]
ExpectedBucketOwner_: TypeAlias = Annotated[str, Meta(min_length=12, max_length=12, pattern="(?a)\\A(?:\\d{12})\\Z")]
GSRSchemaARN_: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=512,
        pattern="(?a)\\A(?:arn:aws[-a-z0-9]*:glue:[-a-z0-9]+:\\d{12}:schema/[-a-zA-Z0-9_$#.]+/[-a-zA-Z0-9_$#.]+)\\Z",
    ),
]
GetRecordsInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
HashKey: TypeAlias = Annotated[str, Meta(pattern="(?a)\\A(?:^(0|([1-9]\\d{0,38}))$)\\Z")]
KeyId_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
ListChannelsInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
ListQueuesInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
ListShardsInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
ListStreamConsumersInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
ListStreamsInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10000)]
ListTagsForStreamInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=50)]
MaxReceiveCount_: TypeAlias = Annotated[int, Meta(ge=1, le=1000)]
MaxRecordSizeInKiB_: TypeAlias = Annotated[int, Meta(ge=1024, le=10240)]
MetricsName: TypeAlias = Literal[
    "IncomingBytes",
    "IncomingRecords",
    "OutgoingBytes",
    "OutgoingRecords",
    "WriteProvisionedThroughputExceeded",
    "ReadProvisionedThroughputExceeded",
    "IteratorAgeMilliseconds",
    "ALL",
]
MillisBehindLatest_: TypeAlias = Annotated[int, Meta(ge=0, le=9223372036854775807)]
MinimumThroughputBillingCommitmentInputStatus: TypeAlias = Literal["ENABLED", "DISABLED"]
MinimumThroughputBillingCommitmentOutputStatus: TypeAlias = Literal[
    "ENABLED", "DISABLED", "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
]
NaturalIntegerObject: TypeAlias = Annotated[int, Meta(ge=0, le=2147483647)]
NextToken_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1048576)]
OnDemandStreamCountLimitObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
OnDemandStreamCountObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
PartitionKey_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
PartitionSourceName: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=255, pattern="(?a)\\A(?:[a-zA-Z0-9\\.\\_]+)\\Z")
]
PartitionTransform: TypeAlias = Literal["TIME_HOUR"]
PositiveIntegerObject: TypeAlias = Annotated[int, Meta(ge=1, le=2147483647)]
QueueARN_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2048, pattern="(?a)\\A(?:arn:aws[^:]*:kinesis:[^:]*:\\d{12}:queue/\\S+)\\Z")
]
QueueCountObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
QueueName_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
QueueStartingPositionType: TypeAlias = Literal["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"]
QueueStatus_: TypeAlias = Literal["CREATING", "ACTIVE", "UPDATING", "DELETING"]
ReceiptHandle_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1024)]
ReceiveCount_: TypeAlias = Annotated[int, Meta(ge=0, le=2147483647)]
ReceiveQueueRecordsInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=10)]
ReceiveQueueRecordsWaitTimeSeconds: TypeAlias = Annotated[int, Meta(ge=1, le=20)]
RecordDistributionStrategy_: TypeAlias = Literal["AUTO", "USER_PARTITION_KEY"]
RecordFormatType_: TypeAlias = Literal["GSR_JSON", "JSON", "STRING", "BYTE_ARRAY"]
RecordId_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64, pattern="(?a)\\A(?:^[a-z0-9]+$)\\Z")]
ResourceARN_: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2048,
        pattern="(?a)\\A(?:arn:aws[^:]*:kinesis:[^:]*:\\d{12}:(stream|channel|queue)/\\S+)\\Z",
    ),
]
RoleARN: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=512,
        pattern="(?a)\\A(?:arn:aws[-a-z0-9]*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+)\\Z",
    ),
]
S3CompressionType: TypeAlias = Literal["NONE", "GZIP", "ZSTD"]
S3ErrorOutputPrefix: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=512, pattern="(?a)\\A(?:[0-9A-Za-z!\\-_'.*()\\/]+)\\Z")
]
S3OutputKeyTemplate: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=1024, pattern="(?a)\\A(?:[0-9A-Za-z!\\-_'.*()\\/=:{}]+)\\Z")
]
S3StorageClass: TypeAlias = Literal["STANDARD", "INTELLIGENT_TIERING", "GLACIER_IR"]
S3TablesCompressionType: TypeAlias = Literal["NONE", "ZSTD", "SNAPPY"]
S3TablesNamespace: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255, pattern="(?a)\\A(?:[0-9a-z_]+)\\Z")]
S3TablesTableName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255, pattern="(?a)\\A(?:[0-9a-z_]+)\\Z")]
ScalingType_: TypeAlias = Literal["UNIFORM_SCALING"]
SequenceNumber: TypeAlias = Annotated[str, Meta(pattern="(?a)\\A(?:^(0|([1-9]\\d{0,128}))$)\\Z")]
SequenceNumber_: TypeAlias = Annotated[str, Meta(pattern="(?a)\\A(?:^(0|([1-9]\\d{0,128}))$)\\Z")]
ShardCountObject: TypeAlias = Annotated[int, Meta(ge=0, le=1000000)]
ShardFilterType: TypeAlias = Literal[
    "AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON", "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP"
]
ShardId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
ShardId_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
ShardIterator: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512)]
ShardIteratorType: TypeAlias = Literal[
    "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"
]
ShardIteratorType_: TypeAlias = Literal[
    "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"
]
ShardIterator_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512)]
StreamARN_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2048, pattern="(?a)\\A(?:arn:aws[^:]*:kinesis:[^:]*:\\d{12}:stream/\\S+)\\Z")
]
StreamId_: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=24, pattern="(?a)\\A(?:[a-z0-9]{20}-[a-z0-9]{3})\\Z")
]
StreamMode_: TypeAlias = Literal["PROVISIONED", "ON_DEMAND"]
StreamName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
StreamName_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
StreamStatus_: TypeAlias = Literal["CREATING", "DELETING", "ACTIVE", "UPDATING"]
TableBucketARN_: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=2048,
        pattern="(?a)\\A(?:arn:aws[-a-z0-9]*:s3tables:[-a-z0-9]+:\\d{12}:bucket/[a-z0-9_-]{3,63})\\Z",
    ),
]
TagKey: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
TagValue: TypeAlias = Annotated[str, Meta(min_length=0, max_length=256)]
TargetType_: TypeAlias = Literal["BUILT_IN", "NONE"]
VisibilityTimeoutSeconds_: TypeAlias = Annotated[int, Meta(ge=0, le=43200)]


class AcknowledgeDeadLetterQueueRecordsErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    ErrorCode: str
    ErrorMessage: str | None = None


class AcknowledgeDeadLetterQueueRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Entries: Annotated[list[AcknowledgeDeadLetterQueueRecordsRequestEntry], Meta(min_length=1, max_length=10)]


class AcknowledgeDeadLetterQueueRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[AcknowledgeDeadLetterQueueRecordsResultEntry]
    Failed: list[AcknowledgeDeadLetterQueueRecordsErrorEntry]


class AcknowledgeDeadLetterQueueRecordsRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class AcknowledgeDeadLetterQueueRecordsResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class AcknowledgeQueueRecordsErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    ErrorCode: str
    ErrorMessage: str | None = None


class AcknowledgeQueueRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Entries: Annotated[list[AcknowledgeQueueRecordsRequestEntry], Meta(min_length=1, max_length=10)]


class AcknowledgeQueueRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[AcknowledgeQueueRecordsResultEntry]
    Failed: list[AcknowledgeQueueRecordsErrorEntry]


class AcknowledgeQueueRecordsRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class AcknowledgeQueueRecordsResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class AddTagsToStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)]
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class ChannelDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelName: ChannelName_
    ChannelARN: ChannelARN_
    ChannelId: ChannelId_
    ChannelStatus: ChannelStatus_
    ChannelStatusReason: ChannelStatusReason_ | None = None
    ChannelCreationTimestamp: Timestamp
    ServiceExecutionRoleARN: RoleARN
    StreamConfigurationList: Annotated[list[ChannelStreamDescription], Meta(min_length=1, max_length=10000)]
    S3DestinationConfiguration: S3DestinationDescription | None = None
    S3TablesDestinationConfiguration: S3TablesDestinationDescription | None = None
    EncryptionConfiguration: ChannelEncryptionConfiguration | None = None
    LoggingConfiguration: ChannelLoggingConfiguration


class ChannelEncryptionConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    EncryptionType: ChannelEncryptionType
    KeyId: KeyId_


class ChannelLoggingConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    CloudWatchLogs: CloudWatchLogs_


class ChannelLoggingUpdateInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    CloudWatchLogs: CloudWatchLogsUpdateInput


class ChannelStreamConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    RecordConfiguration: RecordConfiguration_


class ChannelStreamDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamCreationTimestamp: Timestamp
    RecordConfiguration: RecordConfiguration_


class ChannelStreamIdentifier(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamCreationTimestamp: Timestamp


class ChannelSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelName: ChannelName_
    ChannelARN: ChannelARN_
    ChannelId: ChannelId_
    ChannelStatus: ChannelStatus_
    ChannelStatusReason: ChannelStatusReason_ | None = None
    ChannelCreationTimestamp: Timestamp
    ChannelDestinationType: ChannelDestinationType_
    Streams: Annotated[list[ChannelStreamIdentifier], Meta(min_length=1, max_length=10000)]


class ChildShard(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardId: ShardId_
    ParentShards: list[ShardId_]
    HashKeyRange: HashKeyRange_


class CloudWatchLogs(Struct, kw_only=True, omit_defaults=True, gc=False):
    Enabled: bool
    LogGroupName: CloudWatchLogGroupName | None = None
    LogStreamName: CloudWatchLogStreamName | None = None


class CloudWatchLogsUpdateInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Enabled: bool
    LogGroupName: CloudWatchLogGroupName | None = None
    LogStreamName: CloudWatchLogStreamName | None = None


class Consumer(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConsumerName: ConsumerName_
    ConsumerARN: ConsumerARN_
    ConsumerStatus: ConsumerStatus_
    ConsumerCreationTimestamp: Timestamp


class ConsumerDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConsumerName: ConsumerName_
    ConsumerARN: ConsumerARN_
    ConsumerStatus: ConsumerStatus_
    ConsumerCreationTimestamp: Timestamp
    StreamARN: StreamARN_


class CreateChannelInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelName: ChannelName_
    ServiceExecutionRoleARN: RoleARN
    StreamConfigurationList: Annotated[list[ChannelStreamConfiguration], Meta(min_length=1, max_length=10000)]
    S3DestinationConfiguration: S3DestinationConfiguration_ | None = None
    S3TablesDestinationConfiguration: S3TablesDestinationConfiguration_ | None = None
    EncryptionConfiguration: ChannelEncryptionConfiguration | None = None
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)] | None = None
    LoggingConfiguration: ChannelLoggingConfiguration | None = None


class CreateChannelOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelDescription: ChannelDescription_


class CreateQueueInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueName: QueueName_
    StreamConfigurationList: Annotated[list[QueueStreamConfiguration], Meta(min_length=1, max_length=10000)]
    QueueAttributes: QueueAttributes_ | None = None
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)] | None = None


class CreateQueueOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueDescription: QueueDescription_


class CreateStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_
    ShardCount: PositiveIntegerObject | None = None
    StreamModeDetails: StreamModeDetails_ | None = None
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)] | None = None
    WarmThroughputMiBps: NaturalIntegerObject | None = None
    MaxRecordSizeInKiB: MaxRecordSizeInKiB_ | None = None
    RecordDistributionStrategy: RecordDistributionStrategy_ | None = None


class DeadLetterConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    TargetType: TargetType_
    MaxReceiveCount: MaxReceiveCount_ | None = None


class DeadLetterQueueS3Configuration(Struct, kw_only=True, omit_defaults=True, gc=False):
    BucketARN: BucketARN_
    ExpectedBucketOwner: ExpectedBucketOwner_
    ErrorOutputPrefix: S3ErrorOutputPrefix | None = None


class DecreaseStreamRetentionPeriodInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    RetentionPeriodHours: Integer
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class DeleteChannelInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelARN: ChannelARN_


class DeleteQueueInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_


class DeleteResourcePolicyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None


class DeleteStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    EnforceConsumerDeletion: bool | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class DeregisterStreamConsumerInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_ | None = None
    ConsumerName: ConsumerName_ | None = None
    ConsumerARN: ConsumerARN_ | None = None
    StreamId: StreamId_ | None = None


class DescribeAccountSettingsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class DescribeAccountSettingsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    MinimumThroughputBillingCommitment: MinimumThroughputBillingCommitmentOutput | None = None


class DescribeChannelInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelARN: ChannelARN_


class DescribeChannelOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelDescription: ChannelDescription_


class DescribeLimitsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class DescribeLimitsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardLimit: ShardCountObject
    OpenShardCount: ShardCountObject
    OnDemandStreamCount: OnDemandStreamCountObject
    OnDemandStreamCountLimit: OnDemandStreamCountLimitObject
    ChannelCount: ChannelCountObject | None = None
    ChannelCountLimit: ChannelCountObject | None = None


class DescribeQueueInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_


class DescribeQueueOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueDescription: QueueDescription_


class DescribeStreamConsumerInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_ | None = None
    ConsumerName: ConsumerName_ | None = None
    ConsumerARN: ConsumerARN_ | None = None
    StreamId: StreamId_ | None = None


class DescribeStreamConsumerOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConsumerDescription: ConsumerDescription_


class DescribeStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    Limit: DescribeStreamInputLimit | None = None
    ExclusiveStartShardId: ShardId | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class DescribeStreamOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamDescription: StreamDescription_


class DescribeStreamSummaryInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class DescribeStreamSummaryOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamDescriptionSummary: StreamDescriptionSummary_


class DisableEnhancedMonitoringInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ShardLevelMetrics: Annotated[list[MetricsName], Meta(min_length=1, max_length=7)]
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class EnableEnhancedMonitoringInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ShardLevelMetrics: Annotated[list[MetricsName], Meta(min_length=1, max_length=7)]
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class EnhancedMetrics(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardLevelMetrics: Annotated[list[MetricsName], Meta(min_length=1, max_length=7)] | None = None


class EnhancedMonitoringOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    CurrentShardLevelMetrics: Annotated[list[MetricsName], Meta(min_length=1, max_length=7)] | None = None
    DesiredShardLevelMetrics: Annotated[list[MetricsName], Meta(min_length=1, max_length=7)] | None = None
    StreamARN: StreamARN_ | None = None


class GetRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardIterator: ShardIterator_
    Limit: GetRecordsInputLimit | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None
    DryRun: bool | None = None


class GetRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Records: list[Record]
    NextShardIterator: ShardIterator | None = None
    MillisBehindLatest: MillisBehindLatest_ | None = None
    ChildShards: list[ChildShard] | None = None


class GetResourcePolicyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None


class GetResourcePolicyOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Policy: str


class GetShardIteratorInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ShardId: ShardId_
    ShardIteratorType: ShardIteratorType_
    StartingSequenceNumber: SequenceNumber | None = None
    Timestamp: Timestamp | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None
    DryRun: bool | None = None


class GetShardIteratorOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardIterator: ShardIterator_ | None = None


class HashKeyRange(Struct, kw_only=True, omit_defaults=True, gc=False):
    StartingHashKey: HashKey
    EndingHashKey: HashKey


class IncreaseStreamRetentionPeriodInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    RetentionPeriodHours: Integer
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class ListChannelsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamFilter: Annotated[list[StreamFilter_], Meta(min_length=1, max_length=10000)] | None = None
    MaxResults: ListChannelsInputLimit | None = None
    NextToken: NextToken_ | None = None


class ListChannelsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelSummaries: list[ChannelSummary]
    NextToken: NextToken_ | None = None


class ListQueuesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxResults: ListQueuesInputLimit | None = None
    NextToken: NextToken_ | None = None
    StreamFilter: Annotated[list[QueueStreamFilter], Meta(min_length=1, max_length=10000)] | None = None


class ListQueuesOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueSummaries: list[QueueSummary]
    NextToken: NextToken_ | None = None


class ListShardsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    NextToken: NextToken_ | None = None
    ExclusiveStartShardId: ShardId | None = None
    MaxResults: ListShardsInputLimit | None = None
    StreamCreationTimestamp: Timestamp | None = None
    ShardFilter: ShardFilter_ | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class ListShardsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Shards: list[Shard] | None = None
    NextToken: NextToken_ | None = None


class ListStreamConsumersInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    NextToken: NextToken_ | None = None
    MaxResults: ListStreamConsumersInputLimit | None = None
    StreamCreationTimestamp: Timestamp | None = None
    StreamId: StreamId_ | None = None


class ListStreamConsumersOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Consumers: list[Consumer] | None = None
    NextToken: NextToken_ | None = None


class ListStreamsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Limit: ListStreamsInputLimit | None = None
    ExclusiveStartStreamName: StreamName | None = None
    NextToken: NextToken_ | None = None


class ListStreamsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamNames: list[StreamName]
    HasMoreStreams: bool
    NextToken: NextToken_ | None = None
    StreamSummaries: list[StreamSummary] | None = None


class ListTagsForResourceInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None


class ListTagsForResourceOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: Annotated[list[Tag], Meta(min_length=0, max_length=200)] | None = None


class ListTagsForStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ExclusiveStartTagKey: TagKey | None = None
    Limit: ListTagsForStreamInputLimit | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class ListTagsForStreamOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: Annotated[list[Tag], Meta(min_length=0, max_length=200)]
    HasMoreTags: bool


class MergeShardsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ShardToMerge: ShardId
    AdjacentShardToMerge: ShardId
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class MinimumThroughputBillingCommitmentInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Status: MinimumThroughputBillingCommitmentInputStatus


class MinimumThroughputBillingCommitmentOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Status: MinimumThroughputBillingCommitmentOutputStatus
    StartedAt: Timestamp | None = None
    EndedAt: Timestamp | None = None
    EarliestAllowedEndAt: Timestamp | None = None


class PartitionField(Struct, kw_only=True, omit_defaults=True, gc=False):
    Transform: PartitionTransform
    SourceName: PartitionSourceName


class PartitionSpec(Struct, kw_only=True, omit_defaults=True, gc=False):
    PartitionFields: Annotated[list[PartitionField], Meta(min_length=1, max_length=10)]


class PutRecordInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    Data: Data_
    PartitionKey: PartitionKey_ | None = None
    ExplicitHashKey: HashKey | None = None
    SequenceNumberForOrdering: SequenceNumber | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None
    DryRun: bool | None = None


class PutRecordOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardId: ShardId_
    SequenceNumber: SequenceNumber_
    EncryptionType: EncryptionType_ | None = None


class PutRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Records: Annotated[list[PutRecordsRequestEntry], Meta(min_length=1, max_length=500)]
    StreamName: StreamName_ | None = None
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None
    DryRun: bool | None = None


class PutRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    FailedRecordCount: PositiveIntegerObject | None = None
    Records: Annotated[list[PutRecordsResultEntry], Meta(min_length=1, max_length=500)]
    EncryptionType: EncryptionType_ | None = None


class PutRecordsRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Data: Data_
    ExplicitHashKey: HashKey | None = None
    PartitionKey: PartitionKey_ | None = None


class PutRecordsResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    SequenceNumber: SequenceNumber_ | None = None
    ShardId: ShardId_ | None = None
    ErrorCode: str | None = None
    ErrorMessage: str | None = None


class PutResourcePolicyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None
    Policy: str


class QueueAttributes(Struct, kw_only=True, omit_defaults=True, gc=False):
    VisibilityTimeoutSeconds: VisibilityTimeoutSeconds_ | None = None
    DeadLetterConfiguration: DeadLetterConfiguration_ | None = None


class QueueDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueName: QueueName_
    QueueARN: QueueARN_
    QueueStatus: QueueStatus_
    QueueCreationTimestamp: Timestamp
    StreamConfigurationList: Annotated[list[QueueStreamConfiguration], Meta(min_length=1, max_length=10000)]
    QueueAttributes: QueueAttributes_ | None = None


class QueueRecord(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    RecordId: RecordId_
    PartitionKey: PartitionKey_ | None = None
    Data: Data_
    ApproximateArrivalTimestamp: Timestamp
    FirstReceiveTimestamp: Timestamp
    ReceiveCount: ReceiveCount_


class QueueStartingPosition(Struct, kw_only=True, omit_defaults=True, gc=False):
    Type: QueueStartingPositionType
    Timestamp: Timestamp | None = None


class QueueStreamConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StartingPosition: QueueStartingPosition | None = None


class QueueStreamFilter(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamCreationTimestamp: Timestamp | None = None


class QueueStreamIdentifier(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamCreationTimestamp: Timestamp


class QueueSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueName: QueueName_
    QueueARN: QueueARN_
    QueueStatus: QueueStatus_
    QueueCreationTimestamp: Timestamp
    Streams: Annotated[list[QueueStreamIdentifier], Meta(min_length=1, max_length=10000)]


class ReceiveDeadLetterQueueRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Limit: ReceiveQueueRecordsInputLimit | None = None
    WaitTimeSeconds: ReceiveQueueRecordsWaitTimeSeconds | None = None
    VisibilityTimeoutSeconds: VisibilityTimeoutSeconds_ | None = None


class ReceiveDeadLetterQueueRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueRecords: list[QueueRecord]


class ReceiveQueueRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Limit: ReceiveQueueRecordsInputLimit | None = None
    WaitTimeSeconds: ReceiveQueueRecordsWaitTimeSeconds | None = None
    VisibilityTimeoutSeconds: VisibilityTimeoutSeconds_ | None = None


class ReceiveQueueRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueRecords: list[QueueRecord]


class Record(Struct, kw_only=True, omit_defaults=True, gc=False):
    SequenceNumber: SequenceNumber_
    ApproximateArrivalTimestamp: Timestamp | None = None
    Data: Data_
    PartitionKey: PartitionKey_ | None = None
    EncryptionType: EncryptionType_ | None = None


class RecordConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    RecordFormatType: RecordFormatType_
    GSRSchemaARN: GSRSchemaARN_ | None = None


class RegisterStreamConsumerInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    ConsumerName: ConsumerName_
    StreamId: StreamId_ | None = None
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)] | None = None


class RegisterStreamConsumerOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Consumer: Consumer_


class RemoveTagsFromStreamInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    TagKeys: Annotated[list[TagKey], Meta(min_length=1, max_length=50)]
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class RestoreDeadLetterQueueRecordsErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    ErrorCode: str
    ErrorMessage: str | None = None


class RestoreDeadLetterQueueRecordsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Entries: Annotated[list[RestoreDeadLetterQueueRecordsRequestEntry], Meta(min_length=1, max_length=10)]


class RestoreDeadLetterQueueRecordsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[RestoreDeadLetterQueueRecordsResultEntry]
    Failed: list[RestoreDeadLetterQueueRecordsErrorEntry]


class RestoreDeadLetterQueueRecordsRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class RestoreDeadLetterQueueRecordsResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class S3DestinationConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer | None = None
    DeadLetterQueueS3Configuration: DeadLetterQueueS3Configuration_ | None = None
    StorageConfiguration: S3StorageConfiguration


class S3DestinationDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer
    DeadLetterQueueS3Configuration: DeadLetterQueueS3Configuration_
    StorageConfiguration: S3StorageConfiguration


class S3DestinationUpdateInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer


class S3StorageConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    BucketARN: BucketARN_
    ExpectedBucketOwner: ExpectedBucketOwner_
    OutputKeyTemplate: S3OutputKeyTemplate | None = None
    StorageClass: S3StorageClass | None = None
    CompressionType: S3CompressionType


class S3TablesConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableBucketARN: TableBucketARN_
    Namespace: S3TablesNamespace
    TableName: S3TablesTableName
    CompressionType: S3TablesCompressionType
    PartitionSpec: PartitionSpec_ | None = None


class S3TablesDestinationConfiguration(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer | None = None
    DeadLetterQueueS3Configuration: DeadLetterQueueS3Configuration_
    S3TablesConfigurationList: Annotated[list[S3TablesConfiguration], Meta(min_length=1, max_length=10000)]


class S3TablesDestinationDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer
    DeadLetterQueueS3Configuration: DeadLetterQueueS3Configuration_
    S3TablesConfigurationList: Annotated[list[S3TablesConfiguration], Meta(min_length=1, max_length=10000)]


class S3TablesDestinationUpdateInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataFreshnessInSeconds: Integer


class SequenceNumberRange(Struct, kw_only=True, omit_defaults=True, gc=False):
    StartingSequenceNumber: SequenceNumber
    EndingSequenceNumber: SequenceNumber | None = None


class Shard(Struct, kw_only=True, omit_defaults=True, gc=False):
    ShardId: ShardId_
    ParentShardId: ShardId_ | None = None
    AdjacentParentShardId: ShardId_ | None = None
    HashKeyRange: HashKeyRange_
    SequenceNumberRange: SequenceNumberRange_


class ShardFilter(Struct, kw_only=True, omit_defaults=True, gc=False):
    Type: ShardFilterType
    ShardId: ShardId_ | None = None
    Timestamp: Timestamp | None = None


class SplitShardInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    ShardToSplit: ShardId
    NewStartingHashKey: HashKey
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class StartStreamEncryptionInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    EncryptionType: EncryptionType_
    KeyId: KeyId_
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class StartingPosition(Struct, kw_only=True, omit_defaults=True, gc=False):
    Type: ShardIteratorType
    SequenceNumber: SequenceNumber_ | None = None
    Timestamp: Timestamp | None = None


class StopStreamEncryptionInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    EncryptionType: EncryptionType_
    KeyId: KeyId_
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class StreamDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_
    StreamARN: StreamARN_
    StreamStatus: StreamStatus_
    StreamModeDetails: StreamModeDetails_ | None = None
    Shards: list[Shard]
    HasMoreShards: bool
    RetentionPeriodHours: Integer
    StreamCreationTimestamp: Timestamp
    EnhancedMonitoring: list[EnhancedMetrics]
    EncryptionType: EncryptionType_ | None = None
    KeyId: KeyId_ | None = None


class StreamDescriptionSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_
    StreamARN: StreamARN_
    StreamId: StreamId_ | None = None
    StreamStatus: StreamStatus_
    StreamModeDetails: StreamModeDetails_ | None = None
    RetentionPeriodHours: Integer
    StreamCreationTimestamp: Timestamp
    EnhancedMonitoring: list[EnhancedMetrics]
    EncryptionType: EncryptionType_ | None = None
    KeyId: KeyId_ | None = None
    OpenShardCount: ShardCountObject
    ConsumerCount: ConsumerCountObject | None = None
    WarmThroughput: WarmThroughputObject | None = None
    MaxRecordSizeInKiB: MaxRecordSizeInKiB_ | None = None
    ChannelCount: ChannelCountObject | None = None
    RecordDistributionStrategy: RecordDistributionStrategy_ | None = None
    QueueCount: QueueCountObject | None = None


class StreamFilter(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamCreationTimestamp: Timestamp | None = None


class StreamModeDetails(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamMode: StreamMode_


class StreamSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_
    StreamARN: StreamARN_
    StreamStatus: StreamStatus_
    StreamModeDetails: StreamModeDetails_ | None = None
    StreamCreationTimestamp: Timestamp | None = None


class SubscribeToShardEvent(Struct, kw_only=True, omit_defaults=True, gc=False):
    Records: list[Record]
    ContinuationSequenceNumber: SequenceNumber
    MillisBehindLatest: MillisBehindLatest_
    ChildShards: list[ChildShard] | None = None


class SubscribeToShardEventStream(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscribeToShardEvent: SubscribeToShardEvent_
    ResourceNotFoundException: Any = None
    ResourceInUseException: Any = None
    KMSDisabledException: Any = None
    KMSInvalidStateException: Any = None
    KMSAccessDeniedException: Any = None
    KMSNotFoundException: Any = None
    KMSOptInRequired: Any = None
    KMSThrottlingException: Any = None
    InternalFailureException: Any = None


class SubscribeToShardInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConsumerARN: ConsumerARN_
    StreamId: StreamId_ | None = None
    ShardId: ShardId_
    StartingPosition: StartingPosition_
    DryRun: bool | None = None


class SubscribeToShardOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    EventStream: SubscribeToShardEventStream


class Tag(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: TagKey
    Value: TagValue | None = None


class TagResourceInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: Annotated[dict[TagKey, TagValue], Meta(min_length=1, max_length=200)]
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None


class UntagResourceInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TagKeys: Annotated[list[TagKey], Meta(min_length=1, max_length=50)]
    ResourceARN: ResourceARN_
    StreamId: StreamId_ | None = None


class UpdateAccountSettingsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    MinimumThroughputBillingCommitment: MinimumThroughputBillingCommitmentInput


class UpdateAccountSettingsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    MinimumThroughputBillingCommitment: MinimumThroughputBillingCommitmentOutput | None = None


class UpdateChannelInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelARN: ChannelARN_
    S3DestinationConfiguration: S3DestinationUpdateInput | None = None
    S3TablesDestinationConfiguration: S3TablesDestinationUpdateInput | None = None
    LoggingConfiguration: ChannelLoggingUpdateInput | None = None


class UpdateChannelOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ChannelDescription: ChannelDescription_


class UpdateDeadLetterQueueRecordsVisibilityErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    ErrorCode: str
    ErrorMessage: str | None = None


class UpdateDeadLetterQueueRecordsVisibilityInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Entries: Annotated[list[UpdateDeadLetterQueueRecordsVisibilityRequestEntry], Meta(min_length=1, max_length=10)]


class UpdateDeadLetterQueueRecordsVisibilityOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[UpdateDeadLetterQueueRecordsVisibilityResultEntry]
    Failed: list[UpdateDeadLetterQueueRecordsVisibilityErrorEntry]


class UpdateDeadLetterQueueRecordsVisibilityRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    VisibilityTimeoutSeconds: VisibilityTimeoutSeconds_


class UpdateDeadLetterQueueRecordsVisibilityResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class UpdateMaxRecordSizeInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None
    MaxRecordSizeInKiB: MaxRecordSizeInKiB_


class UpdateQueueInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    QueueAttributes: QueueAttributes_


class UpdateQueueOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueDescription: QueueDescription_


class UpdateQueueRecordsVisibilityErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    ErrorCode: str
    ErrorMessage: str | None = None


class UpdateQueueRecordsVisibilityInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueARN: QueueARN_
    Entries: Annotated[list[UpdateQueueRecordsVisibilityRequestEntry], Meta(min_length=1, max_length=10)]


class UpdateQueueRecordsVisibilityOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[UpdateQueueRecordsVisibilityResultEntry]
    Failed: list[UpdateQueueRecordsVisibilityErrorEntry]


class UpdateQueueRecordsVisibilityRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_
    VisibilityTimeoutSeconds: VisibilityTimeoutSeconds_


class UpdateQueueRecordsVisibilityResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReceiptHandle: ReceiptHandle_


class UpdateShardCountInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    TargetShardCount: PositiveIntegerObject
    ScalingType: ScalingType_
    StreamARN: StreamARN_ | None = None
    StreamId: StreamId_ | None = None


class UpdateShardCountOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamName: StreamName_ | None = None
    CurrentShardCount: PositiveIntegerObject | None = None
    TargetShardCount: PositiveIntegerObject | None = None
    StreamARN: StreamARN_ | None = None


class UpdateStreamModeInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamId: StreamId_ | None = None
    StreamModeDetails: StreamModeDetails_
    WarmThroughputMiBps: NaturalIntegerObject | None = None


class UpdateStreamRecordDistributionStrategyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_
    StreamId: StreamId_ | None = None
    RecordDistributionStrategy: RecordDistributionStrategy_


class UpdateStreamWarmThroughputInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_ | None = None
    StreamName: StreamName_ | None = None
    StreamId: StreamId_ | None = None
    WarmThroughputMiBps: NaturalIntegerObject


class UpdateStreamWarmThroughputOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamARN: StreamARN_ | None = None
    StreamName: StreamName_ | None = None
    WarmThroughput: WarmThroughputObject | None = None


class WarmThroughputObject(Struct, kw_only=True, omit_defaults=True, gc=False):
    TargetMiBps: NaturalIntegerObject | None = None
    CurrentMiBps: NaturalIntegerObject | None = None


ChannelDescription_: TypeAlias = ChannelDescription
CloudWatchLogs_: TypeAlias = CloudWatchLogs
Consumer_: TypeAlias = Consumer
ConsumerDescription_: TypeAlias = ConsumerDescription
DeadLetterConfiguration_: TypeAlias = DeadLetterConfiguration
DeadLetterQueueS3Configuration_: TypeAlias = DeadLetterQueueS3Configuration
HashKeyRange_: TypeAlias = HashKeyRange
PartitionSpec_: TypeAlias = PartitionSpec
QueueAttributes_: TypeAlias = QueueAttributes
QueueDescription_: TypeAlias = QueueDescription
RecordConfiguration_: TypeAlias = RecordConfiguration
S3DestinationConfiguration_: TypeAlias = S3DestinationConfiguration
S3TablesDestinationConfiguration_: TypeAlias = S3TablesDestinationConfiguration
SequenceNumberRange_: TypeAlias = SequenceNumberRange
ShardFilter_: TypeAlias = ShardFilter
StartingPosition_: TypeAlias = StartingPosition
StreamDescription_: TypeAlias = StreamDescription
StreamDescriptionSummary_: TypeAlias = StreamDescriptionSummary
StreamFilter_: TypeAlias = StreamFilter
StreamModeDetails_: TypeAlias = StreamModeDetails
SubscribeToShardEvent_: TypeAlias = SubscribeToShardEvent
RENAMED: dict[str, str] = {}
