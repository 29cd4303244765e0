"""SQS as a receiver of what other services hand over: one message into many queues, as one fact.

A queue takes part if its policy lets in the service that hands over, if the message isn't too long for it, and, where
it is a FIFO queue, if there are a group and a deduplication id. Why the others don't is told for each.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from weirmq.engine.handover import Accepted, Address, Delivery, Value
from weirmq.engine.machine import Fact
from weirmq.iam import authorize
from weirmq.iam.evaluate import Errand
from weirmq.kernel import arn as arns
from weirmq.kernel.errors import ServiceError
from weirmq.kernel.ids import UUID_BYTES, Entropy
from weirmq.services.sqs import contents, errors
from weirmq.services.sqs.facts import Attribute, MessageFannedOut, MessageSent
from weirmq.services.sqs.limits import MESSAGE_ATTRIBUTES
from weirmq.services.sqs.machine import SqsMachine
from weirmq.services.sqs.model import Queue, Verdicts

QUEUES_AT_ONCE: Final = 128  # of one fact: to read the message of one queue, all of it is read
ENDING_REMEMBERED_LETTERS: Final = 512  # a link, and few attributes
VERDICTS_REMEMBERED: Final = 1_000  # of a queue: about as many topics and rules
_TIMES: Final = ("aws:currenttime", "aws:epochtime")  # a policy that asks for these may say otherwise tomorrow


class Receiver:
    """Takes deliveries for all queues. It only decides; see `engine/handover.py`."""

    def __init__(self, machine: SqsMachine, entropy: Entropy) -> None:
        self._machine = machine
        self._entropy = entropy

    def accept(self, addresses: Sequence[Address], delivery: Delivery, now_ms: int) -> Accepted:
        """The facts of `delivery` coming into the queues at `addresses`."""
        try:
            draft = Draft(delivery)
        except ServiceError as error:
            return Accepted([], {address.arn: error for address in addresses})
        refused: dict[str, ServiceError] = {}
        found: dict[str | None, list[tuple[Queue, str]]] = {}  # by deduplication id
        by_arn, source = self._machine.by_arn, (delivery.source_arn, delivery.caller.arn)
        for arn, ending in addresses:
            queue = by_arn.get(arn)
            if queue is None:
                refused[arn] = errors.no_such_queue()
                continue
            fault = queue.verdicts[source] if source in queue.verdicts else _verdict(queue, delivery, now_ms)
            fault = fault or draft.fault_of(queue, ending)
            if fault is None:
                found.setdefault(draft.deduplication_id_in(queue, ending), []).append((queue, ending))
            else:
                refused[arn] = fault
        return Accepted([(self._machine, self._facts(draft, found))] if found else [], refused)

    def _facts(self, draft: "Draft", found: dict[str | None, list[tuple[Queue, str]]]) -> list[Fact]:
        return [
            self._fact(draft, deduplication_id, places[start : start + QUEUES_AT_ONCE])
            for deduplication_id, places in found.items()
            for start in range(0, len(places), QUEUES_AT_ONCE)
        ]

    def _fact(self, draft: "Draft", deduplication_id: str | None, places: list[tuple[Queue, str]]) -> MessageFannedOut:
        delivery = draft.delivery
        return MessageFannedOut(
            [queue.number for queue, _ in places],
            [queue.promise() for queue, _ in places],
            self._entropy.take(UUID_BYTES * len(places)),
            [ending for _, ending in places],
            delivery.body,
            delivery.sender,
            draft.attributes,
            draft.attributes_md5,
            delivery.trace_header,
            delivery.group,
            deduplication_id,
            delivery.finisher,
        )


class Draft:
    """A delivery, checked as far as that is the same for all queues. Raises ServiceError."""

    def __init__(self, delivery: Delivery) -> None:
        body = contents.check_text(delivery.body)
        if delivery.group is not None:
            contents.check_token("MessageGroupId", delivery.group)
        if delivery.deduplication_id is not None:
            contents.check_token("MessageDeduplicationId", delivery.deduplication_id)
        self.delivery = delivery
        self.attributes: dict[str, Attribute] = {}
        self.attributes_md5: str | None = None
        self._bytes = len(body) + delivery.finisher_bytes
        if delivery.attributes:
            self._take_attributes(delivery.attributes)

    def _take_attributes(self, given: Mapping[str, Value]) -> None:
        if len(given) > MESSAGE_ATTRIBUTES:
            raise errors.too_many_attributes(len(given))
        self.attributes = {name: Attribute(*value) for name, value in given.items()}
        self.attributes_md5 = contents.md5_of_attributes(self.attributes)
        self._bytes += contents.size_of(self.attributes)

    def fault_of(self, queue: Queue, ending: str) -> ServiceError | None:
        """Why `queue` doesn't take it."""
        settings, delivery = queue.settings, self.delivery
        try:
            known = len(ending) <= ENDING_REMEMBERED_LETTERS
            size = self._bytes + (_known_ending_bytes(ending) if known else _ending_bytes(ending))
        except ServiceError as error:
            return error
        if size > settings.max_message_bytes:
            return errors.message_too_long(settings.max_message_bytes)
        if not settings.is_fifo:
            return None
        if delivery.group is None:
            return errors.missing("MessageGroupId")
        if delivery.deduplication_id is None and not settings.content_based_deduplication:
            return errors.no_deduplication_id()
        return None

    def deduplication_id_in(self, queue: Queue, ending: str) -> str | None:
        """The id by which a FIFO queue knows the message: the delivery's, or one made of the body."""
        delivery = self.delivery
        if delivery.deduplication_id is None and queue.settings.is_fifo:
            return contents.sha256_of_text(f"{delivery.body}{ending}".encode())
        return delivery.deduplication_id


def _ending_bytes(ending: str) -> int:
    """How long an ending is, which must be text. Raises ServiceError."""
    return len(contents.check_text(ending))


_known_ending_bytes = lru_cache(maxsize=4096)(_ending_bytes)  # a subscription's is mostly that of all its messages


def _verdict(queue: Queue, delivery: Delivery, now_ms: int) -> ServiceError | None:
    """Why the queue's policy doesn't let the delivery in; remembered, unless that may change by time alone."""
    try:
        account = arns.parse(delivery.source_arn).account
    except ValueError:
        account = ""
    keys = {"aws:sourcearn": delivery.source_arn, "aws:sourceaccount": account}
    policy = queue.settings.policy
    verdict: ServiceError | None = None
    try:
        authorize(Errand(delivery.caller, queue.region, now_ms), "sqs:SendMessage", queue.arn, policy, keys)
    except ServiceError as error:
        verdict = error
    text = json.dumps(policy.document).lower() if policy is not None else ""
    if not any(name in text for name in _TIMES):
        _remember(queue.verdicts, (delivery.source_arn, delivery.caller.arn), verdict)
    return verdict


def _remember(verdicts: Verdicts, source: tuple[str, str], verdict: ServiceError | None) -> None:
    if len(verdicts) >= VERDICTS_REMEMBERED:
        verdicts.clear()
    verdicts[source] = verdict


def copy_in(fact: MessageFannedOut, queue: Queue, seq: int) -> MessageSent:
    """A fanned-out message as it stands in one queue, its body not finished yet."""
    index = fact.index_of(queue.number, seq)
    return MessageSent(
        queue.number,
        seq,
        fact.message_id(index),
        fact.body + fact.endings[index],
        "",
        fact.sender,
        fact.attributes,
        fact.attributes_md5,
        fact.trace_header,
        fact.group,
        fact.deduplication_id if queue.settings.is_fifo else None,
        finisher=fact.finisher,
    )
