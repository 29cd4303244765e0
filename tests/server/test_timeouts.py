"""The wheel: never early, late by at most a second, and no work for what isn't due."""

import random
from math import inf

from weirmq.server.timeouts import Wheel


class Waiting:
    def __init__(self) -> None:
        self.due = inf
        self.looked_at = inf
        self.timed_out: list[float] = []

    def time_out(self, now: float) -> None:
        self.timed_out.append(now)


def test_a_due_time_passes_once() -> None:
    wheel, waiting = Wheel(), Waiting()
    wheel.set(waiting, 10.5)
    assert wheel.sweep(10.4) == 0
    assert wheel.sweep(11.0) == 1
    assert wheel.sweep(100.0) == 0
    assert waiting.timed_out == [11.0]
    assert not wheel


def test_a_due_time_may_move_either_way() -> None:
    wheel, waiting = Wheel(), Waiting()
    wheel.set(waiting, 10.0)
    wheel.set(waiting, 50.0)
    assert wheel.sweep(49.9) == 0
    wheel.set(waiting, 50.2)
    wheel.set(waiting, 20.0)
    assert wheel.sweep(50.0) == 1
    wheel.set(waiting, inf)
    assert wheel.sweep(1e9) == 0


def test_who_is_dropped_is_forgotten() -> None:
    wheel, waiting = Wheel(), Waiting()
    wheel.set(waiting, 10.0)
    wheel.drop(waiting)
    assert not wheel
    assert wheel.sweep(11.0) == 0


def test_one_that_times_out_may_drop_another() -> None:
    wheel, first, second = Wheel(), Waiting(), Waiting()
    first.time_out = lambda _now: wheel.drop(second)  # type: ignore[method-assign]
    second.time_out = lambda _now: wheel.drop(first)  # type: ignore[method-assign]
    wheel.set(first, 1.0)
    wheel.set(second, 1.0)
    assert wheel.sweep(5.0) == 1
    assert not wheel


def test_one_that_times_out_may_drop_one_of_another_second() -> None:
    wheel, first, second = Wheel(), Waiting(), Waiting()
    first.time_out = lambda _now: wheel.drop(second)  # type: ignore[method-assign]
    wheel.set(first, 1.0)
    wheel.set(second, 3.0)
    assert wheel.sweep(5.0) == 1
    assert not wheel


def test_one_that_times_out_may_set_itself_and_another() -> None:
    wheel, first, second = Wheel(), Waiting(), Waiting()

    def both_later(now: float) -> None:
        wheel.set(first, now + 1)
        wheel.set(second, now + 1)

    first.time_out = second.time_out = both_later  # type: ignore[method-assign]
    wheel.set(first, 1.0)
    wheel.set(second, 1.0)
    assert wheel.sweep(5.0) == 1
    assert wheel.sweep(7.0) == 1


def test_it_agrees_with_looking_at_everything() -> None:
    rng = random.Random(7)  # noqa: S311 - repeatable
    wheel, now = Wheel(), 0.0
    everything = [Waiting() for _ in range(50)]
    for _ in range(3000):
        waiting = rng.choice(everything)
        wheel.set(waiting, rng.choice([now + rng.random() * 30, inf]))
        now += rng.random() / 4
        must = [waiting for waiting in everything if waiting.due + 1 <= now]
        may = [waiting for waiting in everything if waiting.due <= now]
        for waiting in everything:
            waiting.timed_out.clear()
        wheel.sweep(now)
        done = [waiting for waiting in everything if waiting.timed_out]
        assert all(waiting in done for waiting in must)
        assert all(waiting in may for waiting in done)
