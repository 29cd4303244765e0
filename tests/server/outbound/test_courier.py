import asyncio
import errno
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.posts import Obedient, PostOffice
from tests.engine.shelf import LOG, NOW_MS, Put, Shelf
from tests.server.outbound.world import TURNS, Sink, World, quiet, world
from weirmq.engine.errands import (
    Dead,
    Done,
    Errand,
    FunctionErrand,
    HttpErrand,
    Lane,
    MailErrand,
    Outcome,
    Retry,
    Verdict,
)
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.outbox import Finished, Outbox, Posted, Task
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import LogFailed
from weirmq.kernel.ids import SeededEntropy
from weirmq.log.files import FileLog
from weirmq.server.outbound.lanes import MOST_IN_LANE


class Stubborn(Obedient):
    """Tries three times, ten seconds apart, then gives up onto the shelf; 4xx ends a task at once."""

    def __init__(self) -> None:
        self.shelf: Shelf | None = None
        self.judged: list[tuple[int, int, int | None]] = []

    def outcome(self, task: Task, content: bytes, result: Outcome, now_ms: int) -> Verdict:
        self.judged.append((task.number, task.attempts, result.status))
        log = {"number": task.number, "status": result.status}
        if result.status == 200:
            return Done(log)
        if task.attempts < 2 and not result.is_permanent:
            return Retry(now_ms + 10_000, log)
        assert self.shelf is not None
        return Dead([(self.shelf, [Put(str(task.number), content.decode())])], log)


def failing(*statuses: int | None) -> Any:
    rest = list(statuses)

    async def answer(_errand: HttpErrand) -> Outcome:
        return Outcome(status=rest.pop(0))

    return answer


def numbers_of(it: World) -> list[int]:
    return [int(url.rpartition("/")[2]) for url in it.sink.sent]


def counts(it: World) -> Mapping[tuple[str, ...], Any]:
    return {
        sample.labels: sample.value
        for family in it.courier.families()
        if family.name == "weirmq_outbound_tries_total"
        for sample in family.samples
    }


async def test_what_is_posted_is_sent_and_over() -> None:
    async with world() as it:
        it.send("a", "b", content=b"hello")
        it.send("c")
        await quiet()
        assert it.sink.sent == ["http://a/0", "http://b/1", "http://c/2"]
        assert not it.post.outbox.tasks
        assert counts(it) == {("test", "http", "delivered"): 3}


async def test_nothing_is_sent_that_the_disk_may_lose() -> None:
    async with world() as it:
        it.durable = False
        it.send("a")
        await quiet()
        assert it.sink.sent == []
        it.durable = True
        it.flush()
        it.send("b")
        await quiet()
        assert sorted(it.sink.sent) == ["http://a/0", "http://b/1"]


async def test_nor_what_comes_between_the_sync_and_the_send() -> None:
    def post_more(_: None) -> None:
        it.durable = False
        it.send("b")

    async with world() as it:
        it.send("a")
        it.courier._hold()
        it.post.journal.hold(post_more, None)
        await quiet()
        assert it.sink.sent == ["http://a/0"]
        it.durable = True
        it.flush()
        await quiet()
        assert it.sink.sent == ["http://a/0", "http://b/1"]


async def test_more_than_one_turn_takes() -> None:
    async with world() as it:
        for _ in range(30):
            it.send(*(f"target-{number}" for number in range(100)))
        await quiet(2000)
        assert len(it.sink.sent) == 3000
        assert not it.post.outbox.tasks


async def test_a_task_is_sent_when_it_is_due() -> None:
    async with world() as it:
        it.send("a", due_ms=NOW_MS + 60_000)
        await it.turn(seconds=59)
        assert it.sink.sent == []
        await it.turn(seconds=1)
        assert it.sink.sent == ["http://a/0"]


