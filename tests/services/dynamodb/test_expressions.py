from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.dynamodb.world import refused, value
from weirmq.kernel.errors import ServiceError
from weirmq.services.dynamodb import expressions, values
from weirmq.services.dynamodb.placeholders import Placeholders
from weirmq.wire.aws.types.dynamodb import AttributeValue

ITEM = {"a": {"S": "x"}, "n": {"N": "10"}, "t": {"BOOL": True}, "odd name": {"S": "y"}}
NAMES = {"#o": "odd name", "#a": "a"}
VALUES = {":x": value("x"), ":y": value("y"), ":9": value(9), ":10": value("1e1"), ":ten": {"N": "1e1"}}


def placeholders() -> Placeholders:
    return Placeholders(NAMES, {name: AttributeValue(**each) for name, each in VALUES.items()}, has_expressions=True)


def holds(text: str) -> bool:
    return expressions.condition("ConditionExpression", text, placeholders())(ITEM)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = :x", True), ("a = :y", False), ("#a=:x", True), ("#o = :y", True), ("n = :ten", True), ("n = :10", False),
        ("missing = :x", False), ("missing <> :x", True), ("a <> :x", False), ("missing = gone", False),
        ("n > :9", True), ("n <= :9", False), ("n >= :ten", True), ("n < :ten", False), ("a > :9", False),
        ("a < :y", True), ("t > t", False), ("missing < :9", False), (":9 < n", True), ("a = a", True),
        ("attribute_exists(a)", True), ("attribute_exists (#o)", True), ("attribute_not_exists(a)", False),
        ("attribute_not_exists(missing)", True),
        ("a = :x AND n = :ten", True), ("a = :x and n = :9", False), ("a = :y OR n = :ten", True),
        ("NOT a = :y", True), ("NOT (a = :x AND n = :9)", True), ("NOT NOT a = :x", True),
        ("a = :y AND a = :x OR a = :x", True), ("a = :y AND (a = :x OR a = :x)", False),
        ("a = :x OR a = :y AND a = :y", True), ("(attribute_exists(a) AND a = :x AND n = :ten)", True),
    ],
)  # fmt: skip
def test_conditions(text: str, expected: bool) -> None:
    assert holds(text) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The expression can not be empty;"),
        (" ", "The expression can not be empty;"),
        ("a", 'Syntax error; token: "<EOF>", near: "a"'),
        ("a =", 'Syntax error; token: "<EOF>"'),
        ("a = :x :y", 'Syntax error; token: ":y", near: ":x :y"'),
        ("a = = :x", 'Syntax error; token: "=", near: "= = :x"'),
        ("(a = :x", 'Syntax error; token: "<EOF>"'),
        ("a = :x AND", 'Syntax error; token: "<EOF>"'),
        ("attribute_exists(:x)", 'Syntax error; token: ":x"'),
        ("attribute_exists a", 'Syntax error; token: "a"'),
        ("a = #missing", "document path is not defined; attribute name: #missing"),
        ("a = :missing", "used in expression is not defined; attribute value: :missing"),
        ("frobnicate(a)", "Invalid function name; function: frobnicate"),
        ("5a = :x", 'Syntax error; token: "5a"'),
        ("a = :x; a", 'Syntax error; token: ";"'),
        ("NOT " * 200 + "a = :x", "nested too deeply"),
        ("(" * 4000, "nested too deeply"),
        ("a = :x OR " * 1000 + "a = :x", "maximum allowed size"),
    ],
)  # fmt: skip
def test_what_is_no_condition(text: str, words: str) -> None:
    with refused("ValidationException", "Invalid ConditionExpression: ", words):
        holds(text)


@pytest.mark.parametrize(
    "text",
    [
        "begins_with(a, :x)",
        "contains(a, :x)",
        "size(a) > :9",
        "a BETWEEN :x AND :y",
        "a IN (:x)",
        "a.b = :x",
        "a[0] = :x",
    ],
)
def test_what_dynamodb_has_more(text: str) -> None:
    with refused("ValidationException", "in a ConditionExpression is not supported: these are lease tables"):
        holds(text)


def changed(text: str) -> dict[str, Any]:
    return {name: make(ITEM) for name, make in expressions.update(text, placeholders())}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET a = :y", {"a": value("y")}),
        ("set a = :y, #o = n REMOVE n, t", {"a": value("y"), "odd name": value(10), "n": None, "t": None}),
        ("REMOVE a SET n = :9", {"a": None, "n": value(9)}),
    ],
)
def test_updates(text: str, expected: dict[str, Any]) -> None:
    assert changed(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The expression can not be empty;"),
        ("SET", 'Syntax error; token: "<EOF>"'),
        ("SET a", 'Syntax error; token: "<EOF>"'),
        ("SET a = :y,", 'Syntax error; token: "<EOF>"'),
        ("a = :y", 'Syntax error; token: "a"'),
        ("SET a = :y SET n = :9", 'The "SET" section can only be used once'),
        (
            "SET a = :y, #a = :x",
            "paths overlap with each other; must remove or rewrite one of these paths; path one: [a]",
        ),
    ],
)
def test_what_is_no_update(text: str, words: str) -> None:
    with refused("ValidationException", "Invalid UpdateExpression: ", words):
        changed(text)


@pytest.mark.parametrize(
    "text", ["SET n = n + :9", "ADD n :9", "DELETE s :x", "SET a = if_not_exists(a, :x)", "SET a.b = :x"]
)
def test_what_dynamodb_updates_more(text: str) -> None:
    with refused("ValidationException", "UpdateExpression is not supported: these are lease tables"):
        changed(text)


def test_placeholders_must_be_used_and_be_values() -> None:
    with refused("ValidationException", "ExpressionAttributeNames unused in expressions: keys: {#a, #o}"):
        placeholders().check_used()
    for names, given_values, words in (
        ({}, None, "ExpressionAttributeNames must not be empty"),
        (None, {}, "ExpressionAttributeValues must not be empty"),
        (None, {":x": AttributeValue()}, "contains invalid value: Supplied AttributeValue is empty"),
        (None, {":x": AttributeValue(N="x")}, "cannot be converted to a numeric value: x for key :x"),
    ):
        with refused("ValidationException", words):
            Placeholders(names, given_values, has_expressions=True)


@given(
    st.text()
    | st.lists(st.sampled_from(["a", "#a", ":x", "(", ")", "NOT", "AND", "OR", "=", "<>", "SET", ","])).map(" ".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (
        lambda: expressions.condition("ConditionExpression", text, placeholders())(ITEM),
        lambda: expressions.update(text, placeholders()),
        lambda: expressions.key(text, placeholders()),
    ):
        try:
            read()
        except ServiceError as error:
            assert error.code == "ValidationException"  # noqa: PT017


def test_a_hash_is_no_name() -> None:
    for text in ("# = :x", "a = :"):
        with refused("ValidationException", "Syntax error"):
            holds(text)


def test_values_are_read_once() -> None:
    assert values.read(AttributeValue(N="0010.0")) == value(10)
