"""The Condition block of a policy statement: operators on keys of the request.

All operators and keys of a block must hold; of a key's values one must fit, and with a negated operator none may.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from operator import eq, ge, gt, le, lt
from typing import Any, TypeAlias

import msgspec

from weirmq.iam import pattern
from weirmq.iam.errors import PolicyError

Lookup: TypeAlias = Callable[[str], str | Sequence[str] | None]
"""Gives what the request has under a key's lower-case name: one value, several, or None."""

Test: TypeAlias = Callable[[str, pattern.Resolve], bool]
"""Whether a value of the request fits one value of the policy."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
# The W3C's profile of ISO 8601: https://www.w3.org/TR/NOTE-datetime. But a year alone is a number: seconds since 1970.
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2}))?)?"
)
_MONTH_CHARS = len("2026-01")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BOOLEANS = {"true": True, "false": False}


# Keys whose values are the caller's for good, or the resource's. (SNS's aws:SourceOwner is the account of who asks.)
_LASTING = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalservicename",
        "aws:principaltype",
        "aws:resourceaccount",
        "aws:sourceowner",
        "aws:userid",
        "aws:username",
    }
)


class Condition(msgspec.Struct, frozen=True):
    """One operator on one key.

    `negated`: no test may hold. `every`: of several values in the request each must fit, else any one. `absent`: the
    outcome where the request lacks the key. `is_fixed`: a caller meets it always or never, on one resource.
    """

    key: str
    tests: tuple[Test, ...]
    negated: bool
    every: bool
    absent: bool
    is_fixed: bool

    def holds(self, lookup: Lookup, resolve: pattern.Resolve) -> bool:
        """Whether the request meets this condition."""
        value = lookup(self.key)
        if not value and not isinstance(value, str):
            return self.absent
        values = (value,) if isinstance(value, str) else value
        fits = (any(test(each, resolve) for test in self.tests) is not self.negated for each in values)
        return all(fits) if self.every else any(fits)


class Presence(msgspec.Struct, frozen=True):
    """The Null operator: whether the request may lack a key, and whether it may have it."""

    key: str
    may_lack: bool
    may_have: bool

    @property
    def is_fixed(self) -> bool:
        """Whether a caller meets it always or never, on one resource."""
        return self.key in _LASTING

    def holds(self, lookup: Lookup, _resolve: pattern.Resolve) -> bool:
        """Whether the request meets this condition."""
        return self.may_lack if lookup(self.key) is None else self.may_have


AnyCondition: TypeAlias = Condition | Presence


def read(block: object, place: str, *, variables: bool) -> tuple[AnyCondition, ...]:
    """A Condition block. `variables`: strings may hold `${key}`. Raises PolicyError."""
    if not isinstance(block, dict):
        raise PolicyError(place, "must be an object of operators")
    found: list[AnyCondition] = []
    for operator, keys in block.items():
        here = f"{place}.{operator}"
        if not isinstance(keys, dict) or not keys:
            raise PolicyError(here, "must be an object of condition keys")
        for key, values in keys.items():
            if not key:
                raise PolicyError(here, "a condition key must not be empty")
            found.append(_read_one(operator, key, values, here, variables=variables))
    return tuple(found)


def _read_one(operator: str, key: str, raw: object, place: str, *, variables: bool) -> AnyCondition:
    qualifier, colon, name = operator.rpartition(":")
    qualifier, name = qualifier.lower(), name.lower()
    if colon and qualifier not in ("forallvalues", "foranyvalue"):
        raise PolicyError(place, "a set operator must be ForAllValues or ForAnyValue")
    here = f"{place}.{key}"
    values = _texts(raw, here)
    if operator.lower() == "null":
        wanted = {_read_with(_boolean, value, here) for value in values}
        return Presence(key.lower(), may_lack=True in wanted, may_have=False in wanted)
    base = name.removesuffix("ifexists")
    if base not in _OPERATORS:
        raise PolicyError(place, "is not a condition operator")
    make, negated = _OPERATORS[base]
    tests = tuple(_read_with(lambda text: make(text, variables), value, here) for value in values)
    return Condition(
        key.lower(),
        tests,
        negated=negated,
        every=qualifier == "forallvalues" or (negated and not qualifier),
        absent=base != name or qualifier == "forallvalues" or (negated and not qualifier),
        is_fixed=key.lower() in _LASTING and not (variables and any("${" in value for value in values)),
    )


def _texts(raw: object, place: str) -> list[str]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    if not values:
        raise PolicyError(place, "must have a value")
    return [_text(value, place) for value in values]


def _text(value: object, place: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise PolicyError(place, "a value must be a string, a number or a boolean")


def _read_with(make: Callable[[str], Any], value: str, place: str) -> Any:
    try:
        return make(value)
    except ValueError as error:
        raise PolicyError(place, str(error)) from None


Make: TypeAlias = Callable[[str, bool], Test]
"""Makes the test for one value of the policy; the flag says whether it may hold variables. Raises ValueError."""


def _strings(*, wildcards: bool = False, fold: bool = False) -> Make:
    def make(text: str, variables: bool) -> Test:
        wanted = pattern.read(text.lower() if fold else text, wildcards=wildcards, variables=variables)
        if not fold:
            return wanted.matches
        return lambda value, resolve: wanted.matches(value.lower(), lambda key: _lowered(resolve(key)))

    return make


def _lowered(value: str | None) -> str | None:
    return None if value is None else value.lower()


def _arns(text: str, variables: bool) -> Test:
    wanted = pattern.read_arn(text, variables=variables)
    if len(wanted) < pattern.ARN_PARTS and (text.endswith("*") or text.startswith("${")):
        return pattern.read(text, variables=variables).matches  # the last star, or a variable, stands for several parts

    def test(value: str, resolve: pattern.Resolve) -> bool:
        parts = value.split(":", pattern.ARN_PARTS - 1)
        if not len(parts) == len(wanted) == pattern.ARN_PARTS:
            return False  # what isn't an ARN fits none, and a policy's value that isn't one is fitted by none
        return all(each.matches(part, resolve) for each, part in zip(wanted, parts, strict=True))

    return test


def _values(read_value: Callable[[str], Any], compare: Callable[[Any, Any], bool], read_text: Any = None) -> Make:
    """Tests of values of a type. `read_text` reads the policy's value, where that looks otherwise than a request's."""

    def make(text: str, _variables: bool) -> Test:
        wanted = (read_text or read_value)(text)

        def test(value: str, _resolve: pattern.Resolve) -> bool:
            try:
                return compare(read_value(value), wanted)
            except ValueError:
                return False  # a value of another type fits nothing

        return test

    return make


def _boolean(text: str) -> bool:
    if text.lower() not in _BOOLEANS:
        raise ValueError(f"{text!r} is neither true nor false")
    return _BOOLEANS[text.lower()]


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a number")
    return Decimal(text)


def _time_us(text: str) -> int:
    """Microseconds since the Unix epoch, from a date or from seconds."""
    if _NUMBER.fullmatch(text):
        return int(Decimal(text) * 1_000_000)
    if not _DATE.fullmatch(text):
        raise ValueError(f"{text!r} is not a date such as 2026-01-31T23:59:59Z")
    date = datetime.fromisoformat(f"{text}-01" if len(text) == _MONTH_CHARS else text)
    return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - _EPOCH) // timedelta(microseconds=1)


def _address(text: str) -> IPv4Address | IPv6Address:
    address = ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


def _in_network(address: Any, network: Any) -> bool:
    return address in network


_TEXT = _strings()
_FOLDED = _strings(fold=True)
_LIKE = _strings(wildcards=True)
_BINARY = _values(lambda text: b64decode(text, validate=True), eq)
_BOOL = _values(_boolean, eq)
_IP = _values(_address, _in_network, lambda text: ip_network(text, strict=False))

_OPERATORS: dict[str, tuple[Make, bool]] = {
    "stringequals": (_TEXT, False),
    "stringnotequals": (_TEXT, True),
    "stringequalsignorecase": (_FOLDED, False),
    "stringnotequalsignorecase": (_FOLDED, True),
    "stringlike": (_LIKE, False),
    "stringnotlike": (_LIKE, True),
    "arnequals": (_arns, False),  # as ArnLike: the documentation says that both behave identically
    "arnlike": (_arns, False),
    "arnnotequals": (_arns, True),
    "arnnotlike": (_arns, True),
    "bool": (_BOOL, False),
    "binaryequals": (_BINARY, False),
    "ipaddress": (_IP, False),
    "notipaddress": (_IP, True),
} | {
    f"{kind}{name}": (_values(read_value, compare), negated)
    for kind, read_value in (("numeric", _number), ("date", _time_us))
    for name, compare, negated in (
        ("equals", eq, False),
        ("notequals", eq, True),
        ("lessthan", lt, False),
        ("lessthanequals", le, False),
        ("greaterthan", gt, False),
        ("greaterthanequals", ge, False),
    )
}
