"""What a receiver does with records: acknowledge them, change when they are visible, restore dead letters.

Each entry of a request is judged alone. Those that are done are recorded together.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from weirmq.engine.service import Call
from weirmq.kernel.clock import SECOND_MS
from weirmq.kernel.errors import ServiceError
from weirmq.services.kinesis import errors
from weirmq.services.kinesis.queues.control import find
from weirmq.services.kinesis.queues.facts import (
    Place,
    RecordsAcknowledged,
    RecordsRestored,
    RecordsVisibilityChanged,
)
from weirmq.services.kinesis.queues.model import Queue
from weirmq.services.kinesis.queues.receipts import Receipt, unseal
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.types import kinesis as wire


class _Entry(Protocol):
    @property
    def ReceiptHandle(self) -> str: ...  # noqa: N802 - AWS's name


E = TypeVar("E", bound=_Entry)
Output = TypeVar("Output")

Result = tuple[list[str], list[dict[str, Any]]]
"""The handles of entries that can be done, and the fields of the error entries of the others."""


def acknowledge_queue_records(
    service: Kinesis, call: Call, request: wire.AcknowledgeQueueRecordsInput
) -> wire.AcknowledgeQueueRecordsOutput:
    """The records are done. One that is gone already is no error. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:AcknowledgeQueueRecords")
    return _answer(
        wire.AcknowledgeQueueRecordsOutput,
        wire.AcknowledgeQueueRecordsResultEntry,
        wire.AcknowledgeQueueRecordsErrorEntry,
        _acknowledge(service, call, queue, request.Entries, is_dead=False),
    )


def acknowledge_dead_letter_queue_records(
    service: Kinesis, call: Call, request: wire.AcknowledgeDeadLetterQueueRecordsInput
) -> wire.AcknowledgeDeadLetterQueueRecordsOutput:
    """The same of dead letters: they are discarded. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:AcknowledgeDeadLetterQueueRecords")
    return _answer(
        wire.AcknowledgeDeadLetterQueueRecordsOutput,
        wire.AcknowledgeDeadLetterQueueRecordsResultEntry,
        wire.AcknowledgeDeadLetterQueueRecordsErrorEntry,
        _acknowledge(service, call, queue, request.Entries, is_dead=True),
    )


def _acknowledge(service: Kinesis, call: Call, queue: Queue, entries: Sequence[E], *, is_dead: bool) -> Result:
    records: list[Place] = []

    def acknowledge(entry: E) -> None:
        receipt = _receipt(service, queue, entry.ReceiptHandle, is_dead=is_dead)
        shard, offset = receipt.shard, receipt.offset
        held = queue.held(shard, offset)
        if is_dead and held is not None and not held.is_dead:
            raise errors.not_found("The record is no dead letter: it was restored.")
        if held is not None or _is_ahead(service, queue, shard, offset):
            records.append((shard, offset))

    result = _each(entries, acknowledge)
    if records:
        service.commit(call.now_ms, RecordsAcknowledged(queue.number, records))
    return result


def _is_ahead(service: Kinesis, queue: Queue, index: int, offset: int) -> bool:
    """Whether a record, for which there is a handle, wasn't received: the receive needn't have survived a crash. The
    record itself has, but for a disk that wasn't synced.
    """
    shard = queue.stream.shards.get(index)
    return shard is not None and queue.position(index) <= offset < service.log(shard).readable


def update_queue_records_visibility(
    service: Kinesis, call: Call, request: wire.UpdateQueueRecordsVisibilityInput
) -> wire.UpdateQueueRecordsVisibilityOutput:
    """The records in flight become visible so many seconds from now. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:UpdateQueueRecordsVisibility")
    return _answer(
        wire.UpdateQueueRecordsVisibilityOutput,
        wire.UpdateQueueRecordsVisibilityResultEntry,
        wire.UpdateQueueRecordsVisibilityErrorEntry,
        _change(service, call, queue, request.Entries, is_dead=False),
    )


