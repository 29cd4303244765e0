"""One stream: a log, the records that are pending for it, and the answers that wait for it. See `streams.py`."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from weirmq.kernel.errors import NoRoom
from weirmq.log.batch import HEADER_BYTES, BadBatch, Header, header, headers, is_compressed, records
from weirmq.log.index import INTERVAL_BYTES
from weirmq.log.log import Log
from weirmq.log.rewriting import Piece
from weirmq.log.rows import Row, Span, take_rows, take_spans

if TYPE_CHECKING:
    from weirmq.engine.streams import Streams

BATCH_BYTES: Final = 256 * 1024  # a read of one record costs a read of its batch, so batches are kept small
FIRST_READ_BYTES: Final = 64 * 1024  # of a reader who may want little
READ_BYTES: Final = 1024 * 1024
_NOTHING: Final = memoryview(b"")

Run = tuple[bytes, Sequence[bytes], int]
"""The key of some records, their values, and when they came (ms)."""

Done = Callable[[Any], None]


class Appended(NamedTuple):
    """Where records came to stand: the first one's offset, and the time that they all have."""

    offset: int
    now_ms: int


class Part(NamedTuple):
    """Records for one stream: runs of a single value each, in the order of their times, none later than the append."""

    stream: "Stream"
    runs: Sequence[Run]


class Ticket:
    """An answer that waits for `left` streams."""

    __slots__ = ("answer", "done", "left")

    def __init__(self, done: Done, answer: Any) -> None:
        self.done = done
        self.answer = answer
        self.left = 0


