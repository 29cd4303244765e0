"""Runs: what is said of offsets, where neighbours mostly have the same said of them. All of it takes O(log n) in the
number of runs, and a move of the lists' ends.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Generic, TypeVar

V = TypeVar("V")


class Runs(Generic[V]):
    """Runs of offsets with a value each: they don't overlap, and neighbours with the same value are one."""

    __slots__ = ("_firsts", "_lasts", "_values")

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        self._values: list[V] = []

    def __len__(self) -> int:
        return len(self._firsts)

    def __iter__(self) -> Iterator[tuple[int, int, V]]:
        return zip(self._firsts, self._lasts, self._values, strict=True)

    @property
    def end(self) -> int:
        """The offset behind the last run; 0 where there is none."""
        return self._lasts[-1] + 1 if self._lasts else 0

    def over(self, first: int, last: int) -> Iterator[tuple[int, int, V]]:
        """The runs from `first` to `last`, cut off there. Nothing may change while they are gone through."""
        for at in range(bisect_left(self._lasts, first), len(self._firsts)):
            if self._firsts[at] > last:
                break
            yield max(first, self._firsts[at]), min(last, self._lasts[at]), self._values[at]

    def put(self, first: int, last: int, value: V) -> None:
        """Say `value` of the offsets from `first` to `last`, whatever was said of them."""
        self.cut(first, last)
        at = bisect_left(self._firsts, first)
        if at < len(self._firsts) and self._firsts[at] == last + 1 and self._values[at] == value:
            last = self._lasts[at]
            self._drop(at, at + 1)
        if at and self._lasts[at - 1] == first - 1 and self._values[at - 1] == value:
            self._lasts[at - 1] = last
        else:
            self._insert(at, first, last, value)

    def cut(self, first: int, last: int) -> None:
        """Say nothing of the offsets from `first` to `last`."""
        begin, end = bisect_left(self._lasts, first), bisect_right(self._firsts, last)
        if begin >= end:
            return
        left, right = (self._firsts[begin], self._values[begin]), (self._lasts[end - 1], self._values[end - 1])
        self._drop(begin, end)
        if right[0] > last:
            self._insert(begin, last + 1, *right)
        if left[0] < first:
            self._insert(begin, left[0], first - 1, left[1])

    def _insert(self, at: int, first: int, last: int, value: V) -> None:
        self._firsts.insert(at, first)
        self._lasts.insert(at, last)
        self._values.insert(at, value)

    def _drop(self, begin: int, end: int) -> None:
        del self._firsts[begin:end], self._lasts[begin:end], self._values[begin:end]
