"""Deadlines: which of many keys is due next, in O(log n), with any key moved or dropped at any time."""

import heapq
from typing import Generic, TypeVar

K = TypeVar("K", int, str)

_SLACK = 64  # so few leftovers are never worth a rebuild


class Deadlines(Generic[K]):
    """A set of keys, each with the time that it is due. Keys with the same time come in the order of the keys.

    A moved or dropped key leaves its old heap entry behind; when more than half of the heap is leftovers, it is
    rebuilt.
    """

    __slots__ = ("_due_ms", "_heap")

    def __init__(self) -> None:
        self._heap: list[tuple[int, K]] = []
        self._due_ms: dict[K, int] = {}

    def __len__(self) -> int:
        return len(self._due_ms)

    def __contains__(self, key: K) -> bool:
        return key in self._due_ms

    def put(self, key: K, due_ms: int) -> None:
        """Add `key`, or move it to another time."""
        self._due_ms[key] = due_ms
        heapq.heappush(self._heap, (due_ms, key))
        if len(self._heap) > 2 * len(self._due_ms) + _SLACK:
            self._heap = [(due, k) for k, due in self._due_ms.items()]
            heapq.heapify(self._heap)

    def drop(self, key: K) -> None:
        """Forget `key`, if it is there."""
        self._due_ms.pop(key, None)

    def next_ms(self) -> int | None:
        """The time of the earliest key; None where there is none."""
        heap, due_ms = self._heap, self._due_ms
        while heap:
            due, key = heap[0]
            if due_ms.get(key) == due:
                return due
            heapq.heappop(heap)
        return None

    def pop_due(self, now_ms: int) -> K | None:
        """Take out the earliest key that is due at `now_ms`; None where none is."""
        next_ms = self.next_ms()
        if next_ms is None or next_ms > now_ms:
            return None
        key = heapq.heappop(self._heap)[1]
        del self._due_ms[key]
        return key
