"""Pieces behave as one dict would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.kernel.pieces import PIECES, Pieces

KEYS = st.sampled_from([None, "", "a", ("", "a"), 1, 1 + PIECES, -1])  # two of them in one piece
STEPS = st.lists(st.tuples(st.sampled_from(["put", "take", "take block"]), KEYS))


@given(STEPS)
def test_it_is_a_dict(steps: list[tuple[str, object]]) -> None:
    pieces, expected = Pieces[object, int](), dict[object, int]()
    for value, (step, key) in enumerate(steps):
        if step == "put":
            pieces[key] = expected[key] = value
        elif step == "take" and key in expected:
            assert pieces.pop(key) == expected.pop(key)
        elif step == "take block" and expected:
            taken = pieces.take_block()
            assert taken == {other: expected.pop(other) for other in list(expected) if other in taken}
        assert pieces == expected
        assert (len(pieces), bool(pieces), set(pieces)) == (len(expected), bool(expected), set(expected))
        assert (key in pieces, pieces.get(key)) == (key in expected, expected.get(key))


def test_what_is_not_there() -> None:
    pieces = Pieces[str, int]()
    pieces["a"] = 1
    for take in (lambda: pieces["b"], lambda: pieces.pop("b"), Pieces[str, int]().take_block):
        with pytest.raises(KeyError):
            take()


def test_no_piece_is_large() -> None:
    pieces = Pieces[str, int]()
    for number in range(PIECES * 100):
        pieces[str(number)] = number
    assert max(map(len, pieces._pieces.values())) < 200
    for number in range(PIECES * 100):
        del pieces[str(number)]
    assert not pieces._pieces