async def test_what_waits_at_the_start_is_sent() -> None:
    office = PostOffice()
    post = office.begin()
    post.post("a", "b")
    office.settle(post)
    async with world(office=office) as it:
        await quiet()
        assert len(it.sink.sent) == 2


async def test_retries_and_their_end() -> None:
    carrier = Stubborn()
    async with world(carrier, answer=failing(500, None, 200, 503, 502, 500)) as it:
        carrier.shelf = it.post.shelf
        it.send("a")
        for _ in range(3):
            await it.turn(seconds=10)
        assert carrier.judged == [(0, 0, 500), (0, 1, None), (0, 2, 200)]
        it.send("b", content=b"text")
        for _ in range(3):
            await it.turn(seconds=10)
        assert carrier.judged[3:] == [(1, 0, 503), (1, 1, 502), (1, 2, 500)]
        assert it.post.journal.read(it.post.shelf, it.post.shelf.offsets["1"][0]).text == "text"
        assert not it.post.outbox.tasks
        assert [fields["status"] for fields in it.logged] == [500, None, 200, 503, 502, 500]
        assert counts(it) == {
            ("test", "http", "retried"): 4, ("test", "http", "delivered"): 1, ("test", "http", "dead"): 1,
        }  # fmt: skip


async def test_a_task_of_which_nothing_is_to_be_sent() -> None:
    class Refusing(Obedient):
        def errand(self, task: Task, content: bytes, now_ms: int) -> Errand | Verdict:
            if task.target == "gone":
                return Done()
            if task.target == "disabled":
                return Dead([(it.post.shelf, [Put("x", "y")])])
            return Retry(now_ms + 5000) if now_ms == NOW_MS else super().errand(task, content, now_ms)

    async with world(Refusing()) as it:
        it.send("gone", "disabled", "later")
        await quiet()
        assert it.sink.sent == []
        assert set(it.post.outbox.tasks) == {2}
        assert it.post.outbox.tasks[2].attempts == 0, "that wasn't a try"
        assert "x" in it.post.shelf.offsets
        assert counts(it) == {
            ("test", "none", "dropped"): 1, ("test", "none", "dead"): 1, ("test", "none", "retried"): 1,
        }  # fmt: skip
        await it.turn(seconds=5)
        assert it.sink.sent == ["http://later/2"]


async def test_each_kind_of_errand_has_its_sender() -> None:
    class Calling(Obedient):
        def errand(self, task: Task, _content: bytes, _now_ms: int) -> Errand | Verdict:
            return FunctionErrand(function_arn="arn", payload=b"{}") if task.number else super().errand(task, b"", 0)

    async def answer(_errand: HttpErrand) -> Outcome:
        return Outcome(status=200)

    async with world(Calling(), answer=answer) as it:
        it.send("a")
        await quiet()
        assert counts(it) == {("test", "http", "delivered"): 1}


async def test_a_slow_endpoint_delays_nobody_else() -> None:
    async def answer(errand: HttpErrand) -> Outcome:
        if "slow" in errand.url:
            await asyncio.get_running_loop().create_future()
        return Outcome(status=200)

    async with world(answer=answer) as it:
        for _ in range(500):
            it.send("slow")
        await quiet()
        assert it.sink.in_flight == MOST_IN_LANE
        for _ in range(100):
            it.send("quick")
        await quiet()
        assert sum("quick" in url for url in it.sink.sent) == 100
        assert it.courier.lanes.waiting == 500 - MOST_IN_LANE


async def test_never_more_in_flight_than_configured() -> None:
    async with world(most_in_flight=10) as it:
        it.sink.gate.clear()
        it.send(*(f"target-{number}" for number in range(50)))
        await quiet()
        assert it.sink.in_flight == 10
        it.sink.gate.set()
        await quiet(500)
        assert len(it.sink.sent) == 50
        assert it.sink.most_in_flight == 10


