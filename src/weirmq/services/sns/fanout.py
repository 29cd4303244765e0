"""Who gets a message, and how it gets there: queues in the publisher's commit, all others through the outbox.

topic.plan: who wants everything, and the filters of the others      worked out once after each change
hand_out:   envelope -> handover -> queues                            what they refuse -> dead-letter queues
            content  -> outbox   -> a task for each other endpoint
"""

from collections.abc import Hashable, Iterable, Sequence
from typing import Final

import msgspec

from weirmq.engine.handover import Address, Delivery
from weirmq.engine.machine import Fact, Machine
from weirmq.services.sns import counts, envelopes, notifications, status
from weirmq.services.sns.facts import SmsCharged
from weirmq.services.sns.filters import Filters
from weirmq.services.sns.model import Subscription, Topic
from weirmq.services.sns.notifications import Notification
from weirmq.services.sns.service import SENDER, Sns
from weirmq.services.sns.signatures import ADDED_CHARS, NAME

_ORIGINS_REMEMBERED: Final = 16  # hosts by which one topic's publishers reach us
_CHOICES_REMEMBERED: Final = 256  # sets of subscriptions that one topic's filters let through

Also = list[tuple[Machine, Sequence[Fact]]]


class Receivers:
    """Subscriptions, by how they are reached. `queues` get the envelope, `raw_queues` the bare message."""

    __slots__ = ("_addresses", "by_queue", "logs_queues", "outside", "phones", "queues", "raw_queues")

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self.logs_queues = False
        self.phones: list[Subscription] = []
        self.queues: list[Subscription] = []
        self.raw_queues: list[Address] = []
        self.outside: list[Subscription] = []
        self.by_queue: dict[str, Subscription] = {}
        self._addresses: dict[str, list[Address]] = {}
        for subscription in subscriptions:
            self.add(subscription)

    def add(self, subscription: Subscription) -> None:
        """One more subscription."""
        if subscription.protocol != "sqs":
            if subscription.protocol == "sms":
                self.phones.append(subscription)
            else:
                self.outside.append(subscription)
            return
        self.logs_queues = "sqs" in subscription.topic.settings.status_logging
        self.by_queue[subscription.endpoint] = subscription
        if subscription.settings.is_raw:
            self.raw_queues.append(Address(subscription.endpoint))
        else:
            self.queues.append(subscription)

    def add_all(self, others: "Receivers") -> None:
        """All of `others` too."""
        self.logs_queues |= others.logs_queues
        self.queues += others.queues
        self.raw_queues += others.raw_queues
        self.phones += others.phones
        self.outside += others.outside
        self.by_queue |= others.by_queue

    def subscriptions(self) -> list[Subscription]:
        """All of them."""
        return [*self.by_queue.values(), *self.phones, *self.outside]

    def addresses(self, message: Notification) -> list[Address]:
        """Those that get the envelope, each with its ending: the same for all messages without attributes."""
        origin = message.origin
        is_plain = not (message.attributes or message.is_replayed)
        known = self._addresses.get(origin) if is_plain else None
        if known is None:
            rest = envelopes.rest(message)
            known = [Address(each.endpoint, envelopes.link(origin, each.arn) + rest) for each in self.queues]
            if is_plain:
                if len(self._addresses) >= _ORIGINS_REMEMBERED:
                    self._addresses.clear()
                self._addresses[origin] = known
        return known


