"""The composition root: everything that a server is made of, put together, started and stopped."""

import asyncio
import gc
import resource
import ssl
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from weirmq import __version__
from weirmq.engine.flowing import Flowing
from weirmq.engine.handover import Handover
from weirmq.engine.holdings import Holdings
from weirmq.engine.journal import Journal
from weirmq.engine.outbox import Outbox
from weirmq.engine.service import Service
from weirmq.engine.streams import Streams
from weirmq.engine.waiting import Waiting
from weirmq.kernel.clock import Clock, ManualClock, SystemClock
from weirmq.kernel.errors import LogFailed, NoRoom
from weirmq.kernel.ids import Entropy, SystemEntropy
from weirmq.log.disk import Disk, SystemDisk
from weirmq.log.files import FileLog
from weirmq.log.library import THREADS, FileLibrary, Library, MemoryLibrary
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog
from weirmq.log.snapshots import newest_snapshot, older_offset
from weirmq.server import families
from weirmq.server.auth import Authenticator
from weirmq.server.config import ConfigError, Options, allows_private, cluster_ports, kafka_listeners
from weirmq.server.dispatch import Dispatcher
from weirmq.server.flows import FlowWheel
from weirmq.server.http import SURPLUS_LIMIT, Limits, Server, Timeouts
from weirmq.server.kafka import listener as kafka_listener
from weirmq.server.kafka.ports import KafkaPorts
from weirmq.server.kafka.security import Securities
from weirmq.server.logs import Logger, open_logger
from weirmq.server.memory import keep_freed
from weirmq.server.metrics import Family, Metrics
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.courier import Courier
from weirmq.server.outbound.lanes import MOST_IN_FLIGHT
from weirmq.server.outbound.senders import senders
from weirmq.server.pages import Pages
from weirmq.server.services import Ground, Installed, install
from weirmq.server.snapshotter import Snapshotter
from weirmq.server.streams import StreamWheel, hold_for, most_open
from weirmq.server.tls import Certificate
from weirmq.server.wheel import Wheel
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka.clusters import NoPort
from weirmq.wire.kafka.listeners import PLAINTEXT

COURIER_STOP_S: Final = 5.0  # what is under way to the outside may take this long; what isn't done by then comes again
JOURNAL: Final = "journal"
SNAPSHOTS: Final = "snapshots"
STREAMS: Final = "streams"

OWN_FILES: Final = 128  # the logs' own, snapshots, connections to the outside

# CPython looks for cycles after so many new objects that stay; every 5th time among those that stayed longer, every
# 4,000th of these among all. Messages are no part of cycles, so they cost a collection nothing; queues and groups do.
# Rarer collections would each take longer, the more so while a snapshot's child shares the pages that they touch.
GC_THRESHOLDS: Final = (5_000, 5, 4_000)


