"""What a receiver does with a message: DeleteMessage, ChangeMessageVisibility, and their batches."""

from weirmq.engine.service import Call
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sqs import batches, errors
from weirmq.services.sqs.facts import MessagesDeleted, VisibilityChanged
from weirmq.services.sqs.limits import VISIBILITY_S
from weirmq.services.sqs.model import IN_FLIGHT, Queue
from weirmq.services.sqs.receipts import Receipt, unseal
from weirmq.services.sqs.receiving import check_visibility
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import (
    ChangeMessageVisibilityBatchRequest,
    ChangeMessageVisibilityBatchRequestEntry,
    ChangeMessageVisibilityBatchResult,
    ChangeMessageVisibilityBatchResultEntry,
    ChangeMessageVisibilityRequest,
    DeleteMessageBatchRequest,
    DeleteMessageBatchRequestEntry,
    DeleteMessageBatchResult,
    DeleteMessageBatchResultEntry,
    DeleteMessageRequest,
)


def delete_message(service: Sqs, call: Call, request: DeleteMessageRequest) -> None:
    """The message is done. One that is gone already is no error."""
    queue = service.find(call, request.QueueUrl, "sqs:DeleteMessage")
    receipt = _receipt(service, queue, request.ReceiptHandle)
    if _deletable(queue, receipt, request.ReceiptHandle):
        service.commit([MessagesDeleted(queue.number, [receipt.seq])], call.now_ms)


def delete_message_batch(service: Sqs, call: Call, request: DeleteMessageBatchRequest) -> DeleteMessageBatchResult:
    """Up to ten messages are done, recorded together."""
    queue = service.find(call, request.QueueUrl, "sqs:DeleteMessage")
    seqs: list[int] = []
    successful: list[DeleteMessageBatchResultEntry] = []

    def delete(entry: DeleteMessageBatchRequestEntry) -> None:
        receipt = _receipt(service, queue, entry.ReceiptHandle)
        if _deletable(queue, receipt, entry.ReceiptHandle):
            seqs.append(receipt.seq)
        successful.append(DeleteMessageBatchResultEntry(Id=entry.Id))

    failed = batches.each(request.Entries, DeleteMessageBatchRequestEntry, delete)
    if seqs:
        service.commit([MessagesDeleted(queue.number, seqs)], call.now_ms)
    return DeleteMessageBatchResult(Successful=successful, Failed=failed)


def change_message_visibility(service: Sqs, call: Call, request: ChangeMessageVisibilityRequest) -> None:
    """The message in flight becomes visible so many seconds from now."""
    queue = service.find(call, request.QueueUrl, "sqs:ChangeMessageVisibility")
    change = _change(service, call, queue, request.ReceiptHandle, request.VisibilityTimeout)
    service.commit([change], call.now_ms, urgent=False)


def change_message_visibility_batch(
    service: Sqs, call: Call, request: ChangeMessageVisibilityBatchRequest
) -> ChangeMessageVisibilityBatchResult:
    """The same for up to ten messages."""
    queue = service.find(call, request.QueueUrl, "sqs:ChangeMessageVisibility")
    changes: list[VisibilityChanged] = []
    successful: list[ChangeMessageVisibilityBatchResultEntry] = []

    def change(entry: ChangeMessageVisibilityBatchRequestEntry) -> None:
        if entry.VisibilityTimeout is None:
            raise errors.missing("VisibilityTimeout")
        changes.append(_change(service, call, queue, entry.ReceiptHandle, entry.VisibilityTimeout))
        successful.append(ChangeMessageVisibilityBatchResultEntry(Id=entry.Id))

    failed = batches.each(request.Entries, ChangeMessageVisibilityBatchRequestEntry, change)
    if changes:
        service.commit(changes, call.now_ms, urgent=False)
    return ChangeMessageVisibilityBatchResult(Successful=successful, Failed=failed)


def _receipt(service: Sqs, queue: Queue, handle: str) -> Receipt:
    """What a handle of this queue stands for. Raises ReceiptHandleIsInvalid."""
    receipt = unseal(service.receipt_key, handle)
    if receipt is None or receipt.queue != queue.number or receipt.seq >= queue.next_seq:
        raise errors.invalid_receipt_handle(handle)
    return receipt


def _deletable(queue: Queue, receipt: Receipt, handle: str) -> bool:
    """Whether the message is still there. Raises where a FIFO queue's handle has expired.

    A handle may count more receives than the message: the receive itself needn't have survived a crash, its message
    did.
    """
    message = queue.messages.get(receipt.seq)
    if message is None:
        return False
    if queue.settings.is_fifo and (
        receipt.receive_count < message.receive_count
        or (receipt.receive_count == message.receive_count and message.state != IN_FLIGHT)
    ):
        raise errors.bad_parameter(handle, "ReceiptHandle", "The receipt handle has expired.")
    return True


def _change(service: Sqs, call: Call, queue: Queue, handle: str, visibility_s: int) -> VisibilityChanged:
    check_visibility(visibility_s)
    receipt = _receipt(service, queue, handle)
    message = queue.messages.get(receipt.seq)
    if message is None:
        raise errors.bad_parameter(
            handle, "ReceiptHandle", "Message does not exist or is not available for visibility timeout change."
        )
    if message.state != IN_FLIGHT:
        raise errors.not_in_flight()
    if queue.settings.is_fifo and receipt.receive_count < message.receive_count:
        raise errors.bad_parameter(handle, "ReceiptHandle", "The receipt handle has expired.")
    visible_at_ms = call.now_ms + visibility_s * SECOND_MS
    if visible_at_ms > message.received_ms + VISIBILITY_S * SECOND_MS:
        raise errors.bad_parameter(
            visibility_s,
            "VisibilityTimeout",
            f"Total VisibilityTimeout for the message is beyond the limit [{VISIBILITY_S} seconds]",
        )
    return VisibilityChanged(queue.number, [receipt.seq], visible_at_ms)
