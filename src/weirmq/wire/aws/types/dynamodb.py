"""Amazon DynamoDB: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Integer, Long, Timestamp

AttributeAction: TypeAlias = Literal["ADD", "PUT", "DELETE"]
AttributeName: TypeAlias = Annotated[str, Meta(max_length=65535)]
AttributeName_: TypeAlias = Annotated[str, Meta(max_length=65535)]
BackupArn: TypeAlias = Annotated[str, Meta(min_length=37, max_length=1024)]
BillingMode_: TypeAlias = Literal["PROVISIONED", "PAY_PER_REQUEST"]
ClientRequestToken_: TypeAlias = Annotated[str, Meta(min_length=1, max_length=36)]
ComparisonOperator_: TypeAlias = Literal[
    "EQ", "NE", "IN", "LE", "LT", "GE", "GT", "BETWEEN", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH"
]
ConditionalOperator_: TypeAlias = Literal["AND", "OR"]
DisassociationMode_: TypeAlias = Literal["WAIT_FOR_REPLICATION"]
GlobalTableSettingsReplicationMode_: TypeAlias = Literal["ENABLED", "DISABLED", "ENABLED_WITH_OVERRIDES"]
IndexName: TypeAlias = Annotated[str, Meta(min_length=3, max_length=255, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
IndexName_: TypeAlias = Annotated[str, Meta(min_length=3, max_length=255, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
IndexStatus: TypeAlias = Literal["CREATING", "UPDATING", "DELETING", "ACTIVE"]
IndexStatus_: TypeAlias = Literal["CREATING", "UPDATING", "DELETING", "ACTIVE"]
KeySchemaAttributeName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
KeyType_: TypeAlias = Literal["HASH", "RANGE"]
ListTablesInputLimit: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
MultiRegionConsistency_: TypeAlias = Literal["EVENTUAL", "STRONG"]
NonKeyAttributeName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
NonNegativeLongObject: TypeAlias = Annotated[int, Meta(ge=0, le=9223372036854775807)]
PositiveIntegerObject: TypeAlias = Annotated[int, Meta(ge=1, le=2147483647)]
PositiveLongObject: TypeAlias = Annotated[int, Meta(ge=1, le=9223372036854775807)]
ProjectionType_: TypeAlias = Literal["ALL", "KEYS_ONLY", "INCLUDE"]
ReplicaStatus_: TypeAlias = Literal[
    "CREATING",
    "CREATION_FAILED",
    "UPDATING",
    "DELETING",
    "ACTIVE",
    "REGION_DISABLED",
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
    "ARCHIVING",
    "ARCHIVED",
    "REPLICATION_NOT_AUTHORIZED",
]
ResourceArnString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1283)]
ReturnConsumedCapacity_: TypeAlias = Literal["INDEXES", "TOTAL", "NONE"]
ReturnItemCollectionMetrics_: TypeAlias = Literal["SIZE", "NONE"]
ReturnValue: TypeAlias = Literal["NONE", "ALL_OLD", "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"]
ReturnValuesOnConditionCheckFailure_: TypeAlias = Literal["ALL_OLD", "NONE"]
SSEStatus: TypeAlias = Literal["ENABLING", "ENABLED", "DISABLING", "DISABLED", "UPDATING"]
SSEType_: TypeAlias = Literal["AES256", "KMS"]
ScalarAttributeType: TypeAlias = Literal["S", "N", "B"]
ScanSegment: TypeAlias = Annotated[int, Meta(ge=0, le=999999)]
ScanTotalSegments: TypeAlias = Annotated[int, Meta(ge=1, le=1000000)]
SearchSchemaElementType_: TypeAlias = Literal["HASH", "INLINE_FILTER"]
Select_: TypeAlias = Literal["ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "COUNT"]
StreamArn: TypeAlias = Annotated[str, Meta(min_length=37, max_length=1024)]
StreamViewType_: TypeAlias = Literal["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"]
TableArn: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1024)]
TableClass: TypeAlias = Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"]
TableClass_: TypeAlias = Literal["STANDARD", "STANDARD_INFREQUENT_ACCESS"]
TableId_: TypeAlias = Annotated[
    str, Meta(pattern="(?a)\\A(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\\Z")
]
TableName: TypeAlias = Annotated[str, Meta(min_length=3, max_length=255, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
TableName_: TypeAlias = Annotated[str, Meta(min_length=3, max_length=255, pattern="(?a)\\A(?:[a-zA-Z0-9_.-]+)\\Z")]
TableStatus: TypeAlias = Literal[
    "CREATING",
    "UPDATING",
    "DELETING",
    "ACTIVE",
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
    "ARCHIVING",
    "ARCHIVED",
    "REPLICATION_NOT_AUTHORIZED",
]
TableStatus_: TypeAlias = Literal[
    "CREATING",
    "UPDATING",
    "DELETING",
    "ACTIVE",
    "INACCESSIBLE_ENCRYPTION_CREDENTIALS",
    "ARCHIVING",
    "ARCHIVED",
    "REPLICATION_NOT_AUTHORIZED",
]
TagKeyString: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
TagValueString: TypeAlias = Annotated[str, Meta(min_length=0, max_length=256)]
VectorAttributeName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
VectorDistanceFunction: TypeAlias = Literal["COSINE", "DOT_PRODUCT", "EUCLIDEAN"]
WitnessStatus_: TypeAlias = Literal["CREATING", "DELETING", "ACTIVE"]


class ArchivalSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    ArchivalDateTime: Timestamp | None = None
    ArchivalReason: str | None = None
    ArchivalBackupArn: BackupArn | None = None


class AttributeDefinition(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeName: KeySchemaAttributeName
    AttributeType: ScalarAttributeType


class AttributeValue(Struct, kw_only=True, omit_defaults=True, gc=False):
    S: str | None = None
    N: str | None = None
    B: bytes | None = None
    SS: list[str] | None = None
    NS: list[str] | None = None
    BS: list[bytes] | None = None
    M: dict[AttributeName, AttributeValue] | None = None
    L: list[AttributeValue] | None = None
    NULL: bool | None = None
    BOOL: bool | None = None


class AttributeValueUpdate(Struct, kw_only=True, omit_defaults=True, gc=False):
    Value: AttributeValue | None = None
    Action: AttributeAction | None = None


class BillingModeSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    BillingMode: BillingMode_ | None = None
    LastUpdateToPayPerRequestDateTime: Timestamp | None = None


class CancellationReason(Struct, kw_only=True, omit_defaults=True, gc=False):
    Item: dict[AttributeName, AttributeValue] | None = None
    Code: str | None = None
    Message: str | None = None


class Capacity(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadCapacityUnits: float | None = None
    WriteCapacityUnits: float | None = None
    CapacityUnits: float | None = None


class Condition(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeValueList: list[AttributeValue] | None = None
    ComparisonOperator: ComparisonOperator_


class ConditionCheck(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: dict[AttributeName, AttributeValue]
    TableName: TableArn
    ConditionExpression: str
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class ConsumedCapacity(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn | None = None
    CapacityUnits: float | None = None
    ReadCapacityUnits: float | None = None
    WriteCapacityUnits: float | None = None
    Table: Capacity | None = None
    LocalSecondaryIndexes: dict[IndexName, Capacity] | None = None
    GlobalSecondaryIndexes: dict[IndexName, Capacity] | None = None
    VectorIndexes: dict[IndexName, VectorCapacity] | None = None


class CreateGlobalSecondaryIndexAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)]
    Projection: Projection_
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: WarmThroughput_ | None = None


class CreateGlobalTableWitnessGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str


class CreateReplicationGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str
    KMSMasterKeyId: str | None = None
    ProvisionedThroughputOverride: ProvisionedThroughputOverride_ | None = None
    OnDemandThroughputOverride: OnDemandThroughputOverride_ | None = None
    GlobalSecondaryIndexes: Annotated[list[ReplicaGlobalSecondaryIndex], Meta(min_length=1)] | None = None
    TableClassOverride: TableClass | None = None


class CreateTableInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeDefinitions: list[AttributeDefinition] | None = None
    TableName: TableArn
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)] | None = None
    LocalSecondaryIndexes: list[LocalSecondaryIndex] | None = None
    GlobalSecondaryIndexes: list[GlobalSecondaryIndex] | None = None
    BillingMode: BillingMode_ | None = None
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    StreamSpecification: StreamSpecification_ | None = None
    SSESpecification: SSESpecification_ | None = None
    Tags: list[Tag] | None = None
    TableClass: TableClass_ | None = None
    DeletionProtectionEnabled: bool | None = None
    WarmThroughput: WarmThroughput_ | None = None
    ResourcePolicy: str | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    GlobalTableSourceArn: TableArn | None = None
    GlobalTableSettingsReplicationMode: GlobalTableSettingsReplicationMode_ | None = None
    VectorIndexes: list[VectorIndex] | None = None


class CreateTableOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableDescription: TableDescription_ | None = None


class CreateVectorIndexAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    VectorAttribute: VectorAttributeDefinition
    SearchSchema: Annotated[list[SearchSchemaElement], Meta(min_length=1)] | None = None
    Projection: Projection_
    Dimensions: PositiveLongObject
    DistanceFunction: VectorDistanceFunction


class Delete(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: dict[AttributeName, AttributeValue]
    TableName: TableArn
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class DeleteGlobalSecondaryIndexAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_


class DeleteGlobalTableWitnessGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str


class DeleteItemInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    Key: dict[AttributeName, AttributeValue]
    Expected: dict[AttributeName, ExpectedAttributeValue] | None = None
    ConditionalOperator: ConditionalOperator_ | None = None
    ReturnValues: ReturnValue | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ReturnItemCollectionMetrics: ReturnItemCollectionMetrics_ | None = None
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class DeleteItemOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None
    ItemCollectionMetrics: ItemCollectionMetrics_ | None = None


class DeleteReplicationGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str


class DeleteTableInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn


class DeleteTableOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableDescription: TableDescription_ | None = None


class DeleteVectorIndexAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_


class DescribeTableInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn


class DescribeTableOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Table: TableDescription | None = None


class DisassociateReplicationGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str
    DisassociationMode: DisassociationMode_


class ExpectedAttributeValue(Struct, kw_only=True, omit_defaults=True, gc=False):
    Value: AttributeValue | None = None
    Exists: bool | None = None
    ComparisonOperator: ComparisonOperator_ | None = None
    AttributeValueList: list[AttributeValue] | None = None


class GetItemInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    Key: dict[AttributeName, AttributeValue]
    AttributesToGet: Annotated[list[AttributeName], Meta(min_length=1)] | None = None
    ConsistentRead: bool | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ProjectionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None


class GetItemOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Item: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None


class GlobalSecondaryIndex(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)]
    Projection: Projection_
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: WarmThroughput_ | None = None


class GlobalSecondaryIndexDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_ | None = None
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)] | None = None
    Projection: Projection_ | None = None
    IndexStatus: IndexStatus_ | None = None
    Backfilling: bool | None = None
    ProvisionedThroughput: ProvisionedThroughputDescription | None = None
    IndexSizeBytes: Long | None = None
    ItemCount: Long | None = None
    IndexArn: str | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: GlobalSecondaryIndexWarmThroughputDescription | None = None


class GlobalSecondaryIndexUpdate(Struct, kw_only=True, omit_defaults=True, gc=False):
    Update: UpdateGlobalSecondaryIndexAction | None = None
    Create: CreateGlobalSecondaryIndexAction | None = None
    Delete: DeleteGlobalSecondaryIndexAction | None = None


class GlobalSecondaryIndexWarmThroughputDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadUnitsPerSecond: PositiveLongObject | None = None
    WriteUnitsPerSecond: PositiveLongObject | None = None
    Status: IndexStatus | None = None


class GlobalTableWitnessDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str | None = None
    WitnessStatus: WitnessStatus_ | None = None


class GlobalTableWitnessGroupUpdate(Struct, kw_only=True, omit_defaults=True, gc=False):
    Create: CreateGlobalTableWitnessGroupMemberAction | None = None
    Delete: DeleteGlobalTableWitnessGroupMemberAction | None = None


class ItemCollectionMetrics(Struct, kw_only=True, omit_defaults=True, gc=False):
    ItemCollectionKey: dict[AttributeName, AttributeValue] | None = None
    SizeEstimateRangeGB: list[float] | None = None


class KeySchemaElement(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeName: KeySchemaAttributeName
    KeyType: KeyType_


class ListTablesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ExclusiveStartTableName: TableName | None = None
    Limit: ListTablesInputLimit | None = None


class ListTablesOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableNames: list[TableName] | None = None
    LastEvaluatedTableName: TableName | None = None


class ListTagsOfResourceInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: ResourceArnString
    NextToken: str | None = None


class ListTagsOfResourceOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: list[Tag] | None = None
    NextToken: str | None = None


class LocalSecondaryIndex(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)]
    Projection: Projection_


class LocalSecondaryIndexDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_ | None = None
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)] | None = None
    Projection: Projection_ | None = None
    IndexSizeBytes: Long | None = None
    ItemCount: Long | None = None
    IndexArn: str | None = None


class OnDemandThroughput(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxReadRequestUnits: Long | None = None
    MaxWriteRequestUnits: Long | None = None


class OnDemandThroughputOverride(Struct, kw_only=True, omit_defaults=True, gc=False):
    MaxReadRequestUnits: Long | None = None


class Projection(Struct, kw_only=True, omit_defaults=True, gc=False):
    ProjectionType: ProjectionType_ | None = None
    NonKeyAttributes: Annotated[list[NonKeyAttributeName], Meta(min_length=1, max_length=20)] | None = None


class ProvisionedThroughput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadCapacityUnits: PositiveLongObject
    WriteCapacityUnits: PositiveLongObject


class ProvisionedThroughputDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    LastIncreaseDateTime: Timestamp | None = None
    LastDecreaseDateTime: Timestamp | None = None
    NumberOfDecreasesToday: PositiveLongObject | None = None
    ReadCapacityUnits: NonNegativeLongObject | None = None
    WriteCapacityUnits: NonNegativeLongObject | None = None


class ProvisionedThroughputOverride(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadCapacityUnits: PositiveLongObject | None = None


class Put(Struct, kw_only=True, omit_defaults=True, gc=False):
    Item: dict[AttributeName, AttributeValue]
    TableName: TableArn
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class PutItemInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    Item: dict[AttributeName, AttributeValue]
    Expected: dict[AttributeName, ExpectedAttributeValue] | None = None
    ReturnValues: ReturnValue | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ReturnItemCollectionMetrics: ReturnItemCollectionMetrics_ | None = None
    ConditionalOperator: ConditionalOperator_ | None = None
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class PutItemOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None
    ItemCollectionMetrics: ItemCollectionMetrics_ | None = None


class QueryInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    IndexName: IndexName_ | None = None
    Select: Select_ | None = None
    AttributesToGet: Annotated[list[AttributeName], Meta(min_length=1)] | None = None
    Limit: PositiveIntegerObject | None = None
    ConsistentRead: bool | None = None
    KeyConditions: dict[AttributeName, Condition] | None = None
    QueryFilter: dict[AttributeName, Condition] | None = None
    ConditionalOperator: ConditionalOperator_ | None = None
    ScanIndexForward: bool | None = None
    ExclusiveStartKey: dict[AttributeName, AttributeValue] | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ProjectionExpression: str | None = None
    FilterExpression: str | None = None
    KeyConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None


class QueryOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Items: list[dict[AttributeName, AttributeValue]] | None = None
    Count: Integer | None = None
    ScannedCount: Integer | None = None
    LastEvaluatedKey: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None


class ReplicaDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str | None = None
    ReplicaStatus: ReplicaStatus_ | None = None
    ReplicaArn: str | None = None
    ReplicaStatusDescription: str | None = None
    ReplicaStatusPercentProgress: str | None = None
    KMSMasterKeyId: str | None = None
    ProvisionedThroughputOverride: ProvisionedThroughputOverride_ | None = None
    OnDemandThroughputOverride: OnDemandThroughputOverride_ | None = None
    WarmThroughput: TableWarmThroughputDescription | None = None
    GlobalSecondaryIndexes: list[ReplicaGlobalSecondaryIndexDescription] | None = None
    ReplicaInaccessibleDateTime: Timestamp | None = None
    ReplicaTableClassSummary: TableClassSummary | None = None
    GlobalTableSettingsReplicationMode: GlobalTableSettingsReplicationMode_ | None = None


class ReplicaGlobalSecondaryIndex(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    ProvisionedThroughputOverride: ProvisionedThroughputOverride_ | None = None
    OnDemandThroughputOverride: OnDemandThroughputOverride_ | None = None


class ReplicaGlobalSecondaryIndexDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_ | None = None
    ProvisionedThroughputOverride: ProvisionedThroughputOverride_ | None = None
    OnDemandThroughputOverride: OnDemandThroughputOverride_ | None = None
    WarmThroughput: GlobalSecondaryIndexWarmThroughputDescription | None = None


class ReplicationGroupUpdate(Struct, kw_only=True, omit_defaults=True, gc=False):
    Create: CreateReplicationGroupMemberAction | None = None
    Update: UpdateReplicationGroupMemberAction | None = None
    Delete: DeleteReplicationGroupMemberAction | None = None
    Disassociate: DisassociateReplicationGroupMemberAction | None = None


class RestoreSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    SourceBackupArn: BackupArn | None = None
    SourceTableArn: TableArn | None = None
    RestoreDateTime: Timestamp
    RestoreInProgress: bool


class SSEDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    Status: SSEStatus | None = None
    SSEType: SSEType_ | None = None
    KMSMasterKeyArn: str | None = None
    InaccessibleEncryptionDateTime: Timestamp | None = None


class SSESpecification(Struct, kw_only=True, omit_defaults=True, gc=False):
    Enabled: bool | None = None
    SSEType: SSEType_ | None = None
    KMSMasterKeyId: str | None = None


class ScanInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    IndexName: IndexName_ | None = None
    AttributesToGet: Annotated[list[AttributeName], Meta(min_length=1)] | None = None
    Limit: PositiveIntegerObject | None = None
    Select: Select_ | None = None
    ScanFilter: dict[AttributeName, Condition] | None = None
    ConditionalOperator: ConditionalOperator_ | None = None
    ExclusiveStartKey: dict[AttributeName, AttributeValue] | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    TotalSegments: ScanTotalSegments | None = None
    Segment: ScanSegment | None = None
    ProjectionExpression: str | None = None
    FilterExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ConsistentRead: bool | None = None


class ScanOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Items: list[dict[AttributeName, AttributeValue]] | None = None
    Count: Integer | None = None
    ScannedCount: Integer | None = None
    LastEvaluatedKey: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None


class SearchSchemaElement(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeName: AttributeName_
    SearchSchemaElementType: SearchSchemaElementType_


class StreamSpecification(Struct, kw_only=True, omit_defaults=True, gc=False):
    StreamEnabled: bool
    StreamViewType: StreamViewType_ | None = None


class TableClassSummary(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableClass: TableClass_ | None = None
    LastUpdateDateTime: Timestamp | None = None


class TableDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeDefinitions: list[AttributeDefinition] | None = None
    TableName: TableName_ | None = None
    KeySchema: Annotated[list[KeySchemaElement], Meta(min_length=1)] | None = None
    TableStatus: TableStatus_ | None = None
    CreationDateTime: Timestamp | None = None
    ProvisionedThroughput: ProvisionedThroughputDescription | None = None
    TableSizeBytes: Long | None = None
    ItemCount: Long | None = None
    TableArn: str | None = None
    TableId: TableId_ | None = None
    BillingModeSummary: BillingModeSummary_ | None = None
    LocalSecondaryIndexes: list[LocalSecondaryIndexDescription] | None = None
    GlobalSecondaryIndexes: list[GlobalSecondaryIndexDescription] | None = None
    StreamSpecification: StreamSpecification_ | None = None
    LatestStreamLabel: str | None = None
    LatestStreamArn: StreamArn | None = None
    GlobalTableVersion: str | None = None
    Replicas: list[ReplicaDescription] | None = None
    GlobalTableWitnesses: list[GlobalTableWitnessDescription] | None = None
    GlobalTableSettingsReplicationMode: GlobalTableSettingsReplicationMode_ | None = None
    RestoreSummary: RestoreSummary_ | None = None
    SSEDescription: SSEDescription_ | None = None
    ArchivalSummary: ArchivalSummary_ | None = None
    TableClassSummary: TableClassSummary_ | None = None
    DeletionProtectionEnabled: bool | None = None
    DisassociationProtectionEnabled: bool | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: TableWarmThroughputDescription | None = None
    MultiRegionConsistency: MultiRegionConsistency_ | None = None
    VectorIndexes: list[VectorIndexDescription] | None = None


class TableWarmThroughputDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadUnitsPerSecond: PositiveLongObject | None = None
    WriteUnitsPerSecond: PositiveLongObject | None = None
    Status: TableStatus | None = None


class Tag(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: TagKeyString
    Value: TagValueString


class ThrottlingReason(Struct, kw_only=True, omit_defaults=True, gc=False):
    reason: str | None = None
    resource: str | None = None


class TransactWriteItem(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConditionCheck: ConditionCheck_ | None = None
    Put: Put_ | None = None
    Delete: Delete_ | None = None
    Update: Update_ | None = None


class TransactWriteItemsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TransactItems: Annotated[list[TransactWriteItem], Meta(min_length=1, max_length=100)]
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ReturnItemCollectionMetrics: ReturnItemCollectionMetrics_ | None = None
    ClientRequestToken: ClientRequestToken_ | None = None


class TransactWriteItemsOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ConsumedCapacity: list[ConsumedCapacity_] | None = None
    ItemCollectionMetrics: dict[TableArn, list[ItemCollectionMetrics_]] | None = None


class Update(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: dict[AttributeName, AttributeValue]
    UpdateExpression: str
    TableName: TableArn
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class UpdateGlobalSecondaryIndexAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: WarmThroughput_ | None = None


class UpdateItemInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableName: TableArn
    Key: dict[AttributeName, AttributeValue]
    AttributeUpdates: dict[AttributeName, AttributeValueUpdate] | None = None
    Expected: dict[AttributeName, ExpectedAttributeValue] | None = None
    ConditionalOperator: ConditionalOperator_ | None = None
    ReturnValues: ReturnValue | None = None
    ReturnConsumedCapacity: ReturnConsumedCapacity_ | None = None
    ReturnItemCollectionMetrics: ReturnItemCollectionMetrics_ | None = None
    UpdateExpression: str | None = None
    ConditionExpression: str | None = None
    ExpressionAttributeNames: dict[str, AttributeName] | None = None
    ExpressionAttributeValues: dict[str, AttributeValue] | None = None
    ReturnValuesOnConditionCheckFailure: ReturnValuesOnConditionCheckFailure_ | None = None


class UpdateItemOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[AttributeName, AttributeValue] | None = None
    ConsumedCapacity: ConsumedCapacity_ | None = None
    ItemCollectionMetrics: ItemCollectionMetrics_ | None = None


class UpdateReplicationGroupMemberAction(Struct, kw_only=True, omit_defaults=True, gc=False):
    RegionName: str
    KMSMasterKeyId: str | None = None
    ProvisionedThroughputOverride: ProvisionedThroughputOverride_ | None = None
    OnDemandThroughputOverride: OnDemandThroughputOverride_ | None = None
    GlobalSecondaryIndexes: Annotated[list[ReplicaGlobalSecondaryIndex], Meta(min_length=1)] | None = None
    TableClassOverride: TableClass | None = None


class UpdateTableInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeDefinitions: list[AttributeDefinition] | None = None
    TableName: TableArn
    BillingMode: BillingMode_ | None = None
    ProvisionedThroughput: ProvisionedThroughput_ | None = None
    GlobalSecondaryIndexUpdates: list[GlobalSecondaryIndexUpdate] | None = None
    StreamSpecification: StreamSpecification_ | None = None
    SSESpecification: SSESpecification_ | None = None
    ReplicaUpdates: Annotated[list[ReplicationGroupUpdate], Meta(min_length=1)] | None = None
    TableClass: TableClass_ | None = None
    DeletionProtectionEnabled: bool | None = None
    MultiRegionConsistency: MultiRegionConsistency_ | None = None
    GlobalTableWitnessUpdates: (
        Annotated[list[GlobalTableWitnessGroupUpdate], Meta(min_length=1, max_length=1)] | None
    ) = None
    OnDemandThroughput: OnDemandThroughput_ | None = None
    WarmThroughput: WarmThroughput_ | None = None
    GlobalTableSettingsReplicationMode: GlobalTableSettingsReplicationMode_ | None = None
    DisassociationProtectionEnabled: bool | None = None
    VectorIndexUpdates: list[VectorIndexUpdate] | None = None


class UpdateTableOutput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TableDescription: TableDescription_ | None = None


class VectorAttributeDefinition(Struct, kw_only=True, omit_defaults=True, gc=False):
    AttributeName: VectorAttributeName


class VectorCapacity(Struct, kw_only=True, omit_defaults=True, gc=False):
    VectorSearchRequestBytes: float | None = None
    VectorWriteRequestBytes: float | None = None


class VectorIndex(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_
    VectorAttribute: VectorAttributeDefinition
    SearchSchema: Annotated[list[SearchSchemaElement], Meta(min_length=1)] | None = None
    Projection: Projection_
    Dimensions: PositiveLongObject
    DistanceFunction: VectorDistanceFunction


class VectorIndexDescription(Struct, kw_only=True, omit_defaults=True, gc=False):
    IndexName: IndexName_ | None = None
    SearchSchema: Annotated[list[SearchSchemaElement], Meta(min_length=1)] | None = None
    Projection: Projection_ | None = None
    VectorAttribute: VectorAttributeDefinition | None = None
    Dimensions: PositiveLongObject | None = None
    DistanceFunction: VectorDistanceFunction | None = None
    IndexStatus: IndexStatus_ | None = None
    Backfilling: bool | None = None
    IndexSizeBytes: Long | None = None
    ItemCount: Long | None = None
    IndexArn: str | None = None


class VectorIndexUpdate(Struct, kw_only=True, omit_defaults=True, gc=False):
    Create: CreateVectorIndexAction | None = None
    Delete: DeleteVectorIndexAction | None = None


class WarmThroughput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReadUnitsPerSecond: Long | None = None
    WriteUnitsPerSecond: Long | None = None


ArchivalSummary_: TypeAlias = ArchivalSummary
BillingModeSummary_: TypeAlias = BillingModeSummary
ConditionCheck_: TypeAlias = ConditionCheck
ConsumedCapacity_: TypeAlias = ConsumedCapacity
Delete_: TypeAlias = Delete
ItemCollectionMetrics_: TypeAlias = ItemCollectionMetrics
OnDemandThroughput_: TypeAlias = OnDemandThroughput
OnDemandThroughputOverride_: TypeAlias = OnDemandThroughputOverride
Projection_: TypeAlias = Projection
ProvisionedThroughput_: TypeAlias = ProvisionedThroughput
ProvisionedThroughputOverride_: TypeAlias = ProvisionedThroughputOverride
Put_: TypeAlias = Put
RestoreSummary_: TypeAlias = RestoreSummary
SSEDescription_: TypeAlias = SSEDescription
SSESpecification_: TypeAlias = SSESpecification
StreamSpecification_: TypeAlias = StreamSpecification
TableClassSummary_: TypeAlias = TableClassSummary
TableDescription_: TypeAlias = TableDescription
Update_: TypeAlias = Update
WarmThroughput_: TypeAlias = WarmThroughput
RENAMED: dict[str, str] = {}
