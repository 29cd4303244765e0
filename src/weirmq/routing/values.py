"""The scalars of patterns and events, in one form: equal here is equal to AWS.

A string is itself, a number a Python number (300, 300.0 and 3.0e2 are equal), null is None. `true` and `false` are not
Python's, which equal 1 and 0. A number that a double doesn't hold is only equal to one written the same way, and is
neither above nor below any other.
"""

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address
from math import isfinite
from typing import Any, Final, NamedTuple

TRUE: Final = ("true",)
FALSE: Final = ("false",)
BINARY: Final = ("binary",)  # an attribute that is there, and equals nothing

_EXACT: Final = 2**53  # whole numbers up to here are doubles
_PRINTED_BITS: Final = 10_000  # str(int) has a limit of its own
_IPV4: Final = re.compile(r"([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})")
_IPV6: Final = re.compile(r"[0-9A-Fa-f:]{2,39}")


class Literal(NamedTuple):
    """A number that no double holds, as it is written."""

    text: str


class Address(NamedTuple):
    """An IP address: 32 or 128 bits, and their value."""

    bits: int
    value: int


def number(text: str) -> float | int | Literal:
    """A number from JSON. `text` matches the grammar of RFC 8259, section 6."""
    value = float(text)
    if repr(value) == text:
        return value
    try:
        same = isfinite(value) and Decimal(text) == Decimal(repr(value))
    except InvalidOperation:  # an exponent beyond all bounds
        same = False
    return value if same else Literal(text)


def scalar(value: Any) -> Any:
    """A scalar of an event, as JSON parsers give it."""
    kind = type(value)
    if kind is bool:
        return TRUE if value else FALSE
    if kind is int and not -_EXACT <= value <= _EXACT:
        return _large(value)
    return value


def _large(value: int) -> float | Literal:
    if value.bit_length() > _PRINTED_BITS:
        return Literal(hex(value))
    number_ = number(str(value))
    return float(number_) if not isinstance(number_, Literal) else number_


def fold(text: str) -> str:
    """The text without its case, letter for letter, so that prefixes and suffixes keep their lengths."""
    if text.isascii():
        return text.lower()
    upper = text.upper()
    folded = upper.lower()
    if len(upper) == len(text) == len(folded):  # so each letter became one letter
        return folded.replace("\u03c2", "\u03c3")  # lower() writes a sigma by where it stands in a word
    return "".join(map(_fold_letter, text))


@lru_cache(maxsize=4096)
def _fold_letter(letter: str) -> str:
    upper = letter.upper()
    upper = upper if len(upper) == 1 else letter
    lower = upper.lower()
    return lower if len(lower) == 1 else upper


def address(text: str) -> Address | None:
    """The IP address that the text spells, in whichever way."""
    if (dotted := _IPV4.fullmatch(text)) is not None:
        octets = [int(octet) for octet in dotted.groups()]
        return Address(32, int.from_bytes(bytes(octets))) if max(octets) < 256 else None
    if ":" not in text or _IPV6.fullmatch(text) is None:
        return None
    try:
        return Address(128, int(IPv6Address(text)))
    except AddressValueError:
        return None
