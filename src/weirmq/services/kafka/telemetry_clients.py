"""Clients that push metrics of themselves, and what they pushed last (KIP-714). Nothing of it is durable.

A client is forgotten when it hasn't been heard of for INTERVALS of its intervals, and for KEPT_MS. Of too many clients,
those go first that were heard of the longest ago, and so do the numbers of too many.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from weirmq.kernel.clock import MINUTE_MS
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka.client_metrics_configs import Choice, Traits
from weirmq.wire.kafka.telemetry import Point

INTERVALS: Final = 3  # as in Kafka
KEPT_MS: Final = MINUTE_MS  # our own: /metrics is to be read once at least after a client's end
CLIENTS_MAX: Final = 16_384  # as in Kafka
POINTS_MAX: Final = 50_000  # of all clients
POINTS_OF_CLIENT_MAX: Final = 1_000
TEXT_MAX: Final = 256  # letters of a metric's name, of its attributes, and of a client's id


class Client(msgspec.Struct):
    """One client. `may_ask` is said of one that was refused for what it may find out by asking again."""

    cluster: int
    instance: bytes
    traits: Traits
    choice: Choice
    subscription: int
    changes: int  # how often subscriptions had changed when `choice` was made
    heard_ms: int = 0  # when it was told, or pushed, last
    has_asked: bool = False  # and not pushed since
    may_ask: bool = False
    is_over: bool = False  # it has pushed for the last time
    points: dict[tuple[str, str, bool], float] = {}  # by metric, attributes, and whether it is a counter

    @property
    def key(self) -> str:
        """What it is found by."""
        return key_of(self.cluster, self.instance)

    @property
    def next_ms(self) -> int:
        """When it may come again."""
        return self.heard_ms + self.choice.interval_ms if self.heard_ms else 0


def key_of(cluster: int, instance: bytes) -> str:
    """The same of one that isn't there yet."""
    return f"{cluster}/{instance.hex()}"


class TelemetryClients:
    """All of them, those heard of last at the end."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, Client] = OrderedDict()
        self._due: Deadlines[str] = Deadlines()
        self._points = 0

    def __iter__(self) -> Iterator[Client]:
        return iter(self._clients.values())

    def get(self, cluster: int, instance: bytes) -> Client | None:
        """The client, if it was heard of."""
        return self._clients.get(key_of(cluster, instance))

    def heard(self, client: Client, now_ms: int) -> None:
        """A client was heard of."""
        known = self._clients.get(client.key)
        if known is not None and known is not client:
            self._points -= len(known.points)
        self._clients[client.key] = client
        self._clients.move_to_end(client.key)
        self._due.put(client.key, now_ms + max(INTERVALS * client.choice.interval_ms, KEPT_MS))
        while len(self._clients) > CLIENTS_MAX:
            self._forget(next(iter(self._clients)))

    def pushed(self, client: Client, points: Iterable[Point]) -> None:
        """Keep what a client has pushed of what it was to, instead of what it had before. Raises Malformed."""
        found: dict[tuple[str, str, bool], float] = {}
        for each in points:
            attributes = ",".join(f"{name}={value}" for name, value in sorted(each.attributes.items()))
            is_wanted = each.metric.startswith(client.choice.metrics) if client.choice.metrics else False
            if is_wanted and max(len(each.metric), len(attributes)) <= TEXT_MAX and len(found) < POINTS_OF_CLIENT_MAX:
                found[each.metric, attributes, each.is_counter] = each.value
        self._points += len(found) - len(client.points)
        client.points = found
        for oldest in self._clients.values():
            if self._points <= POINTS_MAX:
                break
            self._points -= len(oldest.points)
            oldest.points = {}

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        return self._due.next_ms()

    def expire(self, now_ms: int) -> None:
        """Forget those whose time is up."""
        while (key := self._due.pop_due(now_ms)) is not None:
            self._forget(key)

    def forget(self, cluster: int) -> None:
        """A cluster is gone."""
        for key in [each.key for each in self if each.cluster == cluster]:
            self._forget(key)

    def _forget(self, key: str) -> None:
        self._points -= len(self._clients.pop(key).points)
        self._due.drop(key)
