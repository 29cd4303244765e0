"""The composition root: everything that a server is made of, put together, started and stopped."""

import asyncio
import gc
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.service import Service
from weirmq.engine.waiting import Waiting
from weirmq.kernel.clock import Clock, ManualClock, SystemClock
from weirmq.kernel.ids import Entropy, SystemEntropy
from weirmq.log.disk import Disk, SystemDisk
from weirmq.log.files import FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.log.snapshots import newest_snapshot, older_offset
from weirmq.server.auth import Authenticator
from weirmq.server.config import Options
from weirmq.server.dispatch import Dispatcher
from weirmq.server.http import Limits, Server, Timeouts
from weirmq.server.logs import Logger, open_logger
from weirmq.server.metrics import Family, Metrics, Sample, single
from weirmq.server.pages import Pages
from weirmq.server.snapshotter import Snapshotter
from weirmq.server.tls import Certificate
from weirmq.server.wheel import Wheel
from weirmq.services.sqs import SERVICE as SQS
from weirmq.services.sts import SERVICE as STS

JOURNAL: Final = "journal"
SNAPSHOTS: Final = "snapshots"

# CPython looks for cycles after so many new objects; every 20th time among those that survived, every 100th of these
# among all. Messages are no part of cycles, so they cost a collection nothing; queues and message groups do.
GC_THRESHOLDS: Final = (50_000, 20, 100)


