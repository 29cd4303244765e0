"""The composition root: everything that a server is made of, put together, started and stopped."""

import asyncio
import gc
import ssl
from collections.abc import Callable, Iterator
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
from weirmq.log.snapshots import newest_snapshot
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

# A full collection walks all objects that may be in cycles. Messages are none of them, but queues, groups and policies
# are:
# so what stands at the start is frozen, and full collections are rare.
GC_THRESHOLDS: Final = (50_000, 20, 100)


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
        self._server: Server
        self._journal: Journal
        self._wheel: Wheel
        self._snapshotter: Snapshotter

    async def start(self) -> list[tuple[str, int]]:
        """Replay the log and listen; returns the addresses. Raises LogDamaged, TlsError, ConfigError, OSError."""
        options = self.options
        loop = asyncio.get_running_loop()
        self.failed = loop.create_future()
        journal = self._journal = Journal(
            self._open_log(), holdings=Holdings(), waits_for_sync=options.durability == "fsync"
        )
        waiting = Waiting()
        authenticator = Authenticator(
            options.users,
            is_open=options.insecure_allow_anyone or not options.users,
            clock=self.clock,
            region=options.region,
        )
        sqs = SQS(journal, waiting, self.entropy)
        services: dict[str, Service] = {sqs.name: sqs, STS.name: STS(authenticator.account_of)}
        journal.join(sqs.machine)
        self._replay(journal)
        self._wheel = Wheel(journal, waiting, [sqs.machine], self.clock, self._fail)
        self._snapshotter = Snapshotter(
            journal,
            self.disk,
            None if options.durability == "memory" else str(Path(options.data) / SNAPSHOTS),
            log_folder=str(Path(options.data) / JOURNAL),
            on_error=self._report,
            on_failed=self._fail,
        )
        dispatcher = Dispatcher(
            services,
            journal=journal,
            waiting=waiting,
            wheel=self._wheel,
            authenticator=authenticator,
            clock=self.clock,
            entropy=self.entropy,
            metrics=self.metrics,
            pages=Pages(self.metrics, list(services)).answer,
            on_error=self._report,
            on_failed=self._fail,
        )
        self._server = self._make_server(dispatcher)
        self.metrics.add(self._families)
        self.metrics.add(lambda: _queues(sqs))
        if isinstance(self.clock, ManualClock):
            self.clock.on_turn(partial(_call_soon, loop, self._wheel.tick))
        addresses = await self._server.listen(options.host, options.port, self._tls())
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        self.logger.info("listening", addresses=[f"{host}:{port}" for host, port in addresses])
        return addresses

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
        snapshot = newest_snapshot(self.disk, str(Path(self.options.data) / SNAPSHOTS))
        for refused in snapshot.refused:
            self.logger.warning("a snapshot was passed over", reason=refused)
        count = journal.replay(snapshot.parts, snapshot.offset)
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
        await self._server.close(self.options.stop_timeout_s)
        self.metrics.stalls.stop()
        if not self.failed.done():
            await self._wheel.stop()
            self._snapshotter.take()
            self.failed.cancel()
        self._journal.log.close()

    def _fail(self, error: BaseException) -> None:
        if not self.failed.done():
            self.logger.critical("the disk failed; nothing is answered any more", error=str(error))
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
    if not loop.is_closed():
        loop.call_soon_threadsafe(callback)


def _queues(sqs: SQS) -> Iterator[Family]:
    """How many messages each queue has, in which state."""
    samples = [
        Sample((queue.arn, state), count)
        for queue in sqs.machine.queues.values()
        for state, count in (("visible", queue.ready), ("in_flight", queue.in_flight), ("delayed", queue.delayed))
    ]
    yield Family("weirmq_sqs_messages", "gauge", "Messages in a queue, by state.", ("queue", "state"), samples)
