"""Where in a segment an offset or a time lies: a sparse index in memory, and the side file that spares its making.

The index has the offset and position of a batch about every 16 KiB, and the latest time before it. The side file
`<segment>.index` is a cache: it is written only for what is durable in the segment, and where it is missing or not
whole the index is made again from the segment. Its layout, big-endian:

    "WIX2" | sealed 1 | size 8 | end 8 | latest time 8 | entries 4 | CRC-32C of the entries 4
    | CRC-32C of all before it 4 | offset 8 ... | position 8 ... | latest time before it 8 ...

(One without times, "WIX1", is made again.)
"""

import struct
import sys
from array import array
from bisect import bisect_left, bisect_right
from typing import Final, NamedTuple

from weirmq.kernel.crc import crc32c
from weirmq.log.disk import Disk, opened

INTERVAL_BYTES: Final = 16 * 1024  # what a cold read goes through before it meets its batch: a few microseconds

_HEAD: Final = struct.Struct(">4s?qqqII")
_CRC: Final = struct.Struct(">I")
_HEAD_BYTES: Final = _HEAD.size + _CRC.size
_MAGIC: Final = b"WIX2"
_ENTRY_BYTES: Final = 24


class Summary(NamedTuple):
    """What an index file says of its segment: `size` bytes of batches up to offset `end`, no record in them later than
    `latest_ms`; no more if `sealed`.
    """

    sealed: bool
    size: int
    end: int
    latest_ms: int


class Index:
    """Offsets, positions and times of some of a segment's batches, all ascending. The first entry is the first batch.

    The time of an entry is the latest of all records before it in the segment.
    """

    __slots__ = ("_due", "_offsets", "_positions", "_times")

    def __init__(self) -> None:
        self._offsets = array("q")
        self._positions = array("q")
        self._times = array("q")
        self._due = 0

    def note(self, offset: int, position: int, before_ms: int) -> None:
        """A batch starts here, and no record before it is later than `before_ms`; kept if it is far enough from the
        last one that was.
        """
        if position >= self._due:
            self._offsets.append(offset)
            self._positions.append(position)
            self._times.append(before_ms)
            self._due = position + INTERVAL_BYTES

    def find(self, offset: int, size: int) -> tuple[int, int, int]:
        """The last entry at or below `offset` (its offset and position), and where the entry after it starts.

        `size` stands for the position of the entry after the last.
        """
        at = bisect_right(self._offsets, offset)
        after = self._positions[at] if at < len(self._positions) else size
        return self._offsets[at - 1], self._positions[at - 1], after

    def find_time(self, time_ms: int) -> int:
        """The offset of the last entry that has no record of `time_ms` or later before it; of the first if all have."""
        return self._offsets[max(0, bisect_left(self._times, time_ms) - 1)]

    @classmethod
    def unpack(cls, entries: bytes) -> "Index":
        """The index of these entries, as `save` wrote them."""
        index = cls()
        third = len(entries) // 3
        index._offsets = _big_endian(array("q", entries[:third]))
        index._positions = _big_endian(array("q", entries[third : 2 * third]))
        index._times = _big_endian(array("q", entries[2 * third :]))
        index._due = index._positions[-1] + INTERVAL_BYTES if third else 0
        return index

    def save(self, disk: Disk, path: str, summary: Summary) -> None:
        """Write the side file for the first `summary.size` bytes of the segment. Raises OSError."""
        count = bisect_right(self._positions, summary.size - 1)
        columns = (self._offsets, self._positions, self._times)
        entries = b"".join([_big_endian(column[:count]).tobytes() for column in columns])
        head = _HEAD.pack(_MAGIC, *summary, count, crc32c(entries))
        with opened(disk, path, create=True) as file:
            disk.write(file, head + _CRC.pack(crc32c(head)) + entries, 0)
            disk.sync(file)


def _big_endian(numbers: "array[int]") -> "array[int]":
    """The same numbers in the file's byte order, or back; turned in place."""
    if sys.byteorder == "little":
        numbers.byteswap()
    return numbers


def summary(disk: Disk, path: str) -> Summary | None:
    """What the side file says of its segment; None where there is none, or none that is whole. Raises OSError."""
    return _head(disk, path)[0]


def load(disk: Disk, path: str) -> tuple[Index, Summary] | None:
    """The index in a side file; None where there is none, or none that is whole. Raises OSError."""
    found, count, crc = _head(disk, path)
    if found is None:
        return None
    with opened(disk, path) as file:
        entries = disk.read(file, count * _ENTRY_BYTES, _HEAD_BYTES)
    if len(entries) != count * _ENTRY_BYTES or crc32c(entries) != crc or (found.size and not count):
        return None
    return Index.unpack(entries), found


def _head(disk: Disk, path: str) -> tuple[Summary | None, int, int]:
    try:
        with opened(disk, path) as file:
            head = disk.read(file, _HEAD_BYTES, 0)
    except FileNotFoundError:
        return None, 0, 0
    if len(head) != _HEAD_BYTES or crc32c(head[: _HEAD.size]) != _CRC.unpack_from(head, _HEAD.size)[0]:
        return None, 0, 0
    magic, sealed, size, end, latest_ms, count, crc = _HEAD.unpack_from(head)
    return (Summary(sealed, size, end, latest_ms) if magic == _MAGIC else None), count, crc
