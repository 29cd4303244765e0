"""Standing fetches: what a consumer without a fetch session asks again and again while there is nothing for it.

    a fetch finds nothing in all its time -> it stands: its answer is kept, its logs tell it of whatever comes to them
    its connection asks the same again    -> if no log has told of anything, it waits anew for the answer that it had
    a log tells of something              -> it looks at once if it waits, and stands no more

So a fetch that is repeated isn't decoded, looks at nothing and isn't encoded: an idle consumer costs little, whatever
number of partitions it has. Logs tell of records that come, go, or become stable, of their own end, and of brokers that
they move to. What else an answer may rest on is asked each time (`Kafka.plain_cluster`), and all of it after STANDS_MS.
"""

from functools import partial
from typing import Any, Final, Protocol

from weirmq.engine.waiting import Wait
from weirmq.services.kafka.ask import Ask, Connection, WhenAnswered
from weirmq.services.kafka.fetches import Fetches, Key, until
from weirmq.wire.kafka import frames, plain_fetch
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.head import Head
from weirmq.wire.kafka.messages.fetch_response import FetchResponse

STANDS_MS: Final = 30_000
MOST_BYTES: Final = 16 * 1024  # of a request that may stand: some 500 partitions


class Looking(Protocol):
    """A fetch that looks for records."""

    @property
    def has_nothing(self) -> bool:
        """Whether it found no record when it looked last, and nothing wrong."""
        ...

    def at_end(self, now_ms: int) -> FetchResponse:
        """The answer, with what there is."""
        ...

    def logs(self) -> list[str]:
        """Those that it looked at."""
        ...


class StandingFetch:
    """One, or a fetch that may become one. `sense` is what it asks, `wait` is how it waits each time."""

    __slots__ = (
        "_frame", "_known", "has_changed", "head", "key", "logs", "looking", "max_wait_ms", "number", "sense",
        "stood_ms", "wait",
    )  # fmt: skip

    def __init__(self, ask: Ask, sense: bytes, looking: Looking, key: Key, wait: Wait, max_wait_ms: int) -> None:
        self.head = ask.head
        self.sense = sense
        self.looking = looking
        self.key = key
        self.wait = wait
        self.max_wait_ms = max_wait_ms
        self.logs: list[str] = []
        self.stood_ms = 0  # since when it stands
        self.has_changed = False
        self.number = 0  # of its wait; 0 while it doesn't wait
        self._known: set[bytes] = set()  # requests of that sense, as they came
        self._frame = b""  # of its answer, once it was repeated

    def signal(self) -> Key:
        """A log tells of something."""
        self.has_changed = True
        return self.key

    def is_asked(self, frame: memoryview) -> bool:
        """Whether a request asks the same."""
        if len(frame) > MOST_BYTES:
            return False
        request = bytes(frame[:4]) + frame[8:]  # without its correlation id
        if request in self._known:
            return True
        is_same = plain_fetch.sense(frame) == self.sense
        if is_same and len(request) * len(self._known) < MOST_BYTES:
            self._known.add(request)
        return is_same

    def at_end(self, now_ms: int) -> FetchResponse | bytes:
        """What a repetition gets when its time is up."""
        if self.has_changed:
            return self.looking.at_end(now_ms)
        self._frame = self._frame or bytes(frames.answer(self.head, self.looking.at_end(now_ms)))
        return self._frame


class StandingFetches:
    """Those of all connections; each has one at most."""

    def __init__(self, fetches: Fetches) -> None:
        self._fetches = fetches
        self._of: dict[Connection, StandingFetch] = {}

    def __len__(self) -> int:
        return len(self._of)

    def stand(self, connection: Connection, found: StandingFetch, now_ms: int) -> FetchResponse:
        """The answer to a fetch whose time is up. If it has found nothing, it stands from now on."""
        before = self._of.get(connection)
        is_told = found.key in self._fetches.waiting.signalled  # of something that it hasn't looked at
        if found.looking.has_nothing and not is_told and (before is None or not before.number):
            self.left(connection)
            self._of[connection] = found
            found.stood_ms = now_ms
            found.wait.at_end = found.at_end
            found.logs = found.looking.logs()
            for log in found.logs:
                self._fetches.follow(log, found)
        return found.looking.at_end(now_ms)

    def again(self, connection: Connection, frame: memoryview, now_ms: int, answered: WhenAnswered) -> bool:
        """Whether a request repeats the standing fetch of its connection, and waits now as that did."""
        found = self._of.get(connection)
        if found is None or found.number or not found.is_asked(frame):
            return False
        if found.has_changed or now_ms >= found.stood_ms + STANDS_MS:
            self.left(connection)
            return False
        found.wait.until_ms = until(now_ms, found.max_wait_ms)
        correlation = int.from_bytes(frame[4:8], "big", signed=True)
        done = partial(self._done, connection, found, correlation, answered)
        found.number = self._fetches.waiting.add(found.wait, done)
        return True

    def _done(
        self, connection: Connection, found: StandingFetch, correlation: int, answered: WhenAnswered, answer: Any
    ) -> None:
        found.number = 0
        if found.has_changed:
            self.left(connection)
        if isinstance(answer, Exception):
            answer = FetchResponse(error_code=Code.UNKNOWN_SERVER_ERROR)
        first = found.head
        answered(Head(first.key, first.version, correlation, first.client_id, first.size), answer)

    def left(self, connection: Connection) -> None:
        """A client is gone, or its fetch stands no more."""
        found = self._of.pop(connection, None)
        if found is not None:
            self._fetches.waiting.cancel(found.number)
            for log in found.logs:
                self._fetches.unfollow(log, found)
