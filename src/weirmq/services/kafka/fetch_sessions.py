"""Fetch sessions: what a client follows is named once, and told only where something has changed (KIP-227).

    epoch 0: begin, with all partitions -> every one is told
    epoch n: those that are named are added or asked for otherwise, the forgotten ones go -> what changed is told
    epoch -1: the end; or, without an id, no session

Rules:
1. A session belongs to the connection that began it, and ends with it.
2. A partition is told of where it has records, an error, or another end or start than it had when it was told last.
3. Only those are looked at that may have changed: what was asked anew, whose log told of more, and what was not told
   to the end. So partitions where nothing happens cost nothing.
4. Whoever was given records goes to the end of those that are looked at: none starves.
5. A broker has SLOTS sessions. For one more, the one goes that was used longest ago, if that was EVICTION_MS ago;
   else, of those that are as old, the smallest, if the new one is larger; else the new one isn't made.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from weirmq.kernel.ids import Entropy
from weirmq.services.kafka.ask import Ask, Connection
from weirmq.services.kafka.fetches import Fetches, Key
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest
from weirmq.wire.kafka.messages.fetch_response import PartitionData

if TYPE_CHECKING:
    from weirmq.services.kafka.model import Partition

SLOTS: Final = 1_000  # max.incremental.fetch.session.cache.slots
EVICTION_MS: Final = 120_000  # min.incremental.fetch.session.eviction.ms
PARTITIONS: Final = 250_000  # of all sessions: what they take in memory must end somewhere

NO_SESSION: Final = 0
FIRST, FINAL = 0, -1  # epochs
LAST_EPOCH: Final = 2**31 - 1
IDS_FIRST: Final = 13  # the version of Fetch that names topics by id
NOT_TOLD: Final = -1


class Followed:
    """A partition of a session. `high` and `start` are its end and start as they were told last, `log` is where it is
    listened for more.
    """

    __slots__ = ("asked", "high", "log", "session", "start", "topic", "topic_id")

    def __init__(self, session: "FetchSession", topic: str, topic_id: bytes, asked: FetchPartition) -> None:
        self.session = session
        self.topic = topic
        self.topic_id = topic_id
        self.asked = asked
        self.high = self.start = NOT_TOLD
        self.log = ""

    def signal(self) -> Key:
        """There may be something new. Returns the key of the fetch that may wait for it."""
        self.session.due[self] = None
        return self.session.key

    def told(self, found: PartitionData) -> bool:
        """Whether the client is to be told of this; from now on it has been."""
        has_changed = bool(found.records or found.error_code)
        has_changed |= found.high_watermark != self.high or found.log_start_offset != self.start
        self.high = NOT_TOLD if found.error_code else found.high_watermark  # told again when it is over
        self.start = found.log_start_offset
        if found.records:
            self.session.due[self] = self.session.due.pop(self, None)
        elif not found.error_code and self.asked.fetch_offset >= found.last_stable_offset:
            self.session.due.pop(self, None)
        return has_changed


class FetchSession:
    """One session. `due` has the partitions that are to be looked at; the one that comes next stands first."""

    __slots__ = (
        "began_ms", "connection", "due", "epoch", "id", "is_new", "is_over", "key", "partitions", "used_ms", "uses_ids",
    )  # fmt: skip

    def __init__(self, number: int, key: Key, ask: Ask) -> None:
        self.id = number
        self.key = key
        self.connection = ask.connection
        self.epoch = FIRST
        self.uses_ids = ask.version >= IDS_FIRST
        self.is_new = True  # nothing was told yet
        self.is_over = False
        self.began_ms = self.used_ms = ask.now_ms
        self.partitions: dict[tuple[str, bytes, int], Followed] = {}
        self.due: dict[Followed, None] = {}

    def follow(self, request: FetchRequest) -> None:
        """Take up what a request asks."""
        for topic in request.topics:
            for asked in topic.partitions:
                place = (topic.topic, topic.topic_id, asked.partition)
                found = self.partitions.get(place)
                if found is None:
                    found = self.partitions[place] = Followed(self, topic.topic, topic.topic_id, asked)
                found.asked = asked
                self.due.setdefault(found)

    def forget(self, request: FetchRequest) -> Iterator[Followed]:
        """Let go of what a request doesn't want any more. Those that were followed are handed back."""
        for topic in request.forgotten_topics_data:
            for index in topic.partitions:
                found = self.partitions.pop((topic.topic, topic.topic_id, index), None)
                if found is not None:
                    self.due.pop(found, None)
                    yield found

    def go_on(self, now_ms: int) -> None:
        """The next request has the next epoch."""
        self.epoch = self.epoch + 1 if self.epoch < LAST_EPOCH else FIRST + 1
        self.used_ms = now_ms


