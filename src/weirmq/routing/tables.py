"""Where an index files operators, and finds those that a value could satisfy.

Every table maps keys to nodes of the index. `find` costs what it finds, and beyond that: one look-up (exact, folded,
addresses), one for each length of prefix or suffix or mask in the table, one for each letter of the value (fragments),
or the logarithm of the table's size (ranges).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any, Final, Generic, Protocol, TypeVar

from weirmq.routing.operators import Block, Place, Range, Table
from weirmq.routing.values import address, fold

N = TypeVar("N")

_GRAM: Final = 4  # letters of a fragment that are looked for first
_DEBT: Final = 8  # ranges gone past for nothing, for each that there is, before the tree is built anew


class Finder(Protocol[N]):
    """One kind of table. Its nodes by key; `put` and `drop` keep what `find` needs beside them."""

    nodes: dict[Any, N]

    def put(self, key: Any, node: N) -> None: ...

    def drop(self, key: Any) -> None: ...

    def find(self, value: Any, found: list[N]) -> None:
        """Put all the nodes that the value leads to into `found`."""
        ...


class Keys(Generic[N]):
    """A value leads to the key that `key_of` makes of it."""

    def __init__(self, key_of: Callable[[str], Any]) -> None:
        self.nodes: dict[Any, N] = {}
        self._key_of = key_of

    def put(self, key: Any, node: N) -> None:
        self.nodes[key] = node

    def drop(self, key: Any) -> None:
        del self.nodes[key]

    def find(self, value: Any, found: list[N]) -> None:
        if type(value) is str and (node := self.nodes.get(self._key_of(value))) is not None:
            found.append(node)


class Affixes(Generic[N]):
    """Prefixes or suffixes. The letters of a value are looked up once for each length in the table."""

    def __init__(self, *, prefix: bool, folded: bool) -> None:
        self.nodes: dict[str, N] = {}
        self._prefix = prefix
        self._folded = folded
        self._lengths: dict[int, int] = {}  # how many keys have it

    def put(self, key: str, node: N) -> None:
        self.nodes[key] = node
        self._lengths[len(key)] = self._lengths.get(len(key), 0) + 1

    def drop(self, key: str) -> None:
        del self.nodes[key]
        _less(self._lengths, len(key))

    def find(self, value: Any, found: list[N]) -> None:
        if type(value) is not str:
            return
        text = fold(value) if self._folded else value
        end = len(text)
        for length in self._lengths:
            if length <= end:
                node = self.nodes.get(text[:length] if self._prefix else text[end - length :])
                if node is not None:
                    found.append(node)


class Fragments(Generic[N]):
    """What stands between two stars of a wildcard: filed under those four letters of it that the fewest others have."""

    def __init__(self) -> None:
        self.nodes: dict[str, N] = {}
        self._filed: dict[str, dict[str, N]] = {}  # by those letters: the fragments that are filed under them
        self._gram_of: dict[str, str] = {}
        self._times: dict[str, int] = {}  # how many fragments have these letters
        self._lengths: dict[int, int] = {}  # fewer than four letters in a shorter fragment

    def put(self, key: str, node: N) -> None:
        self.nodes[key] = node
        grams = _grams(key, min(_GRAM, len(key)))
        gram = min(grams, key=lambda one: self._times.get(one, 0))
        for one in grams:
            self._times[one] = self._times.get(one, 0) + 1
        self._gram_of[key] = gram
        self._filed.setdefault(gram, {})[key] = node
        self._lengths[len(gram)] = self._lengths.get(len(gram), 0) + 1

    def drop(self, key: str) -> None:
        del self.nodes[key]
        gram = self._gram_of.pop(key)
        for one in _grams(key, len(gram)):
            _less(self._times, one)
        del self._filed[gram][key]
        if not self._filed[gram]:
            del self._filed[gram]
        _less(self._lengths, len(gram))

    def find(self, value: Any, found: list[N]) -> None:
        if type(value) is not str:
            return
        if len(self.nodes) <= len(value):
            found += [node for fragment, node in self.nodes.items() if fragment in value]
            return
        for length in self._lengths:
            for gram in self._filed.keys() & _grams(value, length):
                for fragment, node in self._filed[gram].items():
                    if fragment in value:
                        found.append(node)


def _grams(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}


class Blocks(Generic[N]):
    """Blocks of addresses: one look-up for each length of mask in the table."""

    def __init__(self) -> None:
        self.nodes: dict[Block, N] = {}
        self._masks: dict[tuple[int, int], int] = {}

    def put(self, key: Block, node: N) -> None:
        self.nodes[key] = node
        mask = key.bits, key.shift
        self._masks[mask] = self._masks.get(mask, 0) + 1

    def drop(self, key: Block) -> None:
        del self.nodes[key]
        _less(self._masks, (key.bits, key.shift))

    def find(self, value: Any, found: list[N]) -> None:
        where = address(value) if type(value) is str else None
        if where is None:
            return
        for bits, shift in self._masks:
            if bits == where.bits and (node := self.nodes.get(Block(bits, shift, where.value >> shift))) is not None:
                found.append(node)


class Ranges(Generic[N]):
    """Ranges of numbers, in a centred interval tree.

    New ones wait beside the tree, and dropped ones stay in it, until going past them has cost as much as a new tree.
    """

    def __init__(self) -> None:
        self.nodes: dict[Range, N] = {}
        self._waiting: dict[Range, N] = {}
        self._tree: _Centre | None = None
        self._debt = 0

    def put(self, key: Range, node: N) -> None:
        self.nodes[key] = self._waiting[key] = node

    def drop(self, key: Range) -> None:
        del self.nodes[key]
        self._waiting.pop(key, None)
        self._debt += 1

    def find(self, value: Any, found: list[N]) -> None:
        if type(value) is not float and type(value) is not int:
            return
        if self._waiting:
            self._debt += len(self._waiting)
        if self._debt > _DEBT * len(self.nodes):
            self._debt = 0
            self._waiting = {}
            self._tree = _centred(list(self.nodes))
        found += [node for key, node in self._waiting.items() if key.test(value)]
        centre = self._tree
        while centre is not None:
            for key in centre.hit_by(value):
                node = self.nodes.get(key)
                if node is not None and key not in self._waiting:
                    found.append(node)
            centre = centre.below if value < centre.middle else centre.above


class _Centre:
    """The ranges that hold a number, by both ends, and the trees of those that lie below and above it."""

    __slots__ = ("above", "below", "by_high", "by_low", "highs", "lows", "middle")

    def __init__(self, middle: float, ranges: list[Range]) -> None:
        self.middle = middle
        self.by_low = sorted(ranges, key=lambda one: one.low)
        self.by_high = sorted(ranges, key=lambda one: one.high)
        self.lows = [one.low for one in self.by_low]
        self.highs = [one.high for one in self.by_high]
        self.below: _Centre | None = None
        self.above: _Centre | None = None

    def hit_by(self, value: float) -> list[Range]:
        """Those that hold the value; an open end counts here as a closed one would, which finds a few too many."""
        if value < self.middle:
            return self.by_low[: bisect_right(self.lows, value)]
        return self.by_high[bisect_left(self.highs, value) :]


def _centred(ranges: list[Range]) -> _Centre | None:
    """The middle is an end of one of them, so at least that one is placed; at most half of the ends lie on a side."""
    if not ranges:
        return None
    ends = sorted(end for one in ranges for end in (one.low, one.high))
    middle = ends[len(ends) // 2]
    centre = _Centre(middle, [one for one in ranges if one.low <= middle <= one.high])
    centre.below = _centred([one for one in ranges if one.high < middle])
    centre.above = _centred([one for one in ranges if one.low > middle])
    return centre


def _less(counts: dict[Any, int], key: Any) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


_FINDERS: Final[dict[Table, Callable[[], Finder[Any]]]] = {
    Table.ADDRESS: lambda: Keys(address),
    Table.FOLDED: lambda: Keys(fold),
    Table.PREFIX: lambda: Affixes(prefix=True, folded=False),
    Table.SUFFIX: lambda: Affixes(prefix=False, folded=False),
    Table.FOLDED_PREFIX: lambda: Affixes(prefix=True, folded=True),
    Table.FOLDED_SUFFIX: lambda: Affixes(prefix=False, folded=True),
    Table.FRAGMENT: Fragments,
    Table.BLOCK: Blocks,
    Table.RANGE: Ranges,
}


class Tables(Generic[N]):
    """All that is filed under one field that is there. `present`: for whatever value."""

    __slots__ = ("_exact", "_finders", "present")

    def __init__(self) -> None:
        self.present: N | None = None
        self._exact: dict[Any, N] = {}
        self._finders: dict[Table, Finder[N]] = {}

    def __bool__(self) -> bool:
        return bool(self._exact or self._finders or self.present is not None)

    def get(self, place: Place) -> N | None:
        """The node that is filed there."""
        table, key = place
        if table is Table.EXACT:
            return self._exact.get(key)
        if table is Table.PRESENT:
            return self.present
        finder = self._finders.get(table)
        return None if finder is None else finder.nodes.get(key)

    def put(self, place: Place, node: N) -> None:
        """File a node where none is."""
        table, key = place
        if table is Table.EXACT:
            self._exact[key] = node
        elif table is Table.PRESENT:
            self.present = node
        else:
            if table not in self._finders:
                self._finders[table] = _FINDERS[table]()
            self._finders[table].put(key, node)

    def drop(self, place: Place) -> None:
        """Take away the node that is filed there."""
        table, key = place
        if table is Table.EXACT:
            del self._exact[key]
        elif table is Table.PRESENT:
            self.present = None
        else:
            self._finders[table].drop(key)
            if not self._finders[table].nodes:
                del self._finders[table]

    def find(self, values: list[Any], found: list[N]) -> None:
        """Put all the nodes that the values of the field (at least one) lead to into `found`."""
        if self.present is not None:
            found.append(self.present)
        exact = self._exact
        for value in values:
            if value in exact:
                found.append(exact[value])
            for finder in self._finders.values():
                finder.find(value, found)