class Plan:
    """Of one topic: who wants everything, and what the others want. Kept up subscription by subscription."""

    __slots__ = ("_everything", "_filtered", "_known", "_unfiltered", "filters")

    def __init__(self, topic: Topic) -> None:
        self.filters = Filters()
        self._filtered: dict[int, Subscription] = {}
        self._unfiltered: dict[int, Subscription] = {}
        self._everything: Receivers | None = None
        self._known: dict[tuple[int, ...], Receivers] = {}
        for subscription in topic.subscriptions.values():
            self.update(subscription)

    def update(self, subscription: Subscription) -> None:
        """A subscription is new, or another than it was."""
        number = subscription.number
        self.drop(number)
        if not subscription.takes_new:
            return
        if subscription.settings.filter_policy:
            self._filtered[number] = subscription
            self.filters.add(subscription)
        else:
            self._unfiltered[number] = subscription
            self._everything = None

    def drop(self, number: int) -> None:
        """A subscription is gone; no fault if it wasn't here."""
        self._known.clear()
        if self._filtered.pop(number, None) is not None:
            self.filters.remove(number)
        elif self._unfiltered.pop(number, None) is not None:
            self._everything = None

    def receivers(self, message: Notification) -> tuple[Receivers, int]:
        """Who gets the message, and how many don't want it."""
        everything = self._everything
        if everything is None:
            everything = self._everything = Receivers(self._unfiltered.values())
        if not self._filtered:
            return everything, 0
        chosen = self.filters.match(message.message, message.attributes)
        out = len(self._filtered) - len(chosen)
        return self._chosen(tuple(chosen), everything) if chosen else everything, out

    def _chosen(self, numbers: tuple[int, ...], everything: Receivers) -> Receivers:
        """Those of these numbers, and those who want everything. The same ones tend to be chosen again."""
        found = self._known.get(numbers)
        if found is None:
            found = Receivers(self._filtered[number] for number in numbers)
            found.add_all(everything)
            if len(self._known) >= _CHOICES_REMEMBERED:
                self._known.clear()
            self._known[numbers] = found
        return found


def plan_of(topic: Topic) -> Plan:
    """The topic's plan, as its subscriptions are now."""
    plan = topic.plan
    if not isinstance(plan, Plan):
        plan = topic.plan = Plan(topic)
    return plan


def hand_out(service: Sns, topic: Topic, message: Notification, now_ms: int, before: Also | None = None) -> Also:
    """What must be committed so that everybody who wants the message gets it; together with what is `before` it."""
    receivers, out = plan_of(topic).receivers(message)
    if out:
        service.counts.add(topic.arn, "", counts.FILTERED_OUT, out)
    if topic.protection:
        return _hand_out_protected(service, topic, receivers, message, now_ms, before or [])
    return hand_to(service, topic, receivers, message, now_ms, before)


def _hand_out_protected(
    service: Sns, topic: Topic, receivers: Receivers, message: Notification, now_ms: int, before: Also
) -> Also:
    """A data protection policy may have different bodies for different subscribers, or none."""
    from weirmq.services.sns import protection  # which imports the service, and so this

    if not protection.has_outbound(topic):
        return hand_to(service, topic, receivers, message, now_ms, before)
    also: Also = []
    groups: dict[Hashable, list[Subscription]] = {}
    for subscription in receivers.subscriptions():
        key = protection.shares_outbound(topic, subscription.principal)
        groups.setdefault(key, []).append(subscription)
    whole = protection.Body(message.message)
    by_protocol = {name: protection.Body(text) for name, text in message.bodies.items()}
    for group in groups.values():
        principal = group[0].principal
        found = protection.outbound(topic, principal, whole)
        bodies = {name: protection.outbound(topic, principal, body) for name, body in by_protocol.items()}
        for record in protection.audit_records(topic, found.findings, message.message_id, principal, now_ms):
            service.on_audit(record)
        if found.is_denied or any(body.is_denied for body in bodies.values()):
            for subscription in group:
                status.failed(service, subscription, message.message_id, "denied by the data protection policy")
            continue
        texts = {name: body.text for name, body in bodies.items()}
        changed = msgspec.structs.replace(message, message=found.text, bodies=texts)
        also += hand_to(service, topic, Receivers(group), changed, now_ms, [*before, *also])
    return also


def hand_to(
    service: Sns, topic: Topic, receivers: Receivers, message: Notification, now_ms: int, before: Also | None = None
) -> Also:
    """The same for receivers that are known."""
    also: Also = []
    if receivers.queues:
        delivery = enveloped(service, topic, message, "sqs")
        _accept(service, receivers, receivers.addresses(message), Parcel(message.message_id, delivery, now_ms), also)
    if receivers.raw_queues:
        parcel = Parcel(message.message_id, bare(topic, message, "sqs"), now_ms)
        _accept(service, receivers, receivers.raw_queues, parcel, also)
    outside = [each.arn for each in receivers.outside] if receivers.outside else []
    if receivers.phones:
        outside += _admitted(service, topic, receivers, message, now_ms, also, _charged(before or []))
    if outside:
        also += posted(service, outside, message)
    return also


def posted(service: Sns, targets: Sequence[str], message: Notification) -> Also:
    """What puts a message into the outbox, for all of `targets`."""
    return [(service.outbox, [service.outbox.post("sns", targets, notifications.encode(message))])]


