"""Fetches that wait for records: which of them are to look again when a log has more."""

from typing import TYPE_CHECKING

from weirmq.services.kafka.ask import Connection

if TYPE_CHECKING:
    from weirmq.engine.waiting import Waiting

Key = tuple[str, int]


class Fetches:
    """All waiting fetches, by the names of the logs that they wait for."""

    def __init__(self, waiting: "Waiting") -> None:
        self.waiting = waiting
        self._by_log: dict[str, dict[Key, None]] = {}
        self._of: dict[Connection, dict[Key, tuple[int, list[str]]]] = {}
        self._last = 0

    def key(self) -> Key:
        """That of a wait of its own."""
        self._last += 1
        return "kafka fetch", self._last

    def add(self, connection: Connection, key: Key, number: int, logs: list[str]) -> None:
        """A fetch waits, as the wait of that number."""
        self._of.setdefault(connection, {})[key] = (number, logs)
        for log in logs:
            self._by_log.setdefault(log, {})[key] = None

    def ended(self, connection: Connection, key: Key) -> None:
        """It waits no more."""
        waits = self._of.get(connection, {})
        _, logs = waits.pop(key, (0, []))
        if not waits:
            self._of.pop(connection, None)
        for log in logs:
            keys = self._by_log[log]
            del keys[key]
            if not keys:
                del self._by_log[log]

    def signal(self, log: str) -> None:
        """A log has more, or is gone."""
        for key in self._by_log.get(log, ()):
            self.waiting.signal(key)

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        for key, (number, _) in list(self._of.get(connection, {}).items()):
            self.waiting.cancel(number)
            self.ended(connection, key)
