"""The errors of lease tables, in DynamoDB's words where it has such an error.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html, each operation's page,
and answers of DynamoDB.
"""

from typing import Any

from weirmq.kernel.errors import ServiceError

_INVALID = "One or more parameter values were invalid"


def validation(message: str) -> ServiceError:
    """A request that can't be."""
    return ServiceError("ValidationException", message)


def invalid(message: str) -> ServiceError:
    """A parameter that can't be, in the words of most of DynamoDB's refusals."""
    return validation(f"{_INVALID}: {message}")


def unsupported(what: str) -> ServiceError:
    """Something of DynamoDB that isn't there."""
    return validation(
        f"{what} is not supported: these are lease tables for the Kinesis Client Library, not DynamoDB."
        " See the service's README."
    )


def no_such_operation(name: str) -> ServiceError:
    """An operation of DynamoDB that isn't there."""
    return ServiceError(
        "UnsupportedOperation",
        f"{name} is not there: these are lease tables for the Kinesis Client Library, not DynamoDB."
        " See the service's README.",
        status=501,
    )


def no_such_table(name: str = "") -> ServiceError:
    """No table of this name; operations on items don't say which."""
    words = f": Table: {name} not found" if name else ""
    return ServiceError("ResourceNotFoundException", f"Requested resource not found{words}")


def no_such_index(name: str) -> ServiceError:
    """No index of this name, to a Query."""
    return validation(f"The table does not have the specified index: {name}")


def index_not_found() -> ServiceError:
    """No index of this name, to an UpdateTable."""
    return ServiceError("ResourceNotFoundException", "Requested resource not found")


def table_exists(name: str) -> ServiceError:
    """There is a table of this name."""
    return ServiceError("ResourceInUseException", f"Table already exists: {name}")


def too_many_tables(most: int) -> ServiceError:
    """The account has all the tables that it may have."""
    return ServiceError("LimitExceededException", f"Subscriber limit exceeded: Only {most} tables are allowed.")


def condition_failed(item: dict[str, Any] | None) -> ServiceError:
    """An item isn't as it was expected to be. `item` is shown if there is one."""
    fields = {"Item": item} if item else None
    return ServiceError("ConditionalCheckFailedException", CONDITION_FAILED, fields=fields)


CONDITION_FAILED = "The conditional request failed"


def transaction_cancelled(reasons: list[dict[str, Any]]) -> ServiceError:
    """Nothing of a transaction was done; `reasons` has an entry for each of its parts."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    return ServiceError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        fields={"CancellationReasons": reasons},
    )


def token_reused() -> ServiceError:
    """A ClientRequestToken came again with another request."""
    return ServiceError(
        "IdempotentParameterMismatchException",
        "The request uses the same client token as a previous, but non-identical request.",
    )


def wrong_key() -> ServiceError:
    """A key that hasn't exactly the attributes, of the kinds, that the table's keys have."""
    return validation("The provided key element does not match the schema")


def empty_key(name: str) -> ServiceError:
    """A key attribute with nothing in it."""
    return validation(
        "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty"
        f" string value. Key: {name}"
    )


def in_expression(kind: str, message: str) -> ServiceError:
    """What is wrong with an expression; `kind` is the parameter's name."""
    return validation(f"Invalid {kind}: {message}")