async def test_a_rate_is_kept_on_the_turnable_clock() -> None:
    class Paced(Obedient):
        def lane(self, target: str) -> Lane:
            return Lane(target, 2)

    async with world(Paced()) as it:
        it.send(*["a"] * 7)
        await quiet()
        assert len(it.sink.sent) == 1
        for _ in range(30):
            await it.turn(milliseconds=100)
        assert 6 <= len(it.sink.sent) <= 7
        await it.turn(seconds=9)
        assert not it.post.outbox.tasks


async def test_ends_of_one_turn_are_one_commit() -> None:
    async with world() as it:
        it.sink.gate.clear()
        it.send(*(f"target-{number}" for number in range(100)))
        await quiet()
        end = it.post.journal.end
        it.sink.gate.set()
        await quiet()
        assert it.post.journal.end == end + 1


# Faults


async def test_a_sender_that_fails_is_a_failed_try() -> None:
    async def answer(_errand: HttpErrand) -> Outcome:
        raise ZeroDivisionError("a bug")

    carrier = Stubborn()
    async with world(carrier, answer=answer) as it:
        it.send("a")
        await quiet()
        assert carrier.judged == [(0, 0, None)]
        assert [str(error) for _, error in it.errors] == ["a bug"]
        assert it.post.outbox.tasks[0].due_ms == NOW_MS + 10_000


@pytest.mark.parametrize("verb", ["lane", "errand", "outcome"])
async def test_a_carrier_that_fails_loses_no_task_and_holds_up_no_others(verb: str) -> None:
    def fault(*_: object) -> Any:
        raise ZeroDivisionError("a bug")

    carrier, good = Obedient(), Obedient()
    setattr(carrier, verb, fault)
    async with world(carrier) as it:
        it.post.outbox.carriers["good"] = lambda: good
        it.send("a")
        it.post.journal.commit(it.post.outbox, [it.post.outbox.post("good", ["b"], b"")], NOW_MS)
        await quiet()
        assert "http://b/1" in it.sink.sent
        assert it.errors
        setattr(carrier, verb, getattr(good, verb))
        await it.turn(minutes=1)
        assert not it.post.outbox.tasks


async def test_no_sender_for_a_kind_of_errand() -> None:
    class Mailing(Obedient):
        def errand(self, *_: object) -> Errand | Verdict:
            return MailErrand(to="a@example.com", subject="", text="")

        def outcome(self, _task: Task, _content: bytes, result: Outcome, now_ms: int) -> Verdict:
            return Retry(now_ms + 1000, {"error": result.error})

    async with world(Mailing()) as it:
        it.send("a")
        await quiet()
        assert it.logged == [{"error": "the server failed: nothing here sends a MailErrand"}]


async def test_tasks_of_a_service_that_nobody_knows_are_kept() -> None:
    office = PostOffice()
    post = office.begin()
    post.journal.commit(post.outbox, [Posted("future", 0, ["a", "b"], b"")], NOW_MS)
    office.settle(post)
    async with world(office=office) as it:
        it.send("c")
        await quiet()
        assert it.sink.sent == ["http://c/2"]
        assert set(it.post.outbox.tasks) == {0, 1}
        assert len(it.errors) == 1


async def test_a_full_disk_sends_nothing_twice_and_goes_on_when_there_is_room() -> None:
    carrier, office = Stubborn(), PostOffice()
    async with world(carrier, office=office) as it:
        carrier.shelf = it.post.shelf
        it.sink.gate.clear()
        it.send(*"abc")
        await quiet()
        it.post.journal._room = 0  # the promised bytes are used up
        for nth in (1, 2, 3, 4):  # a whole step or just enough; with what is spared for such facts or without
            office.disk.fail("allocate", nth=nth, error=errno.ENOSPC)
        log = it.post.journal.log
        assert isinstance(log, FileLog)
        log._allocated = log._active.size  # and is used up as well
        it.sink.gate.set()
        await quiet()
        assert set(it.post.outbox.tasks) == {0, 1, 2}
        assert [what for what, _ in it.errors] == [
            "no room on the disk to record deliveries; no others are made until there is"
        ]
        assert it.logged == []
        assert it.courier.lanes.in_flight == 3
        it.courier._settle()  # as its timer does, a second later
        await quiet()
        assert not it.post.outbox.tasks
        assert len(it.sink.sent) == 3
        assert len(it.logged) == 3
        it.send("d")
        await quiet()
        assert not it.post.outbox.tasks


