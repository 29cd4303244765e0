from collections import deque
from typing import Any

import pytest

from weirmq.engine.waiting import AT_ONCE, Wait, Waiting
from weirmq.kernel.errors import LogFailed, NoRoom, ServiceError


class Well:
    """What waits draw from: things that are there, and things that time brings."""

    def __init__(self) -> None:
        self.things: deque[str] = deque()
        self.coming: list[int] = []
        self.attempts = 0
        self.error: Exception | None = None

    def attempt(self, now_ms: int) -> Any:
        self.attempts += 1
        if self.error:
            raise self.error
        while self.coming and self.coming[0] <= now_ms:
            self.things.append(f"of {self.coming.pop(0)}")
        return self.things.popleft() if self.things else None

    def next_ms(self) -> int | None:
        return self.coming[0] if self.coming else None

    def wait(self, key: int = 1, until_ms: int = 100) -> Wait:
        return Wait(key, until_ms, self.attempt, self.next_ms, "empty")


def test_the_one_that_has_waited_longest_is_served_first() -> None:
    waiting, well, got = Waiting(), Well(), list[tuple[str, Any]]()
    for name in "abc":
        waiting.add(well.wait(), lambda answer, name=name: got.append((name, answer)))  # type: ignore[misc]
    well.things += ["one", "two"]
    waiting.signal(1)
    assert waiting.signalled
    waiting.settle(0)
    assert got == [("a", "one"), ("b", "two")]
    assert len(waiting) == 1
    assert not waiting.signalled


def test_a_signal_wakes_its_key_alone() -> None:
    waiting, here, there = Waiting(), Well(), Well()
    waiting.add(here.wait(1), print)
    waiting.add(there.wait(2), print)
    waiting.signal(1)
    waiting.signal(7)
    waiting.settle(0)
    assert (here.attempts, there.attempts) == (1, 0)


def test_says_that_something_was_signalled_once_until_it_is_settled() -> None:
    waiting, well, said = Waiting(), Well(), list[str]()
    waiting.on_signalled = lambda: said.append("now")
    waiting.signal(1)
    assert said == []
    for key in (1, 2):
        waiting.add(well.wait(key), print)
        waiting.signal(key)
    assert said == ["now"]
    waiting.settle(0)
    waiting.signal(1)
    assert said == ["now", "now"]


def test_many_waits_cost_one_attempt_while_nothing_comes() -> None:
    waiting, well = Waiting(), Well()
    for _ in range(1000):
        waiting.add(well.wait(), print)
    waiting.signal(1)
    waiting.settle(0)
    assert well.attempts == 1


def test_at_the_deadline_the_answer_is_empty() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    waiting.add(well.wait(until_ms=100), got.append)
    assert waiting.next_ms() == 100
    waiting.settle(99)
    assert got == []
    waiting.settle(100)
    assert got == ["empty"]
    assert waiting.next_ms() is None


def test_what_time_alone_brings() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    well.coming = [40, 60]
    waiting.add(well.wait(until_ms=100), got.append)
    waiting.add(well.wait(until_ms=100), got.append)
    assert waiting.next_ms() == 40
    waiting.settle(40)
    assert (got, waiting.next_ms()) == (["of 40"], 60)
    waiting.settle(100)
    assert got == ["of 40", "of 60"]  # it came before the deadline


def test_an_attempt_that_signals_its_own_key_goes_on_in_a_later_turn() -> None:
    waiting, attempts, got = Waiting(), list[int](), list[Any]()

    def attempt(now_ms: int) -> Any:
        attempts.append(now_ms)
        waiting.signal(1)
        return "done" if len(attempts) == 3 else None

    waiting.add(Wait(1, 100, attempt, lambda: attempts[-1] if attempts else 0, "empty"), got.append)
    for turns in (1, 2, 3):
        waiting.settle(7)
        assert len(attempts) == turns
    assert got == ["done"]


