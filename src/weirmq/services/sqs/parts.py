"""What a snapshot of SQS consists of. Like facts: added to, never edited.

Messages are written in columns, many to a part: a restart reads a million of them in about a second.
"""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.services.sqs import attributes, delivery
from weirmq.services.sqs.model import IN_FLIGHT, READY, Attempt, Duplicate, Lane, Message, MoveTask, Queue

if TYPE_CHECKING:
    from weirmq.services.sqs.machine import SqsMachine

ROWS: Final = 10_000  # messages in a part, and duplicates


class ServicePart(msgspec.Struct, array_like=True, tag=0):
    """What belongs to no queue. `deleted` is (account, region, name, deleted_ms)."""

    receipt_key: bytes
    next_queue: int
    deleted: list[tuple[str, str, str, int]]


class QueuePart(msgspec.Struct, array_like=True, tag=1):
    """A queue without its messages."""

    number: int
    account: str
    region: str
    name: str
    attributes: dict[str, str]
    tags: dict[str, str]
    created_ms: int
    modified_ms: int
    purged_ms: int
    next_seq: int
    expire_from: int
    attempts: dict[str, Attempt]
    old: list[tuple[int, int]]  # (seq, sent_ms)


class MessagesPart(msgspec.Struct, array_like=True, tag=2):
    """Messages of a queue, a row each, in the order of their numbers.

    `groups` is None where no message has one. `received` has a row (index, state, visible_at_ms, receive_count,
    first_received_ms, received_ms) for those that aren't READY or were received before.
    """

    queue: int
    seqs: list[int]
    offsets: list[int]
    sent_ms: list[int]
    groups: list[str | None] | None
    received: list[tuple[int, int, int, int, int, int]]


class DuplicatesPart(msgspec.Struct, array_like=True, tag=3):
    """What a FIFO queue remembers for deduplication: (forget_ms, scope, id, seq, message_id), the oldest first."""

    queue: int
    rows: list[tuple[int, str, str, int, str]]


class TaskPart(msgspec.Struct, array_like=True, tag=4):
    """A message move task."""

    task: MoveTask


SqsPart = ServicePart | QueuePart | MessagesPart | DuplicatesPart | TaskPart


def of(machine: "SqsMachine") -> Iterator[Any]:
    """The machine's state in parts."""
    deleted = [(*name, deleted_ms) for name, deleted_ms in machine.deleted_ms.items()]
    yield ServicePart(machine.receipt_key, machine.next_queue, deleted)
    for queue in machine.queues.values():
        old = [(seq, queue.messages[seq].sent_ms) for seq in queue.messages if seq in queue.old] if queue.old else []
        yield QueuePart(
            queue.number, queue.account, queue.region, queue.name, queue.attributes, queue.tags, queue.created_ms,
            queue.modified_ms, queue.purged_ms, queue.next_seq, queue.expire_from, queue.attempts, old,
        )  # fmt: skip
        yield from _messages_of(queue)
        yield from _duplicates_of(queue)
    for task in machine.tasks.values():
        yield TaskPart(task)


def _messages_of(queue: Queue) -> Iterator[MessagesPart]:
    # Messages stand in the order of their numbers, for a dict keeps the order of insertion.
    rows = iter(queue.messages.items())
    while chunk := list(islice(rows, ROWS)):
        groups = [message.lane.group for _, message in chunk]
        yield MessagesPart(
            queue.number,
            [seq for seq, _ in chunk],
            [message.offset for _, message in chunk],
            [message.sent_ms for _, message in chunk],
            groups if any(group is not None for group in groups) else None,
            [
                (index, m.state, m.visible_at_ms, m.receive_count, m.first_received_ms, m.received_ms)
                for index, (_, m) in enumerate(chunk)
                if m.state != READY or m.receive_count
            ],
        )


def _duplicates_of(queue: Queue) -> Iterator[DuplicatesPart]:
    rows = iter(queue.forget)
    while chunk := list(islice(rows, ROWS)):
        yield DuplicatesPart(
            queue.number,
            [
                (forget_ms, scope, name, known.seq, known.message_id)
                for forget_ms, (scope, name) in chunk
                if (known := queue.deduplication[scope, name]).forget_ms == forget_ms
            ],
        )


def take_up(machine: "SqsMachine", part: Any) -> None:
    """Put one part back where it was. Holdings aren't told: the journal keeps its own part of them."""
    match part:
        case ServicePart():
            machine.receipt_key = part.receipt_key
            machine.next_queue = part.next_queue
            machine.deleted_ms = {(account, region, name): at_ms for account, region, name, at_ms in part.deleted}
        case QueuePart():
            _take_up_queue(machine, part)
        case MessagesPart():
            _take_up_messages(machine.queues[part.queue], part)
        case DuplicatesPart():
            queue = machine.queues[part.queue]
            queue.forget.extend((forget_ms, (scope, name)) for forget_ms, scope, name, _, _ in part.rows)
            for forget_ms, scope, name, seq, message_id in part.rows:
                queue.deduplication[scope, name] = Duplicate(seq, message_id, forget_ms)
        case TaskPart():
            machine.tasks[part.task.handle] = part.task


def _take_up_queue(machine: "SqsMachine", part: QueuePart) -> None:
    queue = Queue(part.number, part.account, part.region, part.name, part.created_ms)
    queue.attributes = part.attributes
    queue.tags = part.tags
    queue.settings = attributes.settings_of(part.attributes)
    queue.modified_ms = part.modified_ms
    queue.purged_ms = part.purged_ms
    queue.next_seq = part.next_seq
    queue.expire_from = part.expire_from
    queue.attempts = part.attempts
    queue.forget = deque()
    for seq, sent_ms in part.old:
        queue.old.put(seq, sent_ms)
    machine.adopt(queue)


def _take_up_messages(queue: Queue, part: MessagesPart) -> None:
    """The hot loop of a restart."""
    fresh = [Message(offset, sent_ms, _NO_LANE) for offset, sent_ms in zip(part.offsets, part.sent_ms, strict=True)]
    for index, state, visible_at_ms, receive_count, first_received_ms, received_ms in part.received:
        message = fresh[index]
        message.state, message.visible_at_ms, message.receive_count = state, visible_at_ms, receive_count
        message.first_received_ms, message.received_ms = first_received_ms, received_ms
    groups = part.groups or [None] * len(fresh)
    for seq, message, group in zip(part.seqs, fresh, groups, strict=True):
        lane = queue.lanes.get(group)
        if lane is None:
            lane = queue.lanes[group] = Lane(group)
        message.lane = lane
        lane.size += 1
        queue.messages[seq] = message
        if message.state == READY:
            lane.row.append(seq)
        else:
            _take_up_invisible(queue, seq, message)
    for lane in set(map(queue.lanes.__getitem__, set(groups))):
        delivery.stand(queue, lane)


def _take_up_invisible(queue: Queue, seq: int, message: Message) -> None:
    queue.deadlines.put(seq, message.visible_at_ms)
    if message.state == IN_FLIGHT:
        queue.in_flight += 1
        message.lane.in_flight += 1
    else:
        queue.delayed += 1


_NO_LANE: Final = Lane(None)
