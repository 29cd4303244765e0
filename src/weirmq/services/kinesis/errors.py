"""The errors of Kinesis, as AWS words them.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html and each operation's page.
"""

from datetime import UTC, datetime
from typing import Final

from weirmq.kernel.errors import ServiceError

THROTTLED: Final = "ProvisionedThroughputExceededException"


def invalid(message: str) -> ServiceError:
    """An argument that can't be, as it stands in the request or in the state of the stream."""
    return ServiceError("InvalidArgumentException", message)


def validation(message: str) -> ServiceError:
    """A request that the model or the stream's mode forbids."""
    return ServiceError("ValidationException", message)


def constraint(value: object, member: str, rule: str) -> ServiceError:
    """A member that breaks a rule of the model."""
    return validation(f"1 validation error detected: Value {value} at '{member}' failed to satisfy constraint: {rule}")


def missing(member: str) -> ServiceError:
    """A member that must be there."""
    return constraint("null", member, "Member must not be null")


def limit(message: str) -> ServiceError:
    """More than an account or a stream can have."""
    return ServiceError("LimitExceededException", message)


def in_use(message: str) -> ServiceError:
    """There is one already, or it isn't in a state for this."""
    return ServiceError("ResourceInUseException", message)


def not_found(message: str) -> ServiceError:
    """There is nothing of that name."""
    return ServiceError("ResourceNotFoundException", message)


def not_active(stream: str, account: str, status: str) -> ServiceError:
    """The stream is in a state in which nothing can be changed."""
    return in_use(f"Stream {stream} under account {account} not ACTIVE, instead in state {status}")


def throttled(shard_id: str, stream: str, account: str) -> ServiceError:
    """More than a shard takes or gives in a second."""
    return ServiceError(THROTTLED, rate_exceeded(shard_id, stream, account))


def rate_exceeded(shard_id: str, stream: str, account: str) -> str:
    """The words for it, which PutRecords has for each record."""
    return f"Rate exceeded for shard {shard_id} in stream {stream} under account {account}."


def no_such_stream(name: str, account: str) -> ServiceError:
    """No stream of this name."""
    return not_found(f"Stream {name} under account {account} not found.")


def no_such_shard(shard_id: str, stream: str, account: str) -> ServiceError:
    """No shard of this id."""
    return not_found(f"Could not find shard {shard_id} in stream {stream} under account {account}.")


def no_such_consumer(name: str, account: str) -> ServiceError:
    """No consumer of this name or ARN."""
    return not_found(f"Consumer {name} under account {account} not found.")


def no_such_queue(arn: str) -> ServiceError:
    """No queue of this ARN."""
    return not_found(f"Queue {arn} not found.")


def dry_run() -> ServiceError:
    """All was well, and nothing was done, as the caller asked."""
    return ServiceError("DryRunOperationException", "The request would have succeeded, but the DryRun flag is set.")


def expired_iterator(created_ms: int, now_ms: int, tolerated_ms: int) -> ServiceError:
    """An iterator that is too old."""
    return ServiceError(
        "ExpiredIteratorException",
        f"Iterator expired. The iterator was created at time {_date(created_ms)} while right now it is"
        f" {_date(now_ms)} which is further in the future than the tolerated delay of {tolerated_ms} milliseconds.",
    )


def expired_token() -> ServiceError:
    """A NextToken that is too old."""
    return ServiceError("ExpiredNextTokenException", "NextToken expired. Start again without it.")


def bad_token() -> ServiceError:
    """A NextToken that this operation didn't give out."""
    return invalid("NextToken is invalid.")


def _date(ms: int) -> str:
    """As Java prints a date: `Thu Jan 22 01:22:02 UTC 2015`. AWS's texts are English whatever the machine's locale."""
    when = datetime.fromtimestamp(ms // 1000, UTC)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day} {months[when.month - 1]} {when:%d %H:%M:%S} UTC {when:%Y}"
