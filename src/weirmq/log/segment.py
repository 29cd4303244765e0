"""One file of a log: batches one after another, named by the first one's offset, as Kafka names its segments.

The newest segment ends with zeros, the room that was set aside for it; a sealed one ends with its last batch.
"""

import re
from contextlib import suppress
from typing import Final

from weirmq.kernel.errors import LogDamaged
from weirmq.log import batch as batches
from weirmq.log import index as indexes
from weirmq.log.disk import Disk, path_of
from weirmq.log.index import Index, Summary

_NAME: Final = re.compile(r"\A[0-9]{20}\.log\Z")
_SCAN_BYTES: Final = 1 << 20


def name_of(base: int) -> str:
    """The file name of the segment whose first offset is `base`."""
    return f"{base:020}.log"


def index_name_of(base: int) -> str:
    """The name of its index."""
    return f"{base:020}.index"


def bases_in(disk: Disk, folder: str) -> list[int]:
    """The base offsets of the segments in a folder, ascending. Raises OSError."""
    return sorted(int(name[:20]) for name in disk.names(folder) if _NAME.match(name))


class Segment:
    """A segment that is part of an open log. The log decides when `file` is open."""

    __slots__ = (
        "_disk", "base", "end", "file", "index", "index_path", "indexed", "latest_ms", "path", "sealed", "size",
        "synced",
    )  # fmt: skip

    def __init__(self, disk: Disk, folder: str, base: int) -> None:
        self._disk = disk
        self.index_path = path_of(folder, index_name_of(base))
        self.path = path_of(folder, name_of(base))
        self.base = base
        self.end = base  # the offset after the last record
        self.latest_ms = 0  # no record in it is later; nor any before it in the log, where that is known
        self.size = 0  # bytes of batches; the file may be longer
        self.synced = 0  # bytes of them that are durable
        self.indexed = 0  # bytes of them that the side file covers
        self.sealed = False  # its size is final and durable, and so is its index
        self.file: int | None = None
        self.index: Index | None = None

    def open(self) -> int:
        """The number of the open file, which is opened if it wasn't; its index is there then too. Raises OSError."""
        if self.file is None:
            self.file = self._disk.open(self.path)
        if self.index is None:
            found = indexes.load(self._disk, self.index_path)
            if found is not None and found[1][:3] == (True, self.size, self.end):
                self.index = found[0]
            else:
                self.index = self._made_again(self.file)
        return self.file

    def _made_again(self, file: int) -> Index:
        """The index of a sealed segment whose side file is gone. Raises LogDamaged."""
        scan = Scan(self._disk, file, self.base)
        scan.run(self.size, self.size)
        if scan.reason or scan.end != self.end:
            raise LogDamaged(self.path, scan.position, scan.reason or f"ends at offset {scan.end}, not {self.end}")
        return scan.index

    def close(self) -> None:
        """Let go of the file, and of a sealed segment's index. Raises OSError."""
        if self.file is not None:
            self._disk.close(self.file)
            self.file = None
        if self.sealed:
            self.index = None

    def save_index(self, summary: Summary) -> None:
        """Write the side file for what is durable of the segment. Raises OSError."""
        if self.index is not None:
            self.index.save(self._disk, self.index_path, summary)
            self.indexed = summary.size

    def remove(self) -> None:
        """Take the segment's files away, the index first: without its segment it must not stay. Raises OSError."""
        self.close()
        with suppress(FileNotFoundError):
            self._disk.remove(self.index_path)
        self._disk.remove(self.path)

    def seek(self, time_ms: int) -> int:
        """An offset of this segment not far below the first record of `time_ms` or later. Raises as `read`."""
        self.open()
        assert self.index is not None  # noqa: S101 - `open` has just made it
        return self.index.find_time(time_ms)

    def read(self, offset: int, max_bytes: int) -> memoryview:
        """Whole batches of this segment from the one that contains `offset` on. Raises LogDamaged, OSError."""
        file = self.file if self.file is not None and self.index is not None else self.open()
        assert self.index is not None  # noqa: S101 - `open` has just made it
        at, position, stop = self.index.find(offset, self.size)
        stop = min(self.size, stop + max(max_bytes, 0))
        data = self._disk.read(file, stop - position, position)
        try:
            return _slice(data, at, offset, max_bytes)
        except batches.BadBatch as bad:
            raise LogDamaged(self.path, position + bad.position, bad.reason) from None


def _slice(data: bytes, base: int, offset: int, max_bytes: int) -> memoryview:
    """The part of `data`, whose first batch has offset `base`, that `Segment.read` asks for. Raises BadBatch.

    What is handed out is checked: CRC, and that offsets follow each other, since the CRC doesn't cover base offsets.
    """
    first, found = 0, batches.header(data, 0, base)
    while offset >= found.next_offset:
        first += found.size
        found = batches.header(data, first, found.next_offset)
    position = first + batches.check(data, first).size
    last = min(len(data), first + max_bytes)
    while position + batches.size_at(data, position) <= last:
        found = batches.check(data, position, found.next_offset)
        position += found.size
    return memoryview(data)[first:position]


class Scan:
    """A walk over a segment's file that checks every batch, and stops at the first that isn't sound.

    `position` and `end` say how far it came: bytes, and the offset that was due next; `latest_ms` is the latest time
    so far. `reason` says what was wrong
    there; it is empty where the part asked for is whole.
    """

    def __init__(self, disk: Disk, file: int, base: int) -> None:
        self._disk = disk
        self._file = file
        self.position = 0
        self.end = base
        self.latest_ms = 0
        self.index = Index()
        self.reason = ""

    def resume(self, index: Index, known: Summary) -> None:
        """Begin behind what an index knows already."""
        self.index, self.position, self.end, self.latest_ms = index, known.size, known.end, known.latest_ms

    def run(self, stop: int, data_size: int) -> None:
        """Walk up to byte `stop`, or to a bad or missing batch before it. Raises OSError.

        There should be only zeros behind `data_size`, so no more is read there than it takes to see that.
        """
        data, at = b"", 0
        while self.position < stop:
            if at + batches.size_at(data, at) > len(data):
                data, at = self._read(stop, data_size), 0
            try:
                found = batches.check(data, at, self.end)
            except batches.BadBatch as bad:
                self.reason = bad.reason
                return
            self.index.note(self.end, self.position, self.latest_ms)
            self.latest_ms = max(self.latest_ms, found.max_timestamp_ms)
            self.end = found.next_offset
            self.position += found.size
            at += found.size

    def _read(self, stop: int, data_size: int) -> bytes:
        """Bytes from `position` on: the whole next batch, if it ends before `stop`, and what else a read brings."""
        left = stop - self.position
        likely = max(batches.HEADER_BYTES, data_size - self.position)
        data = self._disk.read(self._file, min(_SCAN_BYTES, likely, left), self.position)
        size = batches.size_at(data, 0)
        if len(data) < size <= left:
            data = self._disk.read(self._file, size, self.position)
        return data
