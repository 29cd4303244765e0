import pytest

from weirmq.kernel.clock import SystemClock
from weirmq.testing import TurnableClock


def test_it_is_the_machines_time_plus_what_it_was_turned_by() -> None:
    clock = TurnableClock()
    assert 0 <= clock.now_ms() - SystemClock().now_ms() + 1_000 < 10_000
    clock.advance(days=2, minutes=1)
    ahead_ms = clock.now_ms() - SystemClock().now_ms()
    assert 0 <= ahead_ms - (2 * 86_400_000 + 60_000) + 1_000 < 10_000


def test_it_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="forward only"):
        TurnableClock().advance(seconds=-1)


def test_who_listens_is_told_of_turns() -> None:
    clock = TurnableClock()
    seen: list[int] = []
    clock.on_turn(lambda: seen.append(clock.now_ms()))
    before_ms = clock.now_ms()
    clock.advance(hours=1)
    assert seen[0] >= before_ms + 3_600_000
