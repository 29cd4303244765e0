"""Clocks."""

import time

import pytest

from weirmq.kernel.clock import ManualClock, SystemClock


def test_the_system_s_clock_tells_milliseconds_since_1970() -> None:
    assert abs(SystemClock().now_ms() - time.time() * 1000) < 5_000


def test_it_never_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    times = iter((2_000_000_000, 1_000_000_000, 3_000_000_000))
    monkeypatch.setattr(time, "time_ns", lambda: next(times))
    assert [clock.now_ms() for _ in range(3)] == [2_000, 2_000, 3_000]


def test_it_starts_no_earlier_than_the_newest_fact() -> None:
    clock = SystemClock()
    clock.not_before(9_999_999_999_999)
    assert clock.now_ms() == 9_999_999_999_999


def test_a_manual_clock_stands_until_it_is_turned_and_tells_who_listens() -> None:
    clock = ManualClock(1_000)
    turns: list[int] = []
    clock.on_turn(lambda: turns.append(clock.now_ms()))
    assert clock.now_ms() == 1_000
    clock.advance(minutes=1, seconds=2, milliseconds=3)
    assert clock.now_ms() == 63_003
    clock.advance(days=1, hours=1)
    assert turns == [63_003, 63_003 + 25 * 3_600_000]


def test_it_does_not_turn_back() -> None:
    with pytest.raises(ValueError, match="forward"):
        ManualClock().advance(seconds=-1)
