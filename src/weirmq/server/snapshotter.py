"""Snapshots without a stall: a forked child sees the state as it is at one offset, and writes it while the parent goes
on.

The fork itself copies page tables only, some milliseconds for a million messages. The child touches no loop, no socket
and no lock: it writes a file and ends.
"""

import asyncio
import gc
import os
import signal
import warnings
from collections.abc import Callable, Iterator
from math import inf
from typing import Final

from weirmq.engine.journal import Journal
from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.log.disk import Disk, opened, path_of
from weirmq.log.snapshots import newest_bytes, set_aside, write_snapshot
from weirmq.server.http import OnError

LEAST_BYTES: Final = 64 * 1024 * 1024  # of facts since the last snapshot: replayed in well under a second
LEAST_FACTS: Final = 250_000  # about a second of replay
LEAST_WASTED_BYTES: Final = 16 * 1024 * 1024  # on a full disk: a fork for so many more that are no longer needed
LEAST_PRESSED_BYTES: Final = 64 * 1024  # the same where even deletes will soon have no room
LOW_BYTES: Final = 1024 * 1024 * 1024  # with less on the disk, room for a snapshot is set aside
LEAST_ASIDE_BYTES: Final = 64 * 1024
PAYLOAD_BYTES: Final = 100  # in a snapshot: 15 of a message that waits, 50 of one in flight, 100 of one of a FIFO queue
LOOK_S: Final = 0.05
COPIED_AT_ONCE: Final = 200  # records looked at in one turn of the loop: about 2 ms
MAINTAIN_S: Final = 1.0
LEAST_S: Final = 0.005
FIRST_OWN_FILE: Final = 3  # after standard input, output and error
AFTER_FAILURE_S: Final = 60.0  # a fork with millions of messages is felt
CHILD_NICENESS: Final = 19  # on two cores it must not take the parent's for a whole time slice
OTHER_FAILURE: Final = 255  # a child's exit status where no error number says why it failed