class FetchSessions:
    """All sessions, those of each broker for itself, the one used last at the end."""

    def __init__(self, fetches: Fetches, entropy: Entropy) -> None:
        self._fetches = fetches
        self._entropy = entropy
        self._of_broker: dict[tuple[int, int], OrderedDict[int, FetchSession]] = {}
        self._of_connection: dict[Connection, dict[int, FetchSession]] = {}
        self._partitions = 0

    def __len__(self) -> int:
        return sum(len(sessions) for sessions in self._of_connection.values())

    def of(self, ask: Ask, request: FetchRequest) -> FetchSession | Code | None:
        """The session that a request goes on with or begins; None where it has none; or what is wrong with it."""
        mine = self._of_connection.get(ask.connection, {})
        found = mine.get(request.session_id) if request.session_id else None
        if request.session_epoch in {FIRST, FINAL}:
            if found is not None:
                self._end(found, ask)
            return self._begun(ask, request) if request.session_epoch == FIRST else None
        if found is None:
            return Code.FETCH_SESSION_ID_NOT_FOUND
        if found.epoch != request.session_epoch:
            return Code.INVALID_FETCH_SESSION_EPOCH
        if found.uses_ids != (ask.version >= IDS_FIRST):
            return Code.FETCH_SESSION_TOPIC_ID_ERROR
        return self._gone_on(found, ask, request)

    def _gone_on(self, found: FetchSession, ask: Ask, request: FetchRequest) -> FetchSession | Code | None:
        before = len(found.partitions)
        found.follow(request)
        for each in found.forget(request):
            self.listen(each, None)
        self._partitions += len(found.partitions) - before
        if not found.partitions or self._partitions > PARTITIONS:
            self._end(found, ask)
            return Code.FETCH_SESSION_ID_NOT_FOUND if found.partitions else None
        found.go_on(ask.now_ms)
        self._of_broker[ask.cluster, ask.broker].move_to_end(found.id)
        return found

    def _begun(self, ask: Ask, request: FetchRequest) -> FetchSession | None:
        size = sum(len(topic.partitions) for topic in request.topics)
        known = self._of_broker.setdefault((ask.cluster, ask.broker), OrderedDict())
        if not size or self._partitions + size > PARTITIONS or not self._has_place(known, size, ask):
            return None
        number = NO_SESSION
        while number == NO_SESSION or number in known:
            number = int.from_bytes(self._entropy.take(4), "big") >> 1
        found = FetchSession(number, self._fetches.key(), ask)
        found.follow(request)
        found.go_on(ask.now_ms)
        known[number] = found
        self._of_connection.setdefault(ask.connection, {})[number] = found
        self._partitions += len(found.partitions)
        return found

    def _has_place(self, known: OrderedDict[int, FetchSession], size: int, ask: Ask) -> bool:
        """Whether there is a place for a session of that size, if need be that of another one."""
        if len(known) < SLOTS:
            return True
        stalest = next(iter(known.values()))
        if ask.now_ms - stalest.used_ms > EVICTION_MS:
            self._end(stalest, ask)
            return True
        old = [each for each in known.values() if ask.now_ms - each.began_ms > EVICTION_MS]
        smallest = min(old, key=lambda each: len(each.partitions), default=None)
        if smallest is None or len(smallest.partitions) >= size:
            return False
        self._end(smallest, ask)
        return True

    def _end(self, found: FetchSession, ask: Ask) -> None:
        del self._of_broker[ask.cluster, ask.broker][found.id]
        mine = self._of_connection[found.connection]
        del mine[found.id]
        if not mine:
            del self._of_connection[found.connection]
        self._let_go(found)

    def _let_go(self, found: FetchSession) -> None:
        found.is_over = True  # a fetch of it may still wait for its time
        self._partitions -= len(found.partitions)
        for each in found.partitions.values():
            self.listen(each, None)

    def left(self, connection: Connection) -> None:
        """A client is gone, and its sessions with it."""
        for found in self._of_connection.pop(connection, {}).values():
            for known in self._of_broker.values():
                if known.get(found.id) is found:
                    del known[found.id]
            self._let_go(found)

    def listen(self, followed: Followed, partition: "Partition | None") -> None:
        """Have a partition looked at when its log has more."""
        log = "" if partition is None or followed.session.is_over else partition.log
        if followed.log != log:
            self._fetches.unfollow(followed.log, followed)
            followed.log = log
            if log:
                self._fetches.follow(log, followed)
