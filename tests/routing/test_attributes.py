"""Filter policies on message attributes.

Cases are those of https://docs.aws.amazon.com/sns/latest/dg/string-value-matching.html,
https://docs.aws.amazon.com/sns/latest/dg/numeric-value-matching.html and
https://docs.aws.amazon.com/sns/latest/dg/attribute-key-matching.html
"""

from typing import Any

import pytest

from weirmq.routing import Dialect, Index, compile, readable  # noqa: A004 - as re.compile

Attribute = tuple[str, str | None, bytes | None]


def string(value: str) -> Attribute:
    return "String", value, None


def number(value: str) -> Attribute:
    return "Number", value, None


def array(value: str) -> Attribute:
    return "String.Array", value, None


BINARY: Attribute = ("Binary", None, b"rugby")


def matches(policy: Any, attributes: dict[str, Attribute]) -> bool:
    return compile(policy, Dialect.SNS_ATTRIBUTES).matches(attributes)


@pytest.mark.parametrize(
    ("values", "met", "unmet"),
    [
        (["rugby"], [string("rugby"), array('["tennis","rugby"]')], [string("Rugby"), array('["x"]'), BINARY]),
        ([{"anything-but": ["rugby", "tennis"]}],
         [string("baseball"), array('["rugby","baseball"]'), number("1")],
         [string("rugby"), array('["rugby"]'), BINARY]),
        ([{"anything-but": {"prefix": "order-"}}], [string("data")], [string("order-1")]),
        ([{"anything-but": [100, 500]}], [number("101"), array("[100,50]")], [number("100"), number("500.0")]),
        ([{"equals-ignore-case": "tennis"}], [string("TENNIS")], [string("football")]),
        ([{"cidr": "10.0.0.0/24"}], [string("10.0.0.255")], [string("10.1.1.0")]),
        ([{"prefix": "bas"}], [string("baseball"), array('["x","bas"]')], [string("rugby"), BINARY]),
        ([{"suffix": "ball"}], [string("baseball")], [string("rugby")]),
        ([{"numeric": ["=", 301.5]}], [number("301.5"), number("3.015e2"), array("[1,301.5]")],
         [number("301"), string("301.5")]),
        ([{"numeric": [">", 0, "<=", 150]}], [number("150"), number("+0.1")], [number("0"), number("150.1")]),
        ([100], [number("100"), number("1.0E2"), number("100."), array("[100]")], [string("100"), array('["100"]')]),
        (["100"], [string("100"), array('["100"]')], [number("100")]),
        ([True], [array("[true]")], [string("true"), array("[1]")]),
        ([None], [array("[null]")], [string("null"), string("")]),
        ([{"exists": True}], [string(""), BINARY, number("0"), array("[null]")], [array("[]")]),
        ([{"exists": False}], [array("[]")], [string(""), BINARY]),
        (["x"], [("String.custom", "x", None)], [("Binary.custom", None, b"x")]),
        ([7], [("Number.int", "7", None)], [("Number.int", "8", None)]),
    ],
)  # fmt: skip
def test_values(values: Any, met: list[Attribute], unmet: list[Attribute]) -> None:
    assert [one for one in met if not matches({"key": values}, {"key": one, "other": string("z")})] == []
    assert [one for one in unmet if matches({"key": values}, {"key": one, "other": string("z")})] == []


def test_keys() -> None:
    assert matches({"store": [{"exists": True}]}, {"store": string("fans")})
    assert matches({"store": [{"exists": False}]}, {"event": string("order")})
    assert not matches({"store": ["fans"]}, {"event": string("fans")})
    assert matches({"store": ["fans"], "event": ["a", "b"]}, {"store": string("fans"), "event": string("b")})
    assert not matches({"store": ["fans"], "event": ["a", "b"]}, {"store": string("fans")})
    assert matches({"$or": [{"a": ["1"]}, {"b": ["2"]}]}, {"b": string("2")})


def test_a_dot_in_a_name_is_a_letter() -> None:
    assert matches({"a.b": ["x"]}, {"a.b": string("x")})


@pytest.mark.parametrize(
    "value",
    [
        *map(array, ["[", '{"a":1}', '"x"', '[["x"]]', '[{"a":1}]', "[" * 100_000]),
        *map(number, ["x", "1e", ""]),
        ("String", None, None),
    ],
)
def test_attributes_that_are_not_what_they_say_let_no_filter_pass(value: Attribute) -> None:
    assert not readable({"a": string("x"), "b": value})
    index: Index[str] = Index(Dialect.SNS_ATTRIBUTES)
    index.add("key", compile({"a": ["x"]}, Dialect.SNS_ATTRIBUTES))
    assert index.match({"a": string("x")}) == ["key"]
    assert index.match({"a": string("x"), "b": value}) == []


def test_readable() -> None:
    assert readable({"a": string("x"), "b": number("-1.5e3"), "c": array('["x",1,null]'), "d": BINARY})
    assert readable({})
