"""Share sessions: which partitions a member fetches from a broker, request by request (KIP-932).

    epoch 0   a new session, with all partitions that the request names
    1, 2, ... the next request of it: partitions may be added and forgotten
    -1        the last one

A session ends with its connection, too. What its member had acquired with it is there for others then. It doesn't end
when its member leaves the group, for a client may leave first, and acknowledge then.
"""

from typing import TYPE_CHECKING, Any, Final

import msgspec

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka.ask import Ask, Connection
from weirmq.services.kafka.groups import Key
from weirmq.services.kafka.share_progress import PartitionKey
from weirmq.wire.kafka.codes import Code

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

SESSIONS_MAX: Final = 2_000  # group.share.max.share.sessions, of a broker
FIRST, FINAL = 0, -1
LAST_EPOCH: Final = 2**31 - 1

Place = tuple[int, int]
"""Cluster and broker."""


class ShareSession(msgspec.Struct, eq=False):
    """One session. `epoch` is the one that its next request is to have."""

    place: Place
    group: Key
    member: str
    connection: Any
    epoch: int = 1
    partitions: dict[PartitionKey, None] = {}

    def turned(self) -> list[PartitionKey]:
        """Its partitions, with another one first in each request, so that none starves."""
        found = list(self.partitions)
        first = self.epoch % len(found) if found else 0
        return found[first:] + found[:first]


class ShareSessions:
    """All sessions."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._known: dict[tuple[Place, Key, str], ShareSession] = {}
        self._of: dict[Connection, dict[ShareSession, None]] = {}
        self._counts: dict[Place, int] = {}
        self._gone: list[tuple[Key, str, dict[PartitionKey, None]]] = []  # whose records are to be given back

    def begin(self, ask: Ask, group: str, member: str) -> ShareSession | Code:
        """A new session, in place of the one that the member may have had; or why there is none."""
        place, key = (ask.cluster, ask.broker), (ask.cluster, group)
        before = self._known.get((place, key, member))
        if before is not None:
            self._drop(before)
        if self._counts.get(place, 0) >= SESSIONS_MAX:
            return Code.SHARE_SESSION_LIMIT_REACHED
        found = ShareSession(place, key, member, ask.connection, partitions={})
        self._known[place, key, member] = found
        self._of.setdefault(ask.connection, {})[found] = None
        self._counts[place] = self._counts.get(place, 0) + 1
        return found

    def go_on(self, ask: Ask, group: str, member: str, epoch: int) -> ShareSession | Code:
        """The session of a request that isn't its first; or what is wrong with it."""
        found = self._known.get(((ask.cluster, ask.broker), (ask.cluster, group), member))
        if found is None:
            return Code.SHARE_SESSION_NOT_FOUND
        if epoch == FINAL:
            return found
        if epoch != found.epoch:
            return Code.INVALID_SHARE_SESSION_EPOCH
        found.epoch = 1 if epoch == LAST_EPOCH else epoch + 1
        return found

    def end(self, found: ShareSession, now_ms: int) -> None:
        """It was the last request."""
        self._drop(found)
        self._gone.append((found.group, found.member, found.partitions))
        self.give_back(now_ms)

    def _drop(self, found: ShareSession) -> None:
        del self._known[found.place, found.group, found.member]
        self._counts[found.place] -= 1
        mine = self._of[found.connection]
        del mine[found]
        if not mine:
            del self._of[found.connection]

    # Those who don't say that they go

    def left(self, connection: Connection) -> None:
        """A client is gone. What it had is given back by whoever comes next."""
        for found in list(self._of.get(connection, ())):
            self._drop(found)
            self._gone.append((found.group, found.member, found.partitions))

    def next_ms(self) -> int | None:
        """When `give_back` wants to be called: at once, if it has something to do."""
        return 0 if self._gone else None

    def give_back(self, now_ms: int) -> None:
        """Have the records of those who are gone be there for others; later, where there is no room to note that."""
        while self._gone:
            group, member, partitions = self._gone[-1]
            try:
                self._kafka.share_partitions.release(group, member, partitions, now_ms)
            except NoRoom:
                return
            self._gone.pop()
