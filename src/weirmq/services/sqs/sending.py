"""SendMessage and SendMessageBatch."""

from typing import Final

from msgspec import structs

from weirmq.engine.service import Call
from weirmq.kernel.clock import SECOND_MS
from weirmq.kernel.ids import uuids
from weirmq.services.sqs import batches, contents, errors
from weirmq.services.sqs.facts import Attribute, MessageSent
from weirmq.services.sqs.limits import BATCH_ENTRIES, DELAY_S, MAX_MESSAGE_BYTES
from weirmq.services.sqs.model import Queue, Scoped
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import (
    SendMessageBatchRequest,
    SendMessageBatchRequestEntry,
    SendMessageBatchResult,
    SendMessageBatchResultEntry,
    SendMessageRequest,
    SendMessageResult,
)

_WRONG_TYPE: Final = "The request include parameter that is not valid for this queue type."
# Twenty digits that grow, as AWS's do (SequenceNumber).
_FIRST_SEQUENCE: Final = 18_800_000_000_000_000_000
_SEQUENCE_STEP: Final = 256
_NO_ATTRIBUTES: Final[dict[str, Attribute]] = {}


def sequence_number(seq: int) -> str:
    """The SequenceNumber of a FIFO queue's message."""
    return str(_FIRST_SEQUENCE + seq * _SEQUENCE_STEP)


def send_message(service: Sqs, call: Call, request: SendMessageRequest) -> SendMessageResult:
    """One message into one queue."""
    queue = service.find(call, request.QueueUrl, "sqs:SendMessage")
    drafts = Drafts(service, call, queue, 1)
    sent = drafts.add(request)
    service.journal.commit(service.machine, drafts.facts, call.now_ms)
    return SendMessageResult(
        MessageId=sent.message_id,
        MD5OfMessageBody=sent.body_md5,
        MD5OfMessageAttributes=sent.attributes_md5,
        MD5OfMessageSystemAttributes=_md5_of_trace_header(sent.trace_header) if sent.trace_header else None,
        SequenceNumber=sequence_number(sent.seq) if queue.settings.is_fifo else None,
    )


def send_message_batch(service: Sqs, call: Call, request: SendMessageBatchRequest) -> SendMessageBatchResult:
    """Up to ten messages into one queue, recorded together."""
    queue = service.find(call, request.QueueUrl, "sqs:SendMessage")
    drafts = Drafts(service, call, queue, min(len(request.Entries), BATCH_ENTRIES))
    successful: list[SendMessageBatchResultEntry] = []
    is_fifo = queue.settings.is_fifo

    def send(entry: SendMessageBatchRequestEntry) -> None:
        sent = drafts.add(entry)
        successful.append(
            SendMessageBatchResultEntry(
                Id=entry.Id,
                MessageId=sent.message_id,
                MD5OfMessageBody=sent.body_md5,
                MD5OfMessageAttributes=sent.attributes_md5,
                MD5OfMessageSystemAttributes=_md5_of_trace_header(sent.trace_header) if sent.trace_header else None,
                SequenceNumber=sequence_number(sent.seq) if is_fifo else None,
            )
        )

    failed = batches.each(request.Entries, SendMessageBatchRequestEntry, send)
    if drafts.size > MAX_MESSAGE_BYTES:
        raise errors.batch_too_long(drafts.size)
    if drafts.facts:
        service.journal.commit(service.machine, drafts.facts, call.now_ms)
    return SendMessageBatchResult(Successful=successful, Failed=failed)


def _md5_of_trace_header(trace_header: str) -> str:
    return contents.md5_of_attributes({contents.TRACE_HEADER: Attribute("String", string=trace_header)})


