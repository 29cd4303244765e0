"""Fetch: slices of partitions' logs, as they lie there.

A reader that wants only what is committed (read_committed) gets what lies before the last stable offset, and is told
which transactions in it were aborted: to leave their records out is up to the reader (KIP-98).

A fetch is answered as soon as there are min_bytes, or something is wrong with a partition; at the latest after
max_wait_ms. The first batch is handed out whole, however small the limits are, so that a reader gets on (KIP-74).
"""

from collections.abc import Iterable
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from weirmq.engine.waiting import Wait
from weirmq.services.kafka.acls import Operation
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.fetch_sessions import FINAL, NO_SESSION, FetchSession
from weirmq.services.kafka.fetches import Key, until
from weirmq.services.kafka.model import Partition, Topic
from weirmq.services.kafka.offsets import READ_COMMITTED, epoch_fault
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.services.kafka.producers import Producers
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.standing_fetches import MOST_BYTES, StandingFetch
from weirmq.services.kafka.topics import find_for, partition_of
from weirmq.wire.kafka import plain_fetch
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest
from weirmq.wire.kafka.messages.fetch_response import (
    AbortedTransaction,
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)

ANSWER_BYTES: Final = 55 * 1024 * 1024  # fetch.max.bytes: of an answer, whatever was asked for
NOTHING: Final = memoryview(b"")


class _Named(Protocol):
    """A topic by name or by id."""

    topic: str
    topic_id: bytes


class _Got(NamedTuple):
    found: list[tuple[Any, PartitionData]]
    size: int
    is_urgent: bool  # something is wrong, which the client should know of at once


def fetch(kafka: Kafka, ask: Ask, request: FetchRequest) -> FetchResponse | None:
    """Records of the partitions named, or of those of a session that have some: now, or when there are enough."""
    session = kafka.fetch_sessions.of(ask, request)
    if isinstance(session, Code):
        return FetchResponse(error_code=session)
    looking = _Looking(kafka, ask, request) if session is None else _Following(kafka, ask, request, session)
    if request.max_wait_ms <= 0 or (session is None and not request.topics):
        return looking.at_end(ask.now_ms)
    answer = looking.attempt(ask.now_ms)
    if answer is not None:
        return answer
    key = kafka.fetches.key() if session is None else session.key
    wait = Wait(
        key=key,
        until_ms=until(ask.now_ms, request.max_wait_ms),
        attempt=looking.attempt,
        next_ms=_never,
        empty=FetchResponse(),  # the server stops
        at_end=looking.at_end,
    )
    if session is None:
        _let_stand(kafka, ask, request, looking, key, wait)
    number = kafka.fetches.waiting.add(wait, partial(_done, kafka, ask, key))
    kafka.fetches.add(ask.connection, key, number, looking.logs())
    return None


def _let_stand(kafka: Kafka, ask: Ask, request: FetchRequest, looking: "_Looking", key: Key, wait: Wait) -> None:
    """Have a fetch stand if it finds nothing, where it is one that may."""
    frame = ask.frame
    if frame is None or len(frame) > MOST_BYTES or (request.session_id, request.session_epoch) != (NO_SESSION, FINAL):
        return
    sense = plain_fetch.sense(frame)
    if sense is not None and kafka.plain_cluster(ask.connection, ask.cluster) is not None:
        found = StandingFetch(ask, sense, looking, key, wait, request.max_wait_ms)
        kafka.standing_fetches.replace(ask.connection, found)
        wait.at_end = partial(kafka.standing_fetches.stand, ask.connection, found)


def _never() -> None:
    """Time alone brings no records."""


def _done(kafka: Kafka, ask: Ask, key: Any, answer: FetchResponse | Exception) -> None:
    kafka.fetches.ended(ask.connection, key)
    if isinstance(answer, Exception):
        answer = FetchResponse(error_code=Code.UNKNOWN_SERVER_ERROR)
    ask.answer(answer)


