"""Deadlines: which of many keys is due next, in O(log n), with any key moved or dropped at any time."""

import heapq
from collections.abc import MutableMapping
from typing import Final, Generic, TypeVar

K = TypeVar("K", int, str, tuple[int, str, str])

RUN_LENGTH: Final = 1_024
_SLACK: Final = 64  # so few leftovers are never worth to take a run apart


class Deadlines(Generic[K]):
    """A set of keys, each with the time that it is due. Keys with the same time come in the order of the keys.

    Entries stand in heaps of RUN_LENGTH each, called runs, as they came; `_order` is a heap of the runs by their first
    entries. A moved or dropped key leaves its entry behind. When more than half of all are leftovers, each change takes
    one run apart and puts what still counts into the newest, until that is so no more: to sweep all in one go would
    take 30 ms with 100,000 keys, and everybody would wait. Runs by time instead would do that as well, but for keys
    that are due in many different seconds: a run for each takes more room than what it holds.

    `due_ms` is where to note the keys' times: `Blocks` instead of a dict, where there may be very many.
    """

    __slots__ = ("_due_ms", "_entries", "_newest", "_order", "_runs", "_to_sweep")

    def __init__(self, due_ms: MutableMapping[K, int] | None = None) -> None:
        self._due_ms: MutableMapping[K, int] = {} if due_ms is None else due_ms
        self._runs: dict[int, list[tuple[int, K]]] = {}  # by number, the newest last
        self._newest = -1
        self._order: list[tuple[int, K, int]] = []  # (due_ms, key, run), leftovers among them
        self._entries = 0  # in all runs, leftovers among them
        self._to_sweep: list[int] = []  # runs whose turn is still to come

    def __len__(self) -> int:
        return len(self._due_ms)

    def __contains__(self, key: K) -> bool:
        return key in self._due_ms

    def put(self, key: K, due_ms: int) -> None:
        """Add `key`, or move it to another time."""
        self._due_ms[key] = due_ms
        self._enter((due_ms, key))
        if self._entries > 2 * len(self._due_ms) + _SLACK:
            self._sweep()

    def _enter(self, entry: tuple[int, K]) -> None:
        run: list[tuple[int, K]] | None = self._runs.get(self._newest)
        if run is None or len(run) >= RUN_LENGTH:
            self._newest += 1
            run = self._runs[self._newest] = []
        heapq.heappush(run, entry)
        self._entries += 1
        if run[0] is entry:
            heapq.heappush(self._order, (entry[0], entry[1], self._newest))

    def drop(self, key: K) -> None:
        """Forget `key`, if it is there."""
        self._due_ms.pop(key, None)
        if self._entries > 2 * len(self._due_ms) + _SLACK:
            self._sweep()

    def _sweep(self) -> None:
        """Rid one run of its leftovers, each run in its turn."""
        if not self._to_sweep:
            self._to_sweep = list(self._runs)
            self._order = [(run[0][0], run[0][1], number) for number, run in self._runs.items()]
            heapq.heapify(self._order)
        self._take_apart(self._to_sweep.pop())

    def _take_apart(self, number: int) -> None:
        """Put what still counts of a run into the newest."""
        run = self._runs.pop(number, [])
        self._entries -= len(run)
        known = self._due_ms
        for entry in {entry for entry in run if known.get(entry[1]) == entry[0]}:  # one that was put twice stands twice
            self._enter(entry)

    def next_ms(self) -> int | None:
        """The time of the earliest key; None where there is none."""
        order, runs, known, passed = self._order, self._runs, self._due_ms, 0
        while order:
            due_ms, key, number = order[0]
            run = runs.get(number)
            if run is None or run[0] != (due_ms, key):  # swept, or an earlier entry came to it and was first since
                heapq.heappop(order)
            elif known.get(key) == due_ms:
                return due_ms
            elif passed < _SLACK:
                self._take_first(run)
                passed += 1
            else:  # there may be tens of thousands in a row: this takes a quarter of the time for each
                self._take_apart(number)
        return None

    def _take_first(self, run: list[tuple[int, K]]) -> None:
        """Take the first entry out of the run that has the first of all."""
        number = self._order[0][2]
        heapq.heappop(run)
        self._entries -= 1
        if run:
            due_ms, key = run[0]
            heapq.heapreplace(self._order, (due_ms, key, number))
        else:
            heapq.heappop(self._order)
            del self._runs[number]

    def pop_due(self, now_ms: int) -> K | None:
        """Take out the earliest key that is due at `now_ms`; None where none is."""
        next_ms = self.next_ms()
        if next_ms is None or next_ms > now_ms:
            return None
        _, key, number = self._order[0]
        self._take_first(self._runs[number])
        del self._due_ms[key]
        return key

    def take_block(self) -> list[tuple[int, K]]:
        """Forget some keys, those of a whole run, and only to get rid of all. Raises KeyError where there is none."""
        _, run = self._runs.popitem()
        self._entries -= len(run)
        for _, key in run:
            self._due_ms.pop(key, None)
        return run
