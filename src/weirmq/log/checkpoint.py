"""What of a log is known to be durable: the file `checkpoint` beside its segments.

It holds the log's start, and its durable offset: all records below that were synced. So when a log is opened, missing
bytes below the durable offset are damage, and missing bytes above it are what a crash may take.

Two slots, each in a sector of its own, each with its CRC-32C (big-endian):

    "WCP1" | start 8 | durable 8 | CRC-32C of all before it 4

The second is written after every sync of the log, without a sync of its own: it may reach the disk late, so it may lag,
and the rule above errs towards the crash. What keeps one of the two whole, whatever is torn: the second is written only
while the first is durable, and the first only while the second is.
"""

import struct
from typing import Final, NamedTuple

from weirmq.kernel.crc import crc32c
from weirmq.log.disk import Disk, opened

NAME: Final = "checkpoint"
_SLOT: Final = struct.Struct(">4sqqI")
_MAGIC: Final = b"WCP1"
_FIRST: Final = 0
_SECOND: Final = 4096  # in another sector, of whatever size


class Bounds(NamedTuple):
    """The offset of the oldest record, and the one below which all is durable."""

    start: int
    durable: int


class Checkpoint:
    """The open checkpoint file of a log. All methods raise OSError."""

    def __init__(self, disk: Disk, path: str) -> None:
        self.path = path
        self.is_half = False
        self._disk = disk
        self._file = disk.open(path, create=True)

    def load(self, *, was_synced: bool = False) -> Bounds | None:
        """The furthest bounds of the slots that are whole; None where none is. They are durable in the first then, but
        for a log that `was_synced`: this process has had it open, so the first slot is durable as it is.

        `is_half` says whether the other slot isn't whole, or is gone: then it may have told of more.
        """
        first, bounds = _slots(self._disk, self._file)
        if bounds is None:
            return None
        slots = [self._disk.read(self._file, _SLOT.size, at) for at in (_FIRST, _SECOND)]
        # The second is durable before there is a first, so only damage takes it away.
        self.is_half = any(map(_is_spoiled, slots)) or (first is not None and _slot(slots[1]) is None)
        if was_synced:
            return bounds
        if first != bounds:  # then the second has them, if only in the system's memory yet
            self._disk.sync(self._file)
            self._write(_FIRST, bounds)
        self._disk.sync(self._file)
        return bounds

    def note(self, bounds: Bounds) -> None:
        """Write the second slot, to reach the disk some time."""
        self._write(_SECOND, bounds)

    def settle(self, bounds: Bounds) -> None:
        """Make the bounds durable in both slots."""
        for position in (_SECOND, _FIRST):
            self._write(position, bounds)
            self._disk.sync(self._file)

    def _write(self, position: int, bounds: Bounds) -> None:
        data = _SLOT.pack(_MAGIC, *bounds, 0)[:-4]
        self._disk.write(self._file, data + crc32c(data).to_bytes(4, "big"), position)

    def close(self) -> None:
        """Let go of the file."""
        self._disk.close(self._file)


def bounds_in(disk: Disk, path: str) -> Bounds | None:
    """What a checkpoint file says, without a change to it; None where it is missing or not whole. Raises OSError."""
    try:
        with opened(disk, path) as file:
            return _slots(disk, file)[1]
    except FileNotFoundError:
        return None


def _slots(disk: Disk, file: int) -> tuple[Bounds | None, Bounds | None]:
    """The first slot, and the furthest of both."""
    first, second = (_slot(disk.read(file, _SLOT.size, position)) for position in (_FIRST, _SECOND))
    if first is None or second is None:
        return first, first or second
    return first, Bounds(max(first.start, second.start), max(first.durable, second.durable))


def _slot(data: bytes) -> Bounds | None:
    if len(data) != _SLOT.size:
        return None
    magic, start, durable, crc = _SLOT.unpack(data)
    if magic != _MAGIC or crc32c(data[:-4]) != crc or not 0 <= start <= durable:
        return None
    return Bounds(start, durable)


def _is_spoiled(data: bytes) -> bool:
    """Whether a slot was written once, and isn't whole now."""
    return any(data) and _slot(data) is None
