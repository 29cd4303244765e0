"""What SNS refuses, and how it says so.

`code` is what goes over the wire, without the `Exception` of the models' names. Where AWS's answers are known, the
words are AWS's; else they say what AWS's documentation says of the error.
Source: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html
"""

from weirmq.kernel.errors import ServiceError

_FORBIDDEN = 403
_NOT_FOUND = 404
_ARN_COLONS = 5


def invalid(message: str) -> ServiceError:
    """A parameter that can't be as it is, in words of its own."""
    return ServiceError("InvalidParameter", message)


def bad_parameter(message: str, reason: str = "") -> ServiceError:
    """A parameter that can't be as it is, in the words that most operations use."""
    return invalid(f"Invalid parameter: {message} Reason: {reason}" if reason else f"Invalid parameter: {message}")


def bad_arn(parameter: str, text: str) -> ServiceError:
    """A text that isn't an ARN."""
    if not text:
        return bad_parameter(parameter, "no value for required parameter")
    if text.count(":") >= _ARN_COLONS:
        return bad_parameter(parameter)
    return bad_parameter(parameter, f"An ARN must have at least 6 elements, not {text.count(':') + 1}")


def value_invalid(message: str) -> ServiceError:
    """A message attribute that can't be as it is."""
    return ServiceError("ParameterValueInvalid", message)


def not_found(what: str) -> ServiceError:
    """There is no such `what` (Topic, Subscription, PlatformApplication, Endpoint)."""
    return ServiceError("NotFound", f"{what} does not exist", status=_NOT_FOUND)


def no_such_resource() -> ServiceError:
    """There is nothing under an ARN that tags could hang on."""
    return ServiceError("ResourceNotFound", "Resource does not exist", status=_NOT_FOUND)


def not_authorized(message: str) -> ServiceError:
    """Something that only another may do."""
    return ServiceError("AuthorizationError", message, status=_FORBIDDEN)


# Quotas


def too_many_topics() -> ServiceError:
    """One topic more than an account may have."""
    return ServiceError(
        "TopicLimitExceeded", "The maximum number of topics for this account is reached.", status=_FORBIDDEN
    )


def too_many_subscriptions() -> ServiceError:
    """One subscription more than a topic or account may have."""
    return ServiceError(
        "SubscriptionLimitExceeded", "The maximum number of subscriptions is reached.", status=_FORBIDDEN
    )


def too_many_filter_policies() -> ServiceError:
    """One filter policy more than a topic or account may have."""
    return ServiceError(
        "FilterPolicyLimitExceeded", "The maximum number of filter policies is reached.", status=_FORBIDDEN
    )


def too_many_replays() -> ServiceError:
    """One replay more than a topic may have at a time."""
    return ServiceError("ReplayLimitExceeded", "The maximum number of replays at a time is reached.", status=_FORBIDDEN)


def too_many_tags() -> ServiceError:
    """More tags than a resource can have."""
    return ServiceError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")


# State


def archive_is_active() -> ServiceError:
    """A topic that is to be deleted has an archive."""
    return ServiceError(
        "InvalidState", "Cannot delete a topic with an active ArchivePolicy. Deactivate the ArchivePolicy first."
    )


# Batches


def empty_batch() -> ServiceError:
    """A batch of nothing."""
    return ServiceError("EmptyBatchRequest", "The batch request doesn't contain any entries.")


def too_many_entries() -> ServiceError:
    """More entries than a batch can have."""
    return ServiceError("TooManyEntriesInBatchRequest", "The batch request contains more entries than permissible.")


def batch_too_long() -> ServiceError:
    """The messages of a batch come to more bytes than a batch can have."""
    return ServiceError("BatchRequestTooLong", "The length of all the messages put together is more than the limit.")


def batch_ids_not_distinct() -> ServiceError:
    """Two entries of a batch have one id."""
    return ServiceError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.")


def batch_id_too_long(entry_id: str) -> ServiceError:
    """The id of a batch's entry has too many letters."""
    return ServiceError("InvalidBatchEntryId", f"The Id of a batch entry in the batch request is too long: {entry_id}")


def bad_batch_id(entry_id: str) -> ServiceError:
    """The id of a batch's entry has letters that it can't have."""
    return ServiceError(
        "InvalidBatchEntryId",
        f"The Id of a batch entry in the batch request contains an impermissible character: {entry_id}",
    )


# Devices and phones


def endpoint_disabled() -> ServiceError:
    """Nothing is sent to this device: its owner or its platform said so."""
    return ServiceError("EndpointDisabled", "Endpoint is disabled")


def platform_application_disabled() -> ServiceError:
    """Nothing is sent through this application."""
    return ServiceError("PlatformApplicationDisabled", "Platform application is disabled")


def opted_out() -> ServiceError:
    """Who has this number wants no messages of the account."""
    return ServiceError("OptedOut", "The phone number has opted out of receiving SMS messages from your account.")


def user_error(message: str) -> ServiceError:
    """Something that the sandbox's rules don't let its user do."""
    return ServiceError("UserError", message)


def no_such_phone_number() -> ServiceError:
    """The sandbox doesn't know this number."""
    return ServiceError(
        "ResourceNotFound", "The destination phone number is not in the SMS sandbox.", status=_NOT_FOUND
    )


def not_verified(message: str, status: str) -> ServiceError:
    """A one-time password isn't the one that was sent, or comes too late."""
    return ServiceError("VerificationException", message, fields={"Status": status})
