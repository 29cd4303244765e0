"""ReceiveQueueRecords and ReceiveDeadLetterQueueRecords: what is next, at once or when it comes.

Source: botocore's model of Kinesis, whose documentation of queues is the only one.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from weirmq.engine.service import Call
from weirmq.engine.waiting import Wait
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.kinesis import errors, sequence
from weirmq.services.kinesis.limits import QUEUE_RECEIVED, QUEUE_WAIT_S
from weirmq.services.kinesis.queues.control import find
from weirmq.services.kinesis.queues.delivery import Delivery, Found
from weirmq.services.kinesis.queues.facts import RecordsReceived
from weirmq.services.kinesis.queues.model import Queue
from weirmq.services.kinesis.queues.receipts import Receipt, seal
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import (
    QueueRecord,
    ReceiveDeadLetterQueueRecordsInput,
    ReceiveDeadLetterQueueRecordsOutput,
    ReceiveQueueRecordsInput,
    ReceiveQueueRecordsOutput,
)

Input = ReceiveQueueRecordsInput | ReceiveDeadLetterQueueRecordsInput
Output = TypeVar("Output")


def receive_queue_records(
    service: Kinesis, call: Call, request: ReceiveQueueRecordsInput
) -> ReceiveQueueRecordsOutput | Wait:
    """Up to ten records. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:ReceiveQueueRecords")
    return _first(call, Receive(service, queue, request, ReceiveQueueRecordsOutput, is_dead=False))


def receive_dead_letter_queue_records(
    service: Kinesis, call: Call, request: ReceiveDeadLetterQueueRecordsInput
) -> ReceiveDeadLetterQueueRecordsOutput | Wait:
    """Up to ten dead letters. Raises ResourceNotFound."""
    queue = find(service, call, request.QueueARN, "kinesis:ReceiveDeadLetterQueueRecords")
    return _first(call, Receive(service, queue, request, ReceiveDeadLetterQueueRecordsOutput, is_dead=True))


def _first(call: Call, receive: "Receive[Output]") -> Output | Wait:
    answer = receive.attempt(call.now_ms)
    return receive.wait(call.now_ms) if answer is None else answer


class Receive(Generic[Output]):
    """One receive, attempted once or more often. `answer` makes the answer, with QueueRecords."""

    def __init__(
        self, service: Kinesis, queue: Queue, request: Input, answer: Callable[..., Output], *, is_dead: bool
    ) -> None:
        self._service = service
        self._queue = queue
        self._answer = answer
        self._is_dead = is_dead
        self._most = request.Limit or QUEUE_RECEIVED
        self._wait_s = request.WaitTimeSeconds or QUEUE_WAIT_S
        self._visibility_s = request.VisibilityTimeoutSeconds

    def wait(self, now_ms: int) -> Wait:
        """Go on trying until the time is over."""
        queue = self._queue
        key = queue.dead_key if self._is_dead else queue.live_key
        until_ms = now_ms + self._wait_s * SECOND_MS
        return Wait(key, until_ms, self.attempt, queue.deadlines.next_ms, self._answer(QueueRecords=[]))

    def attempt(self, now_ms: int) -> Output | None:
        """The answer; None where there is nothing yet. Raises ResourceNotFound, NoRoom, LogDamaged, LogFailed."""
        queue, queues = self._queue, self._service.machine.queues
        if queue.number not in queues.by_number:
            raise errors.no_such_queue(queue.arn)
        queues.advance(queue, now_ms)
        delivery = Delivery(self._service, queue, self._most, now_ms)
        if self._is_dead:
            delivery.again(queue.dead)
        else:
            delivery.again(queue.ready)
            delivery.fresh()
        if not delivery.found:
            return None
        visibility_s = queue.visibility_s if self._visibility_s is None else self._visibility_s
        again = [(found.shard.index, found.row[0]) for found in delivery.found if found.held is not None]
        self._service.draw_key(now_ms)
        records = [self._record(each, now_ms) for each in delivery.found]
        received = RecordsReceived(queue.number, now_ms + visibility_s * SECOND_MS, delivery.runs, again)
        self._service.commit(now_ms, received, urgent=False)
        return self._answer(QueueRecords=records)

    def _record(self, found: Found, now_ms: int) -> QueueRecord:
        """What the receiver gets of a record. This receive of it is about to be recorded."""
        queue, (shard, row, held) = self._queue, found
        offset, time_ms, key, value = row
        receives = held.receives + 1 if held is not None else 1
        receipt = Receipt(queue.number, shard.index, offset, receives, self._is_dead)
        return QueueRecord(
            ReceiptHandle=seal(self._service.machine.key, receipt),
            RecordId=sequence.number(shard.base, offset, time_ms),
            PartitionKey=key.decode() if key else None,
            Data=value,
            ApproximateArrivalTimestamp=Timestamp(time_ms),
            FirstReceiveTimestamp=Timestamp(held.first_received_ms if held is not None else now_ms),
            ReceiveCount=held.count + 1 if held is not None else 1,
        )
