"""Takes what is due out of the outbox, has it sent, and commits what came of it.

    outbox: due -> lanes: whose turn it is -> carrier: errand -> sender -> Outcome
                                                                    -> carrier: verdict -> journal: Finished, Deferred

Nothing is sent that the disk may still lose: what is posted waits, as answers do, until it is durable. The end of a
send is committed without anybody waiting for it; lost in a crash, it means one delivery more.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import msgspec

from weirmq.engine.errands import Dead, Done, Errand, Lane, Outcome, Retry, Verdict
from weirmq.engine.journal import Journal
from weirmq.engine.machine import Fact
from weirmq.engine.outbox import Carrier, Deferred, Finished, Outbox, Task
from weirmq.kernel.clock import HOUR_MS, MINUTE_MS, Clock
from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.server.metrics import Family, Histogram, Sample, single
from weirmq.server.outbound.lanes import MOST_IN_FLIGHT, Lanes, Sending
from weirmq.server.outbound.sender import Sender

OnError = Callable[[str, BaseException], None]

TAKEN_AT_ONCE: Final = 200  # tasks in one turn of the loop: about 1 ms
BEGUN_AT_ONCE: Final = 64  # sends in one turn: about 2 ms
LOOK_S: Final = 1.0  # how often somebody looks at the clock while something waits: it may have been set
LEAST_LOOK_S: Final = 0.001
FULL_S: Final = 1.0  # how soon to try again where the disk had no room
LOST: Final = "lost"  # the kind of a task whose content a repair of the log cut out
FAULT_MS: Final = MINUTE_MS  # until the next try where a carrier failed; twice as long each time, up to an hour


class Sent(msgspec.Struct, gc=False):
    """A task that was sent or, without a `result`, had nothing to be sent. Its verdict isn't committed yet."""

    sending: Sending
    task: Task
    carrier: Carrier
    content: bytes | None = None  # None where it couldn't be read
    kind: str = "none"
    result: Outcome | None = None


