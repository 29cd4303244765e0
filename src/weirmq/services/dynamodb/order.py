"""Keys in ascending order, in blocks: adding, removing and finding one costs O(log n) and a move within a block."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from typing import Any, Final

BLOCK: Final = 512  # keys; one of twice as many is cut in two


class Order:
    """Distinct keys that can be compared with each other."""

    __slots__ = ("_blocks", "_lasts")

    def __init__(self) -> None:
        self._blocks: list[list[Any]] = []
        self._lasts: list[Any] = []  # the greatest key of each block

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def add(self, key: Any) -> None:
        """Take up a key that isn't there."""
        if not self._blocks:
            self._blocks.append([key])
            self._lasts.append(key)
            return
        at = min(bisect_left(self._lasts, key), len(self._blocks) - 1)
        block = self._blocks[at]
        insort(block, key)
        if len(block) > 2 * BLOCK:
            self._blocks.insert(at + 1, block[BLOCK:])
            self._lasts.insert(at + 1, block[-1])
            del block[BLOCK:]
        self._lasts[at] = block[-1]

    def remove(self, key: Any) -> None:
        """Let go of a key that is there."""
        at = bisect_left(self._lasts, key)
        block = self._blocks[at]
        del block[bisect_left(block, key)]
        if block:
            self._lasts[at] = block[-1]
        else:
            del self._blocks[at], self._lasts[at]

    def after(self, key: Any) -> Iterator[Any]:
        """All that are greater than `key`, which need not be there, in order; all for None."""
        at = 0 if key is None else bisect_right(self._lasts, key)
        for number in range(at, len(self._blocks)):
            block = self._blocks[number]
            start = bisect_right(block, key) if key is not None and number == at else 0
            for index in range(start, len(block)):
                yield block[index]
