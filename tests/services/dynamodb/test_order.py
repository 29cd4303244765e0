from bisect import bisect_right
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from weirmq.services.dynamodb import order
from weirmq.services.dynamodb.order import Order


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60))), st.integers(-1, 61))
def test_it_is_a_sorted_list(steps: list[tuple[bool, int]], start: int) -> None:
    size, order.BLOCK = order.BLOCK, 2
    try:
        kept: set[int] = set()
        made = Order()
        for adds, key in steps:
            if adds and key not in kept:
                made.add(key)
                kept.add(key)
            elif not adds and key in kept:
                made.remove(key)
                kept.discard(key)
        expected = sorted(kept)
        assert bool(made) == bool(kept)
        assert list(made.after(None)) == expected
        assert list(made.after(start)) == expected[bisect_right(expected, start) :]
    finally:
        order.BLOCK = size


def test_blocks_stay_small() -> None:
    made = Order()
    for key in range(100_000):
        made.add(key * 7919 % 100_000)  # each once, for 7919 is prime
    assert max(map(len, made._blocks)) <= 2 * order.BLOCK
    assert list(islice(made.after(50_000), 3)) == [50_001, 50_002, 50_003]
