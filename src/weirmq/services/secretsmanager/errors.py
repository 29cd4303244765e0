"""The errors of Secrets Manager, as AWS words them.

Source: https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html and each operation's page.
"""

from weirmq.kernel.errors import ServiceError


def parameter(message: str) -> ServiceError:
    """A parameter that can't be."""
    return ServiceError("InvalidParameterException", message)


def request(message: str) -> ServiceError:
    """A request that the state of the secret forbids."""
    return ServiceError("InvalidRequestException", message)


def limit(message: str) -> ServiceError:
    """More than an account or a secret can have."""
    return ServiceError("LimitExceededException", message)


def exists(message: str) -> ServiceError:
    """There is one already."""
    return ServiceError("ResourceExistsException", message)


def no_such_secret() -> ServiceError:
    """No secret of this name or ARN."""
    return ServiceError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")


def no_such_version(what: str, which: str) -> ServiceError:
    """The secret has no version of this id or with this label."""
    return ServiceError(
        "ResourceNotFoundException", f"Secrets Manager can't find the specified secret value for {what}: {which}"
    )


def is_deleted(done: str = "perform this operation on the secret because it was marked for deletion.") -> ServiceError:
    """The secret waits for its end."""
    return request(f"You can't {done}")


def bad_token() -> ServiceError:
    """A NextToken that this operation didn't give out."""
    return ServiceError("InvalidNextTokenException", "The NextToken value is invalid.")


def malformed_policy(reason: str) -> ServiceError:
    """A policy that is none."""
    return ServiceError("MalformedPolicyDocumentException", f"This resource policy is invalid: {reason}")


def public_policy() -> ServiceError:
    """A policy for everybody, which the caller wanted to be kept from."""
    return ServiceError(
        "PublicPolicyException",
        "The BlockPublicPolicy parameter is set to true, and the resource policy did not prevent broad access to the "
        "secret.",
    )


def missing(parameter_name: str) -> ServiceError:
    """Something of Secrets Manager that isn't there."""
    return parameter(f"{parameter_name} is not supported here. See the service's README.")


def no_such_operation(name: str) -> ServiceError:
    """An operation of Secrets Manager that isn't there."""
    message = (
        f"{name} is not there: this is the part of Secrets Manager that Amazon MSK needs. See the service's README."
    )
    return ServiceError("UnsupportedOperation", message, status=501)
