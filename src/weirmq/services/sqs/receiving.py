"""ReceiveMessage: what is next, at once or when it comes."""

from typing import Final

from weirmq.engine.service import Call
from weirmq.engine.waiting import Wait
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sqs import contents, delivery, errors
from weirmq.services.sqs.facts import Attribute, MessagesDeleted, MessageSent, MessagesReceived, VisibilityChanged
from weirmq.services.sqs.limits import (
    FIFO_IN_FLIGHT,
    GROUP_ID_LETTERS,
    RECEIVED_AT_ONCE,
    STANDARD_IN_FLIGHT,
    VISIBILITY_S,
    WAIT_S,
)
from weirmq.services.sqs.model import IN_FLIGHT, Queue
from weirmq.services.sqs.receipts import seal
from weirmq.services.sqs.sending import sequence_number
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import Message, MessageAttributeValue, ReceiveMessageRequest, ReceiveMessageResult

SYSTEM_ATTRIBUTES: Final = frozenset(
    {
        "SenderId",
        "SentTimestamp",
        "ApproximateReceiveCount",
        "ApproximateFirstReceiveTimestamp",
        "SequenceNumber",
        "MessageDeduplicationId",
        "MessageGroupId",
        "AWSTraceHeader",
        "DeadLetterQueueSourceArn",
    }
)

BURIED_AT_ONCE: Final = 50  # dead letters that one attempt moves: about 5 ms. There may be a backlog of them

_NO_NAMES: Final[frozenset[str]] = frozenset()


def receive_message(service: Sqs, call: Call, request: ReceiveMessageRequest) -> ReceiveMessageResult | Wait:
    """Up to ten messages. Raises OverLimit, and for every parameter out of its range."""
    queue = service.find(call, request.QueueUrl, "sqs:ReceiveMessage")
    wait_s = queue.settings.wait_time_s if request.WaitTimeSeconds is None else request.WaitTimeSeconds
    if not 0 <= wait_s <= WAIT_S:
        raise errors.bad_parameter(wait_s, "WaitTimeSeconds", f"Must be >= 0 and <= {WAIT_S}, if provided.")
    receive = Receive(service, queue, request, waits=wait_s > 0)
    service.draw_receipt_key(call.now_ms)
    answer = receive.attempt(call.now_ms)
    if answer is not None:
        return answer
    if not wait_s:
        return ReceiveMessageResult()
    until_ms = call.now_ms + wait_s * SECOND_MS
    return Wait(queue.number, until_ms, receive.attempt, receive.next_ms, ReceiveMessageResult())


