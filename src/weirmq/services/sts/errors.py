"""What STS refuses, and how it says so."""

from weirmq.kernel.errors import ServiceError


def unknown_access_key(access_key: str) -> ServiceError:
    """An access key that belongs to nobody here."""
    return ServiceError("ValidationException", f"The access key {access_key} does not belong to any account.")


def no_temporary_credentials(operation: str) -> ServiceError:
    """An operation on roles or temporary credentials, of which there are none."""
    return ServiceError(
        "UnknownOperationException",
        f"The operation {operation} is not supported: there are no roles and no temporary credentials here. "
        "Configure a user with an access key instead.",
    )
