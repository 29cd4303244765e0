"""What a log is. Everything above this room knows only this."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from weirmq.log.rewriting import Keep, Pause, Piece, Rewritten


class Log(Protocol):
    """A durable sequence of records, appended in batches and read by offset.

    Records are numbered from 0 without gaps; those that are gone are none, but their numbers are taken. A batch is a
    Kafka record batch (v2, magic 2), see `batch.py`. One thread appends, reads, trims and adopts; `sync` may run in
    another one meanwhile, and `walk` and `rewrite` in a third.
    """

    @property
    def start(self) -> int:
        """The offset of the oldest record still held (equals `end` where there is none)."""
        ...

    @property
    def end(self) -> int:
        """The offset that the next record gets."""
        ...

    @property
    def size(self) -> int:
        """Bytes of all batches still held."""
        ...

    @property
    def newest(self) -> Piece:
        """The segment that takes what comes, as far as it is filled."""
        ...

    def segments(self) -> Iterable[Piece]:
        """All segments, the oldest first."""
        ...

    def resize(self, segment_bytes: int | None) -> None:
        """Have segments be of that size from now on; None is that of the log's library."""
        ...

    def roll(self) -> None:
        """Begin a segment now, unless the newest one is empty, so that `trim` can forget all before it.

        Raises NoRoom, LogFailed.
        """
        ...

    def reserve(self, size: int) -> None:
        """Make sure that batches of `size` bytes in all can be appended without asking the disk for room.

        Raises NoRoom, having changed nothing that counts, where the disk is full.
        """
        ...

    def has_room(self, size: int) -> bool:
        """Whether about `size` bytes can be appended. Nothing is set aside: it may be otherwise in a moment."""
        ...

    def append(self, batch: bytearray | memoryview) -> int:
        """Write one batch; its base offset is set in place. Returns the base offset.

        Raises BadBatch for bytes that aren't one batch, NoRoom for a full disk where nothing was reserved, LogFailed.
        """
        ...

    def read(self, offset: int, max_bytes: int) -> memoryview:
        """Whole batches from the one that contains `offset` on: at least one, then as many as fit `max_bytes`.

        Fewer where a file ends; empty at `end`. The CRCs of what is handed out are right.
        Raises IndexError for an offset outside `start`..`end`, LogDamaged, LogFailed.
        """
        ...

    def seek(self, time_ms: int) -> int:
        """From where on to look for the first record of `time_ms` or later: none is below, and it is near. `end` where
        there is none.

        Raises LogDamaged, LogFailed.
        """
        ...

    def pieces(self) -> list[Piece]:
        """The parts of the log that don't grow any more, the oldest first."""
        ...

    def walk(self, piece: Piece, pause: Pause) -> Iterator[memoryview]:
        """The batches of a piece, one by one. May run in a thread of its own. Raises LogDamaged, OSError."""
        ...

    def rewrite(self, pieces: Sequence[Piece], keep: Keep, pause: Pause) -> Rewritten | None:
        """Write anew what is kept of successive pieces; None where nothing would change. It counts once it is adopted.

        May run in a thread of its own. Raises LogDamaged, OSError, and what `keep` and `pause` raise.
        """
        ...

    def adopt(self, rewritten: Rewritten) -> bool:
        """Put what was rewritten in the place of the old pieces. Returns whether they are all there still; else nothing
        changes. The next `sync` has something to do. Raises LogFailed.
        """
        ...

    def trim(self, offset: int) -> None:
        """Forget records below `offset`, as far as whole segments allow. Never the newest segment.

        The disk has its room back after the next `sync`.
        """
        ...

    def sync(self) -> int:
        """Make all that was appended before this call durable. Returns the offset up to which it is.

        Raises LogFailed.
        """
        ...

    def close(self) -> None:
        """Let go of files and memory; implies no sync."""
        ...