class Receive:
    """One receive, attempted once or more often."""

    def __init__(self, service: Sqs, queue: Queue, request: ReceiveMessageRequest, *, waits: bool) -> None:
        self._service = service
        self._waits = waits
        self._now_ms = 0  # of the latest attempt
        self._is_burying = False  # it moved as many dead letters as it may, and left others
        self._queue = queue
        self._most = _most(request.MaxNumberOfMessages)
        self._visibility_s = request.VisibilityTimeout
        if self._visibility_s is not None:
            check_visibility(self._visibility_s)
        self._names = request.MessageAttributeNames or ()
        self._system = _system_names(request)
        self._attempt_id = request.ReceiveRequestAttemptId
        if self._attempt_id is not None:
            _check_attempt_id(queue, self._attempt_id)

    def attempt(self, now_ms: int) -> ReceiveMessageResult | None:
        """The answer; None where there is nothing yet. Raises QueueDoesNotExist, OverLimit, NoRoom."""
        queue, machine = self._queue, self._service.machine
        self._now_ms = now_ms
        if queue.number not in machine.queues:
            raise errors.no_such_queue()
        machine.advance(queue, now_ms)
        if queue.is_behind:
            return None
        visibility_s = queue.settings.visibility_timeout_s if self._visibility_s is None else self._visibility_s
        visible_at_ms = now_ms + visibility_s * SECOND_MS
        seqs = self._again(visible_at_ms, now_ms)
        if seqs is None:
            seqs = self._take(now_ms)
            if not seqs:
                return None
            received = MessagesReceived(queue.number, seqs, visible_at_ms, self._attempt_id)
            try:
                messages = [self._message(seq, 1, now_ms) for seq in seqs]
                self._service.commit([received], now_ms, urgent=False)
            except Exception:  # no room, or a message that can't be read: the others must not be lost with it
                delivery.give_back(queue, seqs)
                raise
            return ReceiveMessageResult(Messages=messages)
        return ReceiveMessageResult(Messages=[self._message(seq, 0, now_ms) for seq in seqs])

    def next_ms(self) -> int | None:
        """When time alone may bring a message."""
        queue, machine = self._queue, self._service.machine
        if queue.number in machine.queues and (queue.is_behind or self._is_burying):
            return self._now_ms
        return machine.next_visible_ms(queue)

    def _again(self, visible_at_ms: int, now_ms: int) -> list[int] | None:
        """The messages of an earlier receive with the same attempt id, where nobody touched them since."""
        queue = self._queue
        known = queue.attempts.get(self._attempt_id) if self._attempt_id is not None else None
        if known is None or known.visible_at_ms <= now_ms:
            return None
        for seq in known.seqs:
            message = queue.messages.get(seq)
            if message is None or message.state != IN_FLIGHT or message.visible_at_ms != known.visible_at_ms:
                return None
        again = VisibilityChanged(queue.number, known.seqs, visible_at_ms, self._attempt_id)
        self._service.commit([again], now_ms, urgent=False)
        return known.seqs

    def _take(self, now_ms: int) -> list[int]:
        """The messages to hand out. Those that were received too often go to the dead-letter queue on the way, a slice
        of them at a time.
        """
        queue = self._queue
        self._is_burying = False
        most = min(self._most, self._room())
        redrive = queue.settings.redrive
        target = self._service.machine.by_arn.get(redrive.dead_letter_arn) if redrive is not None else None
        seqs = delivery.take(queue, most)
        if redrive is None or target is None:
            return seqs
        taken: list[int] = []
        buried = 0
        while seqs:
            dead = [seq for seq in seqs if queue.messages[seq].receive_count >= redrive.max_receive_count]
            taken += [seq for seq in seqs if queue.messages[seq].receive_count < redrive.max_receive_count]
            if not dead:
                break
            try:
                self._bury(dead, target, now_ms)
            except Exception:
                delivery.give_back(queue, dead + taken)
                raise
            buried += len(dead)
            if buried >= BURIED_AT_ONCE:
                self._is_burying = True
                break
            seqs = delivery.take(queue, most - len(taken))
        return taken

    def _room(self) -> int:
        """How many more messages may be in flight. Raises OverLimit for a short poll of a standard queue.

        A long poll waits instead, and a FIFO queue has nothing
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html).
        """
        queue = self._queue
        limit = FIFO_IN_FLIGHT if queue.settings.is_fifo else STANDARD_IN_FLIGHT
        room = limit - queue.in_flight
        if room <= 0 and not (self._waits or queue.settings.is_fifo):
            raise errors.over_limit()
        return max(0, room)

    def _bury(self, dead: list[int], target: Queue, now_ms: int) -> None:
        """Move messages to the dead-letter queue, in one commit.

        A standard queue's dead letters keep the time of their first queue, a FIFO queue's start anew
        (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html).
        """
        queue = self._queue
        letters: list[MessageSent] = []
        for seq in dead:
            sent = self._service.read(queue, seq)
            sent_ms = 0 if target.settings.is_fifo else queue.messages[seq].sent_ms
            letters.append(moved(sent, target, target.next_seq + len(letters), sent_ms, queue.arn, now_ms))
        self._service.commit([MessagesDeleted(queue.number, dead), *letters], now_ms)

    def _message(self, seq: int, more: int, now_ms: int) -> Message:
        """What the receiver gets of a message. `more` receives of it are about to be recorded."""
        service, queue = self._service, self._queue
        message = queue.messages[seq]
        sent = service.read(queue, seq)
        body, body_md5 = sent.body, sent.body_md5
        if not body_md5:
            body = service.handover.finish(sent.finisher, body) if sent.finisher else body
            body_md5 = contents.md5_of_text(body.encode())
        count = message.receive_count + more
        answer = Message(
            MessageId=sent.message_id,
            ReceiptHandle=seal(service.receipt_key, queue.number, seq, count),
            MD5OfBody=body_md5,
            Body=body,
        )
        if sent.attributes and self._names:
            chosen = contents.chosen(sent.attributes, self._names)
            if chosen:
                answer.MessageAttributes = {name: _value(attribute) for name, attribute in chosen.items()}
                whole = len(chosen) == len(sent.attributes)
                answer.MD5OfMessageAttributes = sent.attributes_md5 if whole else contents.md5_of_attributes(chosen)
        if self._system:
            answer.Attributes = self._system_attributes(sent, seq, count, message.first_received_ms or now_ms)
        return answer

    def _system_attributes(self, sent: MessageSent, seq: int, count: int, first_received_ms: int) -> dict[str, str]:
        is_fifo = self._queue.settings.is_fifo
        values = {
            "SenderId": sent.sender,
            "SentTimestamp": str(self._queue.messages[seq].sent_ms),
            "ApproximateReceiveCount": str(count),
            "ApproximateFirstReceiveTimestamp": str(first_received_ms),
            "SequenceNumber": sequence_number(seq) if is_fifo else None,
            "MessageDeduplicationId": sent.deduplication_id,
            "MessageGroupId": sent.group,
            "AWSTraceHeader": sent.trace_header,
            "DeadLetterQueueSourceArn": sent.dead_letter_source,
        }
        return {name: value for name, value in values.items() if value is not None and name in self._system}


