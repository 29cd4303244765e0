"""A log in memory: for `--durability memory`, tests and simulations. It forgets everything when the process ends."""

from bisect import bisect_left, bisect_right

from weirmq.log import batch as batches


class MemoryLog:
    """A `Log` that holds its batches in memory. `trim` drops single batches; `sync` has nothing to do."""

    def __init__(self) -> None:
        self._batches: list[bytes] = []
        self._bases: list[int] = []  # the base offset of each batch
        self._times: list[int] = []  # the latest up to the end of each
        self._start = 0
        self._end = 0

    @property
    def start(self) -> int:
        """The offset of the oldest record still held (equals `end` where there is none)."""
        return self._start

    @property
    def end(self) -> int:
        """The offset that the next record gets."""
        return self._end

    def reserve(self, size: int) -> None:
        """Nothing to do: memory isn't set aside beforehand."""

    def append(self, batch: bytearray | memoryview) -> int:
        """Keep a copy of one batch; its base offset is set in place. Returns the base offset. Raises BadBatch."""
        offsets, latest_ms = batches.span(batch)
        base = self._end
        batches.stamp(batch, base)
        self._batches.append(bytes(batch))
        self._bases.append(base)
        self._times.append(max(latest_ms, self._times[-1]) if self._times else latest_ms)
        self._end = base + offsets
        return base

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

    def trim(self, offset: int) -> None:
        """Forget whole batches below `offset`. Never the newest one."""
        keep = min(bisect_right(self._bases, offset), len(self._bases)) - 1
        if keep > 0:
            del self._batches[:keep]
            del self._bases[:keep]
            del self._times[:keep]
            self._start = self._bases[0]

    def sync(self) -> int:
        """The end: memory is as durable as it gets at once."""
        return self._end

    def close(self) -> None:
        """Let go of the memory."""
        self._batches.clear()
        self._bases.clear()
        self._times.clear()