class Stream:
    """One log. `Streams` makes it; only its methods and those of Streams change it."""

    __slots__ = (
        "_bytes", "_end", "_first", "_first_ms", "_held", "_is_known", "_latest_ms", "_log", "_looked",
        "_pending_bytes", "_readable", "_runs", "_segment_bytes", "_start", "_streams", "is_cleaning",
        "is_removed", "is_syncing", "name", "synced", "was_closed",
    )  # fmt: skip

    def __init__(self, name: str, streams: "Streams") -> None:
        self.name = name
        self.is_syncing = False  # in a thread: the log must stay open
        self.is_cleaning = False  # likewise
        self.is_removed = False
        self.was_closed = False  # by this process, or prepared by it: so it is as it was left, and all is synced
        self.synced = 0  # the log is durable up to here
        self._streams = streams
        self._log: Log | None = None  # where it is open
        self._is_known = False  # whether the log was ever looked at
        self._start = self._end = self._readable = 0
        self._latest_ms = 0
        self._first = self._first_ms = 0  # no record below this offset is as young as that
        self._segment_bytes: int | None = None  # that of the library
        self._bytes = 0  # of the log, where records were placed or trimmed
        self._looked = (0, 0)  # at what size the log was last found to be within which limit
        self._runs: list[Run] = []
        self._pending_bytes = 0  # no less than what they take
        self._held: deque[tuple[int, Ticket]] = deque()

    @property
    def start(self) -> int:
        """The offset of the oldest record that the log still has."""
        self._know()
        return self._start

    @property
    def end(self) -> int:
        """The offset that the next record gets, pending ones counted."""
        self._know()
        return self._end

    @property
    def readable(self) -> int:
        """Readers may see what lies below."""
        self._know()
        return self._readable

    @property
    def size(self) -> int:
        """Bytes of the log, without what is pending. It is opened for this. Raises NoRoom, LogFailed."""
        return (self._log or self._streams.open(self)).size

    @property
    def is_in_use(self) -> bool:
        """Whether a thread works on the log, so that it must stay open."""
        return self.is_syncing or self.is_cleaning

    @property
    def is_open(self) -> bool:
        """Whether the log is open."""
        return self._log is not None

    @property
    def is_ready(self) -> bool:
        """Whether the log is open, or was, so that it is on the disk as it should be."""
        return self._log is not None or self.was_closed

    def _know(self) -> None:
        if not self._is_known:
            self._streams.look_at(self)

    # Writing

    def reserve(self, size: int) -> None:
        """Make sure of room for records of `size` bytes, and of a log to put them. Raises NoRoom, LogFailed."""
        log = self._log or self._streams.open(self)
        size += self._pending_bytes
        log.reserve((2 + size // BATCH_BYTES) * HEADER_BYTES + size)  # what is pending and this may be batches apart

    def add(self, runs: Sequence[Run], size: int, now_ms: int) -> Appended:
        """Number records, which are written with the next flush. There must be room: `Streams.append` sees to it."""
        if now_ms < self._latest_ms:  # the clock of an earlier process was ahead
            now_ms = self._latest_ms
            runs = [(key, values, now_ms) for key, values, _ in runs]
        self._latest_ms = now_ms
        if self._pending_bytes and self._pending_bytes + size > BATCH_BYTES:
            self.write()
        self._runs += runs
        self._pending_bytes += size
        base = self._end
        self._end = base + len(runs)
        return Appended(base, now_ms)

    def write(self) -> None:
        """Write what is pending. Raises LogFailed."""
        runs, size = self._runs, self._pending_bytes
        if not runs:
            return
        self._runs, self._pending_bytes = [], 0
        log = self._log
        assert log is not None, "a log with pending records stays open"  # noqa: S101
        builder = self._streams.builder
        step = -(-len(runs) // -(-size // BATCH_BYTES))
        for first in range(0, len(runs), step):
            builder.extend(runs[first : first + step])
            batch = builder.build()
            log.append(batch)
            self._bytes += len(batch)

    def wait(self, end: int, ticket: Ticket) -> None:
        """Let an answer wait until this stream is readable up to `end`."""
        if self._readable < end:
            ticket.left += 1
            self._held.append((end, ticket))

    def advance(self, offset: int) -> None:
        """The stream is readable up to `offset`: let the answers go that rest on no more, and tell the readers."""
        if offset > self._readable:
            self._readable = offset
            for tell in self._streams.readers:
                tell(self.name)
        held = self._held
        while held and held[0][0] <= self._readable:
            ticket = held.popleft()[1]
            ticket.left -= 1
            if not ticket.left:
                ticket.done(ticket.answer)

    def sync(self) -> int:
        """Make durable what is written; in a thread, one call at a time. Returns up to where. Raises LogFailed."""
        log = self._log
        assert log is not None, "a log that is being synced stays open"  # noqa: S101
        return log.sync()

    @property
    def newest(self) -> Piece:
        """The newest segment of the log, which is opened for it. Raises NoRoom, LogFailed."""
        return (self._log or self._streams.open(self)).newest

    def fit(self, segment_bytes: int | None) -> None:
        """Have the log's segments be of that size from now on; None is that of the library."""
        if segment_bytes != self._segment_bytes:
            self._segment_bytes = segment_bytes
            if self._log is not None:
                self._log.resize(segment_bytes)

    def roll(self) -> None:
        """Write what is pending, and have what comes begin a segment. Raises NoRoom, LogFailed."""
        self.write()
        log = self._log or self._streams.open(self)
        log.roll()
        self._streams.mark_dirty(self)

    def place(self, batch: memoryview) -> int:
        """Write a whole batch as it is; its base offset is set in place. Returns that. There must be room."""
        if self._runs:
            self.write()
        log = self._log
        assert log is not None, "a log in which room was made sure of is open"  # noqa: S101
        base = log.append(batch)
        self._bytes += len(batch)
        self._end = log.end
        return base

    # Reading

    def read(self, offset: int, max_bytes: int) -> memoryview:
        """Whole batches from the one that contains `offset` on: at least one, then as many as fit `max_bytes`.

        Fewer where a file ends; empty at `readable`. Raises IndexError, LogDamaged, LogFailed as the log.
        """
        self._know()
        if offset >= self._readable:
            return _NOTHING
        log = self._log or self._streams.open(self)
        self._streams.used(self)
        data = log.read(offset, max_bytes)
        return data if self._readable >= log.end else self._cut(data)

    def _cut(self, data: memoryview) -> memoryview:
        """Without the batches that aren't durable yet."""
        for position, found in headers(data):
            if found.base_offset >= self._readable:
                return data[:position]
        return data

    def rows(self, offset: int, most: int, max_bytes: int) -> list[Row]:
        """Up to `most` records from `offset` on, no more than `max_bytes` of keys and values, but at least one if there
        is one. Raises as `read`.
        """
        return self._take(take_rows, offset, most, max_bytes)

    def spans(self, offset: int, most: int, max_bytes: int) -> list[Span]:
        """The same, for those who take thousands apart at once."""
        return self._take(take_spans, offset, most, max_bytes)

    def _take(self, take: Callable[..., tuple[int, int, int]], offset: int, most: int, max_bytes: int) -> list[Any]:
        found: list[Any] = []
        chunk_bytes = FIRST_READ_BYTES
        while most > 0 and max_bytes >= 0 and (data := self.read(offset, chunk_bytes)):
            offset, most, max_bytes = take(found, data, offset, most, max_bytes)
            chunk_bytes = min(READ_BYTES, max_bytes)
        return found

    def offset_at(self, time_ms: int, low: int = 0, *, counts_gaps: bool = False) -> Appended:
        """The first record from `low` on that came at `time_ms` or later, and its time; `readable` where there is none.

        With `counts_gaps`, one that was cleaned away counts too. The log's index says where it is, so the cost is that
        of one read.
        """
        offset = max(low, self.start)
        if offset < self._readable:
            offset = max(offset, (self._log or self._streams.open(self)).seek(time_ms))
        while data := self.read(offset, INTERVAL_BYTES):
            for position, batch in headers(data):
                offset = batch.next_offset
                if batch.max_timestamp_ms < time_ms or offset <= low:
                    continue
                if counts_gaps and batch.count <= batch.last_offset_delta:
                    return Appended(max(low, batch.base_offset), batch.max_timestamp_ms)
                found = _first_at(data[position : position + batch.size], batch, max(low, self.start), time_ms)
                if found is not None:
                    return found
        return Appended(self._readable, time_ms)

    def seek(self, time_ms: int) -> int:
        """From where on to look for the first record of `time_ms` or later; `start` or more."""
        return max(self.start, (self._log or self._streams.open(self)).seek(time_ms))

    @property
    def latest_ms(self) -> int:
        """No record is later; one may be as late that is gone, or not to be read yet."""
        return self.newest.latest_ms

    def horizon(self, cutoff_ms: int) -> int:
        """The first record that came at `cutoff_ms` or later, once and for all: this offset only grows."""
        self._know()
        if self._first_ms < cutoff_ms and self._first < self._readable:
            self._first, self._first_ms = self.offset_at(cutoff_ms, self._first, counts_gaps=True)
        return max(self._first, self._start)

    @property
    def first(self) -> int:
        """The horizon as it was found last: all below is gone, and perhaps some above."""
        return max(self._first, self.start)

    def trim_to(self, cutoff_ms: int) -> bool:
        """Let go of records that came before `cutoff_ms`, as far as whole segments allow; of all of them, if there are
        no others. Returns whether there was something to look at, so that it took some time.
        """
        if self._is_known and (self._first_ms >= cutoff_ms or self._first == self._readable):
            return False
        offset = self.horizon(cutoff_ms)
        if offset == self._end:
            self._give_up_newest()
        self.trim_below(offset)
        return True

    def trim_to_size(self, least_bytes: int) -> bool:
        """Let go of the oldest segments, as long as `least_bytes` are left. Returns whether that took some time."""
        self._know()
        if self._bytes <= least_bytes or self._looked == (self._bytes, least_bytes):
            return False
        if not least_bytes:
            self._give_up_newest()
        offset, left = self._start, self._bytes
        for segment in (self._log or self._streams.open(self)).segments():
            left -= segment.size
            if left < least_bytes:
                break
            offset = segment.end
        self.trim_below(offset)
        self._looked = (self._bytes, least_bytes)
        return True

    def _give_up_newest(self) -> None:
        """See to it that the newest segment can be trimmed. A full disk has no room for another one: it is tried again
        when there is more to trim.
        """
        if self._bytes and self._readable == self._end:
            with suppress(NoRoom):
                self.roll()

    def trim_below(self, offset: int) -> bool:
        """Let go of records below `offset`, as far as whole segments allow. Returns whether some went."""
        if offset <= self.start:
            return False
        log = self._log or self._streams.open(self)
        log.trim(min(offset, self._readable))
        if log.start == self._start:
            return False
        self._start = log.start
        self.shrunk()
        self._streams.mark_dirty(self)
        return True

    def shrunk(self) -> None:
        """The log has become smaller."""
        if self._log is not None:
            self._bytes = self._log.size

    def pieces(self) -> list[Piece]:
        """The parts of the log that don't grow any more, the oldest first. Raises LogDamaged, NoRoom, LogFailed."""
        self._know()
        return self.open().pieces() if self._end > self._start else []

    def open(self) -> Log:
        """The log, which is opened if it wasn't. Raises LogDamaged, NoRoom, LogFailed."""
        log = self._log or self._streams.open(self)
        self._streams.used(self)
        return log

    # Opening; for Streams alone

    def opened(self, log: Log | None) -> None:
        """The log is open; or, with None, there is none yet."""
        self._log = log
        if log is not None:
            log.resize(self._segment_bytes)
        if self._is_known:
            return
        self._is_known = True
        if log is None:
            return
        self._start = log.start
        self._bytes = log.size
        self._end = self._readable = self.synced = log.end
        if log.end > log.start:
            self._latest_ms = header(log.read(log.end - 1, 0)).max_timestamp_ms

    def closed(self) -> Log | None:
        """Forget the open log, and hand it back."""
        log, self._log = self._log, None
        self.was_closed = self.was_closed or log is not None
        return log

    @property
    def written(self) -> int:
        """The end of what the log has, pending records not counted."""
        return self._end - len(self._runs)


def _first_at(data: memoryview, batch: Header, low: int, time_ms: int) -> Appended | None:
    """The first record of a batch from `low` on that came at `time_ms` or later, if there is one. Where the records
    can't be read, which others may have made, it is the first of all.
    """
    if not batch.count:
        return None
    whole = Appended(max(low, batch.base_offset), batch.max_timestamp_ms)
    if batch.base_timestamp_ms == batch.max_timestamp_ms or is_compressed(batch):
        return whole
    try:
        for record in records(data):
            if record.timestamp_ms >= time_ms and record.offset >= low:
                return Appended(record.offset, record.timestamp_ms)
    except BadBatch:
        return whole
    return None
