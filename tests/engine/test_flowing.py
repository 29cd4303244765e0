from collections import deque
from typing import Any

import pytest

from weirmq.engine.flowing import OVER, Flow, Flowing
from weirmq.kernel.errors import LogFailed, ServiceError

MANY = 100


class Spring:
    """What a flow draws from, and its end."""

    def __init__(self, *things: Any, quiet_ms: int = 50) -> None:
        self.things: deque[Any] = deque(things)
        self.quiet_ms = quiet_ms
        self.attempts = 0
        self.ends = 0
        self.due_ms = quiet_ms

    def attempt(self, now_ms: int) -> Any:
        self.attempts += 1
        thing = self.things.popleft() if self.things else None
        if thing is None and now_ms >= self.due_ms:
            thing = "quiet"
        if isinstance(thing, Exception):
            raise thing
        if thing is not None:
            self.due_ms = now_ms + self.quiet_ms
        return thing

    def next_ms(self) -> int:
        return self.due_ms

    def ended(self) -> None:
        self.ends += 1

    def flow(self, key: str = "a", until_ms: int = 1_000) -> Flow:
        return Flow(key, until_ms, self.attempt, self.next_ms, self.ended)


class Cup:
    """A sink that takes so many events until it is emptied."""

    def __init__(self, flowing: Flowing, flow: Flow, size: int = MANY) -> None:
        self.flowing = flowing
        self.size = size
        self.taken: list[Any] = []
        self.said: list[Exception | None] = []
        self.number = flowing.add(flow, self)

    @property
    def has_room(self) -> bool:
        return len(self.taken) < self.size

    def take(self, event: Any) -> None:
        if event == "too large":
            raise ValueError(event)
        self.taken.append(event)
        if self.has_room:
            self.flowing.room(self.number)

    def end(self, error: Exception | None) -> None:
        self.said.append(error)

    def empty(self) -> None:
        self.size += MANY
        self.flowing.room(self.number)


def settle(flowing: Flowing, now_ms: int = 0, rounds: int = 10) -> None:
    for _ in range(rounds):
        flowing.settle(now_ms, MANY)


def test_events_follow_each_other_until_none_is_there() -> None:
    flowing, spring = Flowing(), Spring("one", "two")
    cup = Cup(flowing, spring.flow())
    settle(flowing)
    assert cup.taken == ["one", "two"]
    assert not flowing.is_ready
    spring.things.append("three")
    flowing.signal("a")
    settle(flowing)
    assert cup.taken == ["one", "two", "three"]
    assert len(flowing) == 1


def test_a_signal_wakes_its_key_alone() -> None:
    flowing, here, there = Flowing(), Spring(), Spring()
    Cup(flowing, here.flow("here"))
    Cup(flowing, there.flow("there"))
    settle(flowing)
    flowing.signal("here")
    flowing.signal("nowhere")
    settle(flowing)
    assert (here.attempts, there.attempts) == (2, 1)


def test_it_is_told_once_that_there_is_something_to_do() -> None:
    flowing, told = Flowing(), list[str]()
    flowing.on_ready = lambda: told.append("ready")
    for _ in range(3):
        Cup(flowing, Spring().flow())
    assert told == ["ready"]
    settle(flowing)
    flowing.signal("a")
    assert told == ["ready"] * 2


def test_nothing_is_drawn_for_a_slow_reader() -> None:
    flowing, spring = Flowing(), Spring(*"abcdef")
    cup = Cup(flowing, spring.flow(), size=2)
    for now_ms in range(0, 900, 100):
        flowing.signal("a")
        settle(flowing, now_ms)
    assert cup.taken == ["a", "b"]
    assert spring.attempts == 2
    cup.empty()
    settle(flowing, 900)
    assert cup.taken[:6] == [*"abcdef"]


def test_a_round_makes_one_event_of_each() -> None:
    flowing = Flowing()
    long, short = Spring(*"abcdef"), Spring("x")
    cups = [Cup(flowing, long.flow()), Cup(flowing, short.flow())]
    flowing.settle(0, MANY)
    assert [cup.taken for cup in cups] == [["a"], ["x"]]


def test_those_that_have_waited_longest_come_first() -> None:
    flowing = Flowing()
    cups = [Cup(flowing, Spring(*"abc").flow()) for _ in range(3)]
    for _ in range(3):
        flowing.settle(0, 2)
    assert [cup.taken for cup in cups] == [["a", "b"]] * 3


def test_time_alone_brings_events() -> None:
    flowing, spring = Flowing(), Spring()
    cup = Cup(flowing, spring.flow())
    settle(flowing, 0)
    assert flowing.next_ms() == 50
    settle(flowing, 49)
    assert cup.taken == []
    settle(flowing, 50)
    assert cup.taken == ["quiet"]
    assert flowing.next_ms() == 100


def test_idle_flows_are_not_attempted() -> None:
    flowing = Flowing()
    springs = [Spring(quiet_ms=10_000) for _ in range(1_000)]
    for number, spring in enumerate(springs):
        Cup(flowing, spring.flow(str(number), until_ms=20_000))
    for now_ms in range(100):
        flowing.settle(now_ms, MANY)
    assert {spring.attempts for spring in springs} == {1}


@pytest.mark.parametrize("size", [0, MANY])
def test_a_flow_ends_at_its_time_also_where_nobody_reads(size: int) -> None:
    flowing, spring = Flowing(), Spring(*"abc")
    cup = Cup(flowing, spring.flow(until_ms=70), size)
    settle(flowing, 0)
    settle(flowing, 69)
    assert cup.said == []
    settle(flowing, 70)
    assert (cup.said, spring.ends, len(flowing)) == ([None], 1, 0)
    assert flowing.next_ms() is None


def test_a_flow_that_is_over_ends_behind_its_last_event() -> None:
    flowing, spring = Flowing(), Spring("last", OVER)
    cup = Cup(flowing, spring.flow())
    settle(flowing)
    assert (cup.taken, cup.said, spring.ends) == (["last"], [None], 1)


@pytest.mark.parametrize("thing", [ServiceError("Gone", "it is gone"), ZeroDivisionError(), "too large"])
def test_what_goes_wrong_ends_one_flow_alone(thing: Any) -> None:
    flowing, bad, good = Flowing(), Spring("a", thing), Spring("b")
    wrong, right = Cup(flowing, bad.flow()), Cup(flowing, good.flow())
    settle(flowing)
    [error] = wrong.said
    assert error is thing or str(error) == thing
    assert (wrong.taken, right.taken, right.said) == (["a"], ["b"], [])
    assert (bad.ends, good.ends) == (1, 0)


def test_a_broken_disk_ends_all() -> None:
    flowing = Flowing()
    Cup(flowing, Spring(LogFailed("it broke")).flow())
    with pytest.raises(LogFailed):
        settle(flowing)


def test_a_client_that_is_gone_has_nothing_drawn_for_it() -> None:
    flowing, spring = Flowing(), Spring("a")
    cup = Cup(flowing, spring.flow())
    flowing.cancel(cup.number)
    flowing.cancel(cup.number)
    flowing.room(cup.number)
    flowing.signal("a")
    settle(flowing)
    assert (spring.attempts, spring.ends, cup.said) == (0, 1, [])
    assert not flowing.is_ready


def test_a_stop_ends_all() -> None:
    flowing = Flowing()
    cups = [Cup(flowing, Spring().flow()) for _ in range(3)]
    flowing.end_all()
    assert [cup.said for cup in cups] == [[None]] * 3
    assert len(flowing) == 0
