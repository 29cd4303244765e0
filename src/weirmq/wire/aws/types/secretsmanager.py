"""AWS Secrets Manager: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Long, Timestamp

AutomaticallyRotateAfterDaysType: TypeAlias = Annotated[int, Meta(ge=1, le=1000)]
ClientRequestTokenType: TypeAlias = Annotated[str, Meta(min_length=32, max_length=64)]
DescriptionType: TypeAlias = Annotated[str, Meta(max_length=2048)]
DurationType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=3, pattern="(?a)\\A(?:[0-9]+h)\\Z")]
ExternalSecretRotationMetadataItemKeyType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
ExternalSecretRotationMetadataItemValueType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
FilterNameStringType: TypeAlias = Literal[
    "description", "name", "tag-key", "tag-value", "primary-region", "owning-service", "all"
]
FilterValueStringType: TypeAlias = Annotated[
    str, Meta(max_length=512, pattern="(?a)\\A(?:^\\!?[a-zA-Z0-9 :_@\\/\\+\\=\\.\\-\\!]*$)\\Z")
]
KmsKeyIdType: TypeAlias = Annotated[str, Meta(min_length=0, max_length=2048)]
MaxResultsType: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
MedeaTypeType: TypeAlias = Annotated[str, Meta(min_length=0, max_length=256)]
NameType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=512)]
NextTokenType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=4096)]
NonEmptyResourcePolicyType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=20480)]
OwningServiceType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
RegionType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128, pattern="(?a)\\A(?:^([a-z]+-)+\\d+$)\\Z")]
ResourcePolicyNameType: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=64, pattern="(?a)\\A(?:[0-9A-Za-z\\-\\_]+)\\Z")
]
RoleARNType: TypeAlias = Annotated[str, Meta(min_length=20, max_length=2048)]
RotationLambdaARNType: TypeAlias = Annotated[str, Meta(min_length=0, max_length=2048)]
RotationTokenType: TypeAlias = Annotated[
    str, Meta(min_length=36, max_length=256, pattern="(?a)\\A(?:^[a-zA-Z0-9\\-]+$)\\Z")
]
ScheduleExpressionType: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=256, pattern="(?a)\\A(?:[0-9A-Za-z\\(\\)#\\?\\*\\-\\/, ]+)\\Z")
]
SecretARNType: TypeAlias = Annotated[str, Meta(min_length=20, max_length=2048)]
SecretBinaryType: TypeAlias = Annotated[bytes, Meta(min_length=1, max_length=65536)]
SecretIdType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2048)]
SecretNameType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
SecretStringType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=65536)]
SecretVersionIdType: TypeAlias = Annotated[str, Meta(min_length=32, max_length=64)]
SecretVersionStageType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=256)]
SortByType: TypeAlias = Literal["created-date", "last-accessed-date", "last-changed-date", "name"]
SortOrderType: TypeAlias = Literal["asc", "desc"]
StatusMessageType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=4096)]
StatusType: TypeAlias = Literal["InSync", "Failed", "InProgress", "Pending", "Detached"]
TagKeyType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
TagValueType: TypeAlias = Annotated[str, Meta(min_length=0, max_length=256)]


class CreateSecretRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Name: NameType
    ClientRequestToken: ClientRequestTokenType | None = None
    Description: DescriptionType | None = None
    KmsKeyId: KmsKeyIdType | None = None
    SecretBinary: SecretBinaryType | None = None
    SecretString: SecretStringType | None = None
    Tags: list[Tag] | None = None
    AddReplicaRegions: Annotated[list[ReplicaRegionType], Meta(min_length=1)] | None = None
    ForceOverwriteReplicaSecret: bool | None = None
    Type: MedeaTypeType | None = None
    CrossAccountPrimaryARN: SecretARNType | None = None


class CreateSecretResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    VersionId: SecretVersionIdType | None = None
    ReplicationStatus: list[ReplicationStatusType] | None = None


class CrossAccountPrimaryType(Struct, kw_only=True, omit_defaults=True, gc=False):
    PrimarySecretARN: SecretARNType | None = None
    ReplicationStatus: StatusType | None = None
    StatusMessage: StatusMessageType | None = None


class CrossAccountReplicaEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ReplicaSecretARN: SecretARNType | None = None
    ReplicationRoleARN: RoleARNType | None = None
    ReplicationStatus: StatusType | None = None
    StatusMessage: StatusMessageType | None = None


class DeleteResourcePolicyRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    PolicyName: ResourcePolicyNameType | None = None


class DeleteResourcePolicyResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: NameType | None = None
    PolicyName: ResourcePolicyNameType | None = None


class DeleteSecretRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    RecoveryWindowInDays: Long | None = None
    ForceDeleteWithoutRecovery: bool | None = None


class DeleteSecretResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    DeletionDate: Timestamp | None = None


class DescribeSecretRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType


class DescribeSecretResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    Type: MedeaTypeType | None = None
    Description: DescriptionType | None = None
    KmsKeyId: KmsKeyIdType | None = None
    RotationEnabled: bool | None = None
    RotationLambdaARN: RotationLambdaARNType | None = None
    RotationRules: RotationRulesType | None = None
    ExternalSecretRotationMetadata: list[ExternalSecretRotationMetadataItem] | None = None
    ExternalSecretRotationRoleArn: RoleARNType | None = None
    LastRotatedDate: Timestamp | None = None
    LastChangedDate: Timestamp | None = None
    LastAccessedDate: Timestamp | None = None
    DeletedDate: Timestamp | None = None
    NextRotationDate: Timestamp | None = None
    Tags: list[Tag] | None = None
    VersionIdsToStages: (
        dict[SecretVersionIdType, Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)]] | None
    ) = None
    OwningService: OwningServiceType | None = None
    CreatedDate: Timestamp | None = None
    PrimaryRegion: RegionType | None = None
    ReplicationStatus: list[ReplicationStatusType] | None = None
    CrossAccountPrimary: CrossAccountPrimaryType | None = None
    CrossAccountReplicas: Annotated[list[CrossAccountReplicaEntry], Meta(min_length=1, max_length=100)] | None = None


class ExternalSecretRotationMetadataItem(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: ExternalSecretRotationMetadataItemKeyType | None = None
    Value: ExternalSecretRotationMetadataItemValueType | None = None


class Filter(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: FilterNameStringType | None = None
    Values: Annotated[list[FilterValueStringType], Meta(min_length=1, max_length=10)] | None = None


class GetResourcePolicyRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    PolicyName: ResourcePolicyNameType | None = None


class GetResourcePolicyResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: NameType | None = None
    ResourcePolicy: NonEmptyResourcePolicyType | None = None
    PolicyName: ResourcePolicyNameType | None = None


class GetSecretValueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    VersionId: SecretVersionIdType | None = None
    VersionStage: SecretVersionStageType | None = None


class GetSecretValueResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    VersionId: SecretVersionIdType | None = None
    SecretBinary: SecretBinaryType | None = None
    SecretString: SecretStringType | None = None
    VersionStages: Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)] | None = None
    CreatedDate: Timestamp | None = None


class ListSecretVersionIdsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    MaxResults: MaxResultsType | None = None
    NextToken: NextTokenType | None = None
    IncludeDeprecated: bool | None = None


class ListSecretVersionIdsResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Versions: list[SecretVersionsListEntry] | None = None
    NextToken: NextTokenType | None = None
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None


class ListSecretsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    IncludePlannedDeletion: bool | None = None
    MaxResults: MaxResultsType | None = None
    NextToken: NextTokenType | None = None
    Filters: Annotated[list[Filter], Meta(max_length=10)] | None = None
    SortOrder: SortOrderType | None = None
    SortBy: SortByType | None = None


class ListSecretsResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretList: list[SecretListEntry] | None = None
    NextToken: NextTokenType | None = None


class PutResourcePolicyRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    ResourcePolicy: NonEmptyResourcePolicyType
    PolicyName: ResourcePolicyNameType | None = None
    BlockPublicPolicy: bool | None = None


class PutResourcePolicyResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: NameType | None = None
    PolicyName: ResourcePolicyNameType | None = None


class PutSecretValueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    ClientRequestToken: ClientRequestTokenType | None = None
    SecretBinary: SecretBinaryType | None = None
    SecretString: SecretStringType | None = None
    VersionStages: Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)] | None = None
    RotationToken: RotationTokenType | None = None


class PutSecretValueResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    VersionId: SecretVersionIdType | None = None
    VersionStages: Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)] | None = None


class ReplicaRegionType(Struct, kw_only=True, omit_defaults=True, gc=False):
    Region: RegionType | None = None
    KmsKeyId: KmsKeyIdType | None = None


class ReplicationStatusType(Struct, kw_only=True, omit_defaults=True, gc=False):
    Region: RegionType | None = None
    KmsKeyId: KmsKeyIdType | None = None
    Status: StatusType | None = None
    StatusMessage: StatusMessageType | None = None
    LastAccessedDate: Timestamp | None = None


class RestoreSecretRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType


class RestoreSecretResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None


class RotationRulesType(Struct, kw_only=True, omit_defaults=True, gc=False):
    AutomaticallyAfterDays: AutomaticallyRotateAfterDaysType | None = None
    Duration: DurationType | None = None
    ScheduleExpression: ScheduleExpressionType | None = None


class SecretListEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    Type: MedeaTypeType | None = None
    Description: DescriptionType | None = None
    KmsKeyId: KmsKeyIdType | None = None
    RotationEnabled: bool | None = None
    RotationLambdaARN: RotationLambdaARNType | None = None
    RotationRules: RotationRulesType | None = None
    ExternalSecretRotationMetadata: list[ExternalSecretRotationMetadataItem] | None = None
    ExternalSecretRotationRoleArn: RoleARNType | None = None
    LastRotatedDate: Timestamp | None = None
    LastChangedDate: Timestamp | None = None
    LastAccessedDate: Timestamp | None = None
    DeletedDate: Timestamp | None = None
    NextRotationDate: Timestamp | None = None
    Tags: list[Tag] | None = None
    SecretVersionsToStages: (
        dict[SecretVersionIdType, Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)]] | None
    ) = None
    OwningService: OwningServiceType | None = None
    CreatedDate: Timestamp | None = None
    PrimaryRegion: RegionType | None = None


class SecretVersionsListEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    VersionId: SecretVersionIdType | None = None
    VersionStages: Annotated[list[SecretVersionStageType], Meta(min_length=1, max_length=20)] | None = None
    LastAccessedDate: Timestamp | None = None
    CreatedDate: Timestamp | None = None
    KmsKeyIds: list[KmsKeyIdType] | None = None


class Tag(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: TagKeyType | None = None
    Value: TagValueType | None = None


class TagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    Tags: list[Tag]


class UntagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    TagKeys: list[TagKeyType]


class UpdateSecretRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    ClientRequestToken: ClientRequestTokenType | None = None
    Description: DescriptionType | None = None
    KmsKeyId: KmsKeyIdType | None = None
    SecretBinary: SecretBinaryType | None = None
    SecretString: SecretStringType | None = None
    Type: MedeaTypeType | None = None


class UpdateSecretResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None
    VersionId: SecretVersionIdType | None = None


class UpdateSecretVersionStageRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SecretId: SecretIdType
    VersionStage: SecretVersionStageType
    RemoveFromVersionId: SecretVersionIdType | None = None
    MoveToVersionId: SecretVersionIdType | None = None


class UpdateSecretVersionStageResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    ARN: SecretARNType | None = None
    Name: SecretNameType | None = None


RENAMED: dict[str, str] = {}