async def test_a_full_disk_keeps_dead_letters_waiting_too() -> None:
    async def answer(_errand: HttpErrand) -> Outcome:
        return Outcome(status=404, is_permanent=True)

    carrier, office = Stubborn(), PostOffice()
    async with world(carrier, office=office, answer=answer) as it:
        carrier.shelf = it.post.shelf
        it.sink.gate.clear()
        it.send(*"abcd")
        await quiet()
        it.post.journal._room = 200  # enough for one and its end
        office.disk.fail("allocate", error=errno.ENOSPC)
        it.sink.gate.set()
        await quiet()
        assert len(it.post.outbox.tasks) == len(it.post.shelf.seen) + 2 == 3
        it.courier._settle()
        await quiet()
        assert not it.post.outbox.tasks
        assert sorted(fact.name for fact, _, _ in it.post.shelf.seen) == ["0", "1", "2", "3"]
        assert len(it.logged) == len(it.sink.sent) == 4


async def test_a_broken_disk_ends_it() -> None:
    async with world() as it:
        it.sink.gate.clear()
        it.send("a", "b")
        await quiet()

        def touch(_now_ms: int) -> None:
            raise LogFailed("broken")

        it.courier._touch = touch
        it.sink.gate.set()
        await quiet()
        assert [str(error) for error in it.failures] == ["broken"]
        it.send("c")
        await quiet()
        assert len(it.sink.sent) == 2


async def test_nothing_is_committed_after_the_disk_broke() -> None:
    async with world() as it:
        it.courier._settle_soon = lambda: None  # type: ignore[method-assign]  # the end of the send isn't committed yet
        it.send("a")
        await quiet()
        it.courier.halt()
        await it.courier.stop(0)
        assert set(it.post.outbox.tasks) == {0}


# Stopping


async def test_a_stop_waits_for_what_is_in_flight() -> None:
    async with world() as it:
        it.sink.gate.clear()
        it.send("a")
        await quiet()
        stopping = asyncio.ensure_future(it.courier.stop(5))
        await quiet()
        it.send("b")
        it.sink.gate.set()
        await stopping
        assert it.sink.sent == ["http://a/0"]
        assert set(it.post.outbox.tasks) == {1}
        assert it.sink.is_closed
        assert it.courier.lanes.in_flight == 0


async def test_but_not_for_ever() -> None:
    office = PostOffice()
    async with world(office=office) as it:
        it.sink.gate.clear()
        it.send("a")
        await quiet()
        await it.courier.stop(0)
        assert it.sink.in_flight == 0
        assert set(it.post.outbox.tasks) == {0}
    async with world(office=office) as it:
        await quiet()
        assert it.sink.sent == ["http://a/0"], "it is sent again"


# Crashes


class Chance(Obedient):
    """Verdicts by chance. `tried` are the tasks that errands were asked of."""

    def __init__(self, random: Random, shelf: Shelf, tried: set[int]) -> None:
        self.random = random
        self.shelf = shelf
        self.tried = tried

    def lane(self, target: str) -> Lane:
        return Lane(target, 5 if target == "c" else None)

    def errand(self, task: Task, content: bytes, now_ms: int) -> Errand | Verdict:
        assert content == f"for {task.post.first}".encode()
        self.tried.add(task.number)
        return super().errand(task, content, now_ms)

    def outcome(self, task: Task, _content: bytes, result: Outcome, now_ms: int) -> Verdict:
        if result.status == 200:
            return Done()
        if self.random.random() < 0.7:
            return Retry(now_ms + self.random.randrange(1, 100_000))
        return Dead([(self.shelf, [Put(str(task.number), "dead")])])


