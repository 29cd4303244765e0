"""ShareFetch: a member of a share group says what it did with records, and gets others.

It is answered as soon as there are min_bytes for it; at the latest after max_wait_ms. What wakes one that waits is that
a log has more, or that somebody gave records back. Who waits longest is served first.
"""

from functools import partial
from typing import Any, Final, NamedTuple

from weirmq.engine.waiting import Wait
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka.acls import Operation
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_configs import EARLIEST, LATEST, LOCK_MS, OFFSET_RESET, duration_ms
from weirmq.services.kafka.model import LEADER_EPOCH, Partition
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.share_acknowledging import acknowledged
from weirmq.services.kafka.share_facts import ShareOffsetsSet, ShareStart
from weirmq.services.kafka.share_partitions import SharePartition, signal
from weirmq.services.kafka.share_plans import Plan, Want, planned
from weirmq.services.kafka.share_progress import UNDECIDED, PartitionKey
from weirmq.services.kafka.share_sessions import FINAL, FIRST, ShareSession
from weirmq.services.kafka.topics import find_for, partition_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.share_fetch_request import ShareFetchRequest
from weirmq.wire.kafka.messages.share_fetch_response import (
    AcquiredRecords,
    LeaderIdAndEpoch,
    PartitionData,
    ShareFetchableTopicResponse,
    ShareFetchResponse,
)

ANSWER_BYTES: Final = 55 * 1024 * 1024  # fetch.max.bytes: of an answer, whatever was asked for
EXACT: Final = 1  # share acquire mode "record_limit" (KIP-1206)


def share_fetch(kafka: Kafka, ask: Ask, request: ShareFetchRequest) -> ShareFetchResponse | None:
    """Records of the session's partitions that nobody else has, now or when there are some."""
    kafka.share_sessions.give_back(ask.now_ms)
    if code := _fault(request):
        return ShareFetchResponse(error_code=code)
    if not may_read(kafka, ask, request.group_id or ""):
        return ShareFetchResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED)
    session = _session(kafka, ask, request)
    if isinstance(session, Code):
        return ShareFetchResponse(error_code=session)
    fetching = _Fetching(kafka, ask, request, session)
    fetching.acknowledge()
    if request.share_session_epoch == FINAL:
        kafka.share_sessions.end(session, ask.now_ms)
        return fetching.told([])
    if request.is_renew_ack:
        return fetching.told([])
    if request.max_wait_ms <= 0 or not session.partitions:
        return fetching.at_end(ask.now_ms)
    answer = fetching.attempt(ask.now_ms)
    if answer is not None:
        return answer
    key = kafka.fetches.key()
    wait = Wait(
        key=key,
        until_ms=ask.now_ms + request.max_wait_ms,
        attempt=fetching.attempt,
        next_ms=_never,
        empty=fetching.told([]),  # the server stops
        at_end=fetching.at_end,
    )
    number = kafka.fetches.waiting.add(wait, partial(_done, kafka, ask, key))
    kafka.fetches.add(ask.connection, key, number, fetching.logs())
    return None


def _never() -> None:
    """What time brings, the ends of locks, signals."""


def _done(kafka: Kafka, ask: Ask, key: Any, answer: ShareFetchResponse | Exception) -> None:
    kafka.fetches.ended(ask.connection, key)
    if isinstance(answer, Exception):
        answer = ShareFetchResponse(error_code=Code.UNKNOWN_SERVER_ERROR)
    ask.answer(answer)


def _fault(request: ShareFetchRequest) -> Code:
    if not request.group_id or not request.member_id:
        return Code.INVALID_REQUEST
    if request.share_session_epoch == FIRST and any(
        asked.acknowledgement_batches for each in request.topics for asked in each.partitions
    ):
        return Code.INVALID_REQUEST
    if request.is_renew_ack and (request.max_wait_ms or request.min_bytes or request.max_bytes or request.max_records):
        return Code.INVALID_REQUEST  # it keeps records for longer, and fetches none (KIP-1222)
    return Code.NONE


def _session(kafka: Kafka, ask: Ask, request: ShareFetchRequest) -> ShareSession | Code:
    group, member = str(request.group_id), str(request.member_id)
    if request.share_session_epoch == FIRST:
        session = kafka.share_sessions.begin(ask, group, member)
    else:
        session = kafka.share_sessions.go_on(ask, group, member, request.share_session_epoch)
    if not isinstance(session, Code):
        for each in request.topics:
            session.partitions.update(((each.topic_id, asked.partition_index), None) for asked in each.partitions)
        for gone in request.forgotten_topics_data:
            for index in gone.partitions:
                session.partitions.pop((gone.topic_id, index), None)
    return session


class _Found(NamedTuple):
    """What there is of one partition."""

    key: PartitionKey
    code: Code = Code.NONE
    share: SharePartition | None = None
    plan: Plan | None = None
    leader: int | None = None  # where another broker is to be asked


