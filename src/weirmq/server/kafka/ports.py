"""The Kafka ports of a process: which are open, for which listener of which broker.

A port listens as soon as `open` has returned: whom the kernel lets in before the loop gets there waits in its backlog.
"""

import asyncio
import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final, NamedTuple

from weirmq.server.kafka.budget import Budget
from weirmq.server.kafka.listener import Limits, Listener, Surroundings
from weirmq.server.kafka.security import Securities
from weirmq.server.listening import Address, addresses_of, listening
from weirmq.server.tls import TlsError
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka import clusters
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.model import DEFAULT_CLUSTER, FIRST_BROKER, brokers_of

SWEEP_S: Final = 10.0
ANY: Final = (0,)


class NotListening(OSError):  # noqa: N818 - says what is so
    """A port for Kafka clients can't be listened at."""

    def __init__(self, error: OSError, port: int) -> None:
        super().__init__(error.errno, error.strerror)
        self.port = port

    def __str__(self) -> str:
        return f"port {self.port or '(any)'}: {self.strerror}"


class Counts(NamedTuple):
    """What came and went."""

    requests: int = 0
    received: int = 0
    sent: int = 0
    failed_logins: int = 0

    def with_those_of(self, listener: Listener) -> "Counts":
        """The sum of both."""
        return Counts(
            self.requests + listener.requests,
            self.received + listener.bytes_in,
            self.sent + listener.bytes_out,
            self.failed_logins + listener.failed_logins,
        )


class KafkaPorts:
    """Opens and closes them. `candidates` are the ports that clusters beside the default one may have."""

    def __init__(
        self,
        kafka: KAFKA,
        surroundings: Surroundings,
        limits: Limits,
        securities: Securities,
        candidates: Sequence[int] = ANY,
    ) -> None:
        self.budget = Budget(limits.buffered_bytes)
        self._open: dict[Place, Listener] = {}
        self._kafka = kafka
        self._surroundings = surroundings
        self._limits = limits
        self._securities = securities
        self._candidates = candidates
        self._next = 0  # of the candidates
        self._addresses: list[Address] = []
        self._closed = Counts()
        self._loop = asyncio.get_running_loop()
        self._sweeping: asyncio.TimerHandle | None = None

    @property
    def listeners(self) -> list[Listener]:
        """Those that are open."""
        return list(self._open.values())

    @property
    def counts(self) -> Counts:
        """What came and went since the start."""
        found = self._closed
        for each in self._open.values():
            found = found.with_those_of(each)
        return found

    async def listen(self, host: str, wanted: Mapping[str, int], brokers: int = 1) -> dict[str, int]:
        """Open the ports of all clusters at `host`. The default one has so many brokers: `wanted` are the ports of the
        first, by the names of listeners, 0 for any free one; those of the others follow them.

        Returns those of the first. Raises TlsError, OSError, NoPort, NoRoom, ValueError.
        """
        now_ms = self._surroundings.clock.now_ms()
        clusters.set_default(self._kafka, now_ms, brokers)
        self._addresses = await addresses_of(host)
        ports = self._kafka.ports
        for place, port in spread(wanted, brokers).items():
            ports[place] = self._serve(place, port)
        self._kafka.opener = self
        for place in clusters.reopen(self._kafka, now_ms):
            fields = {"cluster": self._kafka.machine.clusters[place.cluster].id, "broker": place.broker}
            fields |= {"listener": place.listener, "port": ports[place]}
            self._surroundings.tell("warning", "the port of a Kafka broker was taken, it has another one", fields)
        self._surroundings.touch(now_ms)
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        return {name: ports[Place(DEFAULT_CLUSTER, FIRST_BROKER, name)] for name in wanted}

    def open(self, place: Place, port: int) -> int:
        """Take connections there, at `port` or with 0 at one that is free. Returns which. Raises OSError."""
        try:
            self._securities.of(place.listener)
        except (KeyError, TlsError) as error:
            raise OSError(errno.EINVAL, f"listener {place.listener} can't be opened: {error}") from error
        if port:
            return self._serve(place, port)
        for candidate in self._untaken():
            with suppress(OSError):
                return self._serve(place, candidate)
        raise OSError(errno.EADDRINUSE, "none of the ports that clusters may have is free")

    def _untaken(self) -> Iterator[int]:
        """The candidates that no cluster has, each once, from the one after the last that was found on."""
        clusters = self._kafka.machine.clusters.values()
        taken = {port for cluster in clusters for port in cluster.ports.values()} | set(self._kafka.ports.values())
        for _ in range(len(self._candidates)):
            candidate = self._candidates[self._next % len(self._candidates)]
            self._next += 1
            if candidate not in taken:
                yield candidate

    def _serve(self, place: Place, port: int) -> int:
        security = self._securities.of(place.listener)
        try:
            sockets = listening(self._addresses, port)
        except OSError as error:
            raise NotListening(error, port) from error
        listener = self._open[place] = Listener(
            self._kafka, place, self._surroundings, self._limits, self.budget, security
        )
        listener.serve(sockets)
        return int(sockets[0].getsockname()[1])

    def close(self, place: Place) -> None:
        """Take no connections there any more, and close those that are open."""
        listener = self._open.pop(place)
        self._closed = self._closed.with_those_of(listener)
        listener.stop()

    def _sweep(self) -> None:
        self._sweeping = self._loop.call_later(SWEEP_S, self._sweep)
        now_s = self._loop.time()
        for listener in self._open.values():
            listener.sweep(now_s)

    def silence(self) -> None:
        """Answer nothing any more."""
        for listener in self._open.values():
            listener.silence()

    def stop(self) -> None:
        """Close all ports and connections."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        for listener in self._open.values():
            listener.stop()


def spread(wanted: Mapping[str, int], brokers: int) -> dict[Place, int]:
    """The ports of the default cluster's brokers, made of those of the first. Raises ValueError."""
    spread: dict[Place, int] = {}
    for name, port in wanted.items():
        for index, broker in enumerate(brokers_of(brokers)):
            place = Place(DEFAULT_CLUSTER, broker, name)
            other = next((each for each, its in spread.items() if port and its == port + index), None)
            if other is not None:
                raise ValueError(
                    f"port {port + index} is that of listener {name} of broker {broker}, and of listener"
                    f" {other.listener} of broker {other.broker}"
                )
            spread[place] = port and port + index
    return spread