def moved(sent: MessageSent, target: Queue, seq: int, sent_ms: int, source: str | None, now_ms: int) -> MessageSent:
    """The same message in another queue. `sent_ms` 0 makes it start anew; `source` is there for a dead letter.

    A FIFO queue's delay holds for it as well: it would overtake those of its group that are delayed.
    """
    delay_s = target.settings.delay_s if target.settings.is_fifo else 0
    return MessageSent(
        target.number,
        seq,
        sent.message_id,
        sent.body,
        sent.body_md5,
        sent.sender,
        sent.attributes,
        sent.attributes_md5,
        sent.trace_header,
        sent.group,
        sent.deduplication_id,
        None,
        now_ms + delay_s * SECOND_MS if delay_s else 0,
        sent_ms,
        source,
        sent.finisher,
    )


def check_visibility(visibility_s: int) -> None:
    """Raises InvalidParameterValueException for a timeout out of range."""
    if not 0 <= visibility_s <= VISIBILITY_S:
        raise errors.bad_parameter(
            visibility_s, "VisibilityTimeout", f"Must be >= 0 and <= {VISIBILITY_S}, if provided."
        )


def _most(given: int | None) -> int:
    if given is None:
        return 1
    if not 1 <= given <= RECEIVED_AT_ONCE:
        raise errors.bad_parameter(
            given, "MaxNumberOfMessages", f"Must be between 1 and {RECEIVED_AT_ONCE}, if provided."
        )
    return given


def _system_names(request: ReceiveMessageRequest) -> frozenset[str]:
    """The system attributes asked for, by the old member or the new one."""
    if not (request.AttributeNames or request.MessageSystemAttributeNames):
        return _NO_NAMES
    names = {*(request.AttributeNames or ()), *(request.MessageSystemAttributeNames or ())}
    if "All" in names:
        return SYSTEM_ATTRIBUTES
    for name in names:
        if name not in SYSTEM_ATTRIBUTES:
            raise errors.unknown_attribute(name)
    return frozenset(names)


def _check_attempt_id(queue: Queue, attempt_id: str) -> None:
    if not queue.settings.is_fifo:
        raise errors.bad_parameter(
            attempt_id,
            "ReceiveRequestAttemptId",
            "The request include parameter that is not valid for this queue type.",
        )
    if not 1 <= len(attempt_id) <= GROUP_ID_LETTERS or not (attempt_id.isascii() and attempt_id.isprintable()):
        raise errors.bad_parameter(
            attempt_id,
            "ReceiveRequestAttemptId",
            f"ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to {GROUP_ID_LETTERS}"
            " in length.",
        )


def _value(attribute: Attribute) -> MessageAttributeValue:
    return MessageAttributeValue(
        DataType=attribute.data_type, StringValue=attribute.string, BinaryValue=attribute.binary
    )
