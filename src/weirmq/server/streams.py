"""Turns the streams: writes at the end of each turn of the loop, syncs in threads, removes what was given up, cleans.

    append -> end of the turn: flush -> (durability fsync: the logs that were touched are synced in threads ->) answers

A few threads sync logs side by side, each some of them, one after the other. While all threads do, what comes gathers:
group commit, for each log, and few turns between the threads, which cost more than a sync does.
"""

import asyncio
import resource
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from weirmq.engine.cleaning import Cleaning, Rewritten
from weirmq.engine.journal import Journal
from weirmq.engine.streams import Stream, Streams
from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.server.threads import Threads

THREADS: Final = 4  # a disk takes several syncs at once in about the time of one
FILES_OF_A_LOG: Final = 5
LEAST_OPEN: Final = 16
MOST_OPEN: Final = 1_024
LAZY_SYNC_S: Final = 1.0  # with durability os: how soon the disk has what was answered
REST_S: Final = 0.05  # of a thread that cleans, at most


class _Stopped(Exception):  # noqa: N818 - says what is so
    """The server stops, and waits for no cleaning."""


class StreamWheel:
    """The loop side of all streams. `fail` is called once, with what a disk did; nothing is answered after it."""

    def __init__(
        self,
        streams: Streams,
        *,
        fail: Callable[[BaseException], None],
        on_error: Callable[[str, BaseException], None],
        on_removed: Callable[[list[str]], None],
    ) -> None:
        """`on_removed` gets the names of logs that are gone from the disk."""
        self._streams = streams
        self._fail = fail
        self._on_error = on_error
        self._on_removed = on_removed
        self._loop = asyncio.get_running_loop()
        self._threads = Threads(THREADS + 1, "weirmq-stream-sync", self._stop_with)  # one removes
        self._lazy: asyncio.TimerHandle | None = None
        self._sync_due = False
        self._free = THREADS  # of the threads that sync
        self._is_removing = False
        self._stopped = False
        self._cleaner = Threads(1, "weirmq-stream-cleaner", self._stop_with)
        self._is_cleaning = self._is_stopping = False
        self._rested_s = 0.0
        streams.cleanings.on_due = self._clean
        streams.cleanings.pause = self._pause
        streams.on_pending = self._schedule
        streams.on_dirty = self._expect

    def _schedule(self) -> None:
        self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        if self._stopped:
            return
        try:
            self._streams.flush()
        except Exception as error:  # noqa: BLE001 - whatever it was: what has got its offset isn't written
            self._stop_with(error)

    def _expect(self) -> None:
        """There is something to sync: at the end of this turn, or soon."""
        if self._stopped:
            return
        if self._streams.waits_for_sync:
            if not self._sync_due:
                self._sync_due = True
                self._loop.call_soon(self.sync)
        elif self._lazy is None:
            self._lazy = self._loop.call_later(LAZY_SYNC_S, self.sync)

    def sync(self) -> None:
        """Make durable what is written, as soon as a thread is free; and remove what was given up."""
        self._lazy = None
        self._sync_due = False
        if self._stopped or self._is_stopping:  # a stop syncs what is there, and waits for what has begun
            return
        if self._free:
            dirty = self._streams.take_dirty()
            threads = min(self._free, len(dirty))
            self._free -= threads
            for first in range(threads):
                some = dirty[first::threads]
                self._run(partial(_sync, some), partial(self._synced, some))
        removed = [] if self._is_removing else self._streams.take_removed()
        if removed:  # by one thread at a time: what is synced mustn't wait for what goes
            self._is_removing = True
            self._run(partial(self._remove, removed), self._removed)

    def _remove(self, names: list[str]) -> list[str]:
        """Remove logs, in a thread; returns those that are gone. The others are tried again after a restart."""
        gone = []
        for name in names:
            try:
                self._streams.library.remove(name)
            except OSError as error:
                self._loop.call_soon_threadsafe(self._on_error, f"the log {name} could not be removed", error)
            else:
                gone.append(name)
        return gone

    def _removed(self, gone: list[str]) -> None:
        self._is_removing = False
        self._on_removed(gone)
        self._expect()  # others may have been given up meanwhile

    def _run(self, work: Callable[[], Any], then: Callable[[Any], None], threads: Threads | None = None) -> None:
        (threads or self._threads).do(work, partial(self._ran, then))

    def _ran(self, then: Callable[[Any], None], found: Any) -> None:
        if self._stopped:
            return
        try:
            then(found)
        except Exception as error:  # noqa: BLE001 - whatever it is, what was written may not be on the disk
            self._stop_with(error)

    def _synced(self, streams: list[Stream], offsets: list[int]) -> None:
        self._free += 1
        for stream, offset in zip(streams, offsets, strict=True):
            self._streams.synced(stream, offset)
        if self._streams.has_dirty:
            self._expect()

    # Cleaning

    def _clean(self) -> None:
        """Begin to clean the next stream, if none is being cleaned."""
        while not (self._is_cleaning or self._is_stopping or self._stopped):
            try:
                cleaning = self._streams.cleanings.take()
            except (LogDamaged, NoRoom) as error:
                self._on_error("a log could not be opened to be cleaned", error)
                continue
            if cleaning is None:
                break
            self._is_cleaning = True
            self._step(cleaning)

    def _step(self, cleaning: Cleaning) -> None:
        self._run(partial(self._stepped, cleaning), partial(self._settle, cleaning), self._cleaner)

    def _stepped(self, cleaning: Cleaning) -> Rewritten | Exception | None:
        """A step, in the thread. What goes wrong there harms nothing but the cleaning."""
        self._rested_s = time.perf_counter()
        try:
            return cleaning.step()
        except Exception as error:  # noqa: BLE001 - whatever it was: the log is as it was before
            return error

    def _settle(self, cleaning: Cleaning, found: Rewritten | Exception | None) -> None:
        if isinstance(found, Exception):
            if not isinstance(found, _Stopped):
                self._on_error(f"the log {cleaning.stream.name} could not be cleaned", found)
            cleaning.end(is_whole=False)
        elif cleaning.settle(found):
            self._step(cleaning)
            return
        self._is_cleaning = False
        self._clean()

    def _pause(self) -> None:
        """Rest as long as was worked, so that the loop and the requests get their turn."""
        if self._is_stopping or self._stopped:
            raise _Stopped
        time.sleep(min(REST_S, time.perf_counter() - self._rested_s))
        self._rested_s = time.perf_counter()

    def _stop_with(self, error: BaseException) -> None:
        if not self._stopped:
            self._stopped = True
            self._fail(error)

    def halt(self) -> None:
        """Write, sync and remove nothing any more."""
        self._stopped = True

    async def stop(self) -> None:
        """Write and sync what is there, and let go of the files. Raises LogFailed."""
        self._is_stopping = True
        try:
            if not self._stopped:
                self._streams.flush()
                await self._cleaner.rest()
                await self._threads.rest()
            if not self._stopped:  # nothing has failed meanwhile
                for stream in self._streams.take_dirty():
                    self._streams.synced(stream, stream.sync())
        finally:
            self._stopped = True
            if self._lazy is not None:
                self._lazy.cancel()
            self._threads.stop()
            self._cleaner.stop()
            self._streams.close()


def _sync(streams: list[Stream]) -> list[int]:
    """Sync some logs, in a thread; returns up to where. Raises LogFailed."""
    return [stream.sync() for stream in streams]


def most_open() -> int:
    """How many logs of streams may be open: they may take half of the files that the process may open, and memory for
    the indexes of their newest segments, 64 KiB each at most.
    """
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(LEAST_OPEN, min(MOST_OPEN, soft // (2 * FILES_OF_A_LOG)))


def hold_for(journal: Journal, streams: Streams) -> Callable[[Callable[[Any], None], Any], None]:
    """How answers are held that may rest on the journal, on streams, or on both."""

    def hold(done: Callable[[Any], None], answer: Any) -> None:
        if not streams.is_touched:
            journal.hold(done, answer)
        elif journal.is_settled:
            streams.hold(done, answer)
        else:
            streams.hold(partial(journal.hold, done), answer)

    return hold