class _Fetching:
    """One request."""

    def __init__(self, kafka: Kafka, ask: Ask, request: ShareFetchRequest, session: ShareSession) -> None:
        self._kafka = kafka
        self._ask = ask
        self._request = request
        self._session = session
        self._acknowledged: dict[PartitionKey, tuple[Code, str | None]] = {}

    def _partition(self, key: PartitionKey) -> Partition | Code:
        topic_id, index = key
        return partition_of(find_for(self._kafka, self._ask, Operation.READ, "", topic_id), index)

    def acknowledge(self) -> None:
        """Take what comes with the request."""
        for each in self._request.topics:
            for asked in each.partitions:
                if asked.acknowledgement_batches:
                    key = (each.topic_id, asked.partition_index)
                    self._acknowledged[key] = acknowledged(
                        self._kafka,
                        self._ask,
                        (self._session.group[1], self._session.member),
                        self._partition(key),
                        asked.acknowledgement_batches,
                        may_renew=self._request.is_renew_ack,
                    )

    def logs(self) -> list[str]:
        """What it waits for."""
        partitions = [self._partition(key) for key in self._session.partitions]
        logs = [each.log for each in partitions if isinstance(each, Partition)]
        return logs + [signal(self._session.group, log) for log in logs]

    def attempt(self, now_ms: int) -> ShareFetchResponse | None:
        """The answer, if there is enough for one."""
        found = self._look(now_ms)
        is_urgent = any(each.code for each in found)
        size = sum(each.plan.size for each in found if each.plan is not None)
        return self._taken(found, now_ms) if is_urgent or size >= max(1, self._request.min_bytes) else None

    def at_end(self, now_ms: int) -> ShareFetchResponse:
        """The answer, with what there is."""
        return self._taken(self._look(now_ms), now_ms)

    def _look(self, now_ms: int) -> list[_Found]:
        """What could be had now."""
        request = self._request
        found: list[_Found] = []
        size, records = min(request.max_bytes, ANSWER_BYTES), request.max_records
        for key in self._session.turned():
            is_first = not any(each.plan and each.plan.batches for each in found)
            want = Want(size, records, request.share_acquire_mode == EXACT, request.batch_size)
            each = self._seen(key, want, now_ms, is_first=is_first)
            found.append(each)
            if each.plan is not None:
                size, records = size - each.plan.size, records - each.plan.records
        return found

    def _seen(self, key: PartitionKey, want: Want, now_ms: int, *, is_first: bool) -> _Found:
        partition = self._partition(key)
        if isinstance(partition, Code):
            return _Found(key, partition)
        if partition.leader != self._ask.broker:
            return _Found(key, Code.NOT_LEADER_OR_FOLLOWER, leader=partition.leader)
        try:
            share = _begun(self._kafka, self._session.group, partition, now_ms)
            if share is None or want.records <= 0 or (want.size <= 0 and not is_first):
                return _Found(key)
            plan = planned(self._kafka, share, want, is_first=is_first)
            self._kafka.share_partitions.archive(share, plan.nothing, now_ms)
        except NoRoom:
            return _Found(key, Code.KAFKA_STORAGE_ERROR)
        return _Found(key, Code.NONE, share, plan)

    def _taken(self, found: list[_Found], now_ms: int) -> ShareFetchResponse:
        """Acquire what was found."""
        due_ms = now_ms + self._kafka.group_number(self._session.group, LOCK_MS)
        for each in found:
            if each.share is not None and each.plan is not None:
                self._kafka.share_partitions.acquire(each.share, self._session.member, each.plan.acquired, due_ms)
        return self.told(found)

    def told(self, found: list[_Found]) -> ShareFetchResponse:
        """The answer. The first one of a session names all partitions, others those that something is to be said of."""
        is_new = self._request.share_session_epoch == FIRST
        shown = {
            each.key: _shown(each)
            for each in found
            if is_new or each.code or (each.plan is not None and each.plan.acquired)
        }
        for key, (code, reason) in self._acknowledged.items():
            data = shown.setdefault(key, PartitionData(key[1]))
            data.acknowledge_error_code, data.acknowledge_error_message = code, reason
        topics: dict[bytes, list[PartitionData]] = {}
        for (topic_id, _), data in shown.items():
            topics.setdefault(topic_id, []).append(data)
        return ShareFetchResponse(
            0,
            0,
            None,
            self._kafka.group_number(self._session.group, LOCK_MS),
            [ShareFetchableTopicResponse(topic_id, partitions) for topic_id, partitions in topics.items()],
        )


def _shown(found: _Found) -> PartitionData:
    data = PartitionData(found.key[1], found.code)
    if found.leader is not None:
        data.current_leader = LeaderIdAndEpoch(found.leader, LEADER_EPOCH)
    if found.plan is not None:
        data.records = b"".join(found.plan.batches)
        data.acquired_records = [AcquiredRecords(*each) for each in found.plan.acquired]
    return data


# Where a group begins


def _begun(kafka: Kafka, key: tuple[int, str], partition: Partition, now_ms: int) -> SharePartition | None:
    """The partition as the group has it, if the group has to do with it. Raises NoRoom."""
    progress = kafka.machine.shares.of(key, (partition.topic.id, partition.index))
    if progress is None:
        return None
    if progress.start == UNDECIDED:
        start = ShareStart(partition.topic.id, partition.index, _first(kafka, key, partition, now_ms))
        kafka.commit(now_ms, ShareOffsetsSet(*key, [start]))
    found = kafka.share_partitions.find(key, partition)
    if found is not None:
        kafka.share_partitions.trim(found, kafka.start(partition), now_ms)
    return found


def _first(kafka: Kafka, key: tuple[int, str], partition: Partition, now_ms: int) -> int:
    """The offset that a group begins with, as its share.auto.offset.reset says."""
    log = kafka.log(partition)
    start, end = kafka.start(partition), log.readable
    reset = kafka.group_config(key, OFFSET_RESET)
    if reset in {EARLIEST, LATEST}:
        return start if reset == EARLIEST else end
    return min(max(start, log.offset_at(now_ms - (duration_ms(reset) or 0), start).offset), end)