class Parcel(msgspec.Struct, frozen=True, gc=False):
    """A message on its way to queues."""

    message_id: str
    delivery: Delivery
    now_ms: int


def enveloped(service: Sns, topic: Topic, message: Notification, protocol: str) -> Delivery:
    """The message in its envelope, up to the ending."""
    return Delivery(
        body=envelopes.beginning(message, message.body_for(protocol), service.signer),
        sender=SENDER.user_id,
        source_arn=topic.arn,
        caller=SENDER,
        group=message.group,
        deduplication_id=message.deduplication_id,
        finisher=NAME,
        finisher_bytes=ADDED_CHARS,
    )


def bare(topic: Topic, message: Notification, protocol: str) -> Delivery:
    """The message as it is: raw delivery."""
    return Delivery(
        body=message.body_for(protocol),
        sender=SENDER.user_id,
        source_arn=topic.arn,
        caller=SENDER,
        attributes=message.attributes,
        group=message.group,
        deduplication_id=message.deduplication_id,
    )


def _accept(service: Sns, receivers: Receivers, addresses: Sequence[Address], parcel: Parcel, also: Also) -> None:
    """Let queues take the message; what they refuse goes to the dead-letter queues."""
    topic_arn = parcel.delivery.source_arn
    accepted = service.handover.accept(addresses, parcel.delivery, parcel.now_ms)
    also += accepted.also
    refused = accepted.refused
    if len(refused) < len(addresses):
        service.counts.add(topic_arn, "sqs", counts.DELIVERED, len(addresses) - len(refused))
    if refused:
        endings = dict(addresses)
        for queue_arn, error in refused.items():
            subscription, reason = receivers.by_queue[queue_arn], f"{error.code}: {error.message}"
            status.failed(service, subscription, parcel.message_id, reason, error.status)
            also += bury(service, subscription, parcel, endings[queue_arn])
    if receivers.logs_queues:
        taken = [receivers.by_queue[address.arn] for address in addresses if address.arn not in refused]
        status.queued(service, taken, parcel.message_id)


def bury(service: Sns, subscription: Subscription, parcel: Parcel, ending: str) -> Also:
    """What puts a message that couldn't be delivered into the subscription's dead-letter queue, if it has one."""
    target = subscription.settings.dead_letter_arn
    if not target:
        return []
    accepted = service.handover.accept([Address(target, ending)], parcel.delivery, parcel.now_ms)
    error = accepted.refused.get(target)
    what = counts.REDRIVEN if error is None else counts.REDRIVE_FAILED
    service.counts.add(subscription.topic.arn, subscription.protocol, what)
    if error is not None:
        status.lost(service, subscription, parcel.message_id, error)
    return list(accepted.also)


def bury_outside(service: Sns, subscription: Subscription, message: Notification, now_ms: int) -> Also:
    """The same for an endpoint that is no queue: the message is as the endpoint would have got it."""
    topic, protocol = subscription.topic, subscription.protocol
    if subscription.settings.is_raw:
        delivery, ending = bare(topic, message, protocol), ""
    else:
        delivery = enveloped(service, topic, message, protocol)
        ending = envelopes.link(message.origin, subscription.arn) + envelopes.rest(message)
    return bury(service, subscription, Parcel(message.message_id, delivery, now_ms), ending)


def _charged(before: Also) -> int:
    """What text messages count that are to be committed together, in millionths of a US dollar."""
    return sum(fact.micro_usd for _, found in before for fact in found if isinstance(fact, SmsCharged))


def _admitted(
    service: Sns, topic: Topic, receivers: Receivers, message: Notification, now_ms: int, also: Also, spent: int
) -> list[str]:
    """The phones that the message may go to, as far as the account's spending limit reaches: `spent` isn't on record
    yet.
    """
    from weirmq.services.sns import sms  # which imports the service, and so this

    found: list[str] = []
    text = message.body_for("sms")
    for phone in receivers.phones:
        admitted = sms.admit(
            service, topic.account, topic.region, phone.endpoint, text, message.attributes, now_ms, spent
        )
        if admitted.refusal:
            status.failed(service, phone, message.message_id, admitted.refusal)
            also += bury_outside(service, phone, message, now_ms)
        else:
            spent += admitted.micro_usd
            also.append((service.machine, admitted.facts))
            found.append(phone.arn)
    return found
