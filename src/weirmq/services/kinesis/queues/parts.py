"""What a snapshot has of queues. Like facts: added to, never edited."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.iam.policy import Kind, parse
from weirmq.services.kinesis.queues.facts import Start
from weirmq.services.kinesis.queues.model import Cursor, Held, Queue, key_of

if TYPE_CHECKING:
    from weirmq.services.kinesis.machine import KinesisMachine

HELD_AT_ONCE: Final = 4_096  # records in one part


class QueuesPart(msgspec.Struct, array_like=True, tag=60):
    """What belongs to no queue."""

    next_queue: int


class QueuePart(msgspec.Struct, array_like=True, tag=61):
    """A queue. `cursors` has, by the index of the shard, its position and what is acknowledged ahead of it."""

    number: int
    stream: int
    account: str
    region: str
    name: str
    queue_id: str
    created_ms: int
    start: Start
    start_ms: int
    visibility_s: int
    max_receives: int
    tags: dict[str, str]
    policy: str
    cursors: dict[int, tuple[int, list[int]]]


class HeldPart(msgspec.Struct, array_like=True, tag=62):
    """Records of a queue in one shard that aren't acknowledged, by offset. Comes after its QueuePart."""

    queue: int
    shard: int
    held: dict[int, Held]


QueuesParts = QueuesPart | QueuePart | HeldPart


def of(machine: "KinesisMachine") -> Iterator[Any]:
    """The parts of all queues. They come after those of the streams."""
    yield QueuesPart(machine.queues.next_queue)
    for queue in machine.queues.by_number.values():
        cursors = {index: (cursor.position, sorted(cursor.ahead)) for index, cursor in queue.cursors.items()}
        yield QueuePart(
            queue.number, queue.stream.number, queue.account, queue.region, queue.name, queue.id, queue.created_ms,
            queue.start, queue.start_ms, queue.visibility_s, queue.max_receives, queue.tags, queue.policy_text, cursors,
        )  # fmt: skip
        for index, cursor in queue.cursors.items():
            rest = iter(cursor.held.items())
            while held := dict(islice(rest, HELD_AT_ONCE)):
                yield HeldPart(queue.number, index, held)


def restore(machine: "KinesisMachine", part: QueuesParts) -> None:
    """Take up one part."""
    queues = machine.queues
    if isinstance(part, QueuesPart):
        queues.next_queue = max(queues.next_queue, part.next_queue)
    elif isinstance(part, QueuePart):
        queues.adopt(_queue_of(machine, part))
    else:
        queue = queues.by_number[part.queue]
        queue.cursors[part.shard].held |= part.held
        for offset, held in part.held.items():  # those that are visible already are so again as soon as one looks
            queue.deadlines.put(key_of(part.shard, offset), held.visible_at_ms)


def _queue_of(machine: "KinesisMachine", part: QueuePart) -> Queue:
    stream = machine.streams[part.stream]
    queue = Queue(part.number, stream, part.account, part.region, part.name, part.queue_id, part.created_ms)
    queue.start, queue.start_ms = part.start, part.start_ms
    queue.visibility_s, queue.max_receives = part.visibility_s, part.max_receives
    queue.tags, queue.policy_text = part.tags, part.policy
    queue.policy = parse(part.policy, Kind.RESOURCE) if part.policy else None
    for index, (position, ahead) in part.cursors.items():
        cursor = queue.cursors[index] = Cursor(position)
        cursor.ahead = set(ahead)
    return queue
