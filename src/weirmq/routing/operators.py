"""What a value can be asked: one class an operator, and Condition, the list of them that one field has.

Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policies.html

`places` says under what an index can file an operator: (kind of table, key). A value that satisfies the operator is
found under that key; a value that is found there needn't satisfy it.
"""

from collections.abc import Hashable
from enum import Enum, auto
from math import inf
from typing import Any, Final, NamedTuple, Protocol

from weirmq.routing.values import BINARY, Address, address, fold


class Table(Enum):
    """The tables of an index, from the most to the least selective kind."""

    EXACT = auto()
    ADDRESS = auto()
    FOLDED = auto()
    PREFIX = auto()
    SUFFIX = auto()
    FOLDED_PREFIX = auto()
    FOLDED_SUFFIX = auto()
    FRAGMENT = auto()
    BLOCK = auto()
    RANGE = auto()
    PRESENT = auto()
    ABSENT = auto()


Place = tuple[Table, Hashable]
ANYWHERE: Final[Place] = (Table.PRESENT, None)
NOWHERE: Final[Place] = (Table.ABSENT, None)


class Operator(Protocol):
    @property
    def place(self) -> Place: ...

    def test(self, value: Any) -> bool:
        """Whether the value (a scalar, as `values` makes them) is one that the operator describes."""
        ...


class Present(NamedTuple):
    """exists: true."""

    @property
    def place(self) -> Place:
        return ANYWHERE

    def test(self, value: Any) -> bool:  # noqa: ARG002 - any value
        return True


class Equal(NamedTuple):
    """exactly, and a wildcard without a star."""

    value: str

    @property
    def place(self) -> Place:
        return Table.EXACT, self.value

    def test(self, value: Any) -> bool:
        return bool(value == self.value)


class SameAddress(NamedTuple):
    """A string that spells an IP address: any other way to spell it, too."""

    address: Address

    @property
    def place(self) -> Place:
        return Table.ADDRESS, self.address

    def test(self, value: Any) -> bool:
        return type(value) is str and address(value) == self.address


class IgnoringCase(NamedTuple):
    """equals-ignore-case. `text` is folded."""

    text: str

    @property
    def place(self) -> Place:
        return Table.FOLDED, self.text

    def test(self, value: Any) -> bool:
        return type(value) is str and fold(value) == self.text


class Prefix(NamedTuple):
    text: str
    folded: bool = False

    @property
    def place(self) -> Place:
        return (Table.FOLDED_PREFIX if self.folded else Table.PREFIX), self.text

    def test(self, value: Any) -> bool:
        return type(value) is str and (fold(value) if self.folded else value).startswith(self.text)


class Suffix(NamedTuple):
    text: str
    folded: bool = False

    @property
    def place(self) -> Place:
        return (Table.FOLDED_SUFFIX if self.folded else Table.SUFFIX), self.text

    def test(self, value: Any) -> bool:
        return type(value) is str and (fold(value) if self.folded else value).endswith(self.text)


class Wildcard(NamedTuple):
    """What stands before, between and behind the stars. At least one star, so at least two parts."""

    parts: tuple[str, ...]

    @property
    def place(self) -> Place:
        first, last = self.parts[0], self.parts[-1]
        longest = max(self.parts, key=len)
        if not longest:
            return ANYWHERE
        if longest is first:
            return Table.PREFIX, first
        return (Table.SUFFIX, last) if longest is last else (Table.FRAGMENT, longest)

    def test(self, value: Any) -> bool:
        """Each part at the first place where it fits: a later place never helps, so nothing is tried twice."""
        if type(value) is not str:
            return False
        first, *middle, last = self.parts
        end = len(value) - len(last)
        at = len(first)
        if end < at or not value.startswith(first) or not value.endswith(last):
            return False
        for part in middle:
            at = value.find(part, at, end)
            if at < 0:
                return False
            at += len(part)
        return True


class Range(NamedTuple):
    """numeric. The bounds are doubles; one that is open isn't part of the range."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False

    @property
    def place(self) -> Place:
        return (Table.EXACT, self.low) if self.low == self.high else (Table.RANGE, self)

    def test(self, value: Any) -> bool:
        if type(value) is not float and type(value) is not int:
            return False
        return self.low <= value <= self.high and not (
            (self.low_open and value == self.low) or (self.high_open and value == self.high)
        )


class Block(NamedTuple):
    """cidr. `bits`: of an address; `shift`: those of them that don't count; `value`: the others."""

    bits: int
    shift: int
    value: int

    @property
    def place(self) -> Place:
        return Table.BLOCK, self

    def test(self, value: Any) -> bool:
        if type(value) is not str:
            return False
        found = address(value)
        return found is not None and found.bits == self.bits and found.value >> self.shift == self.value


class Condition:
    """The list of one field: any of its members is enough.

    `exact`: the values in it; `operators`: the rest; `absent`: whether it is met where the field isn't there.
    """

    __slots__ = ("absent", "exact", "operators", "places")

    def __init__(self, exact: frozenset[Any], operators: tuple[Operator, ...], *, absent: bool) -> None:
        self.exact = exact
        self.operators = operators
        self.absent = absent
        found = dict.fromkeys((Table.EXACT, value) for value in exact)
        found.update(dict.fromkeys(operator.place for operator in operators))
        self.places: tuple[Place, ...] = (*found, NOWHERE) if absent else tuple(found)

    def test(self, value: Any) -> bool:
        """Whether the scalar meets the condition."""
        if value in self.exact:
            return True
        for operator in self.operators:  # noqa: SIM110 - a third faster than any(), and this is the hot path
            if operator.test(value):
                return True
        return False


class AnythingBut:
    """anything-but: every value that the list doesn't describe, of whatever type."""

    __slots__ = ("denied",)
    place: Final = ANYWHERE

    def __init__(self, denied: Condition) -> None:
        self.denied = denied

    def test(self, value: Any) -> bool:
        return value is not BINARY and not self.denied.test(value)