class _Looking:
    """A request that names all it wants."""

    def __init__(self, kafka: Kafka, ask: Ask, request: FetchRequest) -> None:
        self._kafka = kafka
        self._ask = ask
        self._request = request
        self._logs: list[str] = []  # that were found at the last look
        self._nothing: _Got | None = None  # what the last look found, if it was no record

    def attempt(self, now_ms: int) -> FetchResponse | None:
        """The answer, if there is enough for one."""
        self._ask.now_ms = now_ms
        got = self._get()
        self._nothing = None if got.size else got
        return self._told(got) if got.is_urgent or got.size >= self._request.min_bytes else None

    def at_end(self, now_ms: int) -> FetchResponse:
        """The answer, with what there is. Whatever comes to a log lets `attempt` look: without that, nothing has."""
        self._ask.now_ms = now_ms
        return self._told(self._nothing or self._get())

    @property
    def has_nothing(self) -> bool:
        """Whether the last look found no record, and nothing wrong."""
        return self._nothing is not None

    def logs(self) -> list[str]:
        """What it waits for."""
        return self._logs

    def _wanted(self) -> list[tuple[Any, FetchPartition]]:
        return [(topic, asked) for topic in self._request.topics for asked in topic.partitions]

    def _topic(self, named: Any) -> Topic | Code:
        return find_for(self._kafka, self._ask, Operation.READ, named.topic, named.topic_id)

    def _partition(self, topic: Topic | Code, _named: Any, asked: FetchPartition) -> Partition | Code:
        partition = partition_of(topic, asked.partition)
        if isinstance(partition, Partition) and self._ask.broker not in partition.replicas:
            return Code.NOT_LEADER_OR_FOLLOWER
        return partition

    def _get(self) -> _Got:
        """What there is now."""
        room = min(self._request.max_bytes, ANSWER_BYTES)
        is_committed = self._request.isolation_level == READ_COMMITTED
        size = 0
        is_urgent = False
        found = []
        self._logs = []
        last: Any = None
        topic: Topic | Code = Code.NONE
        for named, asked in self._wanted():
            if named is not last:
                last, topic = named, self._topic(named)
            partition = self._partition(topic, named, asked)
            if isinstance(partition, Partition):
                self._logs.append(partition.log)
            data = _read(self._kafka, partition, asked, room - size, is_first=not size, is_committed=is_committed)
            found.append((named, data))
            size += len(data.records or b"")
            is_urgent = is_urgent or data.error_code != 0
        return _Got(found, size, is_urgent)

    def _told(self, got: _Got) -> FetchResponse:
        return FetchResponse(responses=_by_topic(got.found))


class _Following(_Looking):
    """A request of a session: it is answered with what has changed, the first one with everything."""

    def __init__(self, kafka: Kafka, ask: Ask, request: FetchRequest, session: FetchSession) -> None:
        super().__init__(kafka, ask, request)
        self._session = session

    def logs(self) -> list[str]:
        """None: the session hears of its partitions by itself."""
        return []

    def _wanted(self) -> list[tuple[Any, FetchPartition]]:
        session = self._session
        return [(each, each.asked) for each in (session.partitions.values() if session.is_new else session.due)]

    def _partition(self, topic: Topic | Code, named: Any, asked: FetchPartition) -> Partition | Code:
        partition = super()._partition(topic, named, asked)
        self._kafka.fetch_sessions.listen(named, partition if isinstance(partition, Partition) else None)
        return partition

    def _told(self, got: _Got) -> FetchResponse:
        session = self._session
        changed = [(each, data) for each, data in got.found if each.told(data) or session.is_new]
        session.is_new = False
        return FetchResponse(session_id=session.id, responses=_by_topic(changed))


def _by_topic(found: Iterable[tuple[_Named, PartitionData]]) -> list[FetchableTopicResponse]:
    """Partitions of the same topic that follow each other, together."""
    topics: list[FetchableTopicResponse] = []
    last: tuple[str, bytes] | None = None
    for named, data in found:
        topic = (named.topic, named.topic_id)
        if topic != last:
            topics.append(FetchableTopicResponse(*topic, []))
            last = topic
        topics[-1].partitions.append(data)
    return topics


def _read(
    kafka: Kafka,
    partition: Partition | Code,
    asked: FetchPartition,
    room: int,
    *,
    is_first: bool,
    is_committed: bool,
) -> PartitionData:
    if isinstance(partition, Code):
        return PartitionData(asked.partition, partition, -1)
    if code := epoch_fault(asked.current_leader_epoch):
        return PartitionData(asked.partition, code, -1)
    log = kafka.log(partition)
    start, end, offset = kafka.start(partition), log.readable, asked.fetch_offset
    if not start <= offset <= end:
        return PartitionData(asked.partition, Code.OFFSET_OUT_OF_RANGE, end, end, start)
    stable, aborted = end, None
    if is_committed:
        producers = producers_of(kafka, partition)
        stable = producers.stable(end)
        aborted = _aborted(producers, offset, stable) if offset < stable else []
    records = NOTHING
    most = min(room, asked.partition_max_bytes)
    if offset < stable and (most > 0 or is_first):
        records = log.read(offset, most)
        if stable < end:
            records = _below(records, stable)
        if len(records) > most and not is_first:
            records = NOTHING
    return PartitionData(asked.partition, 0, end, stable, start, aborted_transactions=aborted, records=records)


def _below(records: memoryview, stable: int) -> memoryview:
    """Without the batches that aren't stable yet."""
    size = 0
    for base, batch in heads(records):
        if base >= stable:
            break
        size += len(batch.data)
    return records[:size]


def _aborted(producers: Producers, offset: int, stable: int) -> list[AbortedTransaction]:
    """The aborted transactions that may have records from `offset` to `stable`."""
    return [AbortedTransaction(each.producer, each.first) for each in producers.aborted(offset, stable)]
