"""ShareAcknowledge, and acknowledgements that come with a ShareFetch: what a member says of what it has acquired."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Protocol

from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka.acls import Operation
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.group_access import may_read
from weirmq.services.kafka.group_configs import LOCK_MS
from weirmq.services.kafka.group_configs import RENEW as MAY_RENEW
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.share_partitions import RENEW, TYPES, Answered
from weirmq.services.kafka.share_sessions import FINAL, FIRST
from weirmq.services.kafka.topics import find_for, partition_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.share_acknowledge_request import ShareAcknowledgeRequest
from weirmq.wire.kafka.messages.share_acknowledge_response import (
    PartitionData,
    ShareAcknowledgeResponse,
    ShareAcknowledgeTopicResponse,
)


class Batch(Protocol):
    """Acknowledgements of neighbours: of all of them one type, or each its own."""

    first_offset: int
    last_offset: int
    acknowledge_types: list[int]


def share_acknowledge(kafka: Kafka, ask: Ask, request: ShareAcknowledgeRequest) -> ShareAcknowledgeResponse:
    """Accept, release or reject records, or keep them for longer."""
    kafka.share_sessions.give_back(ask.now_ms)
    group, member, epoch = request.group_id, request.member_id, request.share_session_epoch
    if not group or not member:
        return ShareAcknowledgeResponse(error_code=Code.INVALID_REQUEST)
    if epoch == FIRST:
        return ShareAcknowledgeResponse(error_code=Code.INVALID_SHARE_SESSION_EPOCH)
    if not may_read(kafka, ask, group):
        return ShareAcknowledgeResponse(error_code=Code.GROUP_AUTHORIZATION_FAILED)
    session = kafka.share_sessions.go_on(ask, group, member, epoch)
    if isinstance(session, Code):
        return ShareAcknowledgeResponse(error_code=session)
    topics = []
    for each in request.topics:
        partitions = []
        for asked in each.partitions:
            code, reason = acknowledged(
                kafka,
                ask,
                (group, member),
                partition_of(find_for(kafka, ask, Operation.READ, "", each.topic_id), asked.partition_index),
                asked.acknowledgement_batches,
                may_renew=request.is_renew_ack,
            )
            partitions.append(PartitionData(asked.partition_index, code, reason))
        topics.append(ShareAcknowledgeTopicResponse(each.topic_id, partitions))
    if epoch == FINAL:
        kafka.share_sessions.end(session, ask.now_ms)
    lock_ms = kafka.group_number((ask.cluster, group), LOCK_MS)
    return ShareAcknowledgeResponse(0, 0, None, lock_ms, topics)


def acknowledged(
    kafka: Kafka,
    ask: Ask,
    who: tuple[str, str],
    partition: Partition | Code,
    batches: Sequence[Batch],
    *,
    may_renew: bool,
) -> tuple[Code, str | None]:
    """Take what somebody, a member of a group, says of records of one partition: all of it, or (not NONE) nothing."""
    if isinstance(partition, Code):
        return partition, None
    group, member = who
    key = (ask.cluster, group)
    may_renew = may_renew and kafka.group_config(key, MAY_RENEW).lower() == "true"
    if any(_is_malformed(each, may_renew=may_renew) for each in batches) or not _is_sorted(batches):
        return Code.INVALID_REQUEST, None
    found = kafka.share_partitions.find(key, partition)
    if found is None:
        return Code.INVALID_RECORD_STATE, "The group has fetched nothing of this partition."
    answers = list(_answers(batches))
    code, reason = kafka.share_partitions.fault(found, member, answers)
    if code:
        return code, reason
    try:
        due_ms = ask.now_ms + kafka.group_number(key, LOCK_MS)
        kafka.share_partitions.acknowledge(found, answers, due_ms, ask.now_ms)
    except NoRoom:
        return Code.KAFKA_STORAGE_ERROR, "There is no room on the disk."
    return Code.NONE, None


def _is_malformed(batch: Batch, *, may_renew: bool) -> bool:
    count, types = batch.last_offset + 1 - batch.first_offset, batch.acknowledge_types
    is_short = count < 1 or batch.first_offset < 0 or len(types) not in {1, count}
    return is_short or any(each not in TYPES and not (may_renew and each == RENEW) for each in types)


def _is_sorted(batches: Sequence[Batch]) -> bool:
    return all(batches[at - 1].first_offset <= batches[at].first_offset for at in range(1, len(batches)))


def _answers(batches: Iterable[Batch]) -> Iterator[Answered]:
    """The same in runs of one type."""
    for batch in batches:
        at = batch.first_offset
        if len(batch.acknowledge_types) == 1:
            yield Answered(at, batch.last_offset, batch.acknowledge_types[0])
            continue
        for kind, run in groupby(batch.acknowledge_types):
            count = sum(1 for _ in run)
            yield Answered(at, at + count - 1, kind)
            at += count
