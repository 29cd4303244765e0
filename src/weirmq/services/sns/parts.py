"""What a snapshot of SNS consists of. Like facts: added to, never edited. Tags from 40 on are those of platform
applications, text messages and data protection.
"""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.services.sns.devices import DevicesPart
from weirmq.services.sns.facts import KeyMade
from weirmq.services.sns.model import Duplicate, Ended, Replay, Subscription, Topic
from weirmq.services.sns.phones import PhonesPart
from weirmq.services.sns.unarchived import Archived

if TYPE_CHECKING:
    from weirmq.services.sns.machine import SnsMachine

ROWS: Final = 10_000  # archived messages in a part, and duplicates


class ServicePart(msgspec.Struct, array_like=True, tag=0):
    """What belongs to no topic."""

    next_topic: int
    next_subscription: int
    key: tuple[str, bytes, bytes] | None
    condemned: dict[str, int] = {}


class TopicPart(msgspec.Struct, array_like=True, tag=1):
    """A topic without its subscriptions."""

    number: int
    account: str
    region: str
    name: str
    attributes: dict[str, str]
    tags: dict[str, str]
    created_ms: int
    deleted: int
    next_seq: int
    protection: str
    archives: int = 0


class SubscriptionPart(msgspec.Struct, array_like=True, tag=2):
    """A subscription."""

    number: int
    topic: int
    id: str
    owner: str
    principal: str
    protocol: str
    endpoint: str
    attributes: dict[str, str]
    created_ms: int
    token: str
    is_confirmed: bool
    confirmed_by_signature: bool
    authenticates: bool
    replay: Replay | None


class DuplicatesPart(msgspec.Struct, array_like=True, tag=3):
    """What a FIFO topic remembers for deduplication: (forget_ms, scope, id, seq, message_id), the oldest first."""

    topic: int
    rows: list[tuple[int, str, str, int, str]]


class ArchivePart(msgspec.Struct, array_like=True, tag=4):
    """Messages that the archive's log hasn't got yet, in the order of their numbers."""

    topic: int
    rows: list[Archived]


class EndedPart(msgspec.Struct, array_like=True, tag=5):
    """Subscriptions that can come back, by token."""

    rows: dict[str, Ended]


TopicPartKinds = ServicePart | TopicPart | SubscriptionPart | DuplicatesPart | ArchivePart | EndedPart

SnsPart = TopicPartKinds | DevicesPart | PhonesPart


def of(machine: "SnsMachine") -> Iterator[Any]:
    """The machine's state in parts."""
    key = machine.key
    yield ServicePart(
        machine.next_topic,
        machine.next_subscription,
        None if key is None else (key.name, key.key, key.certificate),
        machine.condemned,
    )
    yield EndedPart(machine.ended)
    for topic in machine.topics.values():
        yield TopicPart(
            topic.number, topic.account, topic.region, topic.name, topic.attributes, topic.tags, topic.created_ms,
            topic.deleted, topic.next_seq, topic.protection, topic.archives,
        )  # fmt: skip
        for subscription in topic.subscriptions.values():
            yield _part_of(subscription)
        yield from _duplicates_of(topic)
        rows = iter(topic.unarchived.rows())
        while chunk := list(islice(rows, ROWS)):
            yield ArchivePart(topic.number, chunk)
    yield from machine.devices.parts()
    yield from machine.phones.parts()


def _part_of(subscription: Subscription) -> SubscriptionPart:
    return SubscriptionPart(
        subscription.number, subscription.topic.number, subscription.id, subscription.owner, subscription.principal,
        subscription.protocol, subscription.endpoint, subscription.attributes, subscription.created_ms,
        subscription.token, subscription.is_confirmed, subscription.confirmed_by_signature,
        subscription.authenticates, subscription.replay,
    )  # fmt: skip


def _duplicates_of(topic: Topic) -> Iterator[DuplicatesPart]:
    rows = iter(topic.forget)
    while chunk := list(islice(rows, ROWS)):
        yield DuplicatesPart(
            topic.number,
            [
                (forget_ms, scope, name, known.seq, known.message_id)
                for forget_ms, (scope, name) in chunk
                if (known := topic.deduplication.get((scope, name))) is not None
            ],
        )


def take_up(machine: "SnsMachine", part: Any) -> None:
    """Put one part back where it was. Holdings aren't told: the journal keeps its own part of them."""
    match part:
        case ServicePart():
            machine.next_topic = part.next_topic
            machine.next_subscription = part.next_subscription
            machine.key = None if part.key is None else KeyMade(*part.key)
            machine.condemned = part.condemned
        case TopicPart():
            _take_up_topic(machine, part)
        case SubscriptionPart():
            _take_up_subscription(machine, part)
        case DuplicatesPart():
            topic = machine.topics[part.topic]
            topic.forget.extend((forget_ms, (scope, name)) for forget_ms, scope, name, _, _ in part.rows)
            for _, scope, name, seq, message_id in part.rows:
                topic.deduplication[scope, name] = Duplicate(seq, message_id)
        case EndedPart():
            machine.ended = part.rows
        case ArchivePart():
            for row in part.rows:
                machine.topics[part.topic].unarchived.add(row)
            machine.archiving[part.topic] = machine.topics[part.topic]
        case PhonesPart():
            machine.phones.take_up(part)
        case _:
            machine.devices.take_up(part)


def _take_up_topic(machine: "SnsMachine", part: TopicPart) -> None:
    topic = Topic(part.number, part.account, part.region, part.name, part.created_ms)
    topic.tags = part.tags
    topic.deleted = part.deleted
    topic.next_seq = part.next_seq
    topic.protection = part.protection
    topic.archives = part.archives
    machine.adopt(topic, part.attributes)


def _take_up_subscription(machine: "SnsMachine", part: SubscriptionPart) -> None:
    subscription = Subscription(part.number, machine.topics[part.topic], part.id, part.created_ms)
    subscription.owner, subscription.principal = part.owner, part.principal
    subscription.protocol, subscription.endpoint = part.protocol, part.endpoint
    subscription.token = part.token
    subscription.is_confirmed = part.is_confirmed
    subscription.confirmed_by_signature = part.confirmed_by_signature
    subscription.authenticates = part.authenticates
    subscription.replay = part.replay
    machine.adopt_subscription(subscription, part.attributes)
