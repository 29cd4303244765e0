"""Standing fetches: what a consumer without a fetch session asks again and again while there is nothing for it.

    a fetch finds nothing in all its time -> it stands: its answer is kept, its logs tell it of whatever comes to them
    its connection asks the same again    -> if no log has told of anything, it waits anew for the answer that it had
    a log tells of something              -> it looks at once if it waits, and stands no more

So a fetch that is repeated isn't decoded, looks at nothing and isn't encoded: an idle consumer costs little, whatever
number of partitions it has. Those that end at the same time wait as one, a round, unless a log tells one of something.

Logs tell of records that come, go, or become stable, of their own end, and of brokers that they move to. What else an
answer may rest on is asked each time (`Kafka.plain_cluster`), and all of it after STANDS_MS.
"""

from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol

from weirmq.engine.waiting import Wait
from weirmq.services.kafka.ask import Ask, Connection, WhenAnswered
from weirmq.services.kafka.fetches import Fetches, Key, until
from weirmq.wire.kafka import frames, plain_fetch
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.head import Head
from weirmq.wire.kafka.messages.fetch_response import FetchResponse

STANDS_MS: Final = 30_000
AT_ONCE: Final = 500  # requests answered in one turn of the loop: 10,000 took 92 ms, without what sockets take
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
    """One, or a fetch that may become one. `sense` is what it asks, `wait` is how it waits alone."""

    __slots__ = (
        "_frame", "_wake", "has_changed", "head", "key", "known", "logs", "looking", "max_wait_ms", "sense", "stood_ms",
        "wait",
    )  # fmt: skip

    def __init__(self, ask: Ask, sense: bytes, looking: Looking, key: Key, wait: Wait, max_wait_ms: int) -> None:
        self.head = ask.head
        self.sense = sense
        self.looking = looking
        self.key = key
        self.wait = wait
        self.max_wait_ms = max_wait_ms
        self.logs: list[str] = []
        self.known: set[bytes] = set()  # requests of that sense, as they came
        self.stood_ms = 0  # since when it stands
        self.has_changed = False
        self._wake: Callable[[], None] | None = None  # has it wait alone, once it stands
        self._frame = b""  # of its answer, once it was repeated

    def stand(self, now_ms: int, wake: Callable[[], None]) -> None:
        """It has found nothing, and stands from now on. `wake` has it wait alone, if it waits."""
        self.stood_ms = now_ms
        self.wait.at_end = self.at_end
        self.logs = self.looking.logs()
        self._wake = wake

    def signal(self) -> Key:
        """A log tells of something."""
        if not self.has_changed and self._wake is not None:
            self._wake()
        self.has_changed = True
        return self.key

    def is_asked(self, frame: memoryview) -> bool:
        """Whether a request asks the same."""
        if len(frame) > MOST_BYTES:
            return False
        request = bytes(frame[:4]) + frame[8:]  # without its correlation id
        if request in self.known:
            return True
        is_same = plain_fetch.sense(frame) == self.sense
        if is_same and len(request) * len(self.known) < MOST_BYTES:
            self.known.add(request)
        return is_same

    def at_end(self, now_ms: int) -> FetchResponse | bytes:
        """What a repetition gets when its time is up."""
        if self.has_changed:
            return self.looking.at_end(now_ms)
        self._frame = self._frame or bytes(frames.answer(self.head, self.looking.at_end(now_ms)))
        return self._frame


class Repetition(NamedTuple):
    """A request that asks what a standing fetch did, and waits."""

    found: StandingFetch
    correlation: int
    answered: WhenAnswered

    def answer(self, answer: Any) -> None:
        """Give it what came of it."""
        if isinstance(answer, Exception):
            answer = FetchResponse(error_code=Code.UNKNOWN_SERVER_ERROR)
        first = self.found.head
        self.answered(Head(first.key, first.version, self.correlation, first.client_id, first.size), answer)


class Round(NamedTuple):
    """Requests that end at the same time, and wait as one."""

    number: int  # of its wait
    requests: dict[Connection, Repetition]


