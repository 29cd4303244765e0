"""Fetch: slices of partitions' logs, as they lie there.

A reader that wants only what is committed (read_committed) gets what lies before the last stable offset, and is told
which transactions in it were aborted: to leave their records out is up to the reader (KIP-98).

A fetch is answered as soon as there are min_bytes, or something is wrong with a partition; at the latest after
max_wait_ms. The first batch is handed out whole, however small the limits are, so that a reader gets on (KIP-74).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from weirmq.engine.waiting import Wait
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.offsets import READ_COMMITTED, epoch_fault
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, partition_of
from weirmq.wire.kafka.batch import heads
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.fetch_request import FetchPartition, FetchRequest, FetchTopic
from weirmq.wire.kafka.messages.fetch_response import (
    AbortedTransaction,
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)

ANSWER_BYTES: Final = 55 * 1024 * 1024  # fetch.max.bytes: of an answer, whatever was asked for
NOTHING: Final = memoryview(b"")


class _Got(NamedTuple):
    answer: FetchResponse
    size: int
    is_urgent: bool  # something is wrong, which the client should know of at once


def fetch(kafka: Kafka, ask: Ask, request: FetchRequest) -> FetchResponse | None:
    """Records of the partitions named, now or when there are some."""
    if request.session_id:
        return FetchResponse(error_code=Code.FETCH_SESSION_ID_NOT_FOUND)
    got = _get(kafka, ask, request)
    if got.is_urgent or got.size >= request.min_bytes or request.max_wait_ms <= 0:
        return got.answer
    key = kafka.fetches.key()
    wait = Wait(
        key=key,
        until_ms=ask.now_ms + request.max_wait_ms,
        attempt=partial(_attempt, kafka, ask, request),
        next_ms=_never,
        empty=FetchResponse(),  # the server stops
        at_end=lambda _now_ms: _get(kafka, ask, request).answer,
    )
    number = kafka.fetches.waiting.add(wait, partial(_done, kafka, ask, key))
    logs = [partition.log for partition in _partitions(kafka, ask, request)]
    kafka.fetches.add(ask.connection, key, number, logs)
    return None


def _never() -> None:
    """Time alone brings no records."""


def _attempt(kafka: Kafka, ask: Ask, request: FetchRequest, _now_ms: int) -> FetchResponse | None:
    got = _get(kafka, ask, request)
    return got.answer if got.is_urgent or got.size >= request.min_bytes else None


def _done(kafka: Kafka, ask: Ask, key: Any, answer: FetchResponse | Exception) -> None:
    kafka.fetches.ended(ask.connection, key)
    if isinstance(answer, Exception):
        answer = FetchResponse(error_code=Code.UNKNOWN_SERVER_ERROR)
    ask.answer(answer)


def _partitions(kafka: Kafka, ask: Ask, request: FetchRequest) -> Iterator[Partition]:
    cluster = kafka.cluster(ask)
    for each in request.topics:
        topic = find(cluster, each.topic, each.topic_id)
        for asked in each.partitions:
            partition = partition_of(topic, asked.partition)
            if isinstance(partition, Partition):
                yield partition


def _get(kafka: Kafka, ask: Ask, request: FetchRequest) -> _Got:
    """What there is now."""
    room = min(request.max_bytes, ANSWER_BYTES)
    is_committed = request.isolation_level == READ_COMMITTED
    size = 0
    is_urgent = False
    topics = []
    for each in request.topics:
        partitions = []
        for asked in each.partitions:
            found = _read(kafka, ask, each, asked, room - size, is_first=not size, is_committed=is_committed)
            partitions.append(found)
            size += len(found.records or b"")
            is_urgent = is_urgent or found.error_code != 0
        topics.append(FetchableTopicResponse(each.topic, each.topic_id, partitions))
    return _Got(FetchResponse(responses=topics), size, is_urgent)


def _read(
    kafka: Kafka,
    ask: Ask,
    named: FetchTopic,
    asked: FetchPartition,
    room: int,
    *,
    is_first: bool,
    is_committed: bool,
) -> PartitionData:
    partition = partition_of(find(kafka.cluster(ask), named.topic, named.topic_id), asked.partition)
    if isinstance(partition, Code):
        return PartitionData(asked.partition, partition, -1)
    if code := epoch_fault(asked.current_leader_epoch):
        return PartitionData(asked.partition, code, -1)
    log = kafka.log(partition)
    start, end, offset = kafka.start(partition), log.readable, asked.fetch_offset
    if not start <= offset <= end:
        return PartitionData(asked.partition, Code.OFFSET_OUT_OF_RANGE, end, end, start)
    stable = producers_of(kafka, partition).stable(end) if is_committed else end
    records = NOTHING
    most = min(room, asked.partition_max_bytes)
    if offset < stable and (most > 0 or is_first):
        records = log.read(offset, most)
        if stable < end:
            records = _below(records, stable)
        if len(records) > most and not is_first:
            records = NOTHING
    aborted = _aborted(kafka, partition, offset, stable) if is_committed else None
    return PartitionData(asked.partition, 0, end, stable, start, aborted_transactions=aborted, records=records)


def _below(records: memoryview, stable: int) -> memoryview:
    """Without the batches that aren't stable yet."""
    size = 0
    for base, batch in heads(records):
        if base >= stable:
            break
        size += len(batch.data)
    return records[:size]


def _aborted(kafka: Kafka, partition: Partition, offset: int, stable: int) -> list[AbortedTransaction]:
    """The aborted transactions that may have records from `offset` to `stable`."""
    found = producers_of(kafka, partition).aborted(offset, stable)
    return [AbortedTransaction(each.producer, each.first) for each in found]
