"""What the loop has threads do is done, told in the loop, and ends with them."""

import asyncio
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.server.hard_day import until
from weirmq.server.threads import Threads


class Hands:
    """Threads, what was told of their work, and what they raised."""

    def __init__(self, most: int) -> None:
        self.told: list[tuple[object, str]] = []  # and by which thread
        self.failed: list[BaseException] = []
        self.threads = Threads(most, "hand", self.failed.append)

    def do(self, work: Callable[[], object]) -> None:
        self.threads.do(work, self._tell)

    def _tell(self, found: object) -> None:
        self.told.append((found, threading.current_thread().name))


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What threads wait at; open in the end, whatever happens."""
    found = threading.Event()
    yield found
    found.set()


def running() -> set[str]:
    return {each.name for each in threading.enumerate() if each.name.startswith("hand-")}


async def test_work_is_done_in_a_thread_and_told_in_the_loop() -> None:
    hands = Hands(1)
    hands.do(lambda: threading.current_thread().name)
    await hands.threads.rest()
    assert hands.told == [("hand-0", threading.current_thread().name)]
    hands.threads.stop()


async def test_what_is_raised_is_told_instead() -> None:
    hands, error = Hands(1), SystemExit(3)

    def fail() -> None:
        raise error

    hands.do(fail)
    hands.do(lambda: 1)
    await hands.threads.rest()
    assert hands.failed == [error]
    assert [found for found, _ in hands.told] == [1]  # the thread goes on
    hands.threads.stop()


async def test_one_thread_does_one_after_the_other() -> None:
    hands = Hands(1)
    for number in range(100):
        hands.do(partial(int, number))
    await hands.threads.rest()
    assert [found for found, _ in hands.told] == list(range(100))
    hands.threads.stop()


async def test_there_are_as_many_as_are_needed_and_no_more(gate: threading.Event) -> None:
    hands = Hands(3)
    assert running() == {"hand-0"}
    for threads in (1, 2, 3, 3):
        hands.do(gate.wait)
        assert len(running()) == threads
    gate.set()
    await hands.threads.rest()
    hands.do(lambda: 1)
    assert len(running()) == 3
    await hands.threads.rest()
    hands.threads.stop()
    assert running() == set()


async def test_those_that_there_are_do_it_where_there_can_be_no_more(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    hands = Hands(3)
    with monkeypatch.context() as context:
        context.setattr(threading.Thread, "start", refuse)
        hands.do(gate.wait)
        hands.do(lambda: 1)
    hands.do(lambda: 2)  # there is room for another one again
    await asyncio.wait_for(until(lambda: hands.told), 10)
    assert len(running()) == 2
    gate.set()
    await hands.threads.rest()
    assert sorted(found for found, _ in hands.told) == [1, 1, 2]
    hands.threads.stop()
    assert running() == set()


async def test_whoever_waits_for_rest_waits_for_what_follows_too(gate: threading.Event) -> None:
    hands = Hands(2)
    order: list[str] = []
    hands.threads.do(gate.wait, lambda _: hands.threads.do(lambda: "more", order.append))
    waiting = [asyncio.ensure_future(hands.threads.rest()) for _ in range(2)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    gate.set()
    await waiting[1]
    assert order == ["more"]
    await hands.threads.rest()  # at once
    hands.threads.stop()


async def test_what_was_asked_for_is_done_before_the_threads_end() -> None:
    hands = Hands(2)
    done: list[int] = []
    for number in range(50):
        hands.do(partial(done.append, number))
    hands.threads.stop()
    assert sorted(done) == list(range(50))
    assert hands.told == []
    await hands.threads.rest()
    assert len(hands.told) == 50


async def test_a_thread_that_waits_keeps_nothing() -> None:
    class Thing:
        def work(self) -> "Thing":
            return self

    hands, thing = Hands(1), Thing()
    held = weakref.ref(thing)
    hands.threads.do(thing.work, lambda _: None)
    await hands.threads.rest()
    hands.do(lambda: None)  # the thread has taken this up, so it has let go of the other
    await hands.threads.rest()
    del thing
    assert held() is None
    hands.threads.stop()


def test_a_loop_that_is_closed_ends_the_thread(gate: threading.Event) -> None:
    async def begin() -> Hands:
        hands = Hands(1)
        hands.do(gate.wait)
        return hands

    hands = asyncio.run(begin())
    [thread] = hands.threads._threads
    gate.set()
    thread.join()
    assert hands.told == []
