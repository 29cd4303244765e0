"""What a member can be given of a partition: which batches it gets, and which records of them it is to acquire.

A plan changes nothing. Batches come whole, as they lie in the log, also where others have some of their records.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from weirmq.engine.streams import Stream
from weirmq.services.kafka.group_configs import COMMITTED, ISOLATION, LOCKS
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.services.kafka.producers import Aborted
from weirmq.services.kafka.share_partitions import Acquired, SharePartition
from weirmq.wire.kafka.batch import CONTROL, Batch, heads

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

READ_BYTES: Final = 64 * 1024  # at a time: a member mostly wants some hundred records


class Want(NamedTuple):
    """What a fetch asks for: bytes and records at most, whether never more records than that or whole batches, and how
    many records acquired together are best.
    """

    size: int
    records: int
    is_exact: bool
    together: int


class Plan(msgspec.Struct):
    """The batches, what is to be acquired of them, and where there is nothing to be given to anybody."""

    size: int = 0
    records: int = 0
    batches: list[memoryview] = []
    acquired: list[Acquired] = []
    nothing: list[tuple[int, int]] = []


def planned(kafka: "Kafka", found: SharePartition, want: Want, *, is_first: bool) -> Plan:
    """What a member can be given now. The first batch of an answer may be larger than what is wanted."""
    log = kafka.log(found.partition)
    end = log.readable
    aborted: list[Aborted] = []
    if kafka.group_config(found.key, ISOLATION) == COMMITTED:
        producers = producers_of(kafka, found.partition)
        end = producers.stable(end)
        aborted = producers.aborted(found.progress.start, end)
    planning = _Planning(_Reader(log), aborted, want, is_first=is_first)
    for first, last, count in found.to_come(end, kafka.group_number(found.key, LOCKS)):
        if not planning.add(first, last, count):
            break
    return planning.plan


class _Reader:
    """Batches of a log, for offsets that grow."""

    def __init__(self, log: Stream) -> None:
        self._log = log
        self._batches: Iterator[tuple[int, Batch]] = iter(())
        self._last: tuple[int, Batch] | None = None

    def find(self, offset: int) -> tuple[int, Batch] | None:
        """The batch that has this offset, or the first one behind it; None where there is none."""
        found = self._last
        while found is None or found[0] + found[1].span <= offset:
            found = next(self._batches, None)
            if found is None:
                self._batches = heads(self._log.read(offset, READ_BYTES))
                found = next(self._batches, None)
                if found is None:
                    return None
        self._last = found
        return found


class _Planning:
    def __init__(self, reader: _Reader, aborted: list[Aborted], want: Want, *, is_first: bool) -> None:
        self.plan = Plan(batches=[], acquired=[], nothing=[])
        self._reader = reader
        self._aborted = aborted
        self._want = want
        self._is_first = is_first
        self._base = -1  # of the batch that came last

    def add(self, first: int, last: int, count: int) -> bool:
        """Plan for these records, which were delivered so often. Returns whether there may be more."""
        plan, want = self.plan, self._want
        while first <= last:
            if plan.records >= want.records or (found := self._reader.find(first)) is None:
                return False
            base, batch = found
            if base > first:  # compaction leaves holes
                plan.nothing.append((first, min(last, base - 1)))
                first = base
                continue
            end = min(last, base + batch.span - 1)
            if self._is_dead(base, batch):
                plan.nothing.append((first, end))
            elif not self._has(base, batch):
                return False
            else:
                if want.is_exact:
                    end = min(end, first + want.records - plan.records - 1)
                self._acquire(first, end, count + 1)
            first = end + 1
        return True

    def _is_dead(self, base: int, batch: Batch) -> bool:
        """Whether nobody is to see it: a marker, or what was aborted."""
        if batch.attributes & CONTROL:
            return True
        return batch.is_transactional and any(
            each.producer == batch.producer.id and each.first <= base < each.last for each in self._aborted
        )

    def _has(self, base: int, batch: Batch) -> bool:
        """Take a batch along, if there is room for it."""
        plan, size = self.plan, len(batch.data)
        if base == self._base:
            return True
        if plan.size + size > self._want.size and not (self._is_first and not plan.batches):
            return False
        self._base = base
        plan.batches.append(batch.data)
        plan.size += size
        return True

    def _acquire(self, first: int, last: int, count: int) -> None:
        acquired = self.plan.acquired
        self.plan.records += last + 1 - first
        if acquired:
            before = acquired[-1]
            is_small = before.last + 1 - before.first < self._want.together
            if before.last == first - 1 and before.deliveries == count and is_small:
                acquired[-1] = before._replace(last=last)
                return
        acquired.append(Acquired(first, last, count))
