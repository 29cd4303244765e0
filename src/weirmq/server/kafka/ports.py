"""The Kafka ports of a process: one for each broker."""

from weirmq.server.kafka.listener import Limits, Listener, Surroundings
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka.ask import Place
from weirmq.services.kafka.model import DEFAULT_CLUSTER, FIRST_BROKER


class KafkaPorts:
    """Starts and stops them."""

    def __init__(self, kafka: KAFKA, surroundings: Surroundings, limits: Limits) -> None:
        self.listeners: list[Listener] = []
        self._kafka = kafka
        self._surroundings = surroundings
        self._limits = limits

    async def listen(self, host: str, port: int) -> int:
        """Open the port of the default cluster's broker (0: any free one). Returns which it is. Raises OSError."""
        place = Place(DEFAULT_CLUSTER, FIRST_BROKER)
        listener = Listener(self._kafka, place, self._surroundings, self._limits)
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
