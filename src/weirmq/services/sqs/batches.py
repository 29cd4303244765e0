"""Batches: up to ten entries, each of which succeeds or fails on its own.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-batch-api-actions.html
"""

import re
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from weirmq.kernel.errors import ServiceError
from weirmq.services.sqs import errors
from weirmq.services.sqs.limits import BATCH_ENTRIES, BATCH_ID_LETTERS
from weirmq.wire.aws.types.sqs import BatchResultErrorEntry

_ID: Final = rf"[A-Za-z0-9_-]{{1,{BATCH_ID_LETTERS}}}"
_IDS: Final = re.compile(rf"{_ID}(?:,{_ID})*")

# What an entry's failure calls the two errors whose JSON names differ from their Query codes.
_CODES: Final = {
    "InvalidParameterValueException": "InvalidParameterValue",
    "MissingRequiredParameterException": "MissingParameter",
}


class Entry(Protocol):
    """Every batch entry has an Id."""

    Id: str


E = TypeVar("E", bound=Entry)


def check(entries: Sequence[Entry], kind: type[Entry]) -> None:
    """Refuse a batch that is wrong as a whole. `kind` is what its entries are."""
    if not entries:
        raise errors.empty_batch(kind.__name__)
    if len(entries) > BATCH_ENTRIES:
        raise errors.too_many_entries(len(entries))
    ids = [entry.Id for entry in entries]
    joined = ",".join(ids)
    if _IDS.fullmatch(joined) is None or joined.count(",") != len(ids) - 1:
        raise errors.bad_batch_id()
    if len(set(ids)) < len(ids):
        raise errors.batch_ids_not_distinct(next(name for name in ids if ids.count(name) > 1))


def each(entries: Sequence[E], kind: type[E], act: Callable[[E], None]) -> list[BatchResultErrorEntry]:
    """Call `act` with each entry; returns the failures of those that it refused."""
    check(entries, kind)
    failed: list[BatchResultErrorEntry] = []
    for entry in entries:
        try:
            act(entry)
        except ServiceError as error:
            code = _CODES.get(error.code, error.code)
            failed.append(
                BatchResultErrorEntry(Id=entry.Id, SenderFault=error.sender, Code=code, Message=error.message)
            )
    return failed
