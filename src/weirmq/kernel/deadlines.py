"""Deadlines: which of many keys is due next, in O(log n), with any key moved or dropped at any time."""

import heapq
from collections.abc import MutableMapping
from typing import Final, Generic, TypeVar

K = TypeVar("K", int, str, tuple[int, str, str])

SLOT_BITS: Final = 7  # keys that are due within 128 ms share a heap
_SLACK: Final = 64  # so few leftovers are never worth a sweep
_SWEPT_AT_ONCE: Final = 1_000  # entries, at least: about 0.2 ms


class Deadlines(Generic[K]):
    """A set of keys, each with the time that it is due. Keys with the same time come in the order of the keys.

    Entries stand in a heap for each slot of time, and the slots' numbers in another. A moved or dropped key leaves its
    entry behind. When more than half of all are leftovers, each `put` sweeps some slots clean, until that is so no
    more: to sweep all in one go would take 30 ms with 100,000 keys, and everybody would wait.

    `due_ms` is where to note the keys' times: `Blocks` instead of a dict, where there may be very many.
    """

    __slots__ = ("_due_ms", "_entries", "_order", "_slots", "_to_sweep")

    def __init__(self, due_ms: MutableMapping[K, int] | None = None) -> None:
        self._due_ms: MutableMapping[K, int] = {} if due_ms is None else due_ms
        self._slots: dict[int, list[tuple[int, K]]] = {}
        self._order: list[int] = []
        self._entries = 0  # in all slots, leftovers among them
        self._to_sweep: list[int] = []  # slots whose turn is still to come

    def __len__(self) -> int:
        return len(self._due_ms)

    def __contains__(self, key: K) -> bool:
        return key in self._due_ms

    def put(self, key: K, due_ms: int) -> None:
        """Add `key`, or move it to another time."""
        self._due_ms[key] = due_ms
        slot = due_ms >> SLOT_BITS
        entries = self._slots.get(slot)
        if entries is None:
            entries = self._slots[slot] = []
            heapq.heappush(self._order, slot)
        heapq.heappush(entries, (due_ms, key))
        self._entries += 1
        if self._entries > 2 * len(self._due_ms) + _SLACK:
            self._sweep()

    def _sweep(self) -> None:
        """Rid some slots of their leftovers, each slot in its turn."""
        swept = 0
        while swept < _SWEPT_AT_ONCE and self._entries > len(self._due_ms):
            if not self._to_sweep:
                self._to_sweep = list(self._slots)
            entries = self._slots.get(self._to_sweep.pop(), [])
            before = len(entries)
            entries[:] = {entry for entry in entries if self._due_ms.get(entry[1]) == entry[0]}
            heapq.heapify(entries)
            self._entries -= before - len(entries)
            swept += before + 1

    def drop(self, key: K) -> None:
        """Forget `key`, if it is there."""
        self._due_ms.pop(key, None)

    def next_ms(self) -> int | None:
        """The time of the earliest key; None where there is none."""
        order, slots, known = self._order, self._slots, self._due_ms
        while order:
            entries = slots[order[0]]
            while entries:
                due_ms, key = entries[0]
                if known.get(key) == due_ms:
                    return due_ms
                heapq.heappop(entries)
                self._entries -= 1
            del slots[heapq.heappop(order)]
        return None

    def pop_due(self, now_ms: int) -> K | None:
        """Take out the earliest key that is due at `now_ms`; None where none is."""
        next_ms = self.next_ms()
        if next_ms is None or next_ms > now_ms:
            return None
        key = heapq.heappop(self._slots[self._order[0]])[1]
        self._entries -= 1
        del self._due_ms[key]
        return key
