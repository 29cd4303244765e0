"""A log in a folder of segment files.

    00000000000000000000.log     batches, one after another; the name is the offset of the first record
    00000000000000000000.index   where in it which offset and time lie (see `index.py`); made again when missing
    spare                        room set aside for the next segment
    checkpoint                   what is known to be durable (see `checkpoint.py`)
    *.cleaned, *.swap            older segments, rewritten (see `rewriting.py`)

A file is given its whole size when it is made, so that room is a question asked before a record is taken, not after.
What `open` accepts and what it calls damage is told in `opening.py`.

Two threads may be in here: the one that appends, reads and trims, and one that syncs. (A third one may rewrite sealed
segments, and touches nothing of the others'.) The lock covers what both touch: the ends, and the lists of what the next
sync has to do. It is never held during a call to the disk that can take long.
To set room aside is such a call (it waits for the file system's journal), so the sync does it too, ahead of time: the
spare has a lock of its own, for which the appending thread waits only where it would have to do the same itself.
"""

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from itertools import pairwise, takewhile
from operator import attrgetter
from typing import Final

from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.log import batch as batches
from weirmq.log.checkpoint import NAME as CHECKPOINT_NAME
from weirmq.log.checkpoint import Bounds, Checkpoint
from weirmq.log.disk import FULL, Disk, path_of
from weirmq.log.index import Summary
from weirmq.log.opening import SPARE_NAME, bounds_of, segments_of
from weirmq.log.rewriting import Keep, Pause, Piece, Rewritten, finish, rewrite, swap_of, walk
from weirmq.log.segment import Segment

SEGMENT_BYTES: Final = 64 * 1024 * 1024
OPEN_SEGMENTS: Final = 16  # sealed segments whose file and index stay open after a read: 16 files, 1 MiB
_INDEX_EVERY_BYTES: Final = (
    8 * 1024 * 1024
)  # of the newest segment, so that no more has to be walked through at a start
_NOTHING: Final = memoryview(b"")
_latest_of = attrgetter("latest_ms")