class Drafts:
    """The messages of one request, up to `most`, checked and numbered, to be committed together. `size` is in bytes."""

    __slots__ = ("_first_seq", "_fresh", "_ids", "_now_ms", "_queue", "_sender", "_settings", "facts", "size")

    def __init__(self, service: Sqs, call: Call, queue: Queue, most: int) -> None:
        self.facts: list[MessageSent] = []
        self.size = 0
        self._now_ms = call.now_ms
        self._sender = call.caller.user_id
        self._queue = queue
        self._settings = queue.settings
        self._first_seq = queue.next_seq
        self._ids = uuids(service.entropy, most)
        self._fresh: dict[Scoped, MessageSent] = {}

    def add(self, request: SendMessageRequest | SendMessageBatchRequestEntry) -> MessageSent:
        """What was sent: for a duplicate, with the number and id of the first. Raises ServiceError."""
        settings = self._settings
        text = request.MessageBody
        if not text:
            raise errors.missing("MessageBody")
        body = contents.check_text(text)
        size = len(body)
        attributes, attributes_md5 = _NO_ATTRIBUTES, None
        if request.MessageAttributes:
            attributes = contents.attributes_of(request.MessageAttributes)
            attributes_md5 = contents.md5_of_attributes(attributes)
            size += contents.size_of(attributes)
        self.size += size
        if size > settings.max_message_bytes:
            raise errors.message_too_long(settings.max_message_bytes)
        system, group = request.MessageSystemAttributes, request.MessageGroupId
        deduplication_id = scope = None
        delay_s = settings.delay_s
        if settings.is_fifo:
            deduplication_id = self._deduplication_id(request, body)
            scope = group or "" if settings.deduplication_by_group else ""
        else:
            if group is not None or request.MessageDeduplicationId is not None:
                _check_standard(request)
            if request.DelaySeconds is not None:
                delay_s = _checked_delay(request.DelaySeconds)
        index = len(self.facts)
        sent = MessageSent(
            self._queue.number,
            self._first_seq + index,
            self._ids[index],
            text,
            contents.md5_of_text(body),
            self._sender,
            attributes,
            attributes_md5,
            contents.trace_header_of(system) if system else None,
            group,
            deduplication_id,
            scope,
            self._now_ms + delay_s * SECOND_MS if delay_s else 0,
        )
        if scope is not None and (first := self._first(sent)) is not None:
            return first
        self.facts.append(sent)
        return sent

    def _first(self, sent: MessageSent) -> MessageSent | None:
        """What is answered in the place of a duplicate: itself, with the number and id of the first of its kind."""
        scoped = (sent.deduplicate_in or "", sent.deduplication_id or "")
        first = self._queue.duplicate(scoped, self._now_ms) or self._fresh.get(scoped)
        if first is None:
            self._fresh[scoped] = sent
            return None
        return structs.replace(sent, seq=first.seq, message_id=first.message_id)

    def _deduplication_id(self, request: SendMessageRequest | SendMessageBatchRequestEntry, body: bytes) -> str:
        """What a FIFO queue takes: a group, a deduplication id or one made of the body, and no delay of its own."""
        if request.MessageGroupId is None:
            raise errors.missing("MessageGroupId")
        contents.check_token("MessageGroupId", request.MessageGroupId)
        if request.DelaySeconds:
            raise errors.bad_parameter(request.DelaySeconds, "DelaySeconds", _WRONG_TYPE)
        if request.MessageDeduplicationId is not None:
            contents.check_token("MessageDeduplicationId", request.MessageDeduplicationId)
            return request.MessageDeduplicationId
        if not self._queue.settings.content_based_deduplication:
            raise errors.no_deduplication_id()
        return contents.sha256_of_text(body)


def _checked_delay(delay_s: int) -> int:
    if not 0 <= delay_s <= DELAY_S:
        raise errors.bad_parameter(delay_s, "DelaySeconds", f"DelaySeconds must be >= 0 and <= {DELAY_S}.")
    return delay_s


def _check_standard(request: SendMessageRequest | SendMessageBatchRequestEntry) -> None:
    """What a standard queue takes: a group, which makes it fair, and no deduplication id."""
    if request.MessageDeduplicationId is not None:
        raise errors.bad_parameter(request.MessageDeduplicationId, "MessageDeduplicationId", _WRONG_TYPE)
    if request.MessageGroupId is not None:
        contents.check_token("MessageGroupId", request.MessageGroupId)