def update_dead_letter_queue_records_visibility(
    service: Kinesis, call: Call, request: wire.UpdateDeadLetterQueueRecordsVisibilityInput
) -> wire.UpdateDeadLetterQueueRecordsVisibilityOutput:
    """The same of dead letters. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:UpdateDeadLetterQueueRecordsVisibility")
    return _answer(
        wire.UpdateDeadLetterQueueRecordsVisibilityOutput,
        wire.UpdateDeadLetterQueueRecordsVisibilityResultEntry,
        wire.UpdateDeadLetterQueueRecordsVisibilityErrorEntry,
        _change(service, call, queue, request.Entries, is_dead=True),
    )


Change = wire.UpdateQueueRecordsVisibilityRequestEntry | wire.UpdateDeadLetterQueueRecordsVisibilityRequestEntry


def _change(service: Kinesis, call: Call, queue: Queue, entries: Sequence[Change], *, is_dead: bool) -> Result:
    records: list[Place] = []
    times: list[int] = []

    def change(entry: Change) -> None:
        receipt = _receipt(service, queue, entry.ReceiptHandle, is_dead=is_dead)
        held = queue.held(receipt.shard, receipt.offset)
        if held is None:
            raise errors.not_found("The record is no longer in the queue.")
        is_latest = receipt.receives >= held.receives and held.is_dead == is_dead
        if not (is_latest and queue.is_in_flight(receipt.shard, receipt.offset)):
            raise errors.invalid("The receipt handle has expired: the record is visible again, or was received again.")
        records.append((receipt.shard, receipt.offset))
        times.append(call.now_ms + entry.VisibilityTimeoutSeconds * SECOND_MS)

    result = _each(entries, change)
    if records:
        service.commit(call.now_ms, RecordsVisibilityChanged(queue.number, records, times), urgent=False)
    return result


def restore_dead_letter_queue_records(
    service: Kinesis, call: Call, request: wire.RestoreDeadLetterQueueRecordsInput
) -> wire.RestoreDeadLetterQueueRecordsOutput:
    """Dead letters are to be received again, as if for the first time. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:RestoreDeadLetterQueueRecords")
    records: list[Place] = []

    def restore(entry: wire.RestoreDeadLetterQueueRecordsRequestEntry) -> None:
        receipt = _receipt(service, queue, entry.ReceiptHandle, is_dead=True)
        held = queue.held(receipt.shard, receipt.offset)
        if held is None or not held.is_dead:
            raise errors.not_found("The record is no dead letter of the queue any more.")
        records.append((receipt.shard, receipt.offset))

    successful, failed = _each(request.Entries, restore)
    if records:
        service.commit(call.now_ms, RecordsRestored(queue.number, records))
    return wire.RestoreDeadLetterQueueRecordsOutput(
        Successful=[wire.RestoreDeadLetterQueueRecordsResultEntry(ReceiptHandle=handle) for handle in successful],
        Failed=[wire.RestoreDeadLetterQueueRecordsErrorEntry(**fields) for fields in failed],
    )


def _answer(
    output: Callable[..., Output], done: Callable[..., Any], error: Callable[..., Any], result: Result
) -> Output:
    """The answer, of these shapes."""
    successful, failed = result
    return output(
        Successful=[done(ReceiptHandle=handle) for handle in successful], Failed=[error(**fields) for fields in failed]
    )


def _each(entries: Sequence[E], do: Callable[[E], None]) -> Result:
    """Look at each entry."""
    successful: list[str] = []
    failed: list[dict[str, Any]] = []
    for entry in entries:
        handle = entry.ReceiptHandle
        try:
            do(entry)
        except ServiceError as error:
            failed.append({"ReceiptHandle": handle, "ErrorCode": error.code, "ErrorMessage": error.message})
        else:
            successful.append(handle)
    return successful, failed


def _receipt(service: Kinesis, queue: Queue, handle: str, *, is_dead: bool) -> Receipt:
    """What a handle of this queue stands for. Raises InvalidArgument."""
    receipt = unseal(service.machine.key, handle)
    if receipt is None or receipt.queue != queue.number:
        raise errors.invalid("The receipt handle is not one of this queue.")
    if receipt.is_dead != is_dead:
        kind = "ReceiveDeadLetterQueueRecords" if is_dead else "ReceiveQueueRecords"
        raise errors.invalid(f"The receipt handle was not returned by {kind}.")
    return receipt