class Snapshotter:
    """Takes a snapshot when there is much to replay, and wins back space. `folder` is None where nothing is kept."""

    def __init__(
        self,
        journal: Journal,
        disk: Disk,
        folder: str | None,
        *,
        log_folder: str,
        sync: Callable[[], None],
        on_error: OnError,
        on_failed: Callable[[BaseException], None],
    ) -> None:
        self._journal = journal
        self._disk = disk
        self._folder = folder
        self._log_folder = log_folder
        self._sync = sync
        self._again_s = 0.0  # not before then, in the loop's time: the last try failed
        self._on_error = on_error
        self._on_failed = on_failed
        self._loop = asyncio.get_running_loop()
        self._child = 0
        self._taken = (0, 0)
        self._payloads = journal.holdings.held().payloads  # when the newest snapshot was taken; at a start, now
        self._wasted = 0  # bytes of the log when it was snapshot last for want of room
        self._told_s = -inf  # when it was said last that maintenance has to wait
        self._timer = self._loop.call_later(MAINTAIN_S, self._maintain)

    def take(self) -> None:
        """Write a snapshot in this process: at the end, when nothing else waits. Without one, the log has it all."""
        if self._folder is not None and self._journal.bytes_since_snapshot:
            try:
                write_snapshot(self._disk, self._folder, self._journal.end, self._journal.snapshot())
            except OSError as error:
                self._on_error("no snapshot could be written; the next start replays the log", error)

    def stop(self) -> None:
        """No further snapshot; one that is being written is given up, and leaves nothing under a snapshot's name."""
        self._timer.cancel()
        if self._child:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
            self._child = 0

    def _maintain(self) -> None:
        delay_s = MAINTAIN_S
        for task in (self._snapshot, self._win_back, self._set_aside):
            try:
                delay_s = min(delay_s, task())
            except (NoRoom, LogDamaged, OSError) as error:
                self._say_waiting(error)  # the others may make the room that this one lacks
            except LogFailed as error:
                self._on_failed(error)
                return
        self._timer = self._loop.call_later(delay_s, self._maintain)

    def _say_waiting(self, error: Exception) -> None:
        """Tried again soon, said again later: a disk may be full for days."""
        now_s = self._loop.time()
        if now_s - self._told_s >= AFTER_FAILURE_S:
            self._told_s = now_s
            self._on_error("a snapshot, or copying messages forward in the log, has to wait", error)

    def _snapshot(self) -> float:
        """Start one, or see whether it is done. Returns in how many seconds to look again."""
        if self._folder is None:
            self._journal.nothing_to_replay()
            return MAINTAIN_S
        if self._child:
            self._look_after_child()
        elif self._is_due() and self._loop.time() >= self._again_s:
            self._fork(self._folder)
        return LOOK_S if self._child else MAINTAIN_S

    def _set_aside(self) -> float:
        """On a disk that runs full, have room for the next snapshot; what can't be had now, payloads leave alone.
        Returns in how many seconds to go on.
        """
        if self._folder is None or self._child:
            return MAINTAIN_S
        journal = self._journal
        held = journal.holdings.held().payloads
        newest = newest_bytes(self._disk, self._folder)
        size = max(newest + PAYLOAD_BYTES * (held - self._payloads), PAYLOAD_BYTES * held)
        size = LEAST_ASIDE_BYTES + size * 5 // 4
        if self._disk.free(self._log_folder) >= LOW_BYTES + size:
            journal.kept_bytes = 0
            return MAINTAIN_S
        before, journal.kept_bytes = journal.kept_bytes, size  # all of it, should this fail
        journal.kept_bytes = max(0, size - set_aside(self._disk, self._folder, size))
        return LOOK_S if 0 < journal.kept_bytes < before else MAINTAIN_S

    def _win_back(self) -> float:
        """Copy forward and trim. Returns in how many seconds to go on."""
        is_more = self._journal.copy_forward(COPIED_AT_ONCE)
        self._journal.flush()
        start = self._journal.log.start
        self._journal.trim()
        if self._journal.log.start > start:
            self._sync()  # the disk has its room back only then, and on a full one nobody else would ask for it
        return LEAST_S if is_more else MAINTAIN_S

    def _is_due(self) -> bool:
        journal = self._journal
        held = journal.holdings.held()
        if journal.is_short and self._is_more_wasted(max(LEAST_WASTED_BYTES, held.size // 4)):
            return True
        if journal.is_pressed and self._is_more_wasted(LEAST_PRESSED_BYTES):
            return True
        return journal.bytes_since_snapshot > max(
            LEAST_BYTES, held.size // 4
        ) or journal.end - journal.snapshot_offset > max(LEAST_FACTS, held.payloads // 4)

    def _is_more_wasted(self, size: int) -> bool:
        """On a full disk the log is trimmed as soon as that gives back `size` bytes: a replay that would start from an
        older snapshot must not keep them.
        """
        wasted = self._journal.wasted()
        self._wasted = min(self._wasted, wasted)
        if wasted - self._wasted <= size:
            return False
        self._wasted = wasted
        return True

    def _fork(self, folder: str) -> None:
        self._journal.flush()
        self._taken = (self._journal.end, self._journal.bytes_since_snapshot)
        parent = os.getpid()
        with warnings.catch_warnings():
            # Forking a process with threads is frowned upon because the child may find a lock held. Ours takes none.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._again_s = self._loop.time() + AFTER_FAILURE_S
            self._child = os.fork()
            self._again_s = 0.0
        if self._child == 0:
            status = OTHER_FAILURE
            try:
                os.closerange(FIRST_OWN_FILE, os.sysconf("SC_OPEN_MAX"))  # the port, the lock: the successor's
                gc.disable()  # a collection would touch, and so copy, every page
                os.nice(CHILD_NICENESS)
                self._sync_log()
                write_snapshot(self._disk, folder, self._taken[0], _while_child_of(parent, self._journal.snapshot()))
                status = 0
            except OSError as error:
                status = error.errno or OTHER_FAILURE  # the parent says it: the log is the parent's
            finally:
                os._exit(status)

    def _sync_log(self) -> None:
        """The state rests on the log up to its end: after a power cut no snapshot may be ahead of the log."""
        for name in self._disk.names(self._log_folder):
            with opened(self._disk, path_of(self._log_folder, name)) as file:
                self._disk.sync(file)

    def _look_after_child(self) -> None:
        child, status = os.waitpid(self._child, os.WNOHANG)
        if not child:
            return
        self._child = 0
        if status:
            self._on_error("writing a snapshot failed; the log is kept", _why(os.waitstatus_to_exitcode(status)))
            self._again_s = self._loop.time() + AFTER_FAILURE_S
        else:
            self._payloads = self._journal.holdings.held().payloads
            self._journal.snapshot_taken(*self._taken)


def _why(code: int) -> OSError:
    """What a child's exit code says: an error number, or a signal below 0."""
    if 0 < code < OTHER_FAILURE:
        return OSError(code, os.strerror(code))
    return OSError(f"exit code {code}")


def _while_child_of(parent: int, parts: Iterator[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    """`parts`, as long as the parent lives: its successor writes snapshots of its own."""
    for part in parts:
        if os.getppid() != parent:
            os._exit(1)
        yield part
