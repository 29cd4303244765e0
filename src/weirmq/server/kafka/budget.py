"""What all Kafka connections together may hold in memory: frames that aren't whole, and answers that nobody reads."""

from typing import Final, Protocol

SCRATCH_BYTES: Final = 256 * 1024  # what the event loop may read for one connection at a time
OUTSIDERS_PART: Final = 8


class Peer(Protocol):
    """A connection."""

    is_open: bool

    def abort(self) -> None:
        """Close it now."""
        ...


class Budget:
    """Bytes, counted after the fact. Frames may take `limit_bytes`, and answers as much again.

    A frame beyond that is not waited for: its connection is closed. For answers those are closed first that have kept
    what they are owed for the longest. Those who haven't logged in where they must may have an eighth of the frames'
    bytes, so that they can't take the others' room; where there are too many connections, it is theirs that are closed
    first. `scratch` is where all read to, one after the other.
    """

    __slots__ = ("_owing", "connections", "frames", "limit_bytes", "outside", "outsiders", "owed", "scratch")

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.scratch = memoryview(bytearray(SCRATCH_BYTES))
        self.connections = 0  # that are open
        self.frames = 0
        self.outside = 0  # of these, the frames of those who haven't logged in
        self.outsiders: dict[Peer, None] = {}  # who they are, the one that has been there for the longest first
        self.owed = 0
        self._owing: dict[Peer, int] = {}  # the one that has read nothing for the longest comes first

    def take(self, size: int, *, is_outside: bool = False) -> bool:
        """So many bytes more (less, below 0) are held for frames. Returns whether that is within the limit."""
        self.frames += size
        if is_outside:
            self.outside += size
            if size > 0 and self.outside > self.limit_bytes // OUTSIDERS_PART:
                return False
        return size <= 0 or self.frames <= self.limit_bytes

    def let_in(self, peer: Peer, size: int) -> None:
        """Somebody has logged in, whose frames hold so many bytes."""
        if peer in self.outsiders:
            del self.outsiders[peer]
            self.outside -= size

    def left_out(self, peer: Peer) -> Peer:
        """Who has to go where `peer` is one too many: the outsider that has been there for the longest, else itself."""
        return next((each for each in self.outsiders if each.is_open), peer)

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