class Lives:
    """Runs that follow each other on one disk, all but the last ended by a crash."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - repeatable
        self.office = PostOffice()
        self.clock = ManualClock(NOW_MS)
        self.tried: set[int] = set()
        self.acknowledged: set[int] = set()

    async def answer(self, _errand: HttpErrand) -> Outcome:
        await quiet(self.random.randrange(6))
        return Outcome(status=self.random.choice([200, 500, None]))

    def begin(self) -> World:
        post = self.office.begin()
        post.journal.trim = lambda: None  # type: ignore[method-assign]  # all facts are counted at the end
        carrier = Chance(self.random, post.shelf, self.tried)
        it = World(post, carrier, Sink(self.answer), self.clock, self.random.choice([2, 5, 1024]))
        it.courier.start()
        return it

    async def live(self, it: World) -> None:
        random, journal = self.random, it.post.journal
        for _ in range(random.randrange(1, 12)):
            it.durable = random.random() < 0.8
            match random.randrange(4):
                case 0 | 1:
                    first = it.post.outbox.next_number
                    targets = random.choices("abcdef", k=random.randrange(1, 9))
                    it.send(*targets, content=f"for {first}".encode())
                    journal.hold(self.acknowledged.update, range(first, first + len(targets)))
                case 2:
                    self.clock.advance(milliseconds=random.randrange(120_000))
                case 3 if it.durable:
                    self.office.snapshot(it.post)
            await quiet(random.randrange(1, TURNS))

    async def crash(self, it: World) -> None:
        it.is_alive = False
        it.courier.halt()
        await it.courier.stop(0)
        self.office.disk.crash(SeededEntropy(self.random.randrange(2**32)))

    async def finish(self, it: World) -> None:
        """Let everything come to its end."""
        it.durable = True
        it.flush()
        for _ in range(1000):
            if not it.post.outbox.tasks:
                break
            await it.turn(minutes=2)
        await it.courier.stop(1)
        it.flush()
        assert it.errors == []
        assert not it.post.outbox.tasks
        assert not it.post.outbox.posts


class Archive(Outbox):
    """Remembers the facts that a log holds, and where they stand."""

    def __init__(self, holdings: Holdings) -> None:
        super().__init__(holdings)
        self.posted: list[int] = []
        self.finished: list[tuple[int, int]] = []

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        super().apply(fact, offset, now_ms)
        if isinstance(fact, Posted):
            self.posted += range(fact.first, fact.first + len(fact.targets))
        if isinstance(fact, Finished):
            self.finished += [(number, offset) for number in fact.numbers]


def archived(office: PostOffice) -> tuple[Archive, Shelf]:
    journal = Journal(FileLog(office.disk, LOG, office.segment_bytes), holdings=Holdings(), waits_for_sync=True)
    archive, shelf = Archive(journal.holdings), Shelf(journal.holdings)
    journal.join(archive)
    journal.join(shelf)
    journal.replay([], 0)
    return archive, shelf


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.integers(0, 4))
def test_every_task_is_tried_and_ends_exactly_once_through_any_crashes(seed: int, crashes: int) -> None:
    async def scenario() -> None:
        for _ in range(crashes):
            it = lives.begin()
            await lives.live(it)
            await lives.crash(it)
        it = lives.begin()
        await lives.live(it)
        await lives.finish(it)

    lives = Lives(seed)
    asyncio.run(scenario())
    archive, shelf = archived(lives.office)
    assert lives.acknowledged <= set(archive.posted)
    assert sorted(number for number, _ in archive.finished) == sorted(archive.posted)
    assert set(archive.posted) <= lives.tried
    ends = dict(archive.finished)
    dead = [(int(fact.name), offset) for fact, offset, _ in shelf.seen]
    assert all(ends[number] == offset - 1 for number, offset in dead), "both in one commit"
