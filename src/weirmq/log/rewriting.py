"""Older parts of a log, rewritten to fewer bytes: what compaction of records comes down to on a disk.

A log keeps all its offsets. Where batches go, one without records takes theirs up, as young as the youngest of them. So
the next offset that is due is known everywhere, as in a log that nobody rewrote, and all the checks of opening.py and
repair.py hold.

Several segments become one, that has the first one's name in the end. At no moment is there less on the disk than the
old ones or the new one:

    1. What is kept is written to `<first offset>.cleaned`, and synced.      (A start removes such a file.)
    2. It is renamed to `<first offset>-<end>.swap`, and the folder synced.  (A start that finds one goes on with 3.)
    3. The log reads from it at once. The next sync removes the old segments, syncs the folder, gives it its name, and
       syncs the folder again.

1 and 2 are done in a thread of their own, which reads the old segments by handles of its own.
"""

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from typing import Any, Final, NamedTuple

from weirmq.kernel.errors import LogDamaged
from weirmq.log import batch as batches
from weirmq.log.batch import Header, hollow
from weirmq.log.disk import Disk, opened, path_of
from weirmq.log.index import Index
from weirmq.log.segment import Segment, name_of

WALK_BYTES: Final = 64 * 1024  # read at a time, and then comes a pause
_WRITE_BYTES: Final = 1024 * 1024
_MOST_OFFSETS: Final = 2**31 - 1  # of one batch
_SWAP: Final = re.compile(r"\A([0-9]{20})-([0-9]{20})\.swap\Z")
_PART: Final = re.compile(r"\A([0-9]{20})\.(?:index|log)\Z")

Kept = bytes | bytearray | memoryview | None
Keep = Callable[[memoryview], Kept]
"""What is to be left of a batch: itself, another one of the same offsets, or (None) nothing."""

Pause = Callable[[], None]
"""Called every few milliseconds of work in a thread, so that it can give way to others, or be ended by an exception."""


class Piece(NamedTuple):
    """A part of a log that doesn't grow any more: the offsets from `base` to before `end`, in `size` bytes. No record
    in it or before it is later than `latest_ms`.
    """

    base: int
    end: int
    size: int
    latest_ms: int


class Swap(NamedTuple):
    """A segment in the place of all from offset `base` to before `end`, which doesn't have its name yet."""

    base: int
    end: int
    path: str


class Rewritten(NamedTuple):
    """What is to take the place of some pieces of a log: a Segment, or what else the log is made of."""

    base: int
    end: int
    content: Any


def walk(disk: Disk, folder: str, piece: Piece, pause: Pause) -> Generator[tuple[Header, memoryview], None, None]:
    """The batches of a piece, one by one; their CRCs have been checked. Raises LogDamaged, OSError."""
    path = path_of(folder, name_of(piece.base))
    position, due = 0, piece.base
    with opened(disk, path) as file:
        while position < piece.size:
            pause()
            data = _read(disk, file, position, piece.size)
            at = 0
            while at < len(data) and at + batches.size_at(data, at) <= len(data):
                try:
                    found = batches.check(data, at, due)
                except batches.BadBatch as bad:
                    raise LogDamaged(path, position + at, bad.reason) from None
                yield found, memoryview(data)[at : at + found.size]
                at, due = at + found.size, found.next_offset
            if not at:
                raise LogDamaged(path, position, "the batch isn't whole")
            position += at


def _read(disk: Disk, file: int, position: int, end: int) -> bytes:
    """Bytes from `position` on, the whole first batch at least."""
    data = disk.read(file, min(WALK_BYTES, end - position), position)
    size = batches.size_at(data, 0)
    return data if size <= len(data) else disk.read(file, min(size, end - position), position)


def rewrite(disk: Disk, folder: str, pieces: Sequence[Piece], keep: Keep, pause: Pause) -> Rewritten | None:
    """Write what is kept of successive pieces to one segment: steps 1 and 2. None where nothing would change.

    Raises LogDamaged, OSError, and what `keep` and `pause` raise; then nothing is left of it.
    """
    writer = _Writer(disk, folder, pieces)
    try:
        for piece in pieces:
            with closing(walk(disk, folder, piece, pause)) as walked:
                for found, batch in walked:
                    writer.add(found, batch, keep(batch))
        return writer.finish()
    except BaseException:
        with suppress(OSError):
            writer.give_up()
        raise


