"""Queues as a part of the state machine: what becomes of a record in a queue.

                received                  visibility over
    (new) ---------------------> IN FLIGHT -------------> READY, to be received again
                                     ^  | visibility over, after MaxReceiveCount receives
                                     |  +---------------> DEAD, to be received as a dead letter, and so on
                       restored: READY again <--------------+
    any state ---> (nothing): acknowledged, past the stream's retention, its queue deleted

Rules:
1. A record is new if it is at or above its shard's position: nothing at all is held of it.
2. IN FLIGHT ends by time alone. `advance` brings a queue up to a time; every fact and every command starts with it.
3. A fact names its records and applies to them in whatever state they are. A record that is gone stays gone.
4. An acknowledgement holds, also where a crash took the receive before it: receives aren't waited for.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import islice, takewhile
from typing import Any, Final

from weirmq.engine.machine import Fact
from weirmq.services.kinesis.model import Stream
from weirmq.services.kinesis.queues.facts import (
    QueueCreated,
    QueueDeleted,
    QueueRewound,
    QueueUpdated,
    RecordsAcknowledged,
    RecordsExpired,
    RecordsReceived,
    RecordsRestored,
    RecordsVisibilityChanged,
)
from weirmq.services.kinesis.queues.model import Cursor, Held, Queue, key_of, place_of

RETURNED_AT_ONCE: Final = 1_000  # records whose visibility timeout has ended that one `advance` returns: some ms
EXPIRED_AT_ONCE: Final = 10_000  # records of a shard in a queue that one fact lets go of: some ms

Name = tuple[str, str, str]
"""Account, region, name."""


class Queues:
    """All queues of all accounts and regions. `signal` wakes polls, by their key."""

    def __init__(self, streams: Mapping[int, Stream]) -> None:
        self.signal: Callable[[int], None] = lambda _key: None
        self.by_number: dict[int, Queue] = {}
        self.by_name: dict[Name, Queue] = {}
        self.by_arn: dict[str, Queue] = {}
        self.by_group: dict[str, dict[int, Queue]] = {}  # by the group of their stream's logs, and by number
        self.next_queue = 1
        self._streams = streams
        self.appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            QueueCreated: self._queue_created,
            QueueUpdated: self._queue_updated,
            QueueDeleted: self._queue_deleted,
            RecordsReceived: self._records_received,
            RecordsAcknowledged: self._records_acknowledged,
            RecordsVisibilityChanged: self._visibility_changed,
            RecordsRestored: self._records_restored,
            RecordsExpired: self._records_expired,
            QueueRewound: self._queue_rewound,
        }

    def of(self, stream: Stream) -> Collection[Queue]:
        """The queues on a stream."""
        return self.by_group.get(stream.group, {}).values()

    # Queues

    def _queue_created(self, fact: QueueCreated, _offset: int, now_ms: int) -> None:
        stream = self._streams[fact.stream]
        queue = Queue(fact.queue, stream, fact.account, fact.region, fact.name, fact.queue_id, now_ms)
        queue.start, queue.start_ms = fact.start, fact.start_ms
        queue.visibility_s, queue.max_receives = fact.visibility_s, fact.max_receives
        queue.tags = fact.tags
        queue.cursors = {shard: Cursor(position) for shard, position in fact.starts.items()}
        self.adopt(queue)

    def adopt(self, queue: Queue) -> None:
        """Let a queue be found."""
        self.next_queue = max(self.next_queue, queue.number + 1)
        self.by_number[queue.number] = queue
        self.by_name[queue.account, queue.region, queue.name] = queue
        self.by_arn[queue.arn] = queue
        self.by_group.setdefault(queue.stream.group, {})[queue.number] = queue

    def _queue_updated(self, fact: QueueUpdated, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        queue.visibility_s, queue.max_receives = fact.visibility_s, fact.max_receives
        for key in list(queue.ready):  # some may have been received too often, as it is counted now
            shard, offset = place_of(key)
            held = queue.cursors[shard].held[offset]
            if self._is_too_much(queue, held):
                del queue.ready[key]
                self._show(queue, key, held)

    def _queue_deleted(self, fact: QueueDeleted, _offset: int, _now_ms: int) -> None:
        queue = self.by_number.pop(fact.queue)
        del self.by_name[queue.account, queue.region, queue.name], self.by_arn[queue.arn]
        others = self.by_group[queue.stream.group]
        del others[queue.number]
        if not others:
            del self.by_group[queue.stream.group]
        self._wake(queue)

    def _wake(self, queue: Queue) -> None:
        self.signal(queue.live_key)
        self.signal(queue.dead_key)

    # Records

    def _records_received(self, fact: RecordsReceived, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        for shard, first, end in fact.fresh:
            cursor = queue.cursor(shard)
            for offset in range(first, end):
                if offset not in cursor.ahead:
                    held = cursor.held[offset] = Held()
                    self._hand_out(queue, key_of(shard, offset), held, fact.visible_at_ms, now_ms)
            self._pass(cursor, end)
        for shard, offset in fact.again:
            known = queue.held(shard, offset)
            if known is not None:
                self._hand_out(queue, key_of(shard, offset), known, fact.visible_at_ms, now_ms)

    def _pass(self, cursor: Cursor, end: int) -> None:
        """The position moves on."""
        cursor.position = end
        if cursor.ahead:
            cursor.ahead = {offset for offset in cursor.ahead if offset >= end}

    def _hand_out(self, queue: Queue, key: int, held: Held, visible_at_ms: int, now_ms: int) -> None:
        held.receives += 1
        held.first_received_ms = held.first_received_ms or now_ms
        self._hide(queue, key, held, visible_at_ms, now_ms)

    def _hide(self, queue: Queue, key: int, held: Held, visible_at_ms: int, now_ms: int) -> None:
        """A record is in flight until then, or, where that is now, visible at once."""
        held.visible_at_ms = visible_at_ms
        (queue.dead if held.is_dead else queue.ready).pop(key, None)
        if visible_at_ms > now_ms:
            queue.deadlines.put(key, visible_at_ms)
            self._wake(queue)  # polls are to look at the time again
        else:
            queue.deadlines.drop(key)
            self._show(queue, key, held)

    def _show(self, queue: Queue, key: int, held: Held) -> None:
        """A record is visible: as a dead letter, where it was received too often."""
        held.is_dead = held.is_dead or self._is_too_much(queue, held)
        if held.is_dead:
            queue.dead[key] = None
            self.signal(queue.dead_key)
        else:
            queue.ready[key] = None
            self.signal(queue.live_key)

    def _is_too_much(self, queue: Queue, held: Held) -> bool:
        return 0 < queue.max_receives <= held.count

    def _records_acknowledged(self, fact: RecordsAcknowledged, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        for shard, offset in fact.records:
            cursor = queue.cursor(shard)
            if offset >= cursor.position:
                cursor.ahead.add(offset)
            elif offset in cursor.held:
                self._forget(queue, shard, cursor, offset)

    def _forget(self, queue: Queue, shard: int, cursor: Cursor, offset: int) -> None:
        key = key_of(shard, offset)
        (queue.dead if cursor.held.pop(offset).is_dead else queue.ready).pop(key, None)
        queue.deadlines.drop(key)

    def _visibility_changed(self, fact: RecordsVisibilityChanged, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        for (shard, offset), visible_at_ms in zip(fact.records, fact.visible_at_ms, strict=True):
            held = queue.held(shard, offset)
            if held is not None and queue.is_in_flight(shard, offset):
                self._hide(queue, key_of(shard, offset), held, visible_at_ms, now_ms)

    def _records_restored(self, fact: RecordsRestored, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        for shard, offset in fact.records:
            held = queue.held(shard, offset)
            if held is not None:
                queue.dead.pop(key_of(shard, offset), None)
                held.is_dead, held.forgiven = False, held.receives
                self._hide(queue, key_of(shard, offset), held, now_ms, now_ms)

    # What becomes of the stream

    def stir(self, queues: Iterable[Queue], shard: int) -> None:
        """A shard may have records that weren't received."""
        for queue in queues:
            queue.stirred[shard] = None
            self.signal(queue.live_key)

    def expired(self, stream: Stream, shard: int, below: int) -> Sequence[Fact]:
        """The facts of a shard's records below an offset being past their retention, in the queues that hold some."""
        found: list[Fact] = []
        for queue in self.of(stream):
            cursor = queue.cursors.get(shard)
            if cursor is not None and next(iter(cursor.held), below) < below:
                most = min(below, next(islice(cursor.held, EXPIRED_AT_ONCE, None), below))
                found.append(RecordsExpired(queue.number, shard, most))
        return found

    def _records_expired(self, fact: RecordsExpired, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        cursor = queue.cursor(fact.shard)
        self._let_go(queue, fact.shard, cursor, list(takewhile(lambda offset: offset < fact.below, cursor.held)))

    def _queue_rewound(self, fact: QueueRewound, _offset: int, now_ms: int) -> None:
        queue = self.by_number[fact.queue]
        self.advance(queue, now_ms)
        cursor = queue.cursor(fact.shard)
        self._let_go(queue, fact.shard, cursor, [offset for offset in cursor.held if offset >= fact.end])
        cursor.ahead = {offset for offset in cursor.ahead if offset < fact.end}
        cursor.position = min(cursor.position, fact.end)

    def _let_go(self, queue: Queue, shard: int, cursor: Cursor, offsets: Iterable[int]) -> None:
        for offset in offsets:
            self._forget(queue, shard, cursor, offset)

    def shards_expired(self, stream: Stream, shards: Iterable[int]) -> None:
        """Closed shards are gone with all their records; their children wait for nothing any more."""
        for queue in self.of(stream):
            for shard in shards:
                cursor = queue.cursors.pop(shard, None)
                if cursor is not None:
                    self._let_go(queue, shard, cursor, list(cursor.held))
                queue.done.discard(shard)
            queue.stirred = dict.fromkeys(stream.shards)
            self.signal(queue.live_key)

    # Time

    def advance(self, queue: Queue, now_ms: int) -> None:
        """Bring a queue up to `now_ms`. Where there is much to do, a part: then `deadlines` has more that is due."""
        for _ in range(RETURNED_AT_ONCE):
            key = queue.deadlines.pop_due(now_ms)
            if key is None:
                return
            shard, offset = place_of(key)
            self._show(queue, key, queue.cursors[shard].held[offset])
