"""SendMessage and SendMessageBatch."""

import hashlib
import re
from typing import Final

from weirmq.engine.service import Call
from weirmq.kernel import ids
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sqs import batches, contents, errors
from weirmq.services.sqs.facts import Attribute, MessageSent
from weirmq.services.sqs.limits import DELAY_S, GROUP_ID_LETTERS, MAX_MESSAGE_BYTES
from weirmq.services.sqs.model import Duplicate, Queue
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import (
    SendMessageBatchRequest,
    SendMessageBatchRequestEntry,
    SendMessageBatchResult,
    SendMessageBatchResultEntry,
    SendMessageRequest,
    SendMessageResult,
)

# Letters, digits and ASCII punctuation (SendMessage, MessageGroupId).
_TOKEN: Final = re.compile(rf"\A[!-~]{{1,{GROUP_ID_LETTERS}}}\Z")
_TOKEN_RULE: Final = f"can only include alphanumeric and punctuation characters. 1 to {GROUP_ID_LETTERS} in length."
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
    drafts = Drafts(service, call, queue)
    sent = drafts.add(request)
    service.commit(drafts.facts, call.now_ms)
    return SendMessageResult(
        MessageId=sent.message_id,
        MD5OfMessageBody=sent.body_md5,
        MD5OfMessageAttributes=sent.attributes_md5,
        MD5OfMessageSystemAttributes=_md5_of_trace_header(sent),
        SequenceNumber=sequence_number(sent.seq) if queue.settings.is_fifo else None,
    )


def send_message_batch(service: Sqs, call: Call, request: SendMessageBatchRequest) -> SendMessageBatchResult:
    """Up to ten messages into one queue, recorded together."""
    queue = service.find(call, request.QueueUrl, "sqs:SendMessage")
    drafts = Drafts(service, call, queue)
    successful: list[SendMessageBatchResultEntry] = []

    def send(entry: SendMessageBatchRequestEntry) -> None:
        sent = drafts.add(entry)
        successful.append(
            SendMessageBatchResultEntry(
                Id=entry.Id,
                MessageId=sent.message_id,
                MD5OfMessageBody=sent.body_md5,
                MD5OfMessageAttributes=sent.attributes_md5,
                MD5OfMessageSystemAttributes=_md5_of_trace_header(sent),
                SequenceNumber=sequence_number(sent.seq) if queue.settings.is_fifo else None,
            )
        )

    failed = batches.each(request.Entries, SendMessageBatchRequestEntry, send)
    if drafts.size > MAX_MESSAGE_BYTES:
        raise errors.batch_too_long(drafts.size)
    if drafts.facts:
        service.commit(drafts.facts, call.now_ms)
    return SendMessageBatchResult(Successful=successful, Failed=failed)


def _md5_of_trace_header(sent: MessageSent) -> str | None:
    if sent.trace_header is None:
        return None
    return contents.md5_of_attributes({contents.TRACE_HEADER: Attribute("String", string=sent.trace_header)})


class Drafts:
    """The messages of one request, checked and numbered, to be committed together. `size` is in bytes."""

    def __init__(self, service: Sqs, call: Call, queue: Queue) -> None:
        self.facts: list[MessageSent] = []
        self.size = 0
        self._service = service
        self._call = call
        self._queue = queue
        self._fresh: dict[tuple[str, str], Duplicate] = {}

    def add(self, request: SendMessageRequest | SendMessageBatchRequestEntry) -> MessageSent:
        """What was sent: for a duplicate, with the number and id of the first. Raises ServiceError."""
        queue, settings = self._queue, self._queue.settings
        text = request.MessageBody
        if not text:
            raise errors.missing("MessageBody")
        contents.check_text(text)
        body = text.encode()
        attributes = contents.attributes_of(request.MessageAttributes) if request.MessageAttributes else _NO_ATTRIBUTES
        size = len(body) + (contents.size_of(attributes) if attributes else 0)
        self.size += size
        if size > settings.max_message_bytes:
            raise errors.message_too_long(settings.max_message_bytes)
        system = request.MessageSystemAttributes
        deduplication_id = scope = None
        if settings.is_fifo:
            deduplication_id = self._deduplication_id(request, body)
            scope = request.MessageGroupId or "" if settings.deduplication_by_group else ""
        else:
            _check_standard(request)
        sent = MessageSent(
            queue.number,
            queue.next_seq + len(self.facts),
            ids.uuid4(self._service.entropy),
            text,
            contents.md5_of_text(body),
            self._call.caller.user_id,
            attributes,
            contents.md5_of_attributes(attributes) if attributes else None,
            contents.trace_header_of(system) if system else None,
            request.MessageGroupId,
            deduplication_id,
            scope,
            self._visible_at_ms(None if settings.is_fifo else request.DelaySeconds),
        )
        return self._unless_duplicate(sent)

    def _unless_duplicate(self, sent: MessageSent) -> MessageSent:
        """Keep the draft, or answer as for the first message with its deduplication id, and keep none."""
        if sent.deduplicate_in is not None and sent.deduplication_id is not None:
            scoped = (sent.deduplicate_in, sent.deduplication_id)
            first = self._queue.deduplication.get(scoped) or self._fresh.get(scoped)
            if first is not None:
                return MessageSent(
                    sent.queue, first.seq, first.message_id, sent.body, sent.body_md5, sent.sender, sent.attributes,
                    sent.attributes_md5, sent.trace_header,
                )  # fmt: skip
            self._fresh[scoped] = Duplicate(sent.seq, sent.message_id)
        self.facts.append(sent)
        return sent

    def _visible_at_ms(self, delay_s: int | None) -> int:
        if delay_s is None:
            delay_s = self._queue.settings.delay_s
        elif not 0 <= delay_s <= DELAY_S:
            raise errors.bad_parameter(delay_s, "DelaySeconds", f"DelaySeconds must be >= 0 and <= {DELAY_S}.")
        return self._call.now_ms + delay_s * SECOND_MS if delay_s else 0

    def _deduplication_id(self, request: SendMessageRequest | SendMessageBatchRequestEntry, body: bytes) -> str:
        """What a FIFO queue takes: a group, a deduplication id or one made of the body, and no delay of its own."""
        if request.MessageGroupId is None:
            raise errors.missing("MessageGroupId")
        _check_token("MessageGroupId", request.MessageGroupId)
        if request.DelaySeconds:
            raise errors.bad_parameter(request.DelaySeconds, "DelaySeconds", _WRONG_TYPE)
        if request.MessageDeduplicationId is not None:
            _check_token("MessageDeduplicationId", request.MessageDeduplicationId)
            return request.MessageDeduplicationId
        if not self._queue.settings.content_based_deduplication:
            raise errors.invalid_value(
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided"
                " explicitly"
            )
        return hashlib.sha256(body).hexdigest()


def _check_standard(request: SendMessageRequest | SendMessageBatchRequestEntry) -> None:
    """What a standard queue takes: a group, which makes it fair, and no deduplication id."""
    if request.MessageDeduplicationId is not None:
        raise errors.bad_parameter(request.MessageDeduplicationId, "MessageDeduplicationId", _WRONG_TYPE)
    if request.MessageGroupId is not None:
        _check_token("MessageGroupId", request.MessageGroupId)


def _check_token(parameter: str, value: str) -> None:
    if not _TOKEN.match(value):
        raise errors.bad_parameter(value, parameter, f"{parameter} {_TOKEN_RULE}")