class _Writer:
    """The new segment. As long as it would begin as the only old one does, nothing is written."""

    def __init__(self, disk: Disk, folder: str, pieces: Sequence[Piece]) -> None:
        self._disk = disk
        self._folder = folder
        self._base, self._end, self._latest_ms = pieces[0].base, pieces[-1].end, pieces[-1].latest_ms
        self._path = path_of(folder, f"{self._base:020}.cleaned")
        self._file: int | None = None
        self._index = Index()
        self._position = 0
        self._buffer = bytearray()  # what isn't written yet
        self._before_ms = 0
        self._gone_from = self._gone_to = self._base
        self._gone_ms = 0  # the latest time of what is gone
        self._untouched: memoryview | None = None  # what is gone was one batch without records already
        if len(pieces) > 1:
            self._begin()

    def _begin(self) -> None:
        """There is a difference: from here on it is written. What comes before is as in the old segment."""
        self._file = self._disk.open(self._path, create=True)
        self._disk.truncate(self._file, 0)
        with opened(self._disk, path_of(self._folder, name_of(self._base))) as old:
            for at in range(0, self._position, _WRITE_BYTES):
                size = min(_WRITE_BYTES, self._position - at)
                self._disk.write(self._file, self._disk.read(old, size, at), at)

    def add(self, found: Header, batch: memoryview, kept: Kept) -> None:
        """The next batch of the old segments, and what is kept of it."""
        if kept is not None:
            self._fill()
            self._put(kept, found.base_offset, is_same=kept is batch)
            return
        is_first = self._gone_to == self._gone_from
        self._untouched = batch if is_first and not found.count and found.producer_id < 0 else None
        if is_first:
            self._gone_from, self._gone_ms = found.base_offset, 0
        self._gone_to, self._gone_ms = found.next_offset, max(self._gone_ms, found.max_timestamp_ms)

    def _fill(self) -> None:
        """Take up the offsets of what is gone."""
        if self._untouched is not None:
            self._put(self._untouched, self._gone_from, is_same=True)
            self._untouched, self._gone_from = None, self._gone_to
        while self._gone_from < self._gone_to:
            offsets = min(_MOST_OFFSETS, self._gone_to - self._gone_from)
            self._put(hollow(self._gone_from, offsets, self._gone_ms), self._gone_from, is_same=False)
            self._gone_from += offsets

    def _put(self, data: bytes | bytearray | memoryview, offset: int, *, is_same: bool) -> None:
        if self._file is None and not is_same:
            self._begin()
        self._index.note(offset, self._position, self._before_ms)
        self._before_ms = max(self._before_ms, batches.span(data)[1])
        self._position += len(data)
        if self._file is not None:
            self._buffer += data
            if len(self._buffer) >= _WRITE_BYTES:
                self._write(self._file)

    def _write(self, file: int) -> None:
        self._disk.write(file, self._buffer, self._position - len(self._buffer))
        self._buffer = bytearray()

    def finish(self) -> Rewritten | None:
        """Have it on the disk, under a name that says what it replaces."""
        self._fill()
        file = self._file
        if file is None:
            return None
        self._write(file)
        self._disk.sync(file)
        swap = path_of(self._folder, f"{self._base:020}-{self._end:020}.swap")
        self._disk.rename(self._path, swap)
        self._path = swap
        self._disk.sync_folder(self._folder)
        segment = Segment(self._disk, self._folder, self._base)
        segment.file, segment.index = file, self._index
        segment.size = segment.synced = self._position
        segment.end, segment.latest_ms = self._end, self._latest_ms
        return Rewritten(self._base, self._end, segment)

    def give_up(self) -> None:
        """Leave nothing behind."""
        if self._file is not None:
            self._disk.close(self._file)
            self._disk.remove(self._path)


# Step 3


def swap_of(folder: str, rewritten: Rewritten) -> Swap:
    """The swap of a rewritten segment."""
    base, end, _ = rewritten
    return Swap(base, end, path_of(folder, f"{base:020}-{end:020}.swap"))


def swaps_in(disk: Disk, folder: str) -> list[Swap]:
    """The swaps that are to be finished, in the order of their ends. Raises OSError."""
    found = [(name, _SWAP.match(name)) for name in disk.names(folder)]
    swaps = [Swap(int(match[1]), int(match[2]), path_of(folder, name)) for name, match in found if match]
    return sorted(swaps, key=lambda swap: (swap.end, swap.base))


def finish(disk: Disk, folder: str, swap: Swap) -> None:
    """Take the old segments away, and give the new one its name. Raises OSError."""
    for name in sorted(disk.names(folder)):  # the index of a segment comes first: without it, it must not stay
        match = _PART.match(name)
        if match and swap.base <= int(match[1]) < swap.end:
            disk.remove(path_of(folder, name))
    disk.sync_folder(folder)  # an old index would be taken at its word
    disk.rename(swap.path, path_of(folder, name_of(swap.base)))
    disk.sync_folder(folder)


def clear_up(disk: Disk, folder: str, start: int) -> None:
    """What a log that starts at `start` does first when it is opened: remove what wasn't ready, finish what was. Raises
    OSError.
    """
    for name in disk.names(folder):
        if name.endswith(".cleaned"):
            disk.remove(path_of(folder, name))
    for swap in swaps_in(disk, folder):
        if swap.base < start:  # its records were let go of meanwhile
            disk.remove(swap.path)
        else:
            finish(disk, folder, swap)
