"""Publish and PublishBatch.

Source: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html and API_PublishBatch.html
"""

import re
from hashlib import sha256
from typing import Final

import msgspec

from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.kernel import ids
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import contents, counts, direct, errors, facts, fanout, notifications, protection
from weirmq.services.sns.contents import Given
from weirmq.services.sns.limits import BATCH_ENTRIES, BATCH_ID_LETTERS, GROUP_ID_LETTERS
from weirmq.services.sns.model import Duplicate, Topic
from weirmq.services.sns.notifications import NOTIFICATION, Notification
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

_BATCH_ID: Final = re.compile(r"[A-Za-z0-9_-]+")
# Letters, digits and ASCII punctuation (Publish, MessageGroupId).
_TOKEN: Final = re.compile(rf"[!-~]{{1,{GROUP_ID_LETTERS}}}")
_LETTER_BYTES: Final = 4  # UTF-8 needs no more
# Twenty digits that grow, as AWS's do (SequenceNumber).
_FIRST_SEQUENCE: Final = 10_000_000_000_000_000_000
_SEQUENCE_STEP: Final = 1_000


def sequence_number(seq: int) -> str:
    """The SequenceNumber of a FIFO topic's message."""
    return str(_FIRST_SEQUENCE + seq * _SEQUENCE_STEP)


class Published(msgspec.Struct, frozen=True, gc=False):
    """The answer to one message."""

    message_id: str
    sequence_number: str | None


def publish(service: Sns, call: Call, request: types.PublishInput) -> types.PublishResponse:
    """One message to a topic, a device or a phone number. Raises InvalidParameter, ParameterValueInvalid, NotFound."""
    if (request.TopicArn is not None) + (request.TargetArn is not None) + (request.PhoneNumber is not None) != 1:
        raise errors.bad_parameter("TopicArn or TargetArn", "specify one of TopicArn, TargetArn and PhoneNumber")
    topic_arn = request.TopicArn or request.TargetArn or ""
    if request.PhoneNumber is not None or ":endpoint/" in topic_arn:
        return types.PublishResponse(MessageId=direct.publish(service, call, request))
    topic = service.find_to_publish(call, topic_arn, "TopicArn" if request.TopicArn is not None else "TargetArn")
    batch = Batch(service, call, topic)
    published = batch.add(request)
    batch.commit()
    return types.PublishResponse(MessageId=published.message_id, SequenceNumber=published.sequence_number)


def announce(service: Sns, topic_arn: str, subject: str | None, message: str, now_ms: int) -> fanout.Also:
    """What must be committed so that a topic gets a message of the service's own; nothing where there is no such
    standard topic.
    """
    topic = service.machine.topics_by_arn.get(topic_arn)
    if topic is None or topic.settings.is_fifo:
        return []
    own = Notification(
        NOTIFICATION,
        ids.uuid4(service.entropy),
        topic_arn,
        message,
        now_ms,
        service.own_origin,
        topic.settings.signature_version,
        subject,
        is_event=True,
    )
    return fanout.hand_out(service, topic, own, now_ms)


def publish_batch(service: Sns, call: Call, request: types.PublishBatchInput) -> types.PublishBatchResponse:
    """Up to ten messages to one topic, recorded together; each may fail on its own."""
    entries = request.PublishBatchRequestEntries
    topic = service.find_to_publish(call, request.TopicArn)
    _check_batch(entries)
    size = sum(contents.size_of(entry, contents.loosely(entry.MessageAttributes)) for entry in entries)
    if size > topic.settings.max_message_bytes:
        raise errors.batch_too_long()
    batch = Batch(service, call, topic)
    answer = types.PublishBatchResponse(Successful=[], Failed=[])
    for entry in entries:
        try:
            published = batch.add(entry)
        except ServiceError as error:
            failed = types.BatchResultErrorEntry(
                Id=entry.Id, Code=error.code, Message=error.message, SenderFault=error.sender
            )
            answer.Failed = [*(answer.Failed or []), failed]
        else:
            result = types.PublishBatchResultEntry(
                Id=entry.Id, MessageId=published.message_id, SequenceNumber=published.sequence_number
            )
            answer.Successful = [*(answer.Successful or []), result]
    batch.commit()
    return answer


def _check_batch(entries: list[types.PublishBatchRequestEntry]) -> None:
    """Refuse a batch that is wrong as a whole."""
    if not entries:
        raise errors.empty_batch()
    if len(entries) > BATCH_ENTRIES:
        raise errors.too_many_entries()
    if len({entry.Id for entry in entries}) < len(entries):
        raise errors.batch_ids_not_distinct()
    for entry in entries:
        if len(entry.Id) > BATCH_ID_LETTERS:
            raise errors.batch_id_too_long(entry.Id)
        if not _BATCH_ID.fullmatch(entry.Id):
            raise errors.bad_batch_id(entry.Id)