def spare_collections() -> None:
    """Keep the garbage collector from stalling the loop. For a process that is a server and nothing else: what stands
    now, code and configuration mostly, is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


class App:
    """One server. The caller holds the data folder's lock.

    `failed` gets the exception when the disk fails after the start: nothing is answered any more, and the caller is to
    end the process.
    """

    def __init__(
        self,
        options: Options,
        *,
        clock: Clock | None = None,
        entropy: Entropy | None = None,
        disk: Disk | None = None,
        logger: Logger | None = None,
    ) -> None:
        self.options = options
        self.clock = clock or SystemClock()
        self.entropy = entropy or SystemEntropy()
        self.disk = disk or SystemDisk()
        self.logger = logger or open_logger(options)
        self.metrics = Metrics()
        self.failed: asyncio.Future[None]
        self._journal: Journal
        self._server: Server
        self._dispatcher: Dispatcher
        self._wheel: Wheel | None = None
        self._snapshotter: Snapshotter | None = None

    async def start(self) -> list[tuple[str, int]]:
        """Replay the log and listen; returns the addresses.

        Raises LogDamaged, LogFailed, NoRoom, TlsError, ConfigError, OSError.
        """
        self.failed = asyncio.get_running_loop().create_future()
        tls = self._tls()
        authenticator = Authenticator(
            self.options.users,
            is_open=self.options.insecure_allow_anyone or not self.options.users,
            region=self.options.region,
        )
        waits_for_sync = self.options.durability == "fsync"
        self._journal = Journal(self._open_log(), holdings=Holdings(), waits_for_sync=waits_for_sync)
        try:
            self._compose(authenticator, self._journal)
            addresses = await self._server.listen(self.options.host, self.options.port, tls)
        except BaseException:
            await self._let_go()
            raise
        self.logger.info("listening", addresses=[f"{host}:{port}" for host, port in addresses])
        return addresses

    def _compose(self, authenticator: Authenticator, journal: Journal) -> None:
        """Put the services on the journal, replay it, and put the server around them."""
        waiting = Waiting()
        sqs = SQS(journal, waiting, self.entropy)
        services: dict[str, Service] = {sqs.name: sqs, STS.name: STS(authenticator.account_of)}
        journal.join(sqs.machine)
        self._replay(journal)
        wheel = self._wheel = Wheel(journal, waiting, [sqs.machine], self.clock, self._fail)
        self._snapshotter = self._make_snapshotter(journal, wheel)
        self._dispatcher = Dispatcher(
            services,
            journal=journal,
            waiting=waiting,
            wheel=wheel,
            authenticator=authenticator,
            clock=self.clock,
            entropy=self.entropy,
            metrics=self.metrics,
            pages=Pages(self.metrics, list(services)).answer,
            on_error=self._report,
            on_room=lambda: self.logger.info("there is room on the disk again"),
            on_failed=self._fail,
        )
        self._server = self._make_server(self._dispatcher)
        self.metrics.add(self._families)
        self.metrics.add(lambda: _queues(sqs))
        if isinstance(self.clock, ManualClock):
            self.clock.on_turn(partial(_call_soon, asyncio.get_running_loop(), wheel.tick))

    def _make_snapshotter(self, journal: Journal, wheel: Wheel) -> Snapshotter:
        data = Path(self.options.data)
        return Snapshotter(
            journal,
            self.disk,
            None if self.options.durability == "memory" else str(data / SNAPSHOTS),
            log_folder=str(data / JOURNAL),
            sync=wheel.sync,
            on_error=self._report,
            on_failed=self._fail,
        )

    def _open_log(self) -> Log:
        if self.options.durability == "memory":
            return MemoryLog()
        log = FileLog(self.disk, str(Path(self.options.data) / JOURNAL))
        for note in log.notes:
            self.logger.warning(note)
        return log

    def _replay(self, journal: Journal) -> None:
        if self.options.durability == "memory":
            return
        folder = str(Path(self.options.data) / SNAPSHOTS)
        snapshot = newest_snapshot(self.disk, folder)
        for refused in snapshot.refused:
            self.logger.warning("a snapshot was passed over", reason=refused)
        count = journal.replay(snapshot.parts, snapshot.offset, older_offset(self.disk, folder, snapshot.offset))
        self.logger.debug("replayed", snapshot=snapshot.offset, facts=count)
        if isinstance(self.clock, SystemClock):
            self.clock.not_before(journal.latest_ms)

    def _make_server(self, dispatcher: Dispatcher) -> Server:
        options = self.options
        limits = Limits(options.max_connections, options.max_body_bytes, options.max_buffered_bytes)
        timeouts = Timeouts(
            head_s=options.request_timeout_s, body_s=options.request_timeout_s, idle_s=options.idle_timeout_s
        )
        return Server(dispatcher.handle, clock=self.clock, on_error=self._report, limits=limits, timeouts=timeouts)

    def _tls(self) -> ssl.SSLContext | None:
        if not self.options.tls_certificate:
            return None
        return Certificate(Path(self.options.tls_certificate), Path(self.options.tls_key), self._report).context

    async def stop(self) -> None:
        """Stop accepting, finish what is in progress, write a snapshot and let go of the disk. Raises LogFailed."""
        has_failed = self.failed.done()
        # After a failure nothing is answered any more, so there is nothing to wait for.
        closing = asyncio.ensure_future(self._server.close(0 if has_failed else self.options.stop_timeout_s))
        await asyncio.sleep(0)  # from here on it takes no connections, and closes each behind its last answer
        if not has_failed:
            self._dispatcher.end_polls()
        await closing
        await self._let_go(takes_snapshot=not self.failed.done())
        self.failed.cancel()

    async def _let_go(self, *, takes_snapshot: bool = False) -> None:
        """Of timers, threads and files; before that, what is there is made durable."""
        self.metrics.stalls.stop()
        try:
            if self._wheel is not None:
                await self._wheel.stop()
            if self._snapshotter is not None:
                self._snapshotter.stop()
                if takes_snapshot:
                    self._snapshotter.take()
        finally:
            self._journal.log.close()

    def _fail(self, error: BaseException) -> None:
        if self.failed.done():
            return
        self.logger.critical("the log failed; nothing is answered any more", error=str(error))
        self._dispatcher.silence()
        if self._wheel is not None:
            self._wheel.halt()
        if self._snapshotter is not None:
            self._snapshotter.stop()
        self.failed.set_exception(error)

    def _report(self, what: str, error: BaseException) -> None:
        self.logger.error(what, error=str(error), exc_info=error)

    def _families(self) -> Iterator[Family]:
        """The server's and the journal's own figures."""
        server, journal = self._server, self._journal
        yield single("weirmq_connections", "gauge", "Open connections.", len(server.connections))
        yield single("weirmq_http_requests_total", "counter", "Requests of any kind.", server.requests)
        yield single("weirmq_received_bytes_total", "counter", "Bytes received.", server.bytes_in)
        yield single("weirmq_sent_bytes_total", "counter", "Bytes sent.", server.bytes_out)
        yield single("weirmq_journal_end", "gauge", "Facts recorded since the data folder was made.", journal.end)
        yield single("weirmq_journal_start", "gauge", "The oldest fact still in the log.", journal.log.start)


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call `callback` in the loop's thread, if the loop is still there."""
    with suppress(RuntimeError):  # it is closed: the server has stopped, and its clock goes on
        loop.call_soon_threadsafe(callback)


def _queues(sqs: SQS) -> Iterator[Family]:
    """How many messages each queue has, in which state."""
    samples = [
        Sample((queue.arn, state), count)
        for queue in sqs.machine.queues.values()
        for state, count in (("visible", queue.ready), ("in_flight", queue.in_flight), ("delayed", queue.delayed))
    ]
    yield Family("weirmq_sqs_messages", "gauge", "Messages in a queue, by state.", ("queue", "state"), samples)
