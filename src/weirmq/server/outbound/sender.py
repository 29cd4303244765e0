"""What the courier needs of whatever sends one kind of errand."""

from typing import Any, Protocol

from weirmq.engine.errands import Outcome


class Sender(Protocol):
    """Sends errands of one type. Any number of sends run at a time; each keeps its errand's timeout by itself."""

    async def send(self, errand: Any) -> Outcome:
        """Send `errand`; whatever the far end does becomes an Outcome. Only a fault of our own raises."""
        ...

    async def close(self) -> None:
        """Let go of connections and processes; nothing is sent any more."""
        ...