class Batch:
    """The messages of one request, checked and handed out, to be committed together."""

    def __init__(self, service: Sns, call: Call, topic: Topic) -> None:
        self._service = service
        self._call = call
        self._topic = topic
        self._facts: list[Fact] = []
        self._also: fanout.Also = []
        self._next_seq = topic.next_seq
        self._fresh: dict[tuple[str, str], Duplicate] = {}
        self._count = 0

    def add(self, given: Given) -> Published:
        """What was published: for a duplicate, with the number and id of the first. Raises ServiceError."""
        service, call, topic = self._service, self._call, self._topic
        settings = topic.settings
        if given.Subject is not None:
            contents.check_subject(given.Subject)
        bodies = contents.bodies_of(given)
        attributes = contents.attributes_of(given.MessageAttributes)
        if attributes or len(given.Message) > settings.max_message_bytes // _LETTER_BYTES:
            contents.check_size(given, attributes, settings.max_message_bytes)
        message = Notification(
            NOTIFICATION,
            ids.uuid4(service.entropy),
            topic.arn,
            bodies["default"] if bodies else given.Message,
            call.now_ms,
            service.origin_of(call),
            settings.signature_version,
            given.Subject,
            attributes,
            bodies,
            given.MessageGroupId,
        )
        if topic.protection:
            self._protect(message)
        if settings.is_fifo:
            return self._add_in_order(given, message)
        if given.MessageDeduplicationId is not None:
            raise errors.bad_parameter(
                "MessageDeduplicationId",
                "The request includes MessageDeduplicationId parameter that is not valid for this topic type",
            )
        if given.MessageGroupId is not None:
            _check_token("MessageGroupId", given.MessageGroupId)
        self._hand_out(message)
        return Published(message.message_id, None)

    def _add_in_order(self, given: Given, message: Notification) -> Published:
        """A FIFO topic's message: numbered, unless it was there in the last five minutes."""
        topic = self._topic
        group, deduplication_id = _identity(topic, given)
        scoped = (group if topic.settings.deduplicates_by_group else "", deduplication_id)
        first = topic.deduplication.get(scoped) or self._fresh.get(scoped)
        if first is not None:
            return Published(first.message_id, sequence_number(first.seq))
        seq = self._next_seq
        self._next_seq += 1
        self._fresh[scoped] = Duplicate(seq, message.message_id)
        message.deduplication_id, message.sequence_number = deduplication_id, sequence_number(seq)
        self._facts.append(facts.FifoPublished(topic.number, seq, message.message_id, *scoped))
        if topic.settings.archive_days:
            self._facts.append(facts.MessageArchived(topic.number, seq, notifications.encode(message)))
        self._hand_out(message)
        return Published(message.message_id, message.sequence_number)

    def _protect(self, message: Notification) -> None:
        """What the topic's data protection policy says of the publisher. Raises AuthorizationError."""
        call, topic, principal = self._call, self._topic, self._call.caller.arn
        found = protection.inbound(topic, principal, message.message)
        bodies = {name: protection.inbound(topic, principal, body) for name, body in message.bodies.items()}
        if found.is_denied or any(body.is_denied for body in bodies.values()):
            raise protection.denied(call, topic)
        message.message = found.text
        message.bodies = {name: body.text for name, body in bodies.items()}
        for record in protection.audit_records(topic, found.findings, message.message_id, principal, call.now_ms):
            self._service.on_audit(record)

    def _hand_out(self, message: Notification) -> None:
        self._count += 1
        self._also += fanout.hand_out(self._service, self._topic, message, self._call.now_ms, self._also)

    def commit(self) -> None:
        """Record all of it."""
        if self._count:
            self._service.counts.add(self._topic.arn, "", counts.PUBLISHED, self._count)
        if self._facts or self._also:
            self._service.commit(self._facts, self._call.now_ms, also=self._also)


def _identity(topic: Topic, given: Given) -> tuple[str, str]:
    """Group and deduplication id of a FIFO topic's message."""
    if given.MessageGroupId is None:
        raise errors.bad_parameter("The MessageGroupId parameter is required for FIFO topics")
    _check_token("MessageGroupId", given.MessageGroupId)
    if given.MessageDeduplicationId is not None:
        _check_token("MessageDeduplicationId", given.MessageDeduplicationId)
        return given.MessageGroupId, given.MessageDeduplicationId
    if not topic.settings.content_based_deduplication:
        raise errors.bad_parameter(
            "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided"
            " explicitly"
        )
    return given.MessageGroupId, sha256(given.Message.encode()).hexdigest()


def _check_token(parameter: str, value: str) -> None:
    if not _TOKEN.fullmatch(value):
        raise errors.bad_parameter(
            parameter, f"{parameter} can only include alphanumeric and punctuation characters. 1 to"
            f" {GROUP_ID_LETTERS} in length."
        )  # fmt: skip
