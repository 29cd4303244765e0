from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.routing import drawn
from weirmq.routing import Dialect, Index, Pattern, compile  # noqa: A004 - as re.compile
from weirmq.routing.rules import Rule


def agree(patterns: list[Pattern], events: list[Any], removed: list[int]) -> None:
    """The index says what each pattern says; after some are gone, too; and nothing stays when all are gone."""
    index: Index[int] = Index(patterns[0].dialect)
    for key, pattern in enumerate(patterns):
        index.add(key, pattern)
        index.match(events[key % len(events)])  # tables that are built on the way must not be wrong later
    left = dict(enumerate(patterns))
    for gone in [-1, *removed]:
        index.remove(gone)
        left.pop(gone, None)
        assert len(index) == len(left)
        for event in events:
            expected = [key for key, pattern in left.items() if pattern.matches(event)]
            assert sorted(index.match(event)) == expected
    for key in list(left):
        index.remove(key)
    assert len(index) == 0
    assert [index.match(event) for event in events] == [[] for _ in events]


@settings(max_examples=40)
@given(
    st.lists(drawn.event_patterns, min_size=1, max_size=24),
    st.lists(drawn.events, min_size=1, max_size=4),
    st.lists(st.integers(0, 23), max_size=4),
)
def test_events(patterns: list[Any], events: list[Any], removed: list[int]) -> None:
    agree([compile(pattern, Dialect.EVENTBRIDGE) for pattern in patterns], events, removed)


@settings(max_examples=40)
@given(
    st.lists(drawn.policies, min_size=1, max_size=24),
    st.lists(drawn.attributes, min_size=1, max_size=4),
    st.lists(st.integers(0, 23), max_size=4),
)
def test_attributes(policies: list[Any], events: list[Any], removed: list[int]) -> None:
    agree([compile(policy, Dialect.SNS_ATTRIBUTES) for policy in policies], events, removed)


def events_index(patterns: list[Any]) -> Index[int]:
    index: Index[int] = Index(Dialect.EVENTBRIDGE)
    for key, pattern in enumerate(patterns):
        index.add(key, compile(pattern, Dialect.EVENTBRIDGE))
    return index


def test_a_key_has_one_pattern_at_a_time() -> None:
    index = events_index([{"a": ["x"]}])
    index.add(0, compile({"a": ["y"]}, Dialect.EVENTBRIDGE))
    assert len(index) == 1
    assert 0 in index
    assert index.match({"a": "x"}) == []
    assert index.match({"a": "y"}) == [0]


def test_equal_patterns_go_one_by_one() -> None:
    index = events_index([{"a": ["x"]}] * 3)
    index.remove(1)
    assert sorted(index.match({"a": "x"})) == [0, 2]


def test_a_pattern_of_another_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="index of"):
        Index(Dialect.SNS_BODY).add(1, compile({"a": ["x"]}, Dialect.EVENTBRIDGE))


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Rule]]:
    """The rules that are held against events one by one: what the index didn't spare us."""
    rules: list[Rule] = []
    holds = Rule.holds

    def counted(rule: Rule, fields: Any) -> bool:
        rules.append(rule)
        return holds(rule, fields)

    monkeypatch.setattr(Rule, "holds", counted)
    return rules


MANY: list[tuple[Any, list[Any], Any]] = [
    ("values", [{"a": [f"v{i}"]} for i in range(1_000)], {"a": "v17"}),
    ("many values", [{"a": [f"v{i}.{j}" for j in range(200)]} for i in range(100)], {"a": "v17.5"}),
    ("a value that all have", [{"a": ["x"], "b": [i]} for i in range(1_000)], {"a": "x", "b": 17}),
    ("three fields", [{"a": [i % 10], "b": [i // 10 % 10], "c": [i // 100]} for i in range(1_000)],
     {"a": 7, "b": 1, "c": 0}),
    ("names", [{f"n{i}": ["x"]} for i in range(1_000)], {"n17": "x"}),
    ("prefixes", [{"a": [{"prefix": f"p{i}."}]} for i in range(1_000)], {"a": "p17.x"}),
    ("suffixes", [{"a": [{"suffix": f".s{i}"}]} for i in range(1_000)], {"a": "x.s17"}),
    ("without case", [{"a": [{"equals-ignore-case": f"V{i}"}]} for i in range(1_000)], {"a": "v17"}),
    ("ranges", [{"a": [{"numeric": [">=", i, "<", i + 1]}]} for i in range(1_000)], {"a": 17.5}),
    ("blocks", [{"a": [{"cidr": f"10.{i % 250}.{i // 250}.0/24"}]} for i in range(1_000)], {"a": "10.17.0.9"}),
    ("fragments", [{"a": [{"wildcard": f"*/order-{i:04}/*"}]} for i in range(1_000)], {"a": "x/order-0017/y"}),
    ("stars", [{"a": [{"wildcard": f"order-{i:04}*.j*n"}]} for i in range(1_000)], {"a": "order-0017.json"}),
    ("alternatives", [{"$or": [{"a": [i]}, {"b": [i]}]} for i in range(500)], {"b": 17}),
    ("lists of objects", [{"a": {"k": ["x"], "v": [i]}} for i in range(500)], {"a": [{"k": "x", "v": 17}, {"k": "x"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("patterns", "event"), [case[1:] for case in MANY], ids=[case[0] for case in MANY])
def test_only_what_could_match_is_looked_at(patterns: list[Any], event: Any, held: list[Rule]) -> None:
    index = events_index(patterns)
    for _ in range(20):  # so that ranges get into their tree
        held.clear()
        assert index.match(event) == [17]
    assert len(held) <= 8
