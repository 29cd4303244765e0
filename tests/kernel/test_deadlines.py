"""Deadlines."""

import random
from collections.abc import Callable, MutableMapping

import pytest

from weirmq.kernel import deadlines as deadline_runs
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


def size_of(deadlines: Deadlines[int]) -> int:
    """How many entries there are, leftovers and those of the order among them."""
    entries = sum(map(len, deadlines._runs.values()))
    assert entries == deadlines._entries
    return entries + len(deadlines._order) + len(deadlines._runs)


@pytest.mark.parametrize("step_ms", [0, 1, 1_000, -1])
def test_moving_one_key_for_ever_takes_no_more_room(step_ms: int) -> None:
    deadlines: Deadlines[int] = Deadlines()
    for number in range(100_000):
        deadlines.put(1, number * step_ms)
    assert size_of(deadlines) < 300


def test_what_was_dropped_goes_while_others_are_put() -> None:
    """Half an hour of a queue whose messages are all deleted within a moment, but for one of ten."""
    deadlines: Deadlines[int] = Deadlines(Blocks())
    for key in range(180_000):
        deadlines.put(key, 10 * key + 1_800_000)
        if key % 10:
            deadlines.drop(key)
    assert len(deadlines) == 18_000
    assert size_of(deadlines) < 2.2 * len(deadlines)


def test_what_was_dropped_goes_though_an_older_key_stays() -> None:
    """Twelve hours of a queue with one message in flight for twelve hours, and others, deleted within a moment."""
    deadlines: Deadlines[int] = Deadlines(Blocks())
    deadlines.put(0, 43_200_000)
    for key in range(1, 43_200):
        deadlines.put(key, 1_000 * key + 43_200_000)
        deadlines.drop(key)
    assert size_of(deadlines) < 300


def test_what_was_dropped_goes_while_nothing_is_put() -> None:
    """The newest first, so that the oldest hides all the others' leftovers."""
    deadlines: Deadlines[int] = Deadlines(Blocks())
    for key in range(50_000):
        deadlines.put(key, key)
    for key in range(49_999, 0, -1):
        deadlines.drop(key)
    assert size_of(deadlines) < 300


def test_keys_that_are_due_in_many_different_seconds_take_little_room() -> None:
    deadlines: Deadlines[int] = Deadlines(Blocks())
    for key in range(50_000):
        deadlines.put(key, 1_000 * key)
    assert size_of(deadlines) < 1.01 * len(deadlines)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("run_length", [1, 3, deadline_runs.RUN_LENGTH])
@pytest.mark.parametrize("slack", [0, 5, deadline_runs._SLACK])
@pytest.mark.parametrize(("span_ms", "kept"), [(200, dict[int, int]), (20_000, Blocks[int])])
def test_it_agrees_with_a_dict(
    monkeypatch: pytest.MonkeyPatch,
    span_ms: int,
    kept: Callable[[], MutableMapping[int, int]],
    slack: int,
    run_length: int,
    seed: int,
) -> None:
    monkeypatch.setattr(deadline_runs, "RUN_LENGTH", run_length)
    monkeypatch.setattr(deadline_runs, "_SLACK", slack)
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    deadlines: Deadlines[int] = Deadlines(kept())
    known: dict[int, int] = {}
    for now_ms in range(2_000):
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
        assert deadlines.next_ms() == min(known.values(), default=None)
    assert size_of(deadlines) < 5 * (2 * len(known) + slack) + 10  # with runs of one entry, all three are as many


def test_all_are_got_rid_of_a_run_at_a_time() -> None:
    deadlines: Deadlines[int] = Deadlines(Blocks())
    for key in range(10_000):
        deadlines.put(key, key)
    deadlines.put(1, 5)
    sizes = []
    while deadlines:
        sizes.append(len(deadlines.take_block()))
    assert sum(sizes) == 10_001
    assert max(sizes) == deadline_runs.RUN_LENGTH
    assert deadlines.next_ms() is None
    with pytest.raises(KeyError):
        deadlines.take_block()
