"""The Kafka ports of a process: one for each listener of each broker."""

from collections.abc import Mapping

from weirmq.server.kafka.listener import Limits, Listener, Surroundings
from weirmq.server.kafka.security import Securities
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.model import DEFAULT_CLUSTER, FIRST_BROKER


class KafkaPorts:
    """Starts and stops them."""

    def __init__(self, kafka: KAFKA, surroundings: Surroundings, limits: Limits, securities: Securities) -> None:
        self.listeners: list[Listener] = []
        self._kafka = kafka
        self._surroundings = surroundings
        self._limits = limits
        self._securities = securities

    async def listen(self, host: str, wanted: Mapping[str, int]) -> dict[str, int]:
        """Open the ports of the default cluster's broker: `wanted` by the names of listeners, 0 for any free one.

        Returns which they are. Raises TlsError, OSError.
        """
        return await self.open_broker(DEFAULT_CLUSTER, FIRST_BROKER, host, wanted)

    async def open_broker(self, cluster: int, broker: int, host: str, wanted: Mapping[str, int]) -> dict[str, int]:
        """Open the listeners of one broker, as `listen` does."""
        return {name: await self._open(Place(cluster, broker, name), host, port) for name, port in wanted.items()}

    async def _open(self, place: Place, host: str, port: int) -> int:
        security = self._securities.of(place.listener)
        listener = Listener(self._kafka, place, self._surroundings, self._limits, security)
        (_, found), *_ = await listener.listen(host, port)
        self._kafka.ports[place] = found
        self.listeners.append(listener)
        return found

    def silence(self) -> None:
        """Answer nothing any more."""
        for listener in self.listeners:
            listener.silence()

    def stop(self) -> None:
        """Close all ports and connections."""
        for listener in self.listeners:
            listener.stop()
