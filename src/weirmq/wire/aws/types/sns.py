"""Amazon Simple Notification Service: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct, field

from weirmq.wire.aws.scalars import Timestamp

AmazonResourceName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=1011)]
Iso2CountryCode_: TypeAlias = Annotated[str, Meta(max_length=2, pattern="(?a)\\A(?:^[A-Za-z]{2}$)\\Z")]
LanguageCodeString: TypeAlias = Literal[
    "en-US", "en-GB", "es-419", "es-ES", "de-DE", "fr-CA", "fr-FR", "it-IT", "ja-JP", "pt-BR", "kr-KR", "zh-CN", "zh-TW"
]
MaxItems: TypeAlias = Annotated[int, Meta(ge=1, le=100)]
MaxItemsListOriginationNumbers: TypeAlias = Annotated[int, Meta(ge=1, le=30)]
NumberCapability: TypeAlias = Literal["SMS", "MMS", "VOICE"]
OTPCode: TypeAlias = Annotated[str, Meta(min_length=5, max_length=8, pattern="(?a)\\A(?:^[0-9]+$)\\Z")]
PhoneNumberString: TypeAlias = Annotated[str, Meta(max_length=20, pattern="(?a)\\A(?:^(\\+[0-9]{8,}|[0-9]{0,9})$)\\Z")]
RouteType_: TypeAlias = Literal["Transactional", "Promotional", "Premium"]
SMSSandboxPhoneNumberVerificationStatus: TypeAlias = Literal["Pending", "Verified"]
TagKey: TypeAlias = Annotated[str, Meta(min_length=1, max_length=128)]
TagValue: TypeAlias = Annotated[str, Meta(min_length=0, max_length=256)]


class AddPermissionInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    Label: str
    AWSAccountId: list[str]
    ActionName: list[str]


class BatchResultErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    Code: str
    Message: str | None = None
    SenderFault: bool


class CheckIfPhoneNumberIsOptedOutInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    phoneNumber: str


class CheckIfPhoneNumberIsOptedOutResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    isOptedOut: bool | None = None


class ConfirmSubscriptionInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    Token: str
    AuthenticateOnUnsubscribe: str | None = None


class ConfirmSubscriptionResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str | None = None


class CreateEndpointResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    EndpointArn: str | None = None


class CreatePlatformApplicationInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Name: str
    Platform: str
    Attributes: dict[str, str]


class CreatePlatformApplicationResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str | None = None


class CreatePlatformEndpointInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str
    Token: str
    CustomUserData: str | None = None
    Attributes: dict[str, str] | None = None


class CreateSMSSandboxPhoneNumberInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PhoneNumber: PhoneNumberString
    LanguageCode: LanguageCodeString | None = None


class CreateSMSSandboxPhoneNumberResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class CreateTopicInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    Name: str
    Attributes: dict[str, str] | None = None
    Tags: list[Tag] | None = None
    DataProtectionPolicy: str | None = None


class CreateTopicResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str | None = None


class DeleteEndpointInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    EndpointArn: str


class DeletePlatformApplicationInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str


class DeleteSMSSandboxPhoneNumberInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PhoneNumber: PhoneNumberString


class DeleteSMSSandboxPhoneNumberResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class DeleteTopicInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str


class Endpoint(Struct, kw_only=True, omit_defaults=True, gc=False):
    EndpointArn: str | None = None
    Attributes: dict[str, str] | None = None


class GetDataProtectionPolicyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: str


class GetDataProtectionPolicyResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataProtectionPolicy: str | None = None


class GetEndpointAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    EndpointArn: str


class GetEndpointAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[str, str] | None = None


class GetPlatformApplicationAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str


class GetPlatformApplicationAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[str, str] | None = None


class GetSMSAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    attributes: list[str] | None = None


class GetSMSAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    attributes: dict[str, str] | None = None


class GetSMSSandboxAccountStatusInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class GetSMSSandboxAccountStatusResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    IsInSandbox: bool


class GetSubscriptionAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str


class GetSubscriptionAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[str, str] | None = None


class GetTopicAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str


class GetTopicAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[str, str] | None = None


class ListEndpointsByPlatformApplicationInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str
    NextToken: str | None = None


class ListEndpointsByPlatformApplicationResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Endpoints: list[Endpoint] | None = None
    NextToken: str | None = None


class ListOriginationNumbersRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None
    MaxResults: MaxItemsListOriginationNumbers | None = None


class ListOriginationNumbersResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None
    PhoneNumbers: list[PhoneNumberInformation] | None = None


class ListPhoneNumbersOptedOutInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    nextToken: str | None = None


class ListPhoneNumbersOptedOutResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    phoneNumbers: list[str] | None = None
    nextToken: str | None = None


class ListPlatformApplicationsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None


class ListPlatformApplicationsResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplications: list[PlatformApplication] | None = None
    NextToken: str | None = None


class ListSMSSandboxPhoneNumbersInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None
    MaxResults: MaxItems | None = None


class ListSMSSandboxPhoneNumbersResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    PhoneNumbers: list[SMSSandboxPhoneNumber]
    NextToken: str | None = None


class ListSubscriptionsByTopicInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    NextToken: str | None = None


class ListSubscriptionsByTopicResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Subscriptions: list[Subscription] | None = None
    NextToken: str | None = None


class ListSubscriptionsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None


class ListSubscriptionsResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Subscriptions: list[Subscription] | None = None
    NextToken: str | None = None


class ListTagsForResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: AmazonResourceName


class ListTagsForResourceResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: list[Tag] | None = None


class ListTopicsInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    NextToken: str | None = None


class ListTopicsResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Topics: list[Topic] | None = None
    NextToken: str | None = None


class MessageAttributeValue(Struct, kw_only=True, omit_defaults=True, gc=False):
    DataType: str
    StringValue: str | None = None
    BinaryValue: bytes | None = None


class OptInPhoneNumberInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    phoneNumber: str


class OptInPhoneNumberResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class PhoneNumberInformation(Struct, kw_only=True, omit_defaults=True, gc=False):
    CreatedAt: Timestamp | None = None
    PhoneNumber: str | None = None
    Status: str | None = None
    Iso2CountryCode: Iso2CountryCode_ | None = None
    RouteType: RouteType_ | None = None
    NumberCapabilities: list[NumberCapability] | None = None


class PlatformApplication(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str | None = None
    Attributes: dict[str, str] | None = None


class PublishBatchInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    PublishBatchRequestEntries: list[PublishBatchRequestEntry] = field(default_factory=list)


class PublishBatchRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    Message: str
    Subject: str | None = None
    MessageStructure: str | None = None
    MessageAttributes: dict[str, MessageAttributeValue] | None = None
    MessageDeduplicationId: str | None = None
    MessageGroupId: str | None = None


class PublishBatchResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[PublishBatchResultEntry] | None = None
    Failed: list[BatchResultErrorEntry] | None = None


class PublishBatchResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str | None = None
    MessageId: str | None = None
    SequenceNumber: str | None = None


class PublishInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str | None = None
    TargetArn: str | None = None
    PhoneNumber: str | None = None
    Message: str
    Subject: str | None = None
    MessageStructure: str | None = None
    MessageAttributes: dict[str, MessageAttributeValue] | None = None
    MessageDeduplicationId: str | None = None
    MessageGroupId: str | None = None


class PublishResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    MessageId: str | None = None
    SequenceNumber: str | None = None


class PutDataProtectionPolicyInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: str
    DataProtectionPolicy: str


class RemovePermissionInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    Label: str


class SMSSandboxPhoneNumber(Struct, kw_only=True, omit_defaults=True, gc=False):
    PhoneNumber: PhoneNumberString | None = None
    Status: SMSSandboxPhoneNumberVerificationStatus | None = None


class SetEndpointAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    EndpointArn: str
    Attributes: dict[str, str]


class SetPlatformApplicationAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PlatformApplicationArn: str
    Attributes: dict[str, str]


class SetSMSAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    attributes: dict[str, str]


class SetSMSAttributesResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class SetSubscriptionAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str
    AttributeName: str
    AttributeValue: str | None = None


class SetTopicAttributesInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    AttributeName: str
    AttributeValue: str | None = None


class SubscribeInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str
    Protocol: str
    Endpoint: str | None = None
    Attributes: dict[str, str] | None = None
    ReturnSubscriptionArn: bool | None = None


class SubscribeResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str | None = None


class Subscription(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str | None = None
    Owner: str | None = None
    Protocol: str | None = None
    Endpoint: str | None = None
    TopicArn: str | None = None


class Tag(Struct, kw_only=True, omit_defaults=True, gc=False):
    Key: TagKey
    Value: TagValue


class TagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: AmazonResourceName
    Tags: list[Tag]


class TagResourceResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class Topic(Struct, kw_only=True, omit_defaults=True, gc=False):
    TopicArn: str | None = None


class UnsubscribeInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    SubscriptionArn: str


class UntagResourceRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    ResourceArn: AmazonResourceName
    TagKeys: list[TagKey]


class UntagResourceResponse(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


class VerifySMSSandboxPhoneNumberInput(Struct, kw_only=True, omit_defaults=True, gc=False):
    PhoneNumber: PhoneNumberString
    OneTimePassword: OTPCode


class VerifySMSSandboxPhoneNumberResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    pass


RENAMED: dict[str, str] = {}
