"""Fetches that wait for records: which of them are to look again when a log has more."""

from typing import TYPE_CHECKING, Final, Protocol

from weirmq.services.kafka.ask import Connection

if TYPE_CHECKING:
    from weirmq.engine.waiting import Waiting

SLACK: Final = 4  # a fetch may wait by this part of its time longer: those that end in one turn of the loop cost half
MOST_SLACK_MS: Final = 125  # but not by more, for clients wait a little longer only than they have said

Key = tuple[str, int]


def until(now_ms: int, most_ms: int) -> int:
    """When a fetch that begins to wait now has waited enough: together with others, where that isn't much later."""
    until_ms = now_ms + most_ms
    return until_ms + -until_ms % (min(most_ms // SLACK, MOST_SLACK_MS) or 1)


class Follower(Protocol):
    """Who wants to know of a log for longer than a fetch takes."""

    def signal(self) -> Key:
        """The log has more. Returns the key of the fetch that may wait for it."""
        ...


class Fetches:
    """All waiting fetches, by the names of the logs that they wait for."""

    def __init__(self, waiting: "Waiting") -> None:
        self.waiting = waiting
        self._by_log: dict[str, dict[Key, None]] = {}
        self._followers: dict[str, dict[Follower, None]] = {}
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
            keys = self._by_log.get(log, {})
            keys.pop(key, None)  # a request may name a partition twice
            if not keys:
                self._by_log.pop(log, None)

    def follow(self, log: str, follower: Follower) -> None:
        """Tell somebody of a log, until it is unfollowed."""
        self._followers.setdefault(log, {})[follower] = None

    def unfollow(self, log: str, follower: Follower) -> None:
        """Tell it no more."""
        followers = self._followers.get(log, {})
        followers.pop(follower, None)
        if not followers:
            self._followers.pop(log, None)

    def signal(self, log: str) -> None:
        """A log has more, or less, or is gone."""
        for key in self._by_log.get(log, ()):
            self.waiting.signal(key)
        for follower in self._followers.get(log, ()):
            self.waiting.signal(follower.signal())

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        for key, (number, _) in list(self._of.get(connection, {}).items()):
            self.waiting.cancel(number)
            self.ended(connection, key)