class Courier:
    """Delivers for one outbox, from `start` to `stop` or `halt`.

    `senders` go by the type of errand. `touch` is the wheel's. `on_delivery` gets the log fields of verdicts that have
    some; `on_failed` gets what the disk did, after which nothing is sent.
    """

    def __init__(
        self,
        outbox: Outbox,
        journal: Journal,
        senders: Mapping[type[Errand], Sender],
        *,
        clock: Clock,
        touch: Callable[[int], None],
        on_delivery: Callable[[Mapping[str, Any]], None],
        on_error: OnError,
        on_failed: Callable[[BaseException], None],
        most_in_flight: int = MOST_IN_FLIGHT,
    ) -> None:
        self.lanes = Lanes(most_in_flight)
        self._outbox = outbox
        self._journal = journal
        self._senders: dict[type, Sender] = dict(senders)
        self._kinds = {errand: errand.__name__.removesuffix("Errand").lower() for errand in senders}
        self._clock = clock
        self._touch = touch
        self._on_delivery = on_delivery
        self._on_error = on_error
        self._on_failed = on_failed
        self._loop = asyncio.get_running_loop()
        self._running: set[asyncio.Task[None]] = set()
        self._sent: list[Sent] = []
        self._timer: asyncio.TimerHandle | None = None
        self._room: asyncio.TimerHandle | None = None
        self._looks = self._pumps = self._settles = False  # something is on its way that will
        self._is_full = False
        self._is_stopped = True
        self._is_halted = False
        self._durable_number = 0
        self._strangers: set[str] = set()
        self._counts: dict[tuple[str, str, str], int] = {}
        self._durations: dict[str, Histogram] = {}

    def start(self) -> None:
        """Begin to deliver. After replay."""
        self._is_stopped = False
        self._outbox.on_due = self.look
        self.look()

    def look(self) -> None:
        """Something may be due: look soon, as soon as all that is decided is durable."""
        if not self._looks and not self._is_stopped:
            self._looks = True
            self._loop.call_soon(self._hold)

    async def stop(self, patience_s: float) -> None:
        """Begin no further send, wait for those in flight, then give them up; close the senders.

        What came of them is committed, and must be flushed after this; what was given up is sent again one day.
        """
        self._rest()
        if self._running:
            await asyncio.wait(self._running, timeout=patience_s)
        for running in self._running:
            running.cancel()
        if self._running:
            await asyncio.wait(self._running)
        for sender in self._senders.values():
            await sender.close()
        self._settle()

    def halt(self) -> None:
        """The disk failed: send and commit nothing any more. `stop` is still to be called."""
        self._is_halted = True
        self._rest()
        for running in self._running:
            running.cancel()

    def _rest(self) -> None:
        self._is_stopped = True
        for timer in (self._timer, self._room):
            if timer is not None:
                timer.cancel()

    # From the outbox to the senders

    def _hold(self) -> None:
        """Wait until what was posted so far is durable."""
        self._journal.hold(self._look, self._outbox.next_number)

    def _look(self, next_number: int) -> None:
        """Tasks below are durable. The journal is in the middle of its answers; no fault of ours may keep any back."""
        self._durable_number = next_number
        self._loop.call_soon(self._take)

    def _take(self) -> None:
        """Line up what is due."""
        self._looks = False
        if self._is_stopped:
            return
        tasks = self._outbox.take(self._clock.now_ms(), TAKEN_AT_ONCE)
        for task in tasks:
            if task.number < self._durable_number:
                self._line_up(task)
            else:
                self._outbox.give_back(task)
        if len(tasks) == TAKEN_AT_ONCE:
            self.look()
        self._pump()

    def _line_up(self, task: Task) -> None:
        service = task.post.service
        make = self._outbox.carriers.get(service)
        if make is None:  # its tasks are kept for a version that knows the service
            if service not in self._strangers:
                self._strangers.add(service)
                self._on_error("deliveries wait for ever", LookupError(f"nobody carries what {service} has posted"))
            return
        try:
            lane = make().lane(task.target)
        except Exception as error:  # noqa: BLE001 - a fault of one service; the tasks of others must go on
            self._on_error(f"{service} has no lane for a delivery", error)
            lane = Lane(task.target)
        self.lanes.put(lane, task)

    def _pump(self) -> None:
        """Begin what may begin, and come again when time lets more begin."""
        self._pumps = False
        if self._is_stopped or self._is_full:
            return
        now_ms = self._clock.now_ms()
        for _ in range(BEGUN_AT_ONCE):
            begun = self.lanes.begin(now_ms)
            if begun is None:
                break
            sent = Sent(begun, begun.task, self._outbox.carriers[begun.task.post.service]())
            running = self._loop.create_task(self._deliver(sent))
            self._running.add(running)
            running.add_done_callback(self._running.discard)
        else:
            self._pump_soon()
        due_ms, paced_ms = self._outbox.wakes_ms(), self.lanes.next_ms()
        if due_ms is not None or paced_ms is not None:
            next_ms = min(ms for ms in (due_ms, paced_ms) if ms is not None)
            self._arm(min(max((next_ms - now_ms) / 1000, LEAST_LOOK_S), LOOK_S))

    def _pump_soon(self) -> None:
        """In the next turn of the loop; others have theirs before."""
        if not self._pumps:
            self._pumps = True
            self._loop.call_soon(self._pump)

    def _arm(self, delay_s: float) -> None:
        if self._timer is not None:
            if self._timer.when() <= self._loop.time() + delay_s and not self._timer.cancelled():
                return
            self._timer.cancel()
        self._timer = self._loop.call_later(delay_s, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self.look()

    async def _deliver(self, sent: Sent) -> None:
        """Send one task."""
        task = sent.task
        try:
            content = sent.content = self._journal.read(self._outbox, task.post.offset).content
            errand = sent.carrier.errand(task, content, self._clock.now_ms())
            if not isinstance(errand, Done | Retry | Dead):
                sent.result = await self._send(sent, errand)
        except LogFailed as error:
            self._fail(error)
            return
        except LogDamaged as error:
            self._on_error(f"a delivery for {task.post.service} to {task.target} is lost", error)
            sent.kind = LOST
        except Exception as error:  # noqa: BLE001 - a fault of ours makes a failed try of a task, never a lost task
            self._on_error(f"a delivery for {task.post.service} to {task.target} failed", error)
            sent.result = Outcome(error=f"the server failed: {error}")
        self._sent.append(sent)
        self._settle_soon()

    async def _send(self, sent: Sent, errand: Errand) -> Outcome:
        sender = self._senders.get(type(errand))
        if sender is None:
            raise LookupError(f"nothing here sends a {type(errand).__name__}")
        sent.kind = self._kinds[type(errand)]
        return await sender.send(errand)

    # From the senders to the journal

    def _settle_soon(self) -> None:
        if not self._settles and not self._is_full:
            self._settles = True
            self._loop.call_soon(self._settle)

    def _settle(self) -> None:
        """Commit what came of all that was sent in this turn of the loop."""
        self._settles = False
        if self._is_halted or not self._sent:
            return
        now_ms = self._clock.now_ms()
        try:
            self._judge_all(now_ms)
            self._touch(now_ms)
        except NoRoom as error:
            self._wait_for_room(error)
            return
        except LogFailed as error:
            self._fail(error)
            return
        self._is_full = False
        self._pump()

    def _judge_all(self, now_ms: int) -> None:
        """Give each task its verdict, and commit them, as many as possible at once. Raises NoRoom, LogFailed.

        Verdicts that others' facts belong to are committed one by one: the next one must be given knowing them.
        """
        together: list[tuple[Sent, Verdict]] = []
        rest, self._sent = self._sent, []
        try:
            while rest:
                sent = rest[-1]
                verdict = self._verdict(sent, now_ms)
                if isinstance(verdict, Dead) and verdict.also:
                    end = [Finished([sent.task.number])]
                    self._journal.commit(self._outbox, end, now_ms, also=verdict.also)
                    self._close(sent, verdict)
                elif verdict is not None:
                    together.append((sent, verdict))
                else:
                    self.lanes.end(sent.sending, 0)
                    self._outbox.give_back(sent.task)
                rest.pop()
            if together:
                self._journal.commit(self._outbox, _facts_of(together), now_ms, urgent=False)
        except NoRoom:  # they are judged again later, for verdicts are given on what is so when they are committed
            self._sent += rest
            self._sent += [sent for sent, _ in together]
            raise
        for sent, verdict in together:
            self._close(sent, verdict)

    def _verdict(self, sent: Sent, now_ms: int) -> Verdict | None:
        """What becomes of a task; None where it must be sent after all. Raises NoRoom, LogFailed."""
        task, content = sent.task, sent.content
        if sent.kind == LOST:
            return Done()
        after_fault = Retry(now_ms + min(FAULT_MS << min(task.attempts, 10), HOUR_MS))
        if content is None:
            return after_fault
        try:
            if sent.result is not None:
                return sent.carrier.outcome(task, content, sent.result, now_ms)
            again = sent.carrier.errand(task, content, now_ms)
            return again if isinstance(again, Done | Retry | Dead) else None
        except (NoRoom, LogFailed):
            raise
        except Exception as error:  # noqa: BLE001 - a fault of one service; the tasks of others must go on
            self._on_error(f"{task.post.service} failed on the outcome of a delivery to {task.target}", error)
            return after_fault

    def _close(self, sent: Sent, verdict: Verdict) -> None:
        """The verdict stands."""
        result = sent.result
        self.lanes.end(sent.sending, 0 if result is None else result.elapsed_ms)
        key = (sent.task.post.service, sent.kind, _word(verdict, is_sent=result is not None))
        self._counts[key] = self._counts.get(key, 0) + 1
        if result is not None:
            durations = self._durations.get(sent.kind)
            if durations is None:
                durations = self._durations[sent.kind] = Histogram()
            durations.observe(result.elapsed_ms / 1000)
        if verdict.log is not None:
            self._on_delivery(verdict.log)

    def _wait_for_room(self, error: NoRoom) -> None:
        """Nothing new is sent until what was sent can be recorded."""
        if not self._is_full:
            self._is_full = True
            self._on_error("no room on the disk to record deliveries; no others are made until there is", error)
        if not self._is_stopped:
            self._room = self._loop.call_later(FULL_S, self._settle)

    def _fail(self, error: BaseException) -> None:
        self.halt()
        self._on_failed(error)

    def families(self) -> Iterator[Family]:
        """What there is to do, and what was done."""
        yield single("weirmq_outbox_tasks", "gauge", "Deliveries to the outside not yet done.", len(self._outbox.tasks))
        yield single("weirmq_outbound_in_flight", "gauge", "Deliveries being made.", self.lanes.in_flight)
        yield single("weirmq_outbound_queued", "gauge", "Deliveries due, waiting for their turn.", self.lanes.waiting)
        counts = [Sample(key, count) for key, count in self._counts.items()]
        meaning = "Tries of deliveries; result is delivered, retried, dead or dropped."
        yield Family("weirmq_outbound_tries_total", "counter", meaning, ("service", "kind", "result"), counts)
        durations = [Sample((kind,), value) for kind, value in self._durations.items()]
        yield Family("weirmq_outbound_seconds", "histogram", "From an errand to its outcome.", ("kind",), durations)


def _facts_of(judged: list[tuple[Sent, Verdict]]) -> list[Fact]:
    """One Finished for all that are over, a Deferred for each that isn't."""
    finished: list[int] = []
    facts: list[Fact] = []
    for sent, verdict in judged:
        task = sent.task
        if isinstance(verdict, Retry):
            facts.append(Deferred(task.number, task.attempts + (sent.result is not None), verdict.due_ms))
        else:
            finished.append(task.number)
    if finished:
        facts.append(Finished(finished))
    return facts


def _word(verdict: Verdict, *, is_sent: bool) -> str:
    match verdict:
        case Done():
            return "delivered" if is_sent else "dropped"
        case Retry():
            return "retried"
        case Dead():
            return "dead"
