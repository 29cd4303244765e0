"""The archives of FIFO topics: a log for each, in the order of the messages' numbers.

    Publish: MessageArchived -> journal -> (on the disk) -> the archive's log -> (on the disk) -> ArchiveWritten
                                                                             the journal's copy may go now

So a publish waits for the journal alone, the log never has what the journal doesn't know, and what memory holds of an
archive doesn't grow with it. A crash on the way costs nothing: the newest number in the log says where to go on.

Source: https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-topic-owner.html
"""

from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from weirmq.engine.machine import Fact
from weirmq.engine.streams import Part, Stream
from weirmq.kernel.clock import DAY_MS, MINUTE_MS
from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.services.sns import facts
from weirmq.services.sns.model import Replay, Subscription, Topic
from weirmq.services.sns.unarchived import Archived

if TYPE_CHECKING:
    from weirmq.services.sns.service import Sns

WRITE_MS: Final = 100  # between two looks at what the logs haven't got yet
WRITTEN_AT_ONCE: Final = 1_000  # messages of an archive: some milliseconds
TOPICS_AT_ONCE: Final = 50  # whose archives are written one after the other, before others have their turn
WRITTEN_BYTES: Final = 4 * 1024 * 1024  # of these, but for one that is larger
READ_BYTES: Final = 1024 * 1024  # read at once by a replay
SWEEP_MS: Final = MINUTE_MS  # how often messages past their retention are looked for
SLICE_MS: Final = 50  # between two slices of that
SWEPT_AT_ONCE: Final = 5  # archives: each log must be opened, which takes some milliseconds
_SEQ_BYTES: Final = 8


class Found(NamedTuple):
    """A message of an archive: its number, when it was published, and what it was, encoded."""

    seq: int
    at_ms: int
    notification: bytes


class _Writer:
    """One archive's log: the newest number in it, and with which numbers it ended when something was appended."""

    __slots__ = ("ends", "log", "seq")

    def __init__(self, log: Stream) -> None:
        self.log = log
        self.seq = _seq_at(log, log.readable - 1) if log.readable > log.start else 0
        self.ends = deque([(log.readable, self.seq)])

    def on_disk(self) -> int:
        """The newest number that is on the disk and wasn't when this was asked last; 0 if there is none."""
        seq = 0
        while self.ends and self.ends[0][0] <= self.log.synced:
            seq = self.ends.popleft()[1]
        return seq