def test_who_is_gone_takes_nothing() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    gone = waiting.add(well.wait(), lambda _: got.append("gone"))
    waiting.add(well.wait(), got.append)
    waiting.cancel(gone)
    waiting.cancel(gone)
    well.things.append("one")
    waiting.signal(1)
    waiting.settle(0)
    assert got == ["one"]
    waiting.settle(1000)
    assert got == ["one"]
    assert len(waiting) == 0


@pytest.mark.parametrize("error", [ServiceError("Gone", "gone"), NoRoom("full"), ZeroDivisionError()])
def test_an_error_ends_one_wait_and_leaves_the_others(error: Exception) -> None:
    waiting, broken, sound, got = Waiting(), Well(), Well(), list[Any]()
    broken.error = error
    sound.things.append("one")
    waiting.add(broken.wait(1), got.append)
    waiting.add(sound.wait(2), got.append)
    waiting.signal(1)
    waiting.signal(2)
    waiting.settle(0)
    assert got == [error, "one"]


def test_an_error_at_its_end_ends_one_wait_and_leaves_the_others() -> None:
    waiting, broken, got, error = Waiting(), Well(), list[Any](), NoRoom("full")
    broken.error = error
    waiting.add(Wait(1, 100, lambda _: None, lambda: None, "empty", at_end=broken.attempt), got.append)
    waiting.add(Well().wait(2), got.append)
    waiting.settle(100)
    assert got == [error, "empty"]
    broken.error = LogFailed("broken")
    waiting.add(Wait(1, 200, lambda _: None, lambda: None, "empty", at_end=broken.attempt), got.append)
    with pytest.raises(LogFailed):
        waiting.settle(200)


def test_a_failed_log_ends_everything() -> None:
    waiting, well = Waiting(), Well()
    well.error = LogFailed("broken")
    waiting.add(well.wait(), print)
    waiting.signal(1)
    with pytest.raises(LogFailed):
        waiting.settle(0)


def test_all_can_be_ended_at_once() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    for key in range(3):
        waiting.add(well.wait(key), got.append)
    waiting.end_all()
    assert got == ["empty"] * 3
    assert waiting.next_ms() is None


def test_an_answer_may_start_another_wait() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()

    def again(answer: Any) -> None:
        got.append(answer)
        waiting.add(well.wait(until_ms=200), got.append)

    waiting.add(well.wait(until_ms=100), again)
    waiting.settle(150)
    assert got == ["empty"]
    waiting.settle(200)
    assert got == ["empty", "empty"]


def test_many_are_answered_some_at_a_time_in_their_order() -> None:
    waiting, well, got, said = Waiting(), Well(), list[Any](), list[str]()
    waiting.on_signalled = lambda: said.append("now")
    most = 2 * AT_ONCE + 1
    for _ in range(most):
        waiting.add(well.wait(), got.append)
    other = Well()
    other.things.append("other")
    waiting.add(other.wait(2), got.append)
    well.things += map(str, range(most))
    waiting.signal(1)
    waiting.signal(2)
    sizes = []
    while waiting.signalled:
        said.clear()
        waiting.settle(0)
        assert bool(said) == bool(waiting.signalled)  # whoever turns it is told that there is more
        sizes.append(len(got))
    assert sizes == [AT_ONCE, 2 * AT_ONCE, most + 1]
    assert [each for each in got if each != "other"] == [str(number) for number in range(most)]
    assert got.index("other") == AT_ONCE  # its turn came before the rest of the many


def test_many_end_some_at_a_time() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    for _ in range(AT_ONCE + 1):
        waiting.add(well.wait(until_ms=100), got.append)
    waiting.settle(100)
    assert len(got) == AT_ONCE
    assert waiting.next_ms() == 100
    waiting.settle(100)
    assert len(got) == AT_ONCE + 1


def test_those_that_end_need_not_wait_for_the_many_that_are_woken() -> None:
    waiting, well, got = Waiting(), Well(), list[Any]()
    for _ in range(2 * AT_ONCE):
        waiting.add(well.wait(), print)
    waiting.add(Well().wait(2, until_ms=50), got.append)
    well.things += map(str, range(2 * AT_ONCE))
    waiting.signal(1)
    waiting.settle(50)
    assert got == ["empty"]
