"""Deadlines."""

import random
from collections.abc import MutableMapping

import pytest

from weirmq.kernel.blocks import Blocks
from weirmq.kernel.deadlines import Deadlines


def test_keys_come_in_the_order_of_their_times() -> None:
    deadlines: Deadlines[str] = Deadlines()
    for key, due_ms in (("c", 30), ("a", 10), ("b", 20)):
        deadlines.put(key, due_ms)
    assert deadlines.next_ms() == 10
    assert [deadlines.pop_due(20) for _ in range(3)] == ["a", "b", None]
    assert "c" in deadlines
    assert len(deadlines) == 1


def test_a_moved_key_comes_once_and_a_dropped_one_never() -> None:
    deadlines: Deadlines[int] = Deadlines()
    deadlines.put(1, 10)
    deadlines.put(1, 50)
    deadlines.put(2, 20)
    deadlines.drop(2)
    deadlines.drop(3)
    assert deadlines.next_ms() == 50
    assert [deadlines.pop_due(100) for _ in range(2)] == [1, None]
    assert deadlines.next_ms() is None


@pytest.mark.parametrize("step_ms", [0, 1, 1_000])
def test_moving_one_key_for_ever_takes_no_more_room(step_ms: int) -> None:
    deadlines: Deadlines[int] = Deadlines()
    for number in range(100_000):
        deadlines.put(1, number * step_ms)
    assert sum(map(len, deadlines._slots.values())) < 200


def test_what_was_dropped_goes_while_others_are_put() -> None:
    """Half an hour of a queue whose messages are all deleted within a moment, but for one of ten."""
    deadlines: Deadlines[int] = Deadlines(Blocks())
    for key in range(180_000):
        deadlines.put(key, 10 * key + 1_800_000)
        if key % 10:
            deadlines.drop(key)
    assert len(deadlines) == 18_000
    assert sum(map(len, deadlines._slots.values())) < 2.2 * len(deadlines)


@pytest.mark.parametrize(("span_ms", "kept"), [(200, {}), (20_000, Blocks[int]())])
def test_it_agrees_with_a_dict(span_ms: int, kept: MutableMapping[int, int]) -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable on purpose
    deadlines: Deadlines[int] = Deadlines(kept)
    known: dict[int, int] = {}
    for now_ms in range(3_000):
        key = chance.randrange(60)
        if chance.random() < 0.7:
            known[key] = now_ms + chance.randrange(span_ms)
            deadlines.put(key, known[key])
        else:
            known.pop(key, None)
            deadlines.drop(key)
        due = sorted((due_ms, other) for other, due_ms in known.items() if due_ms <= now_ms)
        popped = []
        while (found := deadlines.pop_due(now_ms)) is not None:
            popped.append((known.pop(found), found))
        assert popped == due
        assert len(deadlines) == len(known)
