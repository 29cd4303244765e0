"""Attribute values: read, checked, compared and shown.

A Value is what DynamoDB's JSON has, `{"S": "x"}`, with numbers and sets in one form each: equal values are equal dicts.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, Final

from weirmq.services.dynamodb import errors
from weirmq.services.dynamodb.limits import DEPTH, DIGITS, EXPONENTS, NUMBER_LETTERS

if TYPE_CHECKING:  # the machine needs this module, and not all shapes of DynamoDB
    from weirmq.wire.aws.types.dynamodb import AttributeValue

Value = dict[str, Any]
Item = dict[str, Value]

SETS: Final = frozenset({"SS", "NS", "BS"})
_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)
# Wide enough for any sum of two numbers: it is exact, and then refused if it has too many digits.
_EXACT: Final = Context(prec=2 * (EXPONENTS[1] - EXPONENTS[0]))
_NOUNS: Final = {"SS": "string", "NS": "number", "BS": "binary"}


def read(value: "AttributeValue", depth: int = 0) -> Value:
    """What a client sent, checked. Raises Validation."""
    found = [kind for kind in value.__struct_fields__ if getattr(value, kind) is not None]
    if not found:
        raise errors.validation("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if len(found) > 1:
        raise errors.validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported"
            " datatypes"
        )
    kind = found[0]
    return {kind: _READERS[kind](getattr(value, kind), depth)}


def read_item(values: Mapping[str, "AttributeValue"]) -> Item:
    """A map of attributes, checked. Raises Validation."""
    return {name: read(value) for name, value in values.items()}


def _read_null(is_null: bool, _depth: int) -> bool:
    if not is_null:
        raise errors.invalid("Null attribute value types must have the value of true")
    return True


def _read_list(parts: list["AttributeValue"], depth: int) -> list[Value]:
    _check_depth(depth)
    return [read(part, depth + 1) for part in parts]


def _read_map(parts: dict[str, "AttributeValue"], depth: int) -> Item:
    _check_depth(depth)
    return {name: read(part, depth + 1) for name, part in parts.items()}


def _check_depth(depth: int) -> None:
    if depth >= DEPTH:
        raise errors.validation("Nesting Levels have exceeded supported limits")


def _set_reader(kind: str) -> Callable[[list[Any], int], list[Any]]:
    """Reads a set: its members in order. A number's other spellings are the same number."""

    def read_set(members: list[Any], _depth: int) -> list[Any]:
        if not members:
            raise errors.invalid(f"An {_NOUNS[kind]} set  may not be empty")
        found = [number(member) for member in members] if kind == "NS" else members
        if len(set(found)) != len(found):
            shown_members = ", ".join(str(member) for member in members)
            raise errors.invalid(f"Input collection [{shown_members}] contains duplicates.")
        return ordered(kind, found)

    return read_set


def ordered(kind: str, members: list[Any]) -> list[Any]:
    """The members of a set in the order in which it is kept."""
    return sorted(members, key=Decimal if kind == "NS" else None)


def _as_it_is(content: Any, _depth: int) -> Any:
    return content


_READERS: Final[Mapping[str, Callable[[Any, int], Any]]] = {
    "S": _as_it_is,
    "N": lambda text, _depth: number(text),
    "B": _as_it_is,
    "SS": _set_reader("SS"),
    "NS": _set_reader("NS"),
    "BS": _set_reader("BS"),
    "M": _read_map,
    "L": _read_list,
    "NULL": _read_null,
    "BOOL": _as_it_is,
}


def number(text: str) -> str:
    """A number in its one form: no exponent, no zeros that say nothing. Raises Validation."""
    if len(text) > NUMBER_LETTERS or not _NUMBER.fullmatch(text):
        raise errors.validation(f"The parameter cannot be converted to a numeric value: {text[:NUMBER_LETTERS]}")
    return _written(Decimal(text))


def _written(found: Decimal) -> str:
    sign, digits, _ = found.as_tuple()
    if not any(digits):
        return "0"
    if len("".join(map(str, digits)).strip("0")) > DIGITS:
        raise errors.validation(f"Attempting to store more than {DIGITS} significant digits in a Number")
    low, high = EXPONENTS
    if found.adjusted() > high:
        raise errors.validation(
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        )
    if found.adjusted() < low:
        raise errors.validation(
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        )
    text = format(found.copy_abs(), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"-{text}" if sign else text


def total(first: str, second: str) -> str:
    """The sum of two numbers. Raises Validation where no number holds it."""
    return _written(_EXACT.add(Decimal(first), Decimal(second)))


def kind_of(value: Value) -> str:
    """`S`, `N`, ..."""
    return next(iter(value))


def content_of(value: Value) -> Any:
    """What stands behind the kind."""
    return next(iter(value.values()))


def sortable(value: Value) -> Any:
    """What two values of one scalar kind are compared by: strings by their UTF-8, numbers as such."""
    kind, content = kind_of(value), content_of(value)
    if kind == "S":
        return content.encode()
    return Decimal(content) if kind == "N" else content


def shown(value: Value) -> "AttributeValue":
    """A value as an answer has it."""
    from weirmq.wire.aws.types.dynamodb import AttributeValue

    kind, content = kind_of(value), content_of(value)
    if kind == "M":
        content = shown_item(content)
    elif kind == "L":
        content = [shown(part) for part in content]
    return AttributeValue(**{kind: content})


def shown_item(item: Item) -> dict[str, "AttributeValue"]:
    """A map of attributes as an answer has it."""
    return {name: shown(value) for name, value in item.items()}


def size_of(item: Item) -> int:
    """Bytes of an item, as its limit counts them.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Value) -> int:
    kind, content = kind_of(value), content_of(value)
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return _number_size(content)
    if kind == "B":
        return len(content)
    if kind == "M":
        return 3 + len(content) + size_of(content)
    if kind == "L":
        return 3 + len(content) + sum(_size(part) for part in content)
    if kind == "NS":
        return sum(_number_size(member) for member in content)
    if kind in SETS:
        return sum(len(member.encode() if kind == "SS" else member) for member in content)
    return 1


def _number_size(text: str) -> int:
    digits = text.strip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
