"""The Kafka ports of a process: one for each broker."""

from collections.abc import Callable
from typing import Any

from weirmq.kernel.clock import Clock
from weirmq.server.kafka.listener import Listener
from weirmq.services.kafka import SERVICE as KAFKA
from weirmq.services.kafka.model import DEFAULT_CLUSTER, FIRST_BROKER

OnError = Callable[[str, BaseException], None]


class KafkaPorts:
    """Starts and stops them."""

    def __init__(
        self,
        kafka: KAFKA,
        *,
        clock: Clock,
        hold: Callable[[Callable[[Any], None], Any], None],
        touch: Callable[[int], None],
        on_error: OnError,
        fail: Callable[[BaseException], None],
    ) -> None:
        self._kafka = kafka
        self._clock = clock
        self._hold = hold
        self._touch = touch
        self._on_error = on_error
        self._fail = fail
        self._listeners: list[Listener] = []

    async def listen(self, host: str, port: int) -> int:
        """Open the port of the default cluster's broker (0: any free one). Returns which it is. Raises OSError."""
        place = (DEFAULT_CLUSTER, FIRST_BROKER)
        listener = Listener(
            self._kafka,
            place,
            clock=self._clock,
            hold=self._hold,
            touch=self._touch,
            on_error=self._on_error,
            fail=self._fail,
        )
        (_, found), *_ = await listener.listen(host, port)
        self._kafka.ports[place] = found
        self._listeners.append(listener)
        return found

    def silence(self) -> None:
        """Answer nothing any more."""
        for listener in self._listeners:
            listener.silence()

    def stop(self) -> None:
        """Close all ports and connections."""
        for listener in self._listeners:
            listener.stop()
