"""How each protocol writes a scalar: from what its parser gives to what the Structs hold.

Every reader raises ServiceError `SerializationException`, in AWS's words, where a value is of the wrong kind.
"""

import binascii
import math
from base64 import b64decode
from typing import Any, NoReturn, Protocol

import msgspec

from weirmq.wire.aws import timestamps
from weirmq.wire.aws.errors import malformed
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.shapes import Member

_RANGES = {
    "byte": (-(2**7), 2**7 - 1),
    "short": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
}
INTEGERS = frozenset({*_RANGES, "bigInteger"})
FLOATS = frozenset({"float", "double", "bigDecimal"})
_DIGITS_MAX = 40  # longer numbers are beyond every integer type; Python's int() is quadratic in their length
_NAMES = {"character": "String", "blob": "Blob", "bigInteger": "BigInteger", "bigDecimal": "BigDecimal"}
_NOT_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


class Reader(Protocol):
    """Reads the scalars of one protocol."""

    def read(self, tree: Any, member: Member) -> Any:
        """The value of a scalar shape."""
        ...


class JsonReader:
    """Scalars as JSON parsers give them; also the form that every other reader falls back to."""

    def read(self, tree: Any, member: Member) -> Any:
        """The value of a scalar shape."""
        kind = member.shape.type
        if kind in {"string", "character"}:
            return tree if isinstance(tree, str) else _refuse(tree, kind)
        if kind in INTEGERS:
            return self._integer(tree, kind)
        if kind == "boolean":
            return tree if isinstance(tree, bool) else _refuse(tree, kind)
        if kind in FLOATS:
            return self._float(tree, kind)
        if kind == "blob":
            return self._blob(tree, kind)
        return self._timestamp(tree, member)

    def _integer(self, tree: Any, kind: str) -> int:
        if isinstance(tree, float) and tree.is_integer():
            tree = int(tree)
        if not isinstance(tree, int) or isinstance(tree, bool):
            _refuse(tree, kind)
        return in_range(tree, kind)

    def _float(self, tree: Any, kind: str) -> float:
        if isinstance(tree, str) and tree in _NOT_NUMBERS:
            return _NOT_NUMBERS[tree]
        if not isinstance(tree, int | float) or isinstance(tree, bool):
            _refuse(tree, kind)
        return as_float(tree)

    def _blob(self, tree: Any, kind: str) -> bytes:
        return from_base64(tree) if isinstance(tree, str) else _refuse(tree, kind)

    def _timestamp(self, tree: Any, member: Member) -> Timestamp:
        made = timestamps.OF_FORMAT[member.timestamp_format]
        try:
            if isinstance(tree, int | float) and not isinstance(tree, bool):
                return made(timestamps.from_seconds(tree))
            return made(timestamps.parse(tree)) if isinstance(tree, str) else _refuse(tree, "timestamp")
        except (ValueError, OverflowError):
            return _refuse(tree, "timestamp")


class TextReader:
    """Scalars written as text: Query parameters, and the paths, queries and headers of the REST protocols."""

    def read(self, tree: Any, member: Member) -> Any:
        """The value of a scalar shape."""
        kind = member.shape.type
        if not isinstance(tree, str):
            _refuse(tree, kind)
        if kind == "string":
            return from_json_text(tree) if member.json_text else tree
        if kind == "boolean":
            return _boolean(tree)
        if kind in INTEGERS:
            return _integer_of_text(tree, kind)
        if kind in FLOATS:
            return _float_of_text(tree)
        if kind == "blob":
            return from_base64(tree)
        if kind == "timestamp":
            try:
                return timestamps.OF_FORMAT[member.timestamp_format](timestamps.parse(tree))
            except (ValueError, OverflowError):
                raise malformed("Timestamp must be in ISO 8601 form") from None
        return tree


def _boolean(text: str) -> bool:
    lower = text.lower()
    if lower not in {"true", "false"}:
        raise malformed("Boolean must be true or false")
    return lower == "true"


def _integer_of_text(text: str, kind: str) -> int:
    digits = text[1:] if text[:1] in {"-", "+"} else text
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS_MAX):
        raise malformed(f"{name_of(kind)} expected")
    return in_range(int(text), kind)


def _float_of_text(text: str) -> float:
    if text in _NOT_NUMBERS:
        return _NOT_NUMBERS[text]
    try:
        value = float(text) if len(text) <= _DIGITS_MAX and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if math.isnan(value):
        raise malformed("Number expected")
    return value


def in_range(value: int, kind: str) -> int:
    """`value`, if an integer of this kind can hold it."""
    low, high = _RANGES.get(kind, (value, value))
    if not low <= value <= high:
        raise malformed(f"Value out of range for {name_of(kind)}")
    return value


def as_float(value: float) -> float:
    """`value` as a float, if it is not too large for one."""
    try:
        return float(value)
    except OverflowError:
        raise malformed("Value out of range for Double") from None


def from_base64(text: str) -> bytes:
    """The bytes that `text` stands for; padding is required, as AWS does."""
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise malformed("Base64 encoded data expected") from None


def from_json_text(text: str) -> Any:
    """What JSON text in a header stands for: it is itself in base64 (Smithy's mediaType trait)."""
    try:
        return msgspec.json.decode(from_base64(text))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise malformed("JSON expected") from None


def name_of(kind: str) -> str:
    """What AWS's framework calls a kind of scalar."""
    return _NAMES.get(kind) or kind.capitalize()


def _refuse(tree: Any, kind: str) -> NoReturn:
    if isinstance(tree, dict):
        raise malformed("Start of structure or map found where not expected.")
    if isinstance(tree, list):
        raise malformed("Start of list found where not expected")
    if isinstance(tree, bool):
        token = f"{str(tree).upper()}_VALUE"
    else:
        token = "NUMBER_VALUE" if isinstance(tree, int | float) else "STRING_VALUE"
    raise malformed(f"{token} cannot be converted to {name_of(kind)}")


JSON = JsonReader()
TEXT = TextReader()