class FileLog:
    """A `Log` in the folder `folder`, which is made if it isn't there. Segments are of `segment_bytes`.

    Room for a whole one is set aside at once; with `first_bytes` only that much, and each time it is used up twice as
    much. `open_segments` is how many sealed segments keep their file and index open after a read. `was_synced` says
    that this process has had the log open before and has synced all of it, so that there is nothing to sync now.

    Whoever opens it sees to it that nobody else has it open. Raises LogDamaged, NoRoom (for not even an empty file) and
    LogFailed. `notes` tells the operator, in sentences, what a crash had left behind.
    """

    def __init__(
        self,
        disk: Disk,
        folder: str,
        segment_bytes: int = SEGMENT_BYTES,
        *,
        first_bytes: int | None = None,
        open_segments: int = OPEN_SEGMENTS,
        was_synced: bool = False,
    ) -> None:
        self.notes: list[str] = []
        self._disk = disk
        self._folder = folder
        self._segment_bytes = self._own_bytes = segment_bytes
        self._first_bytes = segment_bytes if first_bytes is None else first_bytes
        self._open_segments = open_segments
        self._lock = threading.Lock()
        self._failed: OSError | None = None
        self._spare_lock = threading.Lock()
        self._spare: int | None = None  # the open file of the next segment
        self._spare_bytes = 0
        self._recent: list[Segment] = []  # sealed segments with open files, the latest read last
        self._unsealed: list[Segment] = []  # full segments that the next sync has to see to
        self._trimmed: list[Segment] = []  # segments that the next sync has to remove
        self._rewritten: list[tuple[Rewritten, list[Segment]]] = []  # what has come in the place of what, likewise
        self._names_changed = False
        try:
            self._open(was_synced=was_synced)
        except OSError as error:
            raise self._no_room(error) or self._fail(error) from error

    def _open(self, *, was_synced: bool) -> None:
        self._disk.make_folder(self._folder)
        self._checkpoint = Checkpoint(self._disk, path_of(self._folder, CHECKPOINT_NAME))
        if not was_synced:
            self._disk.sync_folder(self._folder)  # a killed process may have left names that aren't durable
        bounds = bounds_of(self._disk, self._folder, self._checkpoint, self.notes, was_synced=was_synced)
        self._segments = segments_of(self._disk, self._folder, bounds, self.notes)
        if not self._segments:
            self._segments.append(self._first(bounds.start))
        self._bases = [segment.base for segment in self._segments]
        for before, segment in pairwise(self._segments):
            segment.latest_ms = max(before.latest_ms, segment.latest_ms)
        self._active = self._segments[-1]
        file = self._active.open()
        self._allocated = self._disk.size(file)
        self._unsealed += [segment for segment in self._segments[:-1] if not segment.sealed]
        for segment in self._unsealed:
            self._keep_open(segment)
        self._end = self._active.end
        self._durable = bounds.durable
        self._start = bounds.start
        if was_synced:
            self._active.synced = self._active.size
        else:
            self._sync()  # a killed process may have left data that only the system has yet; from here on it counts

    def _first(self, base: int) -> Segment:
        segment = Segment(self._disk, self._folder, base)
        segment.file = self._disk.open(segment.path, create=True)
        self._disk.sync_folder(self._folder)
        return segment

    @property
    def start(self) -> int:
        """The offset of the oldest record still held (equals `end` where there is none)."""
        return self._start

    @property
    def end(self) -> int:
        """The offset that the next record gets."""
        return self._end

    @property
    def size(self) -> int:
        """Bytes of all batches still held."""
        return sum(segment.size for segment in self._segments)

    @property
    def newest(self) -> Piece:
        """The segment that takes what comes, as far as it is filled."""
        return _piece(self._active)

    def segments(self) -> Iterable[Piece]:
        """All segments, the oldest first."""
        return (_piece(segment) for segment in self._segments)

    def resize(self, segment_bytes: int | None) -> None:
        """Have segments be of that size from now on; None is the one that the log was opened with."""
        wanted = self._own_bytes if segment_bytes is None else segment_bytes
        if wanted < self._segment_bytes:
            self._allocated = min(self._allocated, max(wanted, self._active.size))
            with self._spare_lock:
                self._spare_bytes = min(self._spare_bytes, wanted)
        self._segment_bytes = wanted

    def reserve(self, size: int) -> None:
        """Make sure that batches of `size` bytes in all can be appended without asking the disk for room.

        Raises NoRoom, having changed nothing that counts, where the disk is full; LogFailed.
        """
        if self._active.size + size > self._allocated or self._failed:
            self._make_room(size)

    def has_room(self, size: int) -> bool:
        """Whether `size` bytes can be appended, with what the disk has free now. Raises OSError."""
        return self._allocated - self._active.size + self._spare_bytes + self._disk.free(self._folder) >= size

    def _make_room(self, size: int) -> None:
        """Grow the newest segment, if it may grow that far, or else set the next one aside."""
        self._check_alive()
        active = self._active
        try:
            if not active.size or active.size + size <= self._segment_bytes:
                self._allocated = self._grow(active.open(), self._allocated, active.size + size)
            elif self._spare_bytes < size:
                with self._spare_lock:
                    self._grow_spare(size)
        except OSError as error:
            no_room = self._no_room(error)
            if no_room is None:
                raise self._fail(error) from error
            raise no_room from error

    def _grow_spare(self, size: int) -> None:
        """Give the next segment's file room for `size`; made if it isn't there. Raises OSError."""
        if self._spare_bytes >= size:
            return
        if self._spare is None:
            self._spare = self._disk.open(path_of(self._folder, SPARE_NAME), create=True)
        self._spare_bytes = self._grow(self._spare, self._spare_bytes, size)

    def _set_aside(self) -> None:
        """Make the next segment's file before it is needed, as soon as the newest one is half full. Raises OSError."""
        with self._spare_lock:
            if self._spare is None and 2 * self._active.size > self._segment_bytes:
                try:
                    self._grow_spare(min(self._segment_bytes, SEGMENT_BYTES))
                except OSError as error:
                    if error.errno not in FULL:
                        raise
                    # Who needs the room is told when it is needed.

    def _grow(self, file: int, held: int, size: int) -> int:
        """Give a file of `held` bytes room for `size`, and where the disk has it for a whole step. Returns how much it
        has then. Raises OSError.
        """
        step = max(size, min(self._segment_bytes, max(self._first_bytes, 2 * held)))
        try:
            return self._allocate(file, held, step)
        except OSError as error:
            if step == size or self._no_room(error) is None:
                raise
        return self._allocate(file, held, size)

    def _allocate(self, file: int, held: int, size: int) -> int:
        try:
            self._disk.allocate(file, size)
        except OSError:
            # Part of the room may have been got. It goes back: others need it, and so do we for another try.
            self._disk.truncate(file, held)
            raise
        return size

    def append(self, batch: bytearray | memoryview) -> int:
        """Write one batch; its base offset is set in place. Returns the base offset.

        Raises BadBatch for bytes that aren't one batch, NoRoom as `reserve` if nothing was reserved, LogFailed.
        """
        offsets, latest_ms = batches.span(batch)
        size = len(batch)
        active = self._active
        if active.size + size > self._allocated or self._failed:
            active = self._place_for(size)
        base = self._end
        batches.stamp(batch, base)
        try:
            self._disk.write(active.open(), batch, active.size)
        except OSError as error:
            raise self._fail(error) from error
        if active.index is not None:
            active.index.note(base, active.size, active.latest_ms)
        with self._lock:
            active.size += size
            self._end = active.end = base + offsets
            active.latest_ms = max(active.latest_ms, latest_ms)
        return base

    def _place_for(self, size: int) -> Segment:
        """The segment that takes the next `size` bytes: the newest one, or the one after it."""
        self._check_alive()
        if not self._active.size or self._spare_bytes < size:
            self._make_room(size)
        if self._active.size + size > self._allocated:
            self._roll()
        return self._active

    def roll(self) -> None:
        """Begin a segment now, unless the newest one is empty, so that `trim` can forget all before it.

        Raises NoRoom, LogFailed.
        """
        self._check_alive()
        if not self._active.size:
            return
        try:
            with self._spare_lock:
                self._grow_spare(1)
        except OSError as error:
            raise self._no_room(error) or self._fail(error) from error
        self._roll()

    def _roll(self) -> None:
        """Begin the next segment in the file that was set aside."""
        segment = Segment(self._disk, self._folder, self._end)
        try:
            with self._spare_lock:
                self._disk.rename(path_of(self._folder, SPARE_NAME), segment.path)
                segment.file, self._spare = self._spare, None
                self._allocated, self._spare_bytes = self._spare_bytes, 0
            segment.open()
        except OSError as error:
            raise self._fail(error) from error
        segment.latest_ms = self._active.latest_ms
        with self._lock:
            self._unsealed.append(self._active)
            self._names_changed = True
            self._active = segment
        self._keep_open(self._segments[-1])
        self._segments.append(segment)
        self._bases.append(segment.base)

    def read(self, offset: int, max_bytes: int) -> memoryview:
        """Whole batches from the one that contains `offset` on: at least one, then as many as fit `max_bytes`.

        Fewer at the end of a segment; none at `end`. Their CRCs have been checked. The cost is one `pread` of up to
        16 KiB (more for batches that are larger) plus `max_bytes`.
        Raises IndexError for an offset outside `start`..`end`, LogDamaged, LogFailed.
        """
        if not self._start <= offset <= self._end:
            raise IndexError(f"offset {offset} is outside {self._start}..{self._end}")
        if offset == self._end:
            return _NOTHING
        segment = self._segments[bisect_right(self._bases, offset) - 1]
        try:
            if segment is not self._active:
                self._keep_open(segment)
            return segment.read(offset, max_bytes)
        except OSError as error:
            raise self._fail(error) from error

    def seek(self, time_ms: int) -> int:
        """From where on to look for the first record of `time_ms` or later: a read of 16 KiB, or of one batch, has it.

        `end` where there is none. Nothing is read but the index of a segment that isn't open. Raises LogDamaged,
        LogFailed.
        """
        at = bisect_left(self._segments, time_ms, key=_latest_of)
        if at == len(self._segments):
            return self._end
        segment = self._segments[at]
        try:
            if segment is not self._active:
                self._keep_open(segment)
            return segment.seek(time_ms)
        except OSError as error:
            raise self._fail(error) from error

    def _keep_open(self, segment: Segment) -> None:
        """Remember that a segment was read last, and close the one that was read longest ago."""
        recent = self._recent
        if recent and recent[-1] is segment:
            return
        with suppress(ValueError):
            recent.remove(segment)
        recent.append(segment)
        while len(recent) > self._open_segments and recent[0].sealed:  # else the next sync still needs the file
            recent.pop(0).close()

    def trim(self, offset: int) -> None:
        """Forget records below `offset`, as far as whole segments allow. Never the newest segment.

        The next `sync` removes the files: that takes syncs of its own, which have no place in the appending thread.
        """
        count = min(bisect_right(self._bases, offset), len(self._bases)) - 1
        if count <= 0:
            return
        dropped = self._segments[:count]
        self._recent = [segment for segment in self._recent if segment not in dropped]
        del self._segments[:count], self._bases[:count]
        with self._lock:
            self._trimmed += dropped
            self._start = self._bases[0]

    # Rewriting; see rewriting.py

    def pieces(self) -> list[Piece]:
        """The segments that don't grow any more, the oldest first."""
        sealed = takewhile(lambda segment: segment.sealed, self._segments[:-1])
        return [_piece(each) for each in sealed]

    def walk(self, piece: Piece, pause: Pause) -> Iterator[memoryview]:
        """The batches of a piece, one by one. May run in a thread of its own. Raises LogDamaged, OSError."""
        with closing(walk(self._disk, self._folder, piece, pause)) as walked:
            for _, batch in walked:
                yield batch

    def rewrite(self, pieces: Sequence[Piece], keep: Keep, pause: Pause) -> Rewritten | None:
        """Write anew what is kept of successive pieces; None where nothing would change. It counts once it is adopted.

        May run in a thread of its own. Raises LogDamaged, OSError, and what `keep` and `pause` raise.
        """
        return rewrite(self._disk, self._folder, pieces, keep, pause)

    def adopt(self, rewritten: Rewritten) -> bool:
        """Put what was rewritten in the place of the old segments, which the next sync removes. Returns whether they
        are all there still; else nothing changes. Raises LogFailed.
        """
        segment: Segment = rewritten.content
        first, last = (bisect_left(self._bases, offset) for offset in (rewritten.base, rewritten.end))
        if self._bases[first] != rewritten.base:
            try:
                segment.close()
                self._disk.remove(swap_of(self._folder, rewritten).path)
            except OSError as error:
                raise self._fail(error) from error
            return False
        old = self._segments[first:last]
        self._recent = [each for each in self._recent if each not in old]
        self._segments[first:last] = [segment]
        self._bases[first:last] = [rewritten.base]
        self._keep_open(segment)
        with self._lock:
            self._rewritten.append((rewritten, old))
        return True

    def sync(self) -> int:
        """Make all that was appended before this call durable. Returns the offset up to which it is. Raises LogFailed.

        May run in a second thread, one call at a time. After a failure nothing here works any more: what the system
        then still holds of the data is unknown, and a second `fdatasync` would claim that all is well.
        """
        durable = self._sync()
        try:
            self._set_aside()
        except OSError as error:
            raise self._fail(error) from error
        return durable

    def _sync(self) -> int:
        with self._lock:
            self._check_alive()
            active, size, latest_ms = self._active, self._active.size, self._active.latest_ms
            bounds = Bounds(self._start, self._end)
            trimmed, self._trimmed = self._trimmed, []
            replaced, self._rewritten = self._rewritten, []
            unsealed, self._unsealed = self._unsealed, []
            names_changed, self._names_changed = self._names_changed, False
        try:
            for segment in unsealed:
                self._disk.truncate(segment.open(), segment.size)
                self._disk.sync(segment.open())
            if active.synced < size:
                self._disk.sync(active.open())
                active.synced = size
            if names_changed:
                self._disk.sync_folder(self._folder)
            for rewritten, old in replaced:
                self._replace(rewritten, old)
            self._remember(bounds, latest_ms, active, unsealed, trimmed)
        except OSError as error:
            raise self._fail(error) from error
        return bounds.durable

    def _replace(self, rewritten: Rewritten, old: list[Segment]) -> None:
        """Let a segment have the place and the name of old ones."""
        for each in old:
            each.close()
        finish(self._disk, self._folder, swap_of(self._folder, rewritten))
        segment: Segment = rewritten.content
        self._save_index(segment, Summary(True, segment.size, segment.end, segment.latest_ms))
        segment.sealed = True

    def _remember(
        self, bounds: Bounds, latest_ms: int, active: Segment, unsealed: list[Segment], trimmed: list[Segment]
    ) -> None:
        """Write down what has just become durable: indexes, bounds, and then that trimmed segments are gone."""
        for segment in unsealed:
            self._save_index(segment, Summary(True, segment.size, segment.end, segment.latest_ms))
            segment.sealed = True  # from now on the other thread may close it
        if active.synced - active.indexed >= _INDEX_EVERY_BYTES:
            self._save_index(active, Summary(False, active.synced, bounds.durable, latest_ms))
        if unsealed or trimmed:
            self._checkpoint.settle(bounds)
        elif bounds.durable != self._durable:
            self._checkpoint.note(bounds)
        self._durable = bounds.durable
        for segment in trimmed:
            segment.remove()

    @staticmethod
    def _save_index(segment: Segment, summary: Summary) -> None:
        try:
            segment.save_index(summary)
        except OSError as error:
            if error.errno not in FULL:
                raise
            # A full disk is no reason to stop: without the side file the index is made again from the segment.

    def close(self) -> None:
        """Let go of the files, and of the room that was set aside; implies no sync. Raises LogFailed."""
        try:
            if self._failed is None:
                self._disk.truncate(self._active.open(), self._active.size)
            replaced = [segment for _, old in self._rewritten for segment in old]
            for segment in (*self._segments, *self._trimmed, *replaced):
                segment.close()
            self._checkpoint.close()
            if self._spare is not None:
                self._disk.close(self._spare)
                self._disk.remove(path_of(self._folder, SPARE_NAME))
        except OSError as error:
            raise self._fail(error) from error

    def _check_alive(self) -> None:
        if self._failed is not None:
            raise LogFailed(f"{self._folder}: failed before: {self._failed}")

    def _fail(self, error: OSError) -> LogFailed:
        self._failed = error
        return LogFailed(f"{self._folder}: {error}")

    def _no_room(self, error: OSError) -> NoRoom | None:
        return NoRoom(f"{self._folder}: {error}") if error.errno in FULL else None


def _piece(segment: Segment) -> Piece:
    return Piece(segment.base, segment.end, segment.size, segment.latest_ms)
