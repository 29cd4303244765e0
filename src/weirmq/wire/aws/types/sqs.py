"""Amazon Simple Queue Service: the shapes of its requests and answers.

Written by tools/models.py from botocore 1.44.5; change that or patches.toml, not this file.
"""

# ruff: noqa: A003, E501, N801, N815, RUF100
from __future__ import annotations

from msgspec import Struct, field

from weirmq.wire.aws.scalars import Integer, Long


class AddPermissionRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Label: str
    AWSAccountIds: list[str]
    Actions: list[str]


class BatchResultErrorEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    SenderFault: bool
    Code: str
    Message: str | None = None


class CancelMessageMoveTaskRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    TaskHandle: str


class CancelMessageMoveTaskResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    ApproximateNumberOfMessagesMoved: Long | None = None


class ChangeMessageVisibilityBatchRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Entries: list[ChangeMessageVisibilityBatchRequestEntry] = field(default_factory=list)


class ChangeMessageVisibilityBatchRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    ReceiptHandle: str
    VisibilityTimeout: Integer | None = None


class ChangeMessageVisibilityBatchResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[ChangeMessageVisibilityBatchResultEntry]
    Failed: list[BatchResultErrorEntry]


class ChangeMessageVisibilityBatchResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str


class ChangeMessageVisibilityRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    ReceiptHandle: str
    VisibilityTimeout: Integer


class CreateQueueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueName: str
    Attributes: dict[str, str] | None = None
    tags: dict[str, str] | None = None


class CreateQueueResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str | None = None


class DeleteMessageBatchRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Entries: list[DeleteMessageBatchRequestEntry] = field(default_factory=list)


class DeleteMessageBatchRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    ReceiptHandle: str


class DeleteMessageBatchResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[DeleteMessageBatchResultEntry]
    Failed: list[BatchResultErrorEntry]


class DeleteMessageBatchResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str


class DeleteMessageRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    ReceiptHandle: str


class DeleteQueueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str


class GetQueueAttributesRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    AttributeNames: list[str] | None = None


class GetQueueAttributesResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Attributes: dict[str, str] | None = None


class GetQueueUrlRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueName: str
    QueueOwnerAWSAccountId: str | None = None


class GetQueueUrlResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str | None = None


class ListDeadLetterSourceQueuesRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    NextToken: str | None = None
    MaxResults: Integer | None = None


class ListDeadLetterSourceQueuesResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    queueUrls: list[str]
    NextToken: str | None = None


class ListMessageMoveTasksRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SourceArn: str
    MaxResults: Integer | None = None


class ListMessageMoveTasksResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Results: list[ListMessageMoveTasksResultEntry] | None = None


class ListMessageMoveTasksResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    TaskHandle: str | None = None
    Status: str | None = None
    SourceArn: str | None = None
    DestinationArn: str | None = None
    MaxNumberOfMessagesPerSecond: Integer | None = None
    ApproximateNumberOfMessagesMoved: Long | None = None
    ApproximateNumberOfMessagesToMove: Long | None = None
    FailureReason: str | None = None
    StartedTimestamp: Long | None = None


class ListQueueTagsRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str


class ListQueueTagsResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Tags: dict[str, str] | None = None


class ListQueuesRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueNamePrefix: str | None = None
    NextToken: str | None = None
    MaxResults: Integer | None = None


class ListQueuesResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrls: list[str] | None = None
    NextToken: str | None = None


class Message(Struct, kw_only=True, omit_defaults=True, gc=False):
    MessageId: str | None = None
    ReceiptHandle: str | None = None
    MD5OfBody: str | None = None
    Body: str | None = None
    Attributes: dict[str, str] | None = None
    MD5OfMessageAttributes: str | None = None
    MessageAttributes: dict[str, MessageAttributeValue] | None = None


class MessageAttributeValue(Struct, kw_only=True, omit_defaults=True, gc=False):
    StringValue: str | None = None
    BinaryValue: bytes | None = None
    StringListValues: list[str] | None = None
    BinaryListValues: list[bytes] | None = None
    DataType: str


class MessageSystemAttributeValue(Struct, kw_only=True, omit_defaults=True, gc=False):
    StringValue: str | None = None
    BinaryValue: bytes | None = None
    StringListValues: list[str] | None = None
    BinaryListValues: list[bytes] | None = None
    DataType: str


class PurgeQueueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str


class ReceiveMessageRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    AttributeNames: list[str] | None = None
    MessageSystemAttributeNames: list[str] | None = None
    MessageAttributeNames: list[str] | None = None
    MaxNumberOfMessages: Integer | None = None
    VisibilityTimeout: Integer | None = None
    WaitTimeSeconds: Integer | None = None
    ReceiveRequestAttemptId: str | None = None


class ReceiveMessageResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Messages: list[Message] | None = None


class RemovePermissionRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Label: str


class SendMessageBatchRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Entries: list[SendMessageBatchRequestEntry] = field(default_factory=list)


class SendMessageBatchRequestEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    MessageBody: str
    DelaySeconds: Integer | None = None
    MessageAttributes: dict[str, MessageAttributeValue] | None = None
    MessageSystemAttributes: dict[str, MessageSystemAttributeValue] | None = None
    MessageDeduplicationId: str | None = None
    MessageGroupId: str | None = None


class SendMessageBatchResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    Successful: list[SendMessageBatchResultEntry]
    Failed: list[BatchResultErrorEntry]


class SendMessageBatchResultEntry(Struct, kw_only=True, omit_defaults=True, gc=False):
    Id: str
    MessageId: str
    MD5OfMessageBody: str
    MD5OfMessageAttributes: str | None = None
    MD5OfMessageSystemAttributes: str | None = None
    SequenceNumber: str | None = None


class SendMessageRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    MessageBody: str
    DelaySeconds: Integer | None = None
    MessageAttributes: dict[str, MessageAttributeValue] | None = None
    MessageSystemAttributes: dict[str, MessageSystemAttributeValue] | None = None
    MessageDeduplicationId: str | None = None
    MessageGroupId: str | None = None


class SendMessageResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    MD5OfMessageBody: str | None = None
    MD5OfMessageAttributes: str | None = None
    MD5OfMessageSystemAttributes: str | None = None
    MessageId: str | None = None
    SequenceNumber: str | None = None


class SetQueueAttributesRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Attributes: dict[str, str]


class StartMessageMoveTaskRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    SourceArn: str
    DestinationArn: str | None = None
    MaxNumberOfMessagesPerSecond: Integer | None = None


class StartMessageMoveTaskResult(Struct, kw_only=True, omit_defaults=True, gc=False):
    TaskHandle: str | None = None


class TagQueueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    Tags: dict[str, str]


class UntagQueueRequest(Struct, kw_only=True, omit_defaults=True, gc=False):
    QueueUrl: str
    TagKeys: list[str]


RENAMED: dict[str, str] = {}
