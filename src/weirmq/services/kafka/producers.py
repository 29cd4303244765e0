"""Producers, as one partition's log tells of them: what each has written last, and which transactions are open.

Rules (KIP-98, KIP-360):
1. A batch that is one of a producer's last five is a duplicate: it is answered as before, and not written. One of a
   transaction that has ended isn't: librdkafka sends other records by the numbers of those that it aborted without
   knowing whether they were written. Kafka takes them for duplicates, and they are lost; refused, they are sent again.
2. Any other one goes on where the last one ended, with its epoch. A higher epoch begins with sequence 0 again.
3. A producer that the log knows nothing of may begin anywhere: what it wrote before is past its retention.
4. A transaction is open from its first batch to its marker. What lies before the first batch of the oldest one is
   stable: nothing changes there any more.

All of it stands in the heads of the batches and in the markers, so after a restart it is read from there: behind the
newest note that the journal has of it (partition_logs.py).
"""

from bisect import bisect_left
from collections import deque
from typing import Final, NamedTuple

import msgspec

from weirmq.services.kafka.facts import ProducersNoted
from weirmq.wire.kafka import markers
from weirmq.wire.kafka.batch import SEQUENCES, Batch, Producer
from weirmq.wire.kafka.codes import Code

KEPT: Final = 5  # batches of a producer: as many as it may have under way
EXPIRES_MS: Final = 86_400_000  # producer.id.expiration.ms
NO_SEQUENCE: Final = -1


class Written(NamedTuple):
    """A batch that is in the log."""

    first: int
    last: int
    offset: int


class Aborted(NamedTuple):
    """A transaction that was aborted: where its marker is and where it began, and what was stable after it."""

    last: int
    first: int
    producer: int
    stable: int


class State(msgspec.Struct):
    """What is known of one producer. `coordinator_epoch` is that of its last marker."""

    epoch: int
    time_ms: int
    batches: deque[Written]
    coordinator_epoch: int = -1

    @property
    def last(self) -> int:
        """The sequence that it has got to."""
        return self.batches[-1].last if self.batches else NO_SEQUENCE


class Producers:
    """The producers of one partition. `open` has the first offset of each open transaction, by its producer's id."""

    def __init__(self) -> None:
        self.states: dict[int, State] = {}
        self.open: dict[int, int] = {}  # the oldest one first
        self.known_aborted: list[Aborted] = []  # in the order of their markers
        self.unnoted = 0  # bytes in the log since the last note was drawn
        self.drawn: ProducersNoted | None = None  # a note that isn't in the journal yet

    def look(self, batch: Batch) -> Code | Written:
        """Whether a batch may be written: NONE, or why not; or where it stands, if it does."""
        producer = batch.producer
        found = self.states.get(producer.id)
        if found is None:
            return Code.NONE
        if producer.epoch < found.epoch:
            return Code.INVALID_PRODUCER_EPOCH
        if producer.id in self.open and not batch.is_transactional:
            return Code.INVALID_TXN_STATE
        if producer.epoch > found.epoch:
            return Code.NONE if producer.first == 0 else Code.OUT_OF_ORDER_SEQUENCE_NUMBER
        if producer.first == (found.last + 1) % SEQUENCES:
            return Code.NONE
        for written in found.batches:
            if written.first == producer.first and written.last == producer.last:
                return written if self._is_of_its_transaction(batch, written) else Code.OUT_OF_ORDER_SEQUENCE_NUMBER
        return Code.OUT_OF_ORDER_SEQUENCE_NUMBER

    def _is_of_its_transaction(self, batch: Batch, written: Written) -> bool:
        """Whether a batch that is in the log belongs to the transaction that is open, if it is sent for one."""
        return not batch.is_transactional or written.offset >= self.open.get(batch.producer.id, written.offset + 1)

    def wrote(self, batch: Batch, offset: int, time_ms: int) -> None:
        """A batch is in the log."""
        producer = batch.producer
        found = self._state(producer.id, producer.epoch)
        found.batches.append(Written(producer.first, producer.last, offset))
        found.time_ms = time_ms
        self.unnoted += len(batch.data)
        if batch.is_transactional:
            self.open.setdefault(producer.id, offset)

    def ended(self, producer: Producer, offset: int, time_ms: int, *, commits: bool) -> None:
        """A marker is in the log. Without a transaction that is open it says nothing, as when it is written twice."""
        found = self._state(producer.id, producer.epoch)
        found.time_ms, found.coordinator_epoch = time_ms, markers.COORDINATOR_EPOCH
        first = self.open.pop(producer.id, None)
        if first is not None and not commits:
            self.known_aborted.append(Aborted(offset, first, producer.id, self.stable(offset + 1)))

    def _state(self, producer: int, epoch: int) -> State:
        found = self.states.get(producer)
        if found is None or found.epoch != epoch:
            found = self.states[producer] = State(epoch, 0, deque(maxlen=KEPT))
        return found

    # What readers are told

    def stable(self, end: int) -> int:
        """The last stable offset, of a log that ends at `end`."""
        return min(next(iter(self.open.values())), end) if self.open else end

    def aborted(self, start: int, end: int) -> list[Aborted]:
        """The aborted transactions that may have records from `start` to below `end`."""
        found = []
        known = self.known_aborted
        for index in range(bisect_left(known, (start,)), len(known)):
            if known[index].first < end:
                found.append(known[index])
            if known[index].stable >= end:
                break  # all later ones begin behind that
        return found

    # What is no longer needed

    def expire(self, before_ms: int) -> None:
        """Forget producers that have written nothing since, and have no open transaction."""
        gone = [number for number, each in self.states.items() if each.time_ms < before_ms and number not in self.open]
        for number in gone:
            del self.states[number]

    def cleaned(self, end: int) -> None:
        """The log has no records of aborted transactions below `end`. Who is told of one waits for its marker, and that
        goes sooner or later.
        """
        self.known_aborted = [each for each in self.known_aborted if each.last >= end]

    def trim(self, start: int) -> None:
        """The log has nothing below `start`."""
        if self.known_aborted and self.known_aborted[0].last < start:
            del self.known_aborted[: bisect_left(self.known_aborted, (start,))]