class Archives:
    """All archives of a service."""

    def __init__(self, service: "Sns") -> None:
        self._service = service
        self._writers: dict[str, _Writer] = {}  # by log
        self._places: dict[int, tuple[int, int]] = {}  # of replays, by subscription: a number, and its offset
        self._damaged: set[str] = set()  # logs
        self._removing: set[str] = set()  # logs that the engine was told to remove
        self._unwritten: list[Topic] = []  # in this look
        self._unswept: list[Topic] = []
        self._written_ms = self._swept_ms = self._sliced_ms = 0  # when each began last

    def groups(self) -> set[str]:
        """The groups of all logs that belong to archives."""
        machine = self._service.machine
        found = {topic.archive_log for topic in machine.topics.values() if topic.settings.archive_days}
        return {name.partition("/")[0] for name in found | machine.condemned.keys()}

    def begins_ms(self, topic: Topic, now_ms: int) -> int:
        """The time of the oldest message; where there is none, since when there might be one."""
        log, since_ms = self._log(topic), cutoff(topic, now_ms)
        rows = log.rows(log.horizon(since_ms), 1, 0)
        if rows:
            return rows[0][1]
        waiting = topic.unarchived.some(since_ms, 0, 1)
        return waiting[0].at_ms if waiting else max(since_ms, topic.created_ms)

    def some(self, subscription: Subscription, replay: Replay, most: int, now_ms: int) -> tuple[list[Found], bool]:
        """Up to `most` messages that a replay has still to look at, and whether they are all that there are now.

        Raises LogDamaged.
        """
        topic, log = subscription.topic, self._log(subscription.topic)
        from_ms = max(replay.from_ms, cutoff(topic, now_ms))
        known = self._places.get(subscription.number)
        place = known[1] if known and known[0] == replay.next_seq else _place(log, from_ms, replay.next_seq)
        rows = log.rows(place, most, READ_BYTES)
        found = [Found(int.from_bytes(key), at_ms, value) for _, at_ms, key, value in rows]
        next_seq = found[-1].seq + 1 if found else replay.next_seq
        self._places[subscription.number] = (next_seq, place + len(rows))
        if place + len(rows) < log.readable:
            return found, False
        read = self._service.journal.read
        for entry in topic.unarchived.some(from_ms, next_seq, most - len(found)):
            kept = read(self._service.machine, entry.offset)
            found.append(Found(entry.seq, entry.at_ms, kept.notification))
        return found, len(found) < most

    def _log(self, topic: Topic) -> Stream:
        return self._service.streams.stream(topic.archive_log)

    # Time

    def next_due_ms(self) -> int:
        """When `work` wants to be called."""
        machine = self._service.machine
        is_busy = self._unswept or len(machine.condemned) > len(self._removing)
        due_ms = self._sliced_ms + SLICE_MS if is_busy else self._swept_ms + SWEEP_MS
        if self._unwritten:
            return self._written_ms
        return min(due_ms, self._written_ms + WRITE_MS) if machine.archiving else due_ms

    def work(self, now_ms: int) -> Sequence[Fact]:
        """Write what waits, sweep a slice, remove what was given up; returns the facts of what is written."""
        found: list[Fact] = []
        machine = self._service.machine
        if not self._unwritten and now_ms >= self._written_ms + WRITE_MS:
            self._written_ms = now_ms
            self._unwritten = list(machine.archiving.values())
        some, self._unwritten = self._unwritten[:TOPICS_AT_ONCE], self._unwritten[TOPICS_AT_ONCE:]
        with suppress(LogDamaged, NoRoom):  # whose log it is finds out below
            self._service.streams.prepare([self._log(topic) for topic in some if topic.number in machine.archiving])
        for topic in some:
            if topic.number in machine.archiving:  # and wasn't deleted meanwhile
                found += self._with(topic, self._write)
        if now_ms >= self._sliced_ms + SLICE_MS:
            self._sliced_ms = now_ms
            self._sweep(now_ms)
            self._remove()
        return found

    def _with(self, topic: Topic, do: Callable[[Topic], Sequence[Fact]]) -> Sequence[Fact]:
        """Do something with a log. One that is damaged is left alone from then on: the journal keeps what it lacks."""
        name = topic.archive_log
        if name in self._damaged:
            return ()
        try:
            return do(topic)
        except LogDamaged as error:
            self._damaged.add(name)
            self._service.on_error(f"the archive of {topic.arn} gets no more messages", error)
            return ()

    def _write(self, topic: Topic) -> Sequence[Fact]:
        """Append what the journal has on the disk to the log; returns the fact of what the log has on the disk."""
        name = topic.archive_log
        writer = self._writers.get(name)
        if writer is None:
            writer = self._writers[name] = _Writer(self._log(topic))
        seq = writer.on_disk()
        ready = self._ready(topic, writer)
        if ready:
            self._append(writer, ready)
        return [facts.ArchiveWritten(topic.number, seq)] if seq else ()

    def _ready(self, topic: Topic, writer: _Writer) -> list[Archived]:
        """What may be appended now."""
        size = 0
        ready: list[Archived] = []
        for entry in topic.unarchived.some(0, writer.seq + 1, WRITTEN_AT_ONCE):
            size += entry.size
            if entry.offset >= self._service.journal.on_disk or (ready and size > WRITTEN_BYTES):
                break
            ready.append(entry)
        return ready

    def _append(self, writer: _Writer, ready: list[Archived]) -> None:
        service, log = self._service, writer.log
        runs = [
            (
                entry.seq.to_bytes(_SEQ_BYTES),
                (service.journal.read(service.machine, entry.offset).notification,),
                entry.at_ms,
            )
            for entry in ready
        ]
        try:
            service.streams.append([Part(log, runs)], ready[-1].at_ms)
        except NoRoom:
            return  # the journal has them, and there may be room later
        service.streams.hold(_nobody, None)  # no answer waits for this
        writer.seq = ready[-1].seq
        writer.ends.append((log.end, writer.seq))

    def _sweep(self, now_ms: int) -> None:
        """Let go of messages past their retention."""
        machine = self._service.machine
        if not self._unswept and now_ms >= self._swept_ms + SWEEP_MS:
            self._swept_ms = now_ms
            self._unswept = [topic for topic in machine.topics.values() if topic.settings.archive_days]
            self._places = {number: self._places[number] for number in machine.replays.keys() & self._places.keys()}
        for _ in range(min(SWEPT_AT_ONCE, len(self._unswept))):
            topic = self._unswept.pop()
            if topic.number in machine.topics and topic.settings.archive_days:
                self._with(topic, partial(self._trim, now_ms))

    def _trim(self, now_ms: int, topic: Topic) -> Sequence[Fact]:
        self._log(topic).trim_to(cutoff(topic, now_ms))
        return ()

    def _remove(self) -> None:
        """Have logs removed whose end nothing can undo any more."""
        service = self._service
        for name, offset in service.machine.condemned.items():
            if offset < service.journal.on_disk and name not in self._removing:
                self._removing.add(name)
                self._writers.pop(name, None)
                service.streams.remove(name)

    def removed(self, names: Sequence[str], now_ms: int) -> None:
        """These logs are gone from the disk; other services' may be among them. Raises NoRoom."""
        gone = [name for name in names if name in self._service.machine.condemned]
        if gone:
            self._service.commit([facts.LogsRemoved(gone)], now_ms)
            self._removing.difference_update(gone)


def cutoff(topic: Topic, now_ms: int) -> int:
    """Messages that came before this are past their retention."""
    return now_ms - topic.settings.archive_days * DAY_MS + 1


def _place(log: Stream, from_ms: int, seq: int) -> int:
    """The offset of the first message of `from_ms` or later, numbered `seq` or higher. Raises LogDamaged."""
    low = log.offset_at(from_ms).offset
    return low + bisect_left(range(low, log.readable), seq, key=lambda offset: _seq_at(log, offset)) if seq else low


def _seq_at(log: Stream, offset: int) -> int:
    return int.from_bytes(log.rows(offset, 1, 0)[0][2])


def _nobody(_answer: Any) -> None:
    pass
