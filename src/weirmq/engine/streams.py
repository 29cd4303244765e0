"""Streams: logs that are read by offset, one for each Kinesis shard.

    append(parts, now_ms)   records -> pending, numbered at once; refused whole where a log has no room
    hold(done, answer)      an answer that may not leave before all that was appended since the last `hold` is durable
    flush()                 what is pending in each stream -> record batches -> its log; once per turn of the loop
    synced(stream, offset)  a log is durable up to there: answers leave, readers see it

A reader is never given what isn't durable: nobody acts on what a crash could undo. So with durability `os` that is what
was written, with `fsync` what was synced; the shell syncs all the logs that were touched in a turn, side by side.

A log is opened when it is first needed, and the one that was used longest ago is closed when too many are open. What
memory holds of a stream doesn't grow with it, but for some hundred bytes for each 64 MiB, and it is found by its log's
sparse index where an offset or a point in time lies (log/index.py).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

from weirmq.engine.cleaning import Cleanings
from weirmq.engine.stream import Appended, Done, Part, Run, Stream, Ticket
from weirmq.kernel.errors import LogFailed
from weirmq.log.batch import BatchBuilder
from weirmq.log.library import Library
from weirmq.log.log import Log
from weirmq.log.rows import Even, Row, Span, end_of, len_of

__all__ = ["Appended", "Even", "Part", "Row", "Run", "Span", "Stream", "Streams", "end_of", "len_of"]

RECORD_OVERHEAD_BYTES: Final = 32  # more than a record's own lengths and deltas can take


class Streams:
    """All the streams of a process. One thread calls everything here, but for `Stream.sync` and `Library.remove`.

    `on_pending` is called when there is something to flush, `on_dirty` when there is something to sync, each of
    `readers` with the name of a stream of which there is more to be read: it is to do no more than to remember that.
    """

    def __init__(self, library: Library, *, waits_for_sync: bool) -> None:
        self.library = library
        self.waits_for_sync = waits_for_sync
        self.builder = BatchBuilder()
        self.on_pending: Callable[[], None] = lambda: None
        self.on_dirty: Callable[[], None] = lambda: None
        self.readers: list[Callable[[str], None]] = []
        self.cleanings = Cleanings(self)
        self._streams: dict[str, Stream] = {}
        self._open: OrderedDict[Stream, None] = OrderedDict()  # the one used last at the end
        self._pending: dict[Stream, None] = {}
        self._dirty: dict[Stream, None] = {}  # written or trimmed since the last sync began
        self._touched: dict[Stream, int] = {}  # since the last `hold`: up to where
        self._removed: dict[str, None] = {}

    def stream(self, name: str) -> Stream:
        """The stream of this name, `group/log`. There is nothing on the disk before the first record."""
        found = self._streams.get(name)
        if found is None:
            found = self._streams[name] = Stream(name, self)
        return found

    # Writing

    def append(self, parts: Sequence[Part], now_ms: int) -> list[Appended]:
        """Take records up, all or (NoRoom) none. Times are no earlier than those of the records before."""
        if not self._pending:
            self.on_pending()
        if len(parts) > 1:
            self.prepare([stream for stream, _ in parts])
        sizes = [sum([len(key) + len(values[0]) for key, values, _ in runs]) for _, runs in parts]
        for (stream, runs), size in zip(parts, sizes, strict=True):
            stream.reserve(size + RECORD_OVERHEAD_BYTES * len(runs))
            self._pending[stream] = None  # so it stays open while the others are looked at
        result = []
        for (stream, runs), size in zip(parts, sizes, strict=True):
            appended = stream.add(runs, size + RECORD_OVERHEAD_BYTES * len(runs), now_ms)
            self._touched[stream] = appended.offset + len(runs)
            result.append(appended)
        return result

    def prepare(self, streams: Sequence[Stream]) -> None:
        """Have logs side by side on the disk, where one after the other would keep everybody waiting: to make one takes
        five syncs. Raises LogDamaged, NoRoom, LogFailed.
        """
        waiting = [stream for stream in streams if not stream.is_ready]
        if len(waiting) > 1:
            self.library.prepare([stream.name for stream in waiting])
            for stream in waiting:
                stream.was_closed = True

    def place(self, stream: Stream, batch: memoryview) -> int:
        """Write a record batch, made elsewhere and found sound, as it is, but for its base offset, which no CRC covers.
        Returns that. Raises NoRoom, LogFailed.
        """
        stream.reserve(len(batch))
        base = stream.place(batch)
        if not self._pending:
            self.on_pending()
        self._pending[stream] = None
        self._touched[stream] = stream.end
        return base

    def wait_for(self, stream: Stream, end: int) -> None:
        """Let the next answer that is held wait until `stream` is durable up to `end`."""
        self._touched[stream] = max(end, self._touched.get(stream, 0))

    def let_go(self, stream: Stream) -> None:
        """Let the next answer that is held not wait for `stream`."""
        self._touched.pop(stream, None)

    def hold(self, done: Done, answer: Any) -> None:
        """Call `done(answer)` as soon as all that was appended since the last call of this is durable."""
        if not self._touched:
            done(answer)
            return
        touched, self._touched = self._touched, {}
        if not self.waits_for_sync and all(stream.written >= end for stream, end in touched.items()):
            for stream in touched:  # what was placed: nothing is pending
                stream.advance(stream.written)
            done(answer)
            return
        ticket = Ticket(done, answer)
        for stream, end in touched.items():
            stream.wait(end, ticket)
        if not ticket.left:
            done(answer)

    @property
    def is_touched(self) -> bool:
        """Whether something was appended since the last `hold`."""
        return bool(self._touched)

    def flush(self) -> None:
        """Write what is pending. Raises LogFailed, after which nothing may be answered any more."""
        pending, self._pending = self._pending, {}
        for stream in pending:
            stream.write()
            self.used(stream)
            self.mark_dirty(stream)
        if not self.waits_for_sync:
            for stream in pending:
                stream.advance(stream.written)

    # Syncing

    def mark_dirty(self, stream: Stream) -> None:
        """The stream's log has something to sync."""
        if stream not in self._dirty:
            self._dirty[stream] = None
            self.on_dirty()

    def is_dirty(self, stream: Stream) -> bool:
        """Whether the stream's log has something to sync, or is being synced."""
        return stream in self._dirty or stream.is_syncing

    def take_dirty(self) -> list[Stream]:
        """The streams that are to be synced now, each with `Stream.sync`; then comes `synced`, or the end."""
        taken = [stream for stream in self._dirty if not stream.is_syncing]
        for stream in taken:
            del self._dirty[stream]
            stream.is_syncing = True
        return taken

    @property
    def has_dirty(self) -> bool:
        """Whether a log has something to sync that came since `take_dirty`."""
        return bool(self._dirty)

    def synced(self, stream: Stream, offset: int) -> None:
        """A log is durable up to `offset`: answers leave."""
        stream.is_syncing = False
        stream.synced = offset
        if self.waits_for_sync:
            stream.advance(offset)
        self.released(stream)

    def released(self, stream: Stream) -> None:
        """A thread has ended its work on a log: one that was given up meanwhile can go."""
        if stream.is_removed and not stream.is_in_use:
            self._close(stream)
            self.on_dirty()

    # Opening and closing

    def look_at(self, stream: Stream) -> None:
        """Find out where a stream starts and ends; what isn't there isn't made. Raises LogDamaged, LogFailed."""
        try:
            if not self.library.has(stream.name):
                stream.opened(None)
                return
        except OSError as error:
            raise LogFailed(f"{stream.name}: {error}") from error
        self.open(stream)

    def open(self, stream: Stream) -> Log:
        """The stream's log, opened or made. Raises LogDamaged, NoRoom, LogFailed."""
        if len(self._open) >= self.library.most_open:
            self._make_place()
        log = self.library.open(stream.name, was_synced=stream.was_closed)
        stream.opened(log)
        self._open[stream] = None
        return log

    def used(self, stream: Stream) -> None:
        """An open stream is in use: others are closed before it."""
        self._open.move_to_end(stream)

    def _make_place(self) -> None:
        """Close a log: of those that nobody needs now, the one that was used longest ago."""
        idle = [stream for stream in self._open if stream not in self._pending and not stream.is_in_use]
        if not idle:
            return  # all are in use: so many it takes
        stream = next((stream for stream in idle if stream not in self._dirty), idle[0])
        if stream in self._dirty:
            del self._dirty[stream]
            stream.synced = stream.sync()
            if self.waits_for_sync:
                stream.advance(stream.synced)
        self._close(stream)

    def _close(self, stream: Stream) -> None:
        self._open.pop(stream, None)
        log = stream.closed()
        if log is not None:
            self.library.close(stream.name, log)

    def remove(self, name: str) -> None:
        """Let go of a stream for good; its log is in `take_removed` as soon as nothing uses it."""
        stream = self._streams.pop(name, None)
        self._removed[name] = None
        if stream is None:
            self.on_dirty()
            return
        stream.write()
        self._pending.pop(stream, None)
        self._dirty.pop(stream, None)
        stream.is_removed = True
        stream.advance(stream.written)  # whoever waits is told what was so when the stream was there
        if not stream.is_in_use:
            self._close(stream)
        self.on_dirty()

    def take_removed(self) -> list[str]:
        """The names of logs that are closed, and to be removed with `Library.remove`."""
        if not self._removed:  # this is asked with each sync, and very many may be open
            return []
        in_use = {stream.name for stream in self._open if stream.is_removed}
        taken = [name for name in self._removed if name not in in_use]
        for name in taken:
            del self._removed[name]
        return taken

    def close(self) -> None:
        """Let go of all files; implies no flush and no sync. Raises LogFailed."""
        for stream in list(self._open):
            self._close(stream)
