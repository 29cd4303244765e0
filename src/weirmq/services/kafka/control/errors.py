"""The errors of Amazon MSK. All have the name of the parameter that is to blame, where one is.

Source: https://docs.aws.amazon.com/msk/1.0/apireference/clusters.html and the other resources' pages.
"""

from weirmq.kernel.errors import ServiceError


def _error(code: str, status: int, parameter: str, message: str) -> ServiceError:
    return ServiceError(code, message, status=status, fields={"InvalidParameter": parameter} if parameter else None)


def bad(parameter: str, message: str) -> ServiceError:
    """A request that can't be, as it stands or in the state of the cluster."""
    return _error("BadRequestException", 400, parameter, message)


def not_found(parameter: str, message: str = "The requested resource doesn't exist.") -> ServiceError:
    """There is nothing of that name."""
    return _error("NotFoundException", 404, parameter, message)


def conflict(parameter: str, message: str) -> ServiceError:
    """There is one already."""
    return _error("ConflictException", 409, parameter, message)


def topic_exists(name: str) -> ServiceError:
    """There is a topic of that name."""
    return _error("TopicExistsException", 409, "topicName", f"Topic '{name}' already exists.")


def unknown_topic(name: str) -> ServiceError:
    """There is no topic of that name, where one is to be changed."""
    return _error("UnknownTopicOrPartitionException", 404, "topicName", f"The topic '{name}' does not exist.")


def refused_by_kafka(parameter: str, message: str) -> ServiceError:
    """What the brokers say no to."""
    return _error("KafkaRequestException", 400, parameter, message)


def unavailable(message: str) -> ServiceError:
    """The server can't do it now."""
    return ServiceError("ServiceUnavailableException", message, status=503, sender=False)


def bad_arn(parameter: str) -> ServiceError:
    """What is no ARN of that kind."""
    return bad(parameter, "One or more of the parameters are not valid: it must be the ARN of such a resource.")


def old_version(current: str) -> ServiceError:
    """Somebody has changed the resource meanwhile."""
    return bad(
        "currentVersion",
        f"This is not the current version, which is {current}. Describe the resource, and try again with its version.",
    )


def bad_token() -> ServiceError:
    """A NextToken that this operation didn't give out."""
    return bad("nextToken", "The token is invalid.")


def not_here(parameter: str, what: str) -> ServiceError:
    """Something of MSK that isn't there, so that nobody counts on it."""
    return bad(parameter, f"{what} Nothing was changed. See the service's README.")
