"""Any pattern is refused or compiled, any event matches or doesn't, and neither takes long: were anything here tried in
all its combinations, a test would take for ever instead of milliseconds.
"""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.routing import drawn
from weirmq.routing import Dialect, Index, PatternError, compile, parse_event  # noqa: A004 - as re.compile
from weirmq.routing.limits import DEPTH

OPERATORS = ["prefix", "suffix", "wildcard", "numeric", "cidr", "exists", "anything-but", "equals-ignore-case", "$or"]
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["=", "<", ">", "*a*", "::/8"]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(OPERATORS) | st.text(max_size=3), inner),
    max_leaves=20,
)
dialects = st.sampled_from(Dialect)


@given(any_json, any_json, dialects)
def test_any_json(document: Any, event: Any, dialect: Dialect) -> None:
    try:
        pattern = compile(json.dumps(document), dialect)
    except PatternError as error:
        error.message.encode()
        return
    if dialect is not Dialect.SNS_ATTRIBUTES:
        assert isinstance(pattern.matches(event), bool)


@given(drawn.event_patterns, any_json, st.dictionaries(st.sampled_from(drawn.NAMES), any_json))
def test_any_event(document: Any, event: Any, likely: Any) -> None:
    pattern = compile(document, Dialect.EVENTBRIDGE)
    for one in (event, likely):
        assert isinstance(pattern.matches(one), bool)


@given(st.text() | st.binary(), dialects)
def test_any_text(text: str | bytes, dialect: Dialect) -> None:
    assert parse_event(text) is None or isinstance(parse_event(text), dict)
    if isinstance(text, str):
        with pytest.raises(PatternError):
            compile("[" + text, dialect)


@pytest.mark.parametrize("opening", ['{"a":', '{"a":[', "[" * 100])
def test_depth_is_limited(opening: str) -> None:
    for text in (opening * 50_000, opening * (DEPTH + 1)):
        with pytest.raises(PatternError, match="exceeds the maximum allowed"):
            compile(text, Dialect.SNS_BODY)
    assert parse_event(opening * 100_000) is None


def test_as_deep_as_can_be() -> None:
    pattern = compile('{"a":' * (DEPTH - 1) + "[1]" + "}" * (DEPTH - 1), Dialect.EVENTBRIDGE)
    event: Any = 1
    for _ in range(DEPTH - 1):
        event = {"a": [{"b": 1}, event]}
    assert pattern.matches(event)
    assert not pattern.matches({"a": event})
    with pytest.raises(PatternError, match="deeper"):
        compile({"a." * 10_000: [1]}, Dialect.EVENTBRIDGE)


def nested(depth: int) -> Any:
    return {"a": [1]} if depth == 0 else {"$or": [nested(depth - 1), nested(depth - 1)]}


def test_alternatives_of_alternatives_are_limited() -> None:
    many = {f"n{i}": {"$or": [{"x": [1]}, {"y": [1]}]} for i in range(200)}
    for pattern in (many, nested(10)):
        with pytest.raises(PatternError, match="more than 1000 rules"):
            compile(pattern, Dialect.EVENTBRIDGE)
    with pytest.raises(PatternError, match="too complex"):
        compile({"a": many}, Dialect.SNS_BODY)
    assert compile(nested(9), Dialect.EVENTBRIDGE).matches({"a": 1})


@pytest.mark.parametrize("stars", ["*a" * 300 + "*b", "*" + "*".join(["a" * 50 + "b"] * 20) + "*", "a*" * 300 + "c"])
def test_stars_are_never_tried_twice(stars: str) -> None:
    pattern = compile({"f": [{"wildcard": stars}]}, Dialect.EVENTBRIDGE)
    assert not pattern.matches({"f": "a" * 200_000})


def test_elements_of_lists_are_never_combined() -> None:
    pattern = compile({"a": {"b": {"c": {"x": [1], "y": [2], "z": [{"exists": False}]}}}}, Dialect.EVENTBRIDGE)
    leaves = [{"x": 1, "y": 1}, {"x": 2, "y": 2}] * 10
    event = {"a": [{"b": [{"c": leaves}] * 10}] * 10}
    assert not pattern.matches(event)


def test_one_path_spelled_in_all_ways() -> None:
    names = ["a"] * 8
    spelled: dict[str, Any] = {}
    for cuts in itertools.product([".", "/"], repeat=len(names) - 1):
        keys = "".join(itertools.chain(*itertools.zip_longest(names, cuts, fillvalue=""))).split("/")
        level = spelled
        for key in keys[:-1]:
            level = level.setdefault(key, {})
        level.setdefault(keys[-1], {})["x"] = [{"y": len(keys)}, {"z": 1}]
    path = ".".join(names) + ".x."
    assert compile({path + "y": [3], path + "z": [1]}, Dialect.EVENTBRIDGE).matches(spelled)
    assert not compile({path + "y": [9], path + "z": [1]}, Dialect.EVENTBRIDGE).matches(spelled)


def test_a_long_list_against_many_policies() -> None:
    index: Index[int] = Index(Dialect.SNS_BODY)
    for key in range(200):
        index.add(key, compile({"t": {"k": ["a"], "v": [key]}}, Dialect.SNS_BODY))
    tags = [{"k": "b", "v": i % 200} for i in range(5_000)]
    assert index.match({"t": [*tags, {"k": "a"}]}) == []
    assert index.match({"t": [*tags, {"k": "a", "v": 7}]}) == [7]
