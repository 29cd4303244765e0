"""ListOffsets and OffsetForLeaderEpoch: which offset stands for what in a partition."""

from collections.abc import Iterator
from typing import Final

from weirmq.engine.streams import Stream
from weirmq.services.kafka.acls import Operation, ResourceType
from weirmq.services.kafka.ask import Ask
from weirmq.services.kafka.model import LEADER_EPOCH, Partition
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.services.kafka.service import Kafka
from weirmq.services.kafka.topics import find, find_for, partition_of
from weirmq.wire.kafka.batch import APPEND_TIME, Batch, Refused, heads
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.list_offsets_request import ListOffsetsRequest
from weirmq.wire.kafka.messages.list_offsets_response import (
    ListOffsetsPartitionResponse,
    ListOffsetsResponse,
    ListOffsetsTopicResponse,
)
from weirmq.wire.kafka.messages.offset_for_leader_epoch_request import OffsetForLeaderEpochRequest
from weirmq.wire.kafka.messages.offset_for_leader_epoch_response import (
    EpochEndOffset,
    OffsetForLeaderEpochResponse,
    OffsetForLeaderTopicResult,
)
from weirmq.wire.kafka.records import body_of, read
from weirmq.wire.kafka.schema import NO_UUID

# What stands in place of a time (KIP-79, KIP-734, KIP-405, KIP-1005).
LATEST, EARLIEST, YOUNGEST, EARLIEST_LOCAL, LATEST_TIERED, EARLIEST_PENDING = -1, -2, -3, -4, -5, -6
FIRST_VERSIONS: Final = {YOUNGEST: 7, EARLIEST_LOCAL: 8, LATEST_TIERED: 9, EARLIEST_PENDING: 11}
NOTHING: Final = -1
NOWHERE: Final = (NOTHING, NOTHING)
READ_BYTES: Final = 16 * 1024
READ_COMMITTED: Final = 1  # isolation level


def list_offsets(kafka: Kafka, ask: Ask, request: ListOffsetsRequest) -> ListOffsetsResponse:
    """The offsets of times, the start or the end."""
    results = []
    for each in request.topics:
        topic = find_for(kafka, ask, Operation.DESCRIBE, each.name)
        partitions = []
        for asked in each.partitions:
            partition = partition_of(topic, asked.partition_index)
            code = partition if isinstance(partition, Code) else epoch_fault(asked.current_leader_epoch)
            if ask.version < FIRST_VERSIONS.get(asked.timestamp, 0) or asked.timestamp < EARLIEST_PENDING:
                code = Code.UNSUPPORTED_VERSION
            if isinstance(partition, Code) or code:
                partitions.append(ListOffsetsPartitionResponse(asked.partition_index, code))
                continue
            time_ms, offset = _place(kafka, partition, asked.timestamp, request.isolation_level)
            epoch = NOTHING if offset == NOTHING else LEADER_EPOCH
            partitions.append(ListOffsetsPartitionResponse(asked.partition_index, 0, time_ms, offset, epoch))
        results.append(ListOffsetsTopicResponse(each.name, partitions))
    return ListOffsetsResponse(0, results)


def _place(kafka: Kafka, partition: Partition, time_ms: int, isolation_level: int) -> tuple[int, int]:
    """The time and the offset of what was asked for; -1 for both where there is no such record."""
    log = kafka.log(partition)
    start, end = kafka.start(partition), log.readable
    if isolation_level == READ_COMMITTED:
        end = producers_of(kafka, partition).stable(end)
    match time_ms:
        case -1:
            return NOTHING, end
        case -2 | -4:
            return NOTHING, start
        case -3:
            return _youngest(log, start, end) or NOWHERE
        case -5 | -6:
            return NOWHERE
    return _first(log, start, end, time_ms) or NOWHERE


def _first(log: Stream, start: int, end: int, time_ms: int) -> tuple[int, int] | None:
    """The time and the offset of the first record from `start` to before `end` that is of `time_ms` or later.

    The log's index says from where on to look, so the cost is that of a read, where all those records are held still.
    """
    offset = max(start, log.seek(time_ms)) if start < end else end
    while offset < end and (data := log.read(offset, READ_BYTES)):
        for base, batch in heads(data):
            offset = base + batch.span
            if batch.max_ms >= time_ms and offset > start:
                for found_ms, found in _records(base, batch):
                    if found_ms >= time_ms and found >= start:
                        return (found_ms, found) if found < end else None
    return None


def _records(base: int, batch: Batch) -> Iterator[tuple[int, int]]:
    """Times and offsets of a batch's records. What is no sound batch to its readers counts as one record."""
    has_one_time = batch.attributes & APPEND_TIME or batch.span == 1
    try:
        for record in read(body_of(batch), batch.records, batch.span):
            yield batch.max_ms if has_one_time else batch.base_ms + record.time_delta, base + record.offset_delta
    except Refused:
        yield batch.max_ms, base


def _youngest(log: Stream, start: int, end: int) -> tuple[int, int] | None:
    """The time and the offset of the first record with the greatest time."""
    if start >= end:
        return None
    if found := _first(log, start, end, log.latest_ms):
        return found
    # The latest time is that of a record that is gone, or isn't to be seen yet: there is one that is the latest of all
    # others. Times only have to be halved, 41 times at most from 1970 on.
    low, high = 0, log.latest_ms - 1
    while low <= high:
        middle = (low + high + 1) // 2
        later = _first(log, start, end, middle)
        if later is None:
            high = middle - 1
        else:
            found, low = later, later[0] + 1
    return found


def epoch_fault(leader_epoch: int) -> Code:
    """Whether a client knows another leader epoch than the one there is (KIP-320)."""
    if leader_epoch in {-1, LEADER_EPOCH}:
        return Code.NONE
    return Code.UNKNOWN_LEADER_EPOCH if leader_epoch > LEADER_EPOCH else Code.FENCED_LEADER_EPOCH


def offset_for_leader_epoch(
    kafka: Kafka, ask: Ask, request: OffsetForLeaderEpochRequest
) -> OffsetForLeaderEpochResponse:
    """Where the records of a leader epoch end."""
    is_broker = kafka.authorizer.may(ask, Operation.CLUSTER_ACTION, ResourceType.CLUSTER)  # or as good as one
    results = []
    for each in request.topics:
        if is_broker:
            topic = find(kafka.cluster(ask), each.topic, NO_UUID)
        else:
            topic = find_for(kafka, ask, Operation.DESCRIBE, each.topic)
        partitions = []
        for asked in each.partitions:
            partition = partition_of(topic, asked.partition)
            code = partition if isinstance(partition, Code) else epoch_fault(asked.current_leader_epoch)
            if isinstance(partition, Code) or code:
                partitions.append(EpochEndOffset(code, asked.partition))
            elif asked.leader_epoch >= LEADER_EPOCH:
                partitions.append(EpochEndOffset(0, asked.partition, LEADER_EPOCH, kafka.log(partition).readable))
            else:
                partitions.append(EpochEndOffset(0, asked.partition))
        results.append(OffsetForLeaderTopicResult(each.topic, partitions))
    return OffsetForLeaderEpochResponse(0, results)
