"""AWS Security Token Service: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from weirmq.wire.aws.scalars import Timestamp

AccessKeyIdType: TypeAlias = Annotated[str, Meta(min_length=16, max_length=128, pattern="(?a)\\A(?:[\\w]*)\\Z")]
ArnType: TypeAlias = Annotated[
    str,
    Meta(
        min_length=20,
        max_length=2048,
        pattern="(?a)\\A(?:[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\U00010000-\\U0010FFFF]+)\\Z",
    ),
]
AssumedRoleIdType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=193, pattern="(?a)\\A(?:[\\w+=,.@:-]*)\\Z")]
ClientTokenType: TypeAlias = Annotated[str, Meta(min_length=4, max_length=20000)]
ContextAssertionType: TypeAlias = Annotated[str, Meta(min_length=4, max_length=2048)]
DurationSecondsType: TypeAlias = Annotated[int, Meta(ge=900, le=129600)]
EncodedMessageType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=10240)]
ExternalIdType: TypeAlias = Annotated[
    str, Meta(min_length=2, max_length=1224, pattern="(?a)\\A(?:[\\w+=,.@:\\/-]*)\\Z")
]
FederatedIdType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=193, pattern="(?a)\\A(?:[\\w+=,.@\\:-]*)\\Z")]
JwtAlgorithmType: TypeAlias = Annotated[str, Meta(min_length=5, max_length=5)]
MinimumSessionTokenSizeType: TypeAlias = Annotated[int, Meta(ge=0, le=4096)]
NonNegativeIntegerType: TypeAlias = Annotated[int, Meta(ge=0, le=2147483647)]
RoleDurationSecondsType: TypeAlias = Annotated[int, Meta(ge=900, le=43200)]
RoleSessionNameType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=64, pattern="(?a)\\A(?:[\\w+=,.@-]*)\\Z")]
RootDurationSecondsType: TypeAlias = Annotated[int, Meta(ge=0, le=900)]
SAMLAssertionType: TypeAlias = Annotated[str, Meta(min_length=4, max_length=100000)]
SerialNumberType: TypeAlias = Annotated[str, Meta(min_length=9, max_length=256, pattern="(?a)\\A(?:[\\w+=/:,.@-]*)\\Z")]
SessionPolicyDocumentType: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=2048, pattern="(?a)\\A(?:[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+)\\Z")
]
SessionTokenSizeType: TypeAlias = Annotated[int, Meta(ge=0, le=2147483647)]
SessionTokenUtilizationType: TypeAlias = Annotated[int, Meta(ge=0, le=2147483647)]
SourceIdentityType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=64, pattern="(?a)\\A(?:[\\w+=,.@-]*)\\Z")]
TagKeyType: TypeAlias = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=128,
        pattern="\\A(?:[\\w\\x20\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\w_.:/=+\\-@]+)\\Z",
    ),
]
TagValueType: TypeAlias = Annotated[
    str,
    Meta(
        min_length=0,
        max_length=256,
        pattern="\\A(?:[\\w\\x20\\xA0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\w_.:/=+\\-@]*)\\Z",
    ),
]
TargetPrincipalType: TypeAlias = Annotated[str, Meta(min_length=12, max_length=2048)]
TokenCodeType: TypeAlias = Annotated[str, Meta(min_length=6, max_length=6, pattern="(?a)\\A(?:[\\d]*)\\Z")]
UnrestrictedSessionPolicyDocumentType: TypeAlias = Annotated[
    str, Meta(min_length=1, pattern="(?a)\\A(?:[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+)\\Z")
]
UrlType: TypeAlias = Annotated[str, Meta(min_length=4, max_length=2048)]
UserNameType: TypeAlias = Annotated[str, Meta(min_length=2, max_length=32, pattern="(?a)\\A(?:[\\w+=,.@-]*)\\Z")]
WebIdentitySubjectType: TypeAlias = Annotated[str, Meta(min_length=6, max_length=255)]
WebIdentityTokenAudienceStringType: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1000)]
WebIdentityTokenDurationSecondsType: TypeAlias = Annotated[int, Meta(ge=60, le=3600)]


class AssumeRoleRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    RoleArn: ArnType
    RoleSessionName: RoleSessionNameType
    PolicyArns: list[PolicyDescriptorType] | None = None
    Policy: UnrestrictedSessionPolicyDocumentType | None = None
    DurationSeconds: RoleDurationSecondsType | None = None
    Tags: Annotated[list[Tag], Meta(max_length=50)] | None = None
    TransitiveTagKeys: Annotated[list[TagKeyType], Meta(max_length=50)] | None = None
    ExternalId: ExternalIdType | None = None
    SerialNumber: SerialNumberType | None = None
    TokenCode: TokenCodeType | None = None
    SourceIdentity: SourceIdentityType | None = None
    ProvidedContexts: Annotated[list[ProvidedContext], Meta(min_length=1, max_length=5)] | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class AssumeRoleResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    AssumedRoleUser: AssumedRoleUser_ | None = None
    PackedPolicySize: NonNegativeIntegerType | None = None
    SourceIdentity: SourceIdentityType | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class AssumeRoleWithSAMLRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    RoleArn: ArnType
    PrincipalArn: ArnType
    SAMLAssertion: SAMLAssertionType
    PolicyArns: list[PolicyDescriptorType] | None = None
    Policy: SessionPolicyDocumentType | None = None
    DurationSeconds: RoleDurationSecondsType | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class AssumeRoleWithSAMLResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    AssumedRoleUser: AssumedRoleUser_ | None = None
    PackedPolicySize: NonNegativeIntegerType | None = None
    Subject: str | None = None
    SubjectType: str | None = None
    Issuer: str | None = None
    Audience: str | None = None
    NameQualifier: str | None = None
    SourceIdentity: SourceIdentityType | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class AssumeRoleWithWebIdentityRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    RoleArn: ArnType
    RoleSessionName: RoleSessionNameType
    WebIdentityToken: ClientTokenType
    ProviderId: UrlType | None = None
    PolicyArns: list[PolicyDescriptorType] | None = None
    Policy: SessionPolicyDocumentType | None = None
    DurationSeconds: RoleDurationSecondsType | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class AssumeRoleWithWebIdentityResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    SubjectFromWebIdentityToken: WebIdentitySubjectType | None = None
    AssumedRoleUser: AssumedRoleUser_ | None = None
    PackedPolicySize: NonNegativeIntegerType | None = None
    Provider: str | None = None
    Audience: str | None = None
    SourceIdentity: SourceIdentityType | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class AssumeRootRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    TargetPrincipal: TargetPrincipalType
    TaskPolicyArn: PolicyDescriptorType
    DurationSeconds: RootDurationSecondsType | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class AssumeRootResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    SourceIdentity: SourceIdentityType | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class AssumedRoleUser(Struct, kw_only=True, omit_defaults=True, gc=False):
    AssumedRoleId: AssumedRoleIdType
    Arn: ArnType


class Credentials(Struct, kw_only=True, omit_defaults=True, gc=False):
    AccessKeyId: AccessKeyIdType
    SecretAccessKey: str
    SessionToken: str
    Expiration: Timestamp


class DecodeAuthorizationMessageRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    EncodedMessage: EncodedMessageType


class DecodeAuthorizationMessageResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    DecodedMessage: str | None = None


class FederatedUser(Struct, kw_only=True, omit_defaults=True, gc=False):
    FederatedUserId: FederatedIdType
    Arn: ArnType


class GetAccessKeyInfoRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    AccessKeyId: AccessKeyIdType


class GetAccessKeyInfoResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Account: str | None = None


class GetCallerIdentityRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class GetCallerIdentityResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    UserId: str | None = None
    Account: str | None = None
    Arn: ArnType | None = None


class GetDelegatedAccessTokenRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    TradeInToken: str


class GetDelegatedAccessTokenResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    PackedPolicySize: NonNegativeIntegerType | None = None
    AssumedPrincipal: ArnType | None = None


class GetFederationTokenRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Name: UserNameType
    Policy: SessionPolicyDocumentType | None = None
    PolicyArns: list[PolicyDescriptorType] | None = None
    DurationSeconds: DurationSecondsType | None = None
    Tags: Annotated[list[Tag], Meta(max_length=50)] | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class GetFederationTokenResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    FederatedUser: FederatedUser_ | None = None
    PackedPolicySize: NonNegativeIntegerType | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class GetSessionTokenRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    DurationSeconds: DurationSecondsType | None = None
    SerialNumber: SerialNumberType | None = None
    TokenCode: TokenCodeType | None = None
    MinimumSessionTokenSize: MinimumSessionTokenSizeType | None = None


class GetSessionTokenResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Credentials: Credentials_ | None = None
    SessionTokenUtilization: SessionTokenUtilizationType | None = None
    SessionTokenSize: SessionTokenSizeType | None = None


class GetWebIdentityTokenRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    Audience: Annotated[list[WebIdentityTokenAudienceStringType], Meta(min_length=1, max_length=10)]
    DurationSeconds: WebIdentityTokenDurationSecondsType | None = None
    SigningAlgorithm: JwtAlgorithmType
    Tags: Annotated[list[Tag], Meta(max_length=50)] | None = None


class GetWebIdentityTokenResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    WebIdentityToken: str | None = None
    Expiration: Timestamp | None = None


class PolicyDescriptorType(Struct, kw_only=True, omit_defaults=True, gc=False):
    arn: ArnType | None = None


class ProvidedContext(Struct, kw_only=True, omit_defaults=True, gc=False):
    ProviderArn: ArnType | None = None
    ContextAssertion: ContextAssertionType | None = None


class Tag(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: TagKeyType
    Value: TagValueType


AssumedRoleUser_: TypeAlias = AssumedRoleUser
Credentials_: TypeAlias = Credentials
FederatedUser_: TypeAlias = FederatedUser
RENAMED: dict[str, str] = {}
