"""Lists of objects, held against the definition: all fields of an event, all ways to choose one for a condition."""

import itertools
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from weirmq.routing import Dialect, Pattern, compile  # noqa: A004 - as re.compile

Choice = dict[int, int]  # list (by identity) -> index of the element that the field is in
Field = tuple[str, Any, Choice]


def fields(value: Any, path: str, choice: Choice) -> Iterator[Field]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from fields(inner, f"{path}.{name}".lstrip("."), choice)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from fields(inner, path, {**choice, id(value): index})
    else:
        yield path, value, choice


def together(choices: list[Choice]) -> bool:
    """No two of them are in different elements of one list."""
    elements: Choice = {}
    for choice in choices:
        for which, index in choice.items():
            if elements.setdefault(which, index) != index:
                return False
    return True


def defined(pattern: dict[str, Any], event: Any) -> bool:
    """`pattern`: by path, the value that the field has, or None if it is absent."""
    found = list(fields(event, "", {}))
    wanted = [[choice for path, one, choice in found if (path, one) == item] for item in pattern.items() if item[1]]
    absent = [path for path, value in pattern.items() if value is None]
    return any(
        together(list(chosen)) and not any(path in absent and together([*chosen, choice]) for path, _, choice in found)
        for chosen in itertools.product(*wanted)
    )


names = st.sampled_from("ab")
values = st.integers(1, 3)
paths = st.lists(names, min_size=1, max_size=3).map(".".join)
events = st.dictionaries(
    names,
    st.recursive(
        values, lambda inner: st.lists(inner, max_size=10) | st.dictionaries(names, inner, max_size=2), max_leaves=12
    ),
    max_size=2,
)


def compiled(pattern: dict[str, Any]) -> Pattern:
    document = {path: [{"exists": False} if value is None else value] for path, value in pattern.items()}
    return compile(document, Dialect.EVENTBRIDGE)


@given(st.dictionaries(paths, values | st.none(), min_size=1, max_size=3), events)
def test_as_defined(pattern: dict[str, Any], event: Any) -> None:
    assert compiled(pattern).matches(event) is defined(pattern, event)


elements = st.fixed_dictionaries({}, optional={"a": values, "b": values | st.lists(values, max_size=2)})


@given(
    st.sampled_from([("a.a", "a.b"), ("a.a", "a.b", "b"), ("a.a", "b.a"), ("a.a", "a.b", "b.a")]),
    st.lists(values | st.none(), min_size=4, max_size=4),
    st.fixed_dictionaries({"a": st.lists(elements | st.lists(elements, max_size=3), max_size=12), "b": elements}),
)
def test_long_lists_as_defined(paths: tuple[str, ...], wanted: list[int | None], event: Any) -> None:
    pattern = dict(zip(paths, wanted, strict=False))
    assert compiled(pattern).matches(event) is defined(pattern, event)
