"""What clients know of their messages, and what must therefore be so. It knows nothing of how the broker works.

A message is known by its body: no two are alike. What was decided but not answered yet is in doubt if there is a crash:
then the disk decides, and from there on it holds.
"""

from dataclasses import dataclass, field

DEDUPLICATION_MS = 5 * 60 * 1000

Place = tuple[int, int]
"""Queue and sequence number."""


@dataclass
class Sent:
    """One message."""

    body: str
    request: int  # messages of one request are there together, or none is
    message_id: str
    place: Place
    group: str | None
    sent_ms: int
    visible_at_ms: int
    retention_ms: int  # the shortest that has applied anywhere since
    acknowledged: bool = False
    removed: bool = False
    removal_acknowledged: bool = False

    def may_have_expired(self, now_ms: int) -> bool:
        """Whether it is so old that some queue would have dropped it."""
        return now_ms - self.sent_ms >= self.retention_ms


@dataclass
class First:
    """The first message with its deduplication id."""

    sent: Sent
    until_ms: int
    is_certain: bool = True  # else nobody can say whether the broker still knows of it


@dataclass
class Received:
    """An answer to ReceiveMessage. `is_again` says that its attempt id had been used before."""

    queue: int
    is_fifo: bool
    bodies: list[str]
    now_ms: int
    visible_at_ms: int
    is_again: bool


@dataclass
class Expected:
    """All messages ever sent, in the order of sending."""

    messages: dict[str, Sent] = field(default_factory=dict)
    firsts: dict[tuple[int, str, str], First] = field(default_factory=dict)  # by queue, scope and id
    in_flight: dict[str, tuple[int, str | None, int]] = field(default_factory=dict)  # queue, group, until when

    def add(self, sent: Sent) -> None:
        """A message was decided on."""
        assert sent.body not in self.messages
        self.messages[sent.body] = sent

    def shorten(self, retention_ms: int) -> None:
        """Some queue keeps messages no longer than this from now on."""
        for sent in self.messages.values():
            sent.retention_ms = min(sent.retention_ms, retention_ms)

    def first(self, key: tuple[int, str, str], now_ms: int) -> First | None:
        """What a message with this id would be a duplicate of."""
        known = self.firsts.get(key)
        return known if known is not None and now_ms < known.until_ms else None

    def receive(self, got: Received, places: dict[str, list[Place]]) -> None:
        """The broker hands out messages. It may, if they are there, visible, and in their group's order."""
        for index, body in enumerate(got.bodies):
            sent = self.messages.get(body)
            assert sent is not None, f"{body[:12]} was received, and never sent"
            assert not sent.removed, f"{body[:12]} was received, and had been removed"
            _, _, until_ms = self.in_flight.get(body, (0, None, 0))
            assert got.is_again or until_ms <= got.now_ms, f"{body[:12]} was received, and was in flight"
            is_home = places[body] == [sent.place]
            assert got.is_fifo or not is_home or sent.visible_at_ms <= got.now_ms, f"{body[:12]} came too early"
            if got.is_fifo:
                self._check_unlocked(got, sent.group, places)
                if is_home:
                    self._check_order(got, index, sent, places)
        for body in got.bodies:
            self.in_flight[body] = (got.queue, self.messages[body].group, got.visible_at_ms)

    def _check_unlocked(self, got: Received, group: str | None, places: dict[str, list[Place]]) -> None:
        for body, (queue, other, until_ms) in self.in_flight.items():
            if (queue, other) == (got.queue, group) and until_ms > got.now_ms and body not in got.bodies:
                assert body not in places, f"group {group} was served while {body[:12]} was in flight"

    def _check_order(self, got: Received, index: int, sent: Sent, places: dict[str, list[Place]]) -> None:
        for body, earlier in self.messages.items():
            if earlier is sent:
                return
            if (earlier.place[0], earlier.group) == (sent.place[0], sent.group) and places.get(body) == [earlier.place]:
                assert body in got.bodies[:index], f"{sent.body[:12]} was received before {body[:12]}"

    def check(self, places: dict[str, list[Place]], now_ms: int) -> None:
        """While the broker lives: what was sent and not removed is there, once; nothing else is."""
        for body, found in places.items():
            assert body in self.messages, f"{body[:12]}: nobody sent it, or as a duplicate"
            assert len(found) == 1, f"{body[:12]} is there {len(found)} times: {found}"
        for body, sent in self.messages.items():
            if sent.removed:
                assert body not in places, f"{body[:12]} was removed, and is at {places[body]}"
            elif not sent.may_have_expired(now_ms):
                assert body in places, f"{body[:12]} is lost"

    def recover(self, places: dict[str, list[Place]], now_ms: int) -> None:
        """After a crash: what was acknowledged holds, what wasn't is settled by what is there."""
        self.in_flight.clear()  # receives may be lost: that is a redelivery
        self._check_doubtful(places, now_ms)
        for body, sent in list(self.messages.items()):
            is_there = body in places
            if sent.removal_acknowledged:
                assert not is_there, f"{body[:12]} was removed before the crash, and is back at {places[body]}"
            elif sent.acknowledged and not sent.removed and not sent.may_have_expired(now_ms):
                assert is_there, f"{body[:12]} was acknowledged and is lost"
            if not sent.acknowledged and not is_there:
                self._forget(sent)
            else:
                sent.acknowledged = True
                sent.removed = sent.removal_acknowledged = sent.removed and not is_there
        self.check(places, now_ms)

    def _check_doubtful(self, places: dict[str, list[Place]], now_ms: int) -> None:
        """Of sends that nobody has an answer to, the log has kept the first ones, and requests as a whole."""
        doubtful = [
            sent
            for sent in self.messages.values()
            if not sent.acknowledged and not sent.removed and not sent.may_have_expired(now_ms)
        ]
        lost_at = next((sent.request for sent in doubtful if sent.body not in places), None)
        for sent in doubtful:
            if lost_at is not None and sent.request >= lost_at:
                assert sent.body not in places, f"{sent.body[:12]} is there, but an earlier one isn't"

    def _forget(self, lost: Sent) -> None:
        del self.messages[lost.body]
        for key, first in list(self.firsts.items()):
            if first.sent is lost and lost.removed:
                first.is_certain = False
            elif first.sent is lost:
                del self.firsts[key]
