"""Deadlines."""

import random

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


def test_moving_one_key_for_ever_takes_no_more_room() -> None:
    deadlines: Deadlines[int] = Deadlines()
    for due_ms in range(100_000):
        deadlines.put(1, due_ms)
    assert len(deadlines._heap) < 200


def test_it_agrees_with_a_dict() -> None:
    chance = random.Random(5)  # noqa: S311 - repeatable on purpose
    deadlines: Deadlines[int] = Deadlines()
    known: dict[int, int] = {}
    for now_ms in range(3_000):
        key = chance.randrange(60)
        if chance.random() < 0.7:
            known[key] = now_ms + chance.randrange(200)
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
