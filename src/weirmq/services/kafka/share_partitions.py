"""Who has which records of a partition, of those that a share group is to get (KIP-932).

             a member fetches              it accepts, rejects, or there is no such record
    to come -----------------> acquired -----------------------------------------------------> done with
       ^                          |
       +--------------------------+     delivered too often: done with, too
         it releases them, or says nothing until the lock on them ends, or is gone

Rules:
1. A record that is acquired is with one member. Nobody else gets it, and nobody else can acknowledge it.
2. What has been released comes before what was never delivered, in the order of offsets.
3. What is done with is durable before the member hears of it (share_progress.py). Who has what isn't: after a restart
   all of it is to come again.
4. No more than so many records are under way from the start on: what a group never acknowledges holds it up.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka.group_configs import DELIVERIES
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.runs import Runs
from weirmq.services.kafka.share_facts import ShareRecordsMoved
from weirmq.services.kafka.share_progress import (
    ACKNOWLEDGED,
    ARCHIVED,
    AVAILABLE,
    UNDECIDED,
    Key,
    PartitionKey,
    Progress,
)
from weirmq.wire.kafka.codes import Code

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

GAP, ACCEPT, RELEASE, REJECT, RENEW = 0, 1, 2, 3, 4  # AcknowledgeTypes
TYPES: Final = {GAP: ARCHIVED, ACCEPT: ACKNOWLEDGED, RELEASE: AVAILABLE, REJECT: ARCHIVED}  # and what comes of it


class Lock(msgspec.Struct, eq=False):
    """What somebody has acquired at once, and how often it was delivered with that. `left` of it still are acquired."""

    number: int
    member: str
    first: int
    last: int
    count: int
    left: int


class Acquired(NamedTuple):
    """Records that a member is given, and how often they are delivered with that."""

    first: int
    last: int
    deliveries: int


class Answered(NamedTuple):
    """What a member says of some records."""

    first: int
    last: int
    type: int


class SharePartition:
    """One partition, for one group. `released` has delivery counts; from `tail` on nothing was ever delivered."""

    def __init__(self, key: Key, partition: Partition, progress: Progress) -> None:
        self.key = key
        self.partition = partition
        self.progress = progress
        self.locks: Runs[Lock] = Runs()
        self.released: Runs[int] = Runs()
        self.tail = max(progress.start, progress.states.end)
        at = progress.start
        for first, last, (state, count) in progress.states:
            if first > at:  # was with somebody when the server stopped
                self.released.put(at, first - 1, 0)
            if state == AVAILABLE:
                self.released.put(first, last, count)
            at = last + 1

    def to_come(self, end: int, most: int) -> Iterator[tuple[int, int, int]]:
        """What can be acquired below `end`, with delivery counts: the rule of `most` under way is kept."""
        fresh = self.tail, min(end, self.progress.start + most) - 1, 0
        released = self.released.over(self.progress.start, end - 1)
        return chain(released, (fresh,)) if fresh[0] <= fresh[1] else released


class SharePartitions:
    """All that somebody has fetched from since the server started."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._known: dict[tuple[Key, str], SharePartition] = {}
        self._locks: dict[int, tuple[SharePartition, Lock]] = {}
        self._of: dict[tuple[Key, str], dict[int, None]] = {}  # the numbers of the locks of a member
        self._due: Deadlines[int] = Deadlines()  # of locks, by number
        self._last = 0

    def find(self, key: Key, partition: Partition) -> SharePartition | None:
        """The partition, if the group has begun with it."""
        progress = self._kafka.machine.shares.of(key, (partition.topic.id, partition.index))
        if progress is None or progress.start == UNDECIDED:
            return None
        found = self._known.get((key, partition.log))
        if found is None or found.progress is not progress:  # the group has begun anew
            found = self._known[key, partition.log] = SharePartition(key, partition, progress)
        return found

    def prune(self) -> None:
        """Forget what nobody can find any more: of deleted topics and groups, of offsets that were set."""
        self._known = {key: each for key, each in self._known.items() if self.find(each.key, each.partition) is each}

    def trim(self, found: SharePartition, start: int, now_ms: int) -> None:
        """The log begins at `start` by now. Raises NoRoom."""
        if start > found.progress.start:
            self._move(found, [], now_ms, start=start, urgent=False)

    # Acquiring

    def acquire(self, found: SharePartition, member: str, ranges: Sequence[Acquired], due_ms: int) -> None:
        """Give records to a member, until `due_ms`."""
        for first, last, count in ranges:
            found.released.cut(first, last)
            found.tail = max(found.tail, last + 1)
            self._lock(found, member, first, last, count, due_ms)

    def archive(self, found: SharePartition, ranges: Sequence[tuple[int, int]], now_ms: int) -> None:
        """There are no records to be given in these ranges. Raises NoRoom."""
        if ranges:
            self._move(found, [(first, last, ARCHIVED, 0) for first, last in ranges], now_ms, urgent=False)

    def _lock(self, found: SharePartition, member: str, first: int, last: int, count: int, due_ms: int) -> None:
        self._last += 1
        lock = Lock(self._last, member, first, last, count, last + 1 - first)
        found.locks.put(first, last, lock)
        self._locks[lock.number] = (found, lock)
        self._of.setdefault((found.key, member), {})[lock.number] = None
        self._due.put(lock.number, due_ms)

    def _unlock(self, found: SharePartition, first: int, last: int) -> None:
        for begin, end, lock in found.locks.over(first, last):
            lock.left -= end + 1 - begin
            if not lock.left:
                self._forget(lock.number)
        found.locks.cut(first, last)

    def _forget(self, number: int) -> None:
        found, lock = self._locks.pop(number)
        self._due.drop(number)
        numbers = self._of[found.key, lock.member]
        del numbers[number]
        if not numbers:
            del self._of[found.key, lock.member]

    # Acknowledging

    def fault(self, found: SharePartition, member: str, answers: Sequence[Answered]) -> tuple[Code, str]:
        """Whether a member may say that; NONE, or why not."""
        before = found.progress.start - 1
        for first, last, _ in answers:
            if last < found.progress.start:
                continue  # is done with; perhaps the answer to that was lost
            if first >= found.tail:
                return Code.INVALID_REQUEST, "These records were never delivered."
            first = max(first, found.progress.start)
            if first <= before:
                return Code.INVALID_RECORD_STATE, "A record is acknowledged twice at a time."
            before = last
            at = first
            for begin, end, lock in found.locks.over(first, last):
                if begin > at:
                    break
                if lock.member != member:
                    return Code.INVALID_RECORD_STATE, "The record is with another member."
                at = end + 1
            if at <= last:
                return Code.INVALID_RECORD_STATE, "The record is not acquired."
        return Code.NONE, ""

    def acknowledge(self, found: SharePartition, answers: Iterable[Answered], due_ms: int, now_ms: int) -> None:
        """Take what a member says, which may have no fault. What it renews it has until `due_ms`. Raises NoRoom."""
        limit = self._kafka.group_number(found.key, DELIVERIES)
        batches: list[tuple[int, int, int, int]] = []
        renewed: list[tuple[int, int, Lock]] = []
        for answer in answers:
            for first, last, lock in found.locks.over(max(answer.first, found.progress.start), answer.last):
                if answer.type == RENEW:
                    renewed.append((first, last, lock))
                else:
                    batches.append((first, last, _after(TYPES[answer.type], lock, limit), lock.count))
        if batches:
            self._move(found, _joined(batches), now_ms, urgent=True)
        for first, last, lock in renewed:
            self._unlock(found, first, last)
            self._lock(found, lock.member, first, last, lock.count, due_ms)

    def _move(
        self,
        found: SharePartition,
        batches: list[tuple[int, int, int, int]],
        now_ms: int,
        *,
        urgent: bool,
        start: int = 0,
    ) -> None:
        """Record states, and have those on their way again that are to be. Raises NoRoom."""
        cluster, group = found.key
        partition = found.partition
        fact = ShareRecordsMoved(cluster, group, partition.topic.id, partition.index, start, batches)
        self._kafka.commit(now_ms, fact, urgent=urgent)
        for first, last, state, count in batches:
            self._unlock(found, first, last)
            found.released.cut(first, last)
            if state == AVAILABLE:
                found.released.put(first, last, count)
            found.tail = max(found.tail, last + 1)
        if start:
            self._unlock(found, 0, start - 1)
            found.released.cut(0, start - 1)
            found.tail = max(found.tail, start)
        self._kafka.fetches.signal(signal(found.key, found.partition.log))

    # Giving back

    def release(self, key: Key, member: str, partitions: Container[PartitionKey], now_ms: int) -> None:
        """A member fetches no more from these partitions: others get what it had. Raises NoRoom."""
        for number in list(self._of.get((key, member), ())):
            partition = self._locks[number][0].partition
            if (partition.topic.id, partition.index) in partitions:
                self._end(number, now_ms)

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        return self._due.next_ms()

    def expire(self, now_ms: int) -> None:
        """Take back what was acquired for too long. Raises NoRoom."""
        while (number := self._due.pop_due(now_ms)) is not None:
            self._due.put(number, now_ms)  # until it has ended: there may be no room for that
            self._end(number, now_ms)

    def _end(self, number: int, now_ms: int) -> None:
        """What is left of a lock is given back."""
        found, lock = self._locks[number]
        if self.find(found.key, found.partition) is not found:
            self._forget(number)
            return
        limit = self._kafka.group_number(found.key, DELIVERIES)
        state = _after(AVAILABLE, lock, limit)
        runs = [run for run in found.locks.over(lock.first, lock.last) if run[2] is lock]
        self._move(found, [(first, last, state, lock.count) for first, last, _ in runs], now_ms, urgent=False)


def signal(key: Key, log: str) -> str:
    """What a group's fetches wait for besides the log."""
    return f"{key[1]}\0{log}"


def _after(state: int, lock: Lock, limit: int) -> int:
    """The state that records get, in place of AVAILABLE where they were delivered as often as they may be."""
    return ARCHIVED if state == AVAILABLE and lock.count >= limit else state


def _joined(batches: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Neighbours of one state together."""
    joined: list[tuple[int, int, int, int]] = []
    for first, last, state, count in batches:
        if joined and joined[-1][1] == first - 1 and joined[-1][2:] == (state, count):
            joined[-1] = (joined[-1][0], last, state, count)
        else:
            joined.append((first, last, state, count))
    return joined
