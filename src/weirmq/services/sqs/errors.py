"""What SQS refuses, and how it says so.

`code` is that of the JSON model; the wire room knows its name in the Query protocol. Where AWS's answers are known,
the words are AWS's; else they say what AWS's documentation says of the error.
Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
"""

from weirmq.kernel.errors import ServiceError
from weirmq.services.sqs.limits import BATCH_ENTRIES, MAX_MESSAGE_BYTES, MESSAGE_ATTRIBUTES

_FORBIDDEN = 403
_NOT_FOUND = 404

NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_NAME_RULE = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)

# Queues


def no_such_queue() -> ServiceError:
    """There is no queue where the URL or the name points."""
    return ServiceError("QueueDoesNotExist", "The specified queue does not exist.")


def no_such_address(url: str) -> ServiceError:
    """A queue URL that can't be one."""
    return ServiceError("InvalidAddress", f"The address {url} is not valid for this endpoint.")


def queue_exists(attribute: str) -> ServiceError:
    """CreateQueue for a queue that is there already, otherwise."""
    return ServiceError(
        "QueueNameExists",
        f"A queue already exists with the same name and a different value for attribute {attribute}",
    )


def deleted_recently() -> ServiceError:
    """CreateQueue with a name that isn't free again yet."""
    return ServiceError(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    )


def purge_in_progress(name: str) -> ServiceError:
    """The second PurgeQueue within a minute."""
    return ServiceError(
        "PurgeQueueInProgress",
        f"Only one PurgeQueue operation on {name} is allowed every 60 seconds.",
        status=_FORBIDDEN,
    )


# Parameters


def missing(parameter: str) -> ServiceError:
    """A parameter that must be there."""
    return ServiceError("MissingRequiredParameterException", f"The request must contain the parameter {parameter}.")


def invalid_value(message: str) -> ServiceError:
    """A parameter that can't be as it is."""
    return ServiceError("InvalidParameterValueException", message)


def bad_parameter(value: object, parameter: str, reason: str) -> ServiceError:
    """A parameter that can't be as it is, in the words that most operations use."""
    return invalid_value(f"Value {value} for parameter {parameter} is invalid. Reason: {reason}")


def unsupported(message: str) -> ServiceError:
    """Something that can't be done with this queue."""
    return ServiceError("UnsupportedOperation", message)


def over_limit(message: str = "The maximum number of in flight messages is reached.") -> ServiceError:
    """More than a quota allows."""
    return ServiceError("OverLimit", message, status=_FORBIDDEN)


def owner_only(url: str) -> ServiceError:
    """What only the queue's own account may do, asked for by another."""
    return ServiceError("AccessDeniedException", f"Access to the resource {url} is denied.", status=_FORBIDDEN)


# Attributes of queues


def unknown_attribute(name: str) -> ServiceError:
    """An attribute that there isn't, or that can't be set."""
    return ServiceError("InvalidAttributeName", f"Unknown Attribute {name}.")


def fifo_only(name: str) -> ServiceError:
    """An attribute of FIFO queues on a standard queue."""
    return ServiceError("InvalidAttributeName", f"You can specify the {name} only when FifoQueue is set to true.")


def bad_attribute(name: str, reason: str = "") -> ServiceError:
    """An attribute that can't have this value."""
    because = f" Reason: {reason}" if reason else ""
    return ServiceError("InvalidAttributeValue", f"Invalid value for the parameter {name}.{because}")


# Messages


def message_too_long(limit: int) -> ServiceError:
    """A message of more than `limit` bytes."""
    return invalid_value(f"One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes.")


def invalid_contents(character: str, place: str = "message body") -> ServiceError:
    """A character that no message may have."""
    return ServiceError(
        "InvalidMessageContents",
        f"Invalid binary character '#x{ord(character):X}' was found in the {place}, the set of allowed characters is "
        "#x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]",
    )


def not_in_flight() -> ServiceError:
    """A message whose visibility can't be changed, for it is visible."""
    return ServiceError("MessageNotInflight", "The specified message isn't in flight.")


def invalid_receipt_handle(handle: str) -> ServiceError:
    """A receipt handle that was never given out for this queue."""
    return ServiceError("ReceiptHandleIsInvalid", f'The input receipt handle "{handle}" is not a valid receipt handle.')


def expired_receipt_handle(handle: str) -> ServiceError:
    """The handle of a FIFO message that has become visible again."""
    return bad_parameter(handle, "ReceiptHandle", "The receipt handle has expired.")


def too_many_attributes(count: int) -> ServiceError:
    """More attributes than a message can have."""
    return invalid_value(f"Number of message attributes [{count}] exceeds the allowed maximum [{MESSAGE_ATTRIBUTES}].")


def no_deduplication_id() -> ServiceError:
    """A message for a FIFO queue that can't be told from others."""
    return invalid_value(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )


# Batches


def empty_batch(entry: str = "SendMessageBatchRequestEntry") -> ServiceError:
    """A batch of nothing. `entry` is what its entries are called."""
    return ServiceError("EmptyBatchRequest", f"There should be at least one {entry} in the request.")


def too_many_entries(count: int) -> ServiceError:
    """More entries than a batch can have."""
    return ServiceError(
        "TooManyEntriesInBatchRequest",
        f"Maximum number of entries per request are {BATCH_ENTRIES}. You have sent {count}.",
    )


def batch_too_long(size: int) -> ServiceError:
    """The messages of a batch come to more bytes than a batch can have."""
    return ServiceError(
        "BatchRequestTooLong",
        f"Batch requests cannot be longer than {MAX_MESSAGE_BYTES} bytes. You have sent {size} bytes.",
    )


def batch_ids_not_distinct(entry_id: str) -> ServiceError:
    """Two entries of a batch have one id."""
    return ServiceError("BatchEntryIdsNotDistinct", f"Id {entry_id} repeated.")


def bad_batch_id() -> ServiceError:
    """The id of a batch's entry can't be one."""
    return ServiceError(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
        "It can be at most 80 letters long.",
    )


# Move tasks


def no_such_task() -> ServiceError:
    """There is no move task of this handle, or it has ended."""
    return ServiceError("ResourceNotFoundException", "Task does not exist.", status=_NOT_FOUND)


def no_such_resource(parameter: str) -> ServiceError:
    """There is no queue of this ARN."""
    return ServiceError(
        "ResourceNotFoundException",
        f"The resource that you specified for the {parameter} parameter doesn't exist.",
        status=_NOT_FOUND,
    )
