"""A courier with all that is around it, on a disk that can crash and a clock that is turned: for its tests.

The journal is flushed and synced at the end of each turn of the loop, as the server's wheel does it, without a thread.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tests.engine.posts import Obedient, Post, PostOffice
from tests.engine.shelf import NOW_MS
from weirmq.engine.errands import FunctionErrand, HttpErrand, Outcome
from weirmq.engine.outbox import Carrier
from weirmq.kernel.clock import ManualClock
from weirmq.server.outbound.courier import Courier

TURNS = 60  # of the loop: far more than anything needs that waits for nobody

Answer = Callable[[HttpErrand], Awaitable[Outcome]]


class Sink:
    """A sender. Answers 200 at once, or as `answer` says; `sent` are the URLs in the order in which they came."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.sent: list[str] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.is_closed = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._answer = answer

    async def send(self, errand: HttpErrand) -> Outcome:
        assert not self.is_closed
        self.sent.append(errand.url)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self.gate.wait()
            return await self._answer(errand) if self._answer else Outcome(status=200)
        finally:
            self.in_flight -= 1

    async def close(self) -> None:
        self.is_closed = True


class World:
    """One run of a server, as far as deliveries go."""

    def __init__(self, post: Post, carrier: Carrier, sink: Sink, clock: ManualClock, most_in_flight: int) -> None:
        self.post = post
        self.sink = sink
        self.clock = clock
        self.logged: list[Mapping[str, Any]] = []
        self.errors: list[tuple[str, BaseException]] = []
        self.failures: list[BaseException] = []
        self.is_alive = True
        self.durable = True  # whether what is written is also synced
        self._loop = asyncio.get_running_loop()
        post.outbox.carriers["test"] = lambda: carrier
        self.courier = Courier(
            post.outbox,
            post.journal,
            {HttpErrand: sink, FunctionErrand: sink},
            clock=clock,
            touch=self.touch,
            on_delivery=self.logged.append,
            on_error=lambda what, why: self.errors.append((what, why)),
            on_failed=self.failures.append,
            most_in_flight=most_in_flight,
        )
        clock.on_turn(self.courier.look)

    def touch(self, _now_ms: int) -> None:
        self._loop.call_soon(self.flush)

    def flush(self) -> None:
        if self.is_alive and not self.failures:
            self.post.journal.flush()
            if self.durable:
                self.post.journal.synced(self.post.log.sync())

    def send(self, *targets: str, content: bytes = b"content", due_ms: int = 0) -> None:
        self.post.post(*targets, content=content, due_ms=due_ms, now_ms=self.clock.now_ms())
        self.touch(0)

    async def turn(self, **by: float) -> None:
        """Turn the clock, and let all happen that waits for nobody."""
        self.clock.advance(**by)
        await quiet()


async def quiet(turns: int = TURNS) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)


@asynccontextmanager
async def world(
    carrier: Carrier | None = None,
    *,
    office: PostOffice | None = None,
    answer: Answer | None = None,
    clock: ManualClock | None = None,
    most_in_flight: int = 1024,
) -> AsyncIterator[World]:
    post = (office or PostOffice()).begin()
    it = World(post, carrier or Obedient(), Sink(answer), clock or ManualClock(NOW_MS), most_in_flight)
    it.courier.start()
    try:
        yield it
    finally:
        await it.courier.stop(0)
        it.flush()
