"""The courier with the HTTP client: one outbox, endpoints of every kind, and a crash in the middle."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from tests.engine.posts import Obedient, PostOffice
from tests.engine.shelf import NOW_MS
from tests.server.outbound.endpoints import OK, Endpoint, Peer, answering, endpoint, silent
from tests.server.outbound.world import World
from tests.server.serving import on_both_loops
from weirmq.engine.errands import Dead, Done, Errand, HttpErrand, Outcome, Retry, Verdict
from weirmq.engine.outbox import Task
from weirmq.kernel.clock import Clock, ManualClock, SystemClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.trust import Trust


class Poster(Obedient):
    """Posts to the URL that is the target; tries five times, a minute apart."""

    def __init__(self) -> None:
        self.ends: dict[str, Outcome] = {}

    def errand(self, task: Task, content: bytes, _now_ms: int) -> Errand | Verdict:
        return HttpErrand(url=task.target, body=content)

    def outcome(self, task: Task, _content: bytes, result: Outcome, now_ms: int) -> Verdict:
        self.ends[task.target] = result
        if result.status is not None and 200 <= result.status < 300:
            return Done()
        return Retry(now_ms + 60_000) if task.attempts < 4 else Dead()


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - an event would have to be set by the code under test
        await asyncio.sleep(0)


@asynccontextmanager
async def delivering(
    poster: Poster, office: PostOffice, clock: Clock | None = None
) -> AsyncIterator[tuple[World, HttpSender]]:
    http = HttpSender(Guard(allows_private=True), Trust())
    manual = ManualClock(NOW_MS)
    it = World(office.begin(), poster, http, manual, 1024)  # type: ignore[arg-type]  # its sink is the real thing
    if clock is not None:
        it.courier._clock = clock
    it.courier.start()
    try:
        yield it, http
    finally:
        await it.courier.stop(0)
        await until(lambda: not http.connections)


async def resetting(peer: Peer) -> None:
    await peer.asked()
    peer.reset()


async def flooding(peer: Peer) -> None:
    await peer.asked()
    peer.say(b"HTTP/1.1 500 Flood\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.say(b"10000\r\n" + bytes(65536) + b"\r\n")
        await peer.writer.drain()


@on_both_loops
async def test_bad_endpoints_harm_nobody_else() -> None:
    bad = [silent, resetting, flooding, answering(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
           answering(b"HTTP/1.1 503 Down\r\nContent-Length: 0\r\n\r\n"), answering(b"220 smtp\r\n")]  # fmt: skip
    async with AsyncExitStack() as stack:
        ports: list[Endpoint] = [await stack.enter_async_context(endpoint(script)) for script in bad]
        good = await stack.enter_async_context(endpoint(answering(OK)))
        it, http = await stack.enter_async_context(delivering(poster := Poster(), PostOffice()))
        for _ in range(20):
            it.send(*(port.url() for port in ports), good.url(), content=b"message")
        await until(lambda: len(good.asked) == 20)
        assert all(asked.body == b"message" for asked in good.asked)
        await until(lambda: len(poster.ends) == 6)  # all but the one that hangs
        http.patience.sweep(asyncio.get_running_loop().time() + 16)
        await until(lambda: it.courier.lanes.in_flight == 0)
        assert len(it.post.outbox.tasks) == 6 * 20
        for _ in range(4):
            it.clock.advance(minutes=1)
            await until(lambda: it.courier.lanes.in_flight >= 20 and it.courier.lanes.waiting == 0)
            await until(lambda: it.courier.lanes.in_flight == 20)  # those that hang
            http.patience.sweep(asyncio.get_running_loop().time() + 16)
            await until(lambda: it.courier.lanes.in_flight == 0)
        assert not it.post.outbox.tasks
        assert len(good.asked) == 20
        said = [(poster.ends[port.url()].status, poster.ends[port.url()].error) for port in ports]
        assert said[0] == (None, "no whole answer in time")
        assert said[1][1].startswith("the connection was closed without an answer")
        assert said[2:5] == [(500, ""), (302, ""), (503, "")]
        assert said[5][1].startswith("not an HTTP answer")


@on_both_loops
async def test_a_crash_in_the_middle_sends_again() -> None:
    office = PostOffice()
    async with endpoint(silent) as slow, endpoint(answering(OK)) as quick:
        async with delivering(Poster(), office) as (it, _):
            it.send(slow.url(), quick.url())
            await slow.came.wait()
            await until(lambda: len(it.post.outbox.tasks) == 1)
            it.is_alive = False
            it.courier.halt()
        office.disk.crash(SeededEntropy(5))
        async with delivering(Poster(), office) as (it, _):
            slow.asked.clear()
            await until(lambda: len(slow.asked) == 1)
            assert {task.target for task in it.post.outbox.tasks.values()} >= {slow.url()}


@on_both_loops
async def test_a_clock_that_runs_wakes_it() -> None:
    clock = SystemClock()
    async with endpoint(answering(OK)) as it, delivering(Poster(), PostOffice(), clock) as (world, _):
        world.send(it.url(), due_ms=clock.now_ms() + 20)
        await until(lambda: bool(it.asked))