class StandingFetches:
    """Those of all connections; each has one at most."""

    def __init__(self, fetches: Fetches) -> None:
        self._fetches = fetches
        self._of: dict[Connection, StandingFetch] = {}
        self._rounds: dict[int, Round] = {}  # by when they end
        self._until_ms: dict[Connection, int] = {}  # when the round ends that its request is in
        self._numbers: dict[Connection, int] = {}  # of the waits of those that wait alone

    def __len__(self) -> int:
        return len(self._of)

    def _waits(self, connection: Connection) -> bool:
        return connection in self._until_ms or connection in self._numbers

    def replace(self, connection: Connection, found: StandingFetch) -> None:
        """A fetch looks anew for what has stood for long: it may stand in its place."""
        before = self._of.get(connection)
        if before is not None and before.sense == found.sense and not self._waits(connection):
            found.known = before.known
            self.left(connection)

    def stand(self, connection: Connection, found: StandingFetch, now_ms: int) -> FetchResponse:
        """The answer to a fetch whose time is up. If it has found nothing, it stands from now on."""
        is_told = found.key in self._fetches.waiting.signalled  # of something that it hasn't looked at
        if found.looking.has_nothing and not is_told and not self._waits(connection):
            self.left(connection)
            self._of[connection] = found
            found.stand(now_ms, partial(self._wait_alone, connection))
            for log in found.logs:
                self._fetches.follow(log, found)
        return found.looking.at_end(now_ms)

    def again(self, connection: Connection, frame: memoryview, now_ms: int, answered: WhenAnswered) -> bool:
        """Whether a request repeats the standing fetch of its connection, and waits now as that did."""
        found = self._of.get(connection)
        if found is None or self._waits(connection) or not found.is_asked(frame):
            return False
        if found.has_changed:
            self.left(connection)
            return False
        if now_ms >= found.stood_ms + STANDS_MS:  # `replace` follows
            return False
        until_ms = self._until_ms[connection] = until(now_ms, found.max_wait_ms)
        correlation = int.from_bytes(frame[4:8], "big", signed=True)
        self._round(until_ms).requests[connection] = Repetition(found, correlation, answered)
        return True

    def _round(self, until_ms: int) -> Round:
        """The one that ends then."""
        found = self._rounds.get(until_ms)
        if found is None:
            found = self._begun(until_ms, until_ms, {})
        return found

    def _begun(self, until_ms: int, end_ms: int, requests: dict[Connection, Repetition]) -> Round:
        wait = Wait(self._fetches.key(), end_ms, _not_yet, _never, empty=None, at_end=_now)
        number = self._fetches.waiting.add(wait, partial(self._end, until_ms))
        found = self._rounds[until_ms] = Round(number, requests)
        return found

    def _end(self, until_ms: int, now_ms: int | None) -> None:
        """A round is over, at a time, or because the server stops."""
        requests = self._rounds.pop(until_ms).requests
        first = list(islice(requests, None if now_ms is None else AT_ONCE))
        over = [requests.pop(connection) for connection in first]
        for connection in first:
            del self._until_ms[connection]
        if requests and now_ms is not None:  # the others in a later turn of the loop
            self._begun(until_ms, now_ms + 1, requests)
        for each in over:
            each.answer(FetchResponse() if now_ms is None else each.found.at_end(now_ms))

    def _taken_out(self, connection: Connection) -> Repetition | None:
        """The request of a connection, if one is in a round; it isn't any more."""
        until_ms = self._until_ms.pop(connection, None)
        if until_ms is None:
            return None
        number, requests = self._rounds[until_ms]
        found = requests.pop(connection)
        if not requests:
            del self._rounds[until_ms]
            self._fetches.waiting.cancel(number)
        return found

    def _wait_alone(self, connection: Connection) -> None:
        """There may be something for a standing fetch: if a request waits for it, it waits by itself from now on."""
        until_ms, repetition = self._until_ms.get(connection, 0), self._taken_out(connection)
        if repetition is not None:
            wait = repetition.found.wait
            wait.until_ms = until_ms
            self._numbers[connection] = self._fetches.waiting.add(wait, partial(self._done, connection, repetition))

    def _done(self, connection: Connection, repetition: Repetition, answer: Any) -> None:
        """A request that waited alone has its answer; its fetch stands no more."""
        del self._numbers[connection]
        self.left(connection)
        repetition.answer(answer)

    def left(self, connection: Connection) -> None:
        """A client is gone, or its fetch stands no more."""
        found = self._of.pop(connection, None)
        if found is None:
            return
        self._taken_out(connection)
        self._fetches.waiting.cancel(self._numbers.pop(connection, 0))
        for log in found.logs:
            self._fetches.unfollow(log, found)


def _not_yet(_now_ms: int) -> None:
    """Nothing comes for a round as such."""


def _never() -> None:
    """Nor does time bring anything but its end."""


def _now(now_ms: int) -> int:
    """When it ends."""
    return now_ms
