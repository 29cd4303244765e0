"""Patterns and events to draw: few names and values, so that they meet."""

from typing import Any

from hypothesis import strategies as st

NAMES = ["a", "b", "c", "a.b", "b.c"]
TEXTS = ["", "a", "A", "ab", "abc", "aBc", "xab", "10.0.0.1", "::1", "0:0:0:0:0:0:0:1", "ß", "1"]
NUMBERS = [0, 1, 2, 2.0, -1, 1.5, 2**53 + 1, 12345678901234567890]

scalars = st.sampled_from([*TEXTS, *NUMBERS, True, False, None])
names = st.sampled_from(NAMES)
_texts = st.sampled_from(TEXTS)
_numbers = st.sampled_from([-1, 0, 1, 1.5, 2])
_stars = st.sampled_from(["*", "a*", "*b", "a*c", "*a*", "x*a*b", "abc", "*ab*c*", "*b*"])


def _folded(text: str) -> dict[str, str]:
    return {"equals-ignore-case": text}


def _ordered(bounds: tuple[float, float]) -> list[Any]:
    return [">=", min(bounds), "<", max(bounds) + 1]


_filled = st.sampled_from([text for text in TEXTS if text])
_numeric = st.tuples(st.sampled_from(["=", "<", "<=", ">", ">="]), _numbers).map(list) | st.tuples(
    _numbers, _numbers
).map(_ordered)
_shared = (
    st.builds(lambda text: {"prefix": text}, _texts)
    | st.builds(lambda text: {"suffix": text}, _texts)
    | st.builds(_folded, _texts)
    | st.builds(lambda numeric: {"numeric": numeric}, _numeric)
    | st.builds(lambda exists: {"exists": exists}, st.booleans())
    | st.builds(lambda block: {"cidr": block}, st.sampled_from(["10.0.0.0/8", "10.0.0.0/31", "::/64"]))
    | st.builds(lambda value: {"anything-but": value}, st.sampled_from([*TEXTS, *NUMBERS]))
    | st.builds(lambda values: {"anything-but": values}, st.lists(_texts, min_size=1, max_size=3))
    | st.builds(lambda text: {"anything-but": {"prefix": text}}, _filled)
    | st.builds(lambda stars: {"wildcard": stars}, _stars)
    | st.builds(lambda stars: {"anything-but": {"wildcard": stars}}, _stars)
)
_events_only = (
    st.builds(lambda text: {"prefix": _folded(text)}, _texts)
    | st.builds(lambda text: {"suffix": _folded(text)}, _texts)
    | st.builds(lambda texts: {"anything-but": {"suffix": texts}}, st.lists(_filled, min_size=1, max_size=2))
    | st.builds(lambda texts: {"anything-but": {"equals-ignore-case": texts}}, st.lists(_texts, min_size=1, max_size=2))
)


def _patterns(operators: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    values = st.lists(scalars | operators, min_size=1, max_size=3)
    leaf = st.dictionaries(names, values, min_size=1, max_size=3)

    def wrapped(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        either = st.lists(inner, min_size=2, max_size=3).map(lambda alternatives: {"$or": alternatives})
        nested = st.dictionaries(names, inner | values, min_size=1, max_size=3)
        return nested | st.builds(lambda one, two: {**one, **two}, nested, either) | either

    return st.recursive(leaf, wrapped, max_leaves=4)


event_patterns = _patterns(_shared | _events_only)
policies = st.dictionaries(names, st.lists(scalars | _shared, min_size=1, max_size=3), min_size=1, max_size=3)
events = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=11) | st.dictionaries(names, inner, max_size=3),
        max_leaves=14,
    ),
    max_size=4,
)
attributes = st.dictionaries(
    names,
    st.builds(lambda text: ("String", text, None), _texts)
    | st.builds(lambda number: ("Number", str(number), None), st.sampled_from(NUMBERS))
    | st.sampled_from([("String.Array", '["a",1,null,true,"abc"]', None), ("String.Array", "[]", None)])
    | st.just(("Binary", None, b"a")),
    max_size=4,
)
