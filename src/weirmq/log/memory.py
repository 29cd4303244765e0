"""A log in memory: for `--durability memory`, tests and simulations. It forgets everything when the process ends."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, chain, islice
from typing import Final

from weirmq.log import batch as batches
from weirmq.log.rewriting import Keep, Pause, Piece, Rewritten

PIECE_BYTES: Final = 1024 * 1024  # what a piece has at least


class MemoryLog:
    """A `Log` that holds its batches in memory. `trim` drops single batches; `sync` has nothing to do."""

    def __init__(self) -> None:
        self._batches: list[bytes] = []
        self._bases: list[int] = []  # the base offset of each batch
        self._times: list[int] = []  # the latest up to the end of each
        self._pieces: list[Piece] = []
        self._piece_from = self._piece_bytes = 0  # of the piece that still grows
        self._start = 0
        self._end = 0
        self._size = 0
        self._rolled = 0  # what is below need not be kept

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
        return self._size

    @property
    def newest(self) -> Piece:
        """What was appended since the log was rolled."""
        return Piece(self._piece_from, self._end, self._piece_bytes, self._times[-1] if self._times else 0)

    def segments(self) -> Iterable[Piece]:
        """The batches, the oldest first: each can be trimmed on its own."""
        ends = chain(islice(self._bases, 1, None), (self._end,))
        return (Piece(*each) for each in zip(self._bases, ends, map(len, self._batches), self._times, strict=False))

    def resize(self, segment_bytes: int | None) -> None:
        """Nothing to do: there are no segments."""

    def roll(self) -> None:
        """Begin a piece; all before it may be trimmed."""
        if self._piece_bytes:
            self._end_piece()
        self._rolled = self._end

    def reserve(self, size: int) -> None:
        """Nothing to do: memory isn't set aside beforehand."""

    def has_room(self, size: int) -> bool:  # noqa: ARG002 - any
        """As far as anybody knows."""
        return True

    def append(self, batch: bytearray | memoryview) -> int:
        """Keep a copy of one batch; its base offset is set in place. Returns the base offset. Raises BadBatch."""
        offsets, latest_ms = batches.span(batch)
        base = self._end
        batches.stamp(batch, base)
        self._batches.append(bytes(batch))
        self._size += len(batch)
        self._bases.append(base)
        self._times.append(max(latest_ms, self._times[-1]) if self._times else latest_ms)
        self._end = base + offsets
        self._piece_bytes += len(batch)
        if self._piece_bytes >= PIECE_BYTES:
            self._end_piece()
        return base

    def _end_piece(self) -> None:
        self._pieces.append(self.newest)
        self._piece_from, self._piece_bytes = self._end, 0

    def read(self, offset: int, max_bytes: int) -> memoryview:
        """Whole batches from the one that contains `offset` on: at least one, then as many as fit `max_bytes`.

        Empty at `end`. Raises IndexError for an offset outside `start`..`end`.
        """
        if not self._start <= offset <= self._end:
            raise IndexError(f"offset {offset} is outside {self._start}..{self._end}")
        if offset == self._end:
            return memoryview(b"")
        first = bisect_right(self._bases, offset) - 1
        size = len(self._batches[first])
        last = first + 1
        while last < len(self._batches) and size + len(self._batches[last]) <= max_bytes:
            size += len(self._batches[last])
            last += 1
        return memoryview(self._batches[first] if last == first + 1 else b"".join(self._batches[first:last]))

    def seek(self, time_ms: int) -> int:
        """The base offset of the first batch with a record of `time_ms` or later; `end` where there is none."""
        at = bisect_left(self._times, time_ms)
        return self._bases[at] if at < len(self._bases) else self._end

    def pieces(self) -> list[Piece]:
        """Parts of the log that don't grow any more, the oldest first."""
        return list(self._pieces)

    def walk(self, piece: Piece, pause: Pause) -> Iterator[memoryview]:
        """The batches of a piece, one by one. May run in a thread of its own."""
        first, last = self._between(piece.base, piece.end)
        for batch in self._batches[first:last]:
            pause()
            yield memoryview(batch)

    def _between(self, base: int, end: int) -> tuple[int, int]:
        return bisect_left(self._bases, base), bisect_left(self._bases, end)

    def rewrite(self, pieces: Sequence[Piece], keep: Keep, pause: Pause) -> Rewritten | None:
        """Make anew what is kept of successive pieces; None where nothing would change. Adopted, it counts."""
        found: list[bytes] = []
        is_same, gone_from, gone_ms, end = True, pieces[0].base, 0, pieces[-1].end
        for piece in pieces:
            for batch in self.walk(piece, pause):
                kept = keep(batch)
                is_same = is_same and kept is batch
                header = batches.header(batch)
                if kept is None:
                    gone_ms = max(gone_ms, header.max_timestamp_ms)
                else:
                    found += [*_hollows(gone_from, header.base_offset, gone_ms), bytes(kept)]
                    gone_from, gone_ms = header.next_offset, 0
        found += _hollows(gone_from, end, gone_ms)
        return None if is_same else Rewritten(pieces[0].base, end, found)

    def adopt(self, rewritten: Rewritten) -> bool:
        """Put what was rewritten in the place of the old pieces. Returns whether they are all there still; else nothing
        changes.
        """
        base, end, found = rewritten
        first, last = self._between(base, end)
        if first == len(self._bases) or self._bases[first] != base:
            return False
        latest_ms = self._times[last - 1]
        self._size += sum(map(len, found)) - sum(map(len, self._batches[first:last]))
        times = accumulate(
            (batches.span(batch)[1] for batch in found), max, initial=self._times[first - 1] if first else 0
        )
        self._batches[first:last] = found
        self._bases[first:last] = [batches.header(batch).base_offset for batch in found]
        self._times[first:last] = list(times)[1:]
        kept = [piece for piece in self._pieces if not base <= piece.base < end]
        self._pieces = sorted([*kept, Piece(base, end, sum(map(len, found)), latest_ms)])
        return True

    def trim(self, offset: int) -> None:
        """Forget whole batches below `offset`. Never the newest one, but where the log was rolled behind it."""
        count = bisect_right(self._bases, offset) - 1
        if offset == self._end == self._rolled:
            count += 1
        if count > 0:
            self._size -= sum(map(len, self._batches[:count]))
            del self._batches[:count]
            del self._bases[:count]
            del self._times[:count]
            self._start = self._bases[0] if self._bases else self._end
            self._pieces = [piece for piece in self._pieces if piece.base >= self._start]
            if self._piece_from < self._start:
                self._piece_from, self._piece_bytes = self._start, self._size

    def sync(self) -> int:
        """The end: memory is as durable as it gets at once."""
        return self._end

    def close(self) -> None:
        """Let go of the memory."""
        self._batches.clear()
        self._bases.clear()
        self._times.clear()


def _hollows(start: int, end: int, time_ms: int) -> list[bytes]:
    return [bytes(batches.hollow(start, end - start, time_ms))] if start < end else []