def spare_collections() -> None:
    """Keep the garbage collector from stalling the loop. For a process that is a server and nothing else: what stands
    now, code and configuration mostly, is never looked at again.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    gc.enable()
    keep_freed()


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
        self._disk_threads = THREADS if disk is None else 1  # a simulated one serves one at a time
        self.logger = logger or open_logger(options)
        self.metrics = Metrics()
        self.failed: asyncio.Future[None]
        self._is_open = options.insecure_allow_anyone or not options.users
        self.kafka_ports: dict[str, int] = {}  # where Kafka clients are heard, by listener
        self._journal: Journal
        self._server: Server
        self._dispatcher: Dispatcher
        self._wheel: Wheel | None = None
        self._snapshotter: Snapshotter | None = None
        self._courier: Courier | None = None
        self._stream_wheel: StreamWheel | None = None
        self._flow_wheel: FlowWheel | None = None
        self._kafka_ports: list[KafkaPorts] = []

    @property
    def kafka_port(self) -> int:
        """Where Kafka clients are heard who needn't say who they are; 0 where none are."""
        return self.kafka_ports.get(PLAINTEXT, 0)

    async def start(self) -> list[tuple[str, int]]:
        """Replay the log and listen; returns the addresses.

        Raises LogDamaged, LogFailed, NoRoom, TlsError, ConfigError, OSError.
        """
        self.failed = asyncio.get_running_loop().create_future()
        tls = self._tls()
        authenticator = Authenticator(
            self.options.users,
            is_open=self._is_open,
            takes_any_page=self.options.insecure_allow_anyone,
            region=self.options.region,
        )
        waits_for_sync = self.options.durability == "fsync"
        self._journal = Journal(self._open_log(), holdings=Holdings(), waits_for_sync=waits_for_sync)
        try:
            self._compose(authenticator, self._journal)
            addresses = await self._listen(tls)
            if self._courier is not None:  # now, for receivers may call back
                self._courier.start()
        except BaseException:
            await self._let_go()
            raise
        self.logger.info(
            "listening",
            addresses=[f"{host}:{port}" for host, port in addresses],
            version=__version__,
            data=self.options.data if self.options.durability != "memory" else None,
            durability=self.options.durability,
            kafka_ports=self.kafka_ports,
        )
        return addresses

    async def _listen(self, tls: ssl.SSLContext | None) -> list[tuple[str, int]]:
        """Open all ports, or none."""
        try:
            addresses = await self._server.listen(self.options.host, self.options.port, tls)
            await self._open_kafka()
        except BaseException:
            await self._server.close(0)
            raise
        return addresses

    def _compose(self, authenticator: Authenticator, journal: Journal) -> None:
        """Put the services on the journal, replay it, and put the server around them."""
        waiting, flowing, outbox = Waiting(), Flowing(), Outbox(journal.holdings)
        streams = Streams(self._library(), waits_for_sync=journal.waits_for_sync)
        ground = Ground(
            options=self.options,
            journal=journal,
            waiting=waiting,
            handover=Handover(),
            outbox=outbox,
            streams=streams,
            flowing=flowing,
            entropy=self.entropy,
            account_of=authenticator.account_of,
            identify=authenticator.identify,
            tell=self._tell,
        )
        installed = install(ground)
        services: dict[str, Service] = {each.service.name: each.service for each in installed if each.service}
        machines = [each.machine for each in installed if each.machine is not None]
        for machine in (*machines, outbox):
            journal.join(machine)
        self._replay(journal)
        self._name_strays(installed, streams)
        for each in installed:
            each.replayed()
        wheel = self._wheel = Wheel(journal, waiting, machines, self.clock, self._fail)
        self._stream_wheel = StreamWheel(
            streams, fail=self._fail, on_error=self._report, on_removed=partial(self._logs_removed, installed)
        )
        flows = self._flow_wheel = FlowWheel(flowing, clock=self.clock, hold=journal.hold, fail=self._fail)
        self._snapshotter = self._make_snapshotter(journal, wheel)
        hold = hold_for(journal, streams)
        self._kafka_ports = [self._make_kafka_ports(each.kafka, hold, wheel) for each in installed if each.kafka]
        courier = self._courier = self._make_courier(journal, outbox, installed, wheel)
        self._dispatcher = Dispatcher(
            services,
            journal=journal,
            hold=hold,
            waiting=waiting,
            flows=flows,
            wheel=wheel,
            authenticator=authenticator,
            clock=self.clock,
            entropy=self.entropy,
            metrics=self.metrics,
            pages=Pages(self.metrics, list(services), [each.page for each in installed]).answer,
            on_error=self._report,
            on_refused=partial(self._tell, "debug", "a request was refused"),
            on_room=lambda: self.logger.info("there is room on the disk again"),
            on_failed=self._fail,
        )
        self._server = self._make_server(self._dispatcher)
        own: list[Callable[[], Iterable[Family]]] = [each.families for each in installed]
        own += [self._port_families, partial(families.of_journal, journal), partial(families.of_flows, flowing)]
        for family in (*own, courier.families):
            self.metrics.add(family)
        if isinstance(self.clock, ManualClock):
            for look in (wheel.tick, flows.tick, courier.look):
                self.clock.on_turn(partial(_call_soon, asyncio.get_running_loop(), look))

    def _port_families(self) -> Iterator[Family]:
        yield from families.of_server(self._server)
        yield from families.of_kafka(self._kafka_ports)

    def _make_kafka_ports(
        self, kafka: KAFKA, hold: Callable[[Callable[[Any], None], Any], None], wheel: Wheel
    ) -> KafkaPorts:
        options = self.options
        surroundings = kafka_listener.Surroundings(
            clock=self.clock,
            hold=hold,
            touch=wheel.touch,
            expect=wheel.expect,
            fail=self._fail,
            on_error=self._report,
            tell=self._tell,
        )
        limits = kafka_listener.Limits(
            connections=self._most_connections(),
            buffered_bytes=options.max_buffered_bytes,
            stalled_s=options.request_timeout_s,
        )
        securities = Securities(options, self.clock, self._report)
        return KafkaPorts(kafka, surroundings, limits, securities, cluster_ports(options))

    async def _open_kafka(self) -> None:
        """Listen for Kafka clients."""
        wanted = kafka_listeners(self.options)
        for ports in self._kafka_ports:
            try:
                self.kafka_ports |= await ports.listen(self.options.host, wanted, self.options.kafka_brokers)
            except (ValueError, NoPort) as error:
                raise ConfigError(f"Kafka: {error}") from error

    def _make_courier(self, journal: Journal, outbox: Outbox, installed: Sequence[Installed], wheel: Wheel) -> Courier:
        options = self.options
        ways = senders(
            options,
            guard=Guard(allows_private=allows_private(options)),
            clock=self.clock,
            entropy=self.entropy,
            logger=self.logger,
            on_text=partial(self._text_came, installed),
        )
        return Courier(
            outbox,
            journal,
            ways,
            clock=self.clock,
            touch=wheel.touch,
            on_delivery=partial(self._tell, "info", "delivery"),
            on_error=self._report,
            on_failed=self._fail,
            most_in_flight=sends_for(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
        )

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

    def _library(self) -> Library:
        if self.options.durability == "memory":
            return MemoryLibrary()
        return FileLibrary(
            self.disk,
            str(Path(self.options.data) / STREAMS),
            note=self.logger.warning,
            most_open=most_open(),
            threads=self._disk_threads,
        )

    def _name_strays(self, installed: Sequence[Installed], streams: Streams) -> None:
        """Logs that belong to nothing: a power cut took back the creation of what they were for, or they came from
        elsewhere. They are left alone, for the operator to look at. Raises OSError.
        """
        known = {group for each in installed for group in each.log_groups()}
        for stray in sorted(set(streams.library.groups()) - known):
            self.logger.warning("logs of no stream are left alone", folder=stray)

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
        most = self._most_connections()
        if most < options.max_connections:
            self.logger.debug("the limit on open files allows fewer connections than max_connections", allowed=most)
        limits = Limits(most, options.max_body_bytes, options.max_buffered_bytes)
        timeouts = Timeouts(
            head_s=options.request_timeout_s, body_s=options.request_timeout_s, idle_s=options.idle_timeout_s
        )
        return Server(dispatcher.handle, clock=self.clock, on_error=self._report, limits=limits, timeouts=timeouts)

    def _most_connections(self) -> int:
        """How many connections HTTP may have, and Kafka as many: the files that may be open are for both alike."""
        most = connections_for(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        return min(self.options.max_connections, most // 2)

    def _tls(self) -> ssl.SSLContext | None:
        if not self.options.tls_certificate:
            return None
        return Certificate(Path(self.options.tls_certificate), Path(self.options.tls_key), self._report).context

    async def stop(self) -> None:
        """Stop accepting, finish what is in progress, write a snapshot and let go of the disk. Raises LogFailed."""
        has_failed = self.failed.done()
        self.logger.info("stopping")
        # After a failure nothing is answered any more, so there is nothing to wait for.
        closing = asyncio.ensure_future(self._server.close(0 if has_failed else self.options.stop_timeout_s))
        await asyncio.sleep(0)  # from here on it takes no connections, and closes each behind its last answer
        if not has_failed:
            self._dispatcher.end_polls()
        await closing
        await self._let_go(takes_snapshot=True, patience_s=0 if has_failed else COURIER_STOP_S)
        self.failed.cancel()
        self.logger.info("stopped")

    async def _let_go(self, *, takes_snapshot: bool = False, patience_s: float = 0) -> None:
        """Of timers, threads and files; before that, what is there is made durable."""
        self.metrics.stalls.stop()
        for ports in self._kafka_ports:
            ports.stop()
        try:
            if self._courier is not None:
                await self._courier.stop(patience_s)
            if self._flow_wheel is not None:
                self._flow_wheel.halt()
            if self._stream_wheel is not None:
                await self._stream_wheel.stop()
            if self._wheel is not None:
                await self._wheel.stop()
            if self._snapshotter is not None:
                self._snapshotter.stop()
                if takes_snapshot and not self.failed.done():  # else it could be ahead of the log
                    self._snapshotter.take()
        finally:
            self._journal.log.close()

    def _fail(self, error: BaseException) -> None:
        if self.failed.done():
            return
        self.logger.critical("the log failed; nothing is answered any more", error=str(error))
        self._dispatcher.silence()
        for ports in self._kafka_ports:
            ports.silence()
        if self._wheel is not None:
            self._wheel.halt()
        if self._stream_wheel is not None:
            self._stream_wheel.halt()
        if self._flow_wheel is not None:
            self._flow_wheel.halt()
        if self._courier is not None:
            self._courier.halt()
        if self._snapshotter is not None:
            self._snapshotter.stop()
        self.failed.set_exception(error)

    def _tell(self, level: str, event: str, fields: Mapping[str, Any]) -> None:
        getattr(self.logger, level)(event, **fields)

    def _logs_removed(self, installed: Sequence[Installed], names: list[str]) -> None:
        for each in installed:
            if each.logs_removed is not None:  # without room, it is found out again after a restart
                self._record("no room to record that logs were removed", partial(each.logs_removed, names))

    def _text_came(self, installed: Sequence[Installed], number: str, text: str) -> None:
        for each in installed:
            if each.text_came is not None:
                self._record("no room to record that a number opted out", partial(each.text_came, number, text))

    def _record(self, without_room: str, record: Callable[[int], None]) -> None:
        """Let a service record what came to it by other ways than a command."""
        now_ms = self.clock.now_ms()
        try:
            record(now_ms)
            if self._wheel is not None:
                self._wheel.touch(now_ms)
        except NoRoom as error:
            self._report(without_room, error)
        except LogFailed as error:
            self._fail(error)

    def _report(self, what: str, error: BaseException) -> None:
        self.logger.error(what, error=str(error), exc_info=error)


def connections_for(files: int) -> int:
    """How many connections `files` open files leave room for: a log that can't open its next file has failed."""
    if files == resource.RLIM_INFINITY:
        return sys.maxsize
    return max(files - OWN_FILES - SURPLUS_LIMIT, files // 2)


def sends_for(files: int) -> int:
    """How many sends of a kind `files` open files leave room for: each may have a socket, and there are two kinds."""
    return MOST_IN_FLIGHT if files == resource.RLIM_INFINITY else min(MOST_IN_FLIGHT, max(16, files // 16))


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    """Call `callback` in the loop's thread, if the loop is still there."""
    with suppress(RuntimeError):  # it is closed: the server has stopped, and its clock goes on
        loop.call_soon_threadsafe(callback)
