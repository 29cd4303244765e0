"""What all Kafka connections together may hold in memory: frames that aren't whole, and answers that nobody reads."""

from typing import Final, Protocol

SCRATCH_BYTES: Final = 256 * 1024  # what the event loop may read for one connection at a time


class Peer(Protocol):
    """A connection."""

    def abort(self) -> None:
        """Close it now."""
        ...


class Budget:
    """Bytes, counted after the fact. Frames may take `limit_bytes`, and answers as much again.

    A frame beyond that is not waited for: its connection is closed. For answers those are closed first that have kept
    what they are owed for the longest. `scratch` is where all read to, one after the other.
    """

    __slots__ = ("_owing", "connections", "frames", "limit_bytes", "owed", "scratch")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.scratch = memoryview(bytearray(SCRATCH_BYTES))
        self.connections = 0  # that are open
        self.frames = 0
        self.owed = 0
        self._owing: dict[Peer, int] = {}  # the one that has read nothing for the longest comes first

    def take(self, size: int) -> bool:
        """So many bytes more (less, below 0) are held for frames. Returns whether that is within the limit."""
        self.frames += size
        return size <= 0 or self.frames <= self.limit_bytes

    def owe(self, peer: Peer, size: int) -> None:
        """So many bytes of answers wait for `peer` to read them."""
        before = self._owing.get(peer, 0)
        if size < before:  # it reads
            del self._owing[peer]
        if size:
            self._owing[peer] = size
        self.owed += size - before
        while self.owed > self.limit_bytes and len(self._owing) > 1:
            slowest = next(iter(self._owing))
            self.owed -= self._owing.pop(slowest)
            slowest.abort()
