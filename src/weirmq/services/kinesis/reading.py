"""GetShardIterator and GetRecords, and what SubscribeToShard shares with them.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html and API_GetRecords.html
"""

from typing import Any, NamedTuple, cast

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, sequence, tokens
from weirmq.services.kinesis.limits import GOT_BYTES, ITERATOR_MS, RECORDS_GOT
from weirmq.services.kinesis.model import Shard, Stream, id_of
from weirmq.services.kinesis.records import Records, time_of
from weirmq.services.kinesis.service import Kinesis
from weirmq.services.kinesis.shards import range_of
from weirmq.services.kinesis.sweeping import cutoff
from weirmq.wire.aws.types.kinesis import (
    ChildShard,
    GetRecordsInput,
    GetRecordsOutput,
    GetShardIteratorInput,
    GetShardIteratorOutput,
    ShardIteratorType,
)


def get_shard_iterator(service: Kinesis, call: Call, request: GetShardIteratorInput) -> GetShardIteratorOutput:
    """A position in a shard, good for five minutes. Raises ResourceNotFound, InvalidArgument."""
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:GetShardIterator")
    shard = service.shard(stream, request.ShardId)
    start = Start(request.ShardIteratorType, request.StartingSequenceNumber, request.Timestamp)
    offset = offset_of(service, call, stream, shard, start, "GetShardIterator")
    if request.DryRun:
        raise errors.dry_run()
    service.draw_key(call.now_ms)
    return GetShardIteratorOutput(ShardIterator=_iterator(service, call, stream, shard, offset))


def _iterator(service: Kinesis, call: Call, stream: Stream, shard: Shard, offset: int) -> str:
    return tokens.seal(service.machine.key, tokens.Iterator(stream.number, shard.index, offset, call.now_ms))


class Start(NamedTuple):
    """Where a reader wants to begin."""

    kind: ShardIteratorType
    number: str | None  # a sequence number
    time_ms: int | None


def offset_of(service: Kinesis, call: Call, stream: Stream, shard: Shard, start: Start, operation: str) -> int:
    """The offset that a reader begins with. Raises InvalidArgument."""
    log = service.log(shard)
    kind, number, time_ms = start
    if kind == "LATEST":
        return log.readable
    oldest = service.horizon(stream, log, call.now_ms)
    if kind == "TRIM_HORIZON":
        return oldest
    if kind == "AT_TIMESTAMP":
        if time_ms is None:
            raise errors.invalid("Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP.")
        if time_ms > call.now_ms:
            raise errors.invalid(
                f"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. "
                f"timestampInMillis: {int(time_ms)}, currentTimestampInMillis: {call.now_ms}"
            )
        return max(oldest, log.offset_at(time_ms, oldest).offset)
    if number is None:
        raise errors.invalid(
            f"Must either specify (1) AT_SEQUENCE_NUMBER/AFTER_SEQUENCE_NUMBER and "
            f"StartingSequenceNumber or (2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. "
            f"Request specified {kind} and no StartingSequenceNumber."
        )
    at = _offset_at(stream, shard, number, operation)
    return max(oldest, min(at if kind == "AT_SEQUENCE_NUMBER" else at + 1, log.readable))


def _offset_at(stream: Stream, shard: Shard, number: str, operation: str) -> int:
    """The offset of the record with a sequence number, also of one to come; -1 for the shard's StartingSequenceNumber.
    Raises InvalidArgument for the number of another shard.
    """
    found = sequence.parse(number)
    where = f"{operation} on shard {shard.id} in stream {stream.name} under account {stream.account}"
    if found is None:
        raise errors.invalid(f"StartingSequenceNumber {number} used in {where} is invalid.")
    if found.shard != shard.index:
        raise errors.invalid(
            f"Invalid StartingSequenceNumber. It encodes shardId-{found.shard:012}, while it was used in a call to a "
            f"shard with {shard.id}"
        )
    if found.created_s != shard.epoch_ms // 1000:
        raise errors.invalid(
            f"StartingSequenceNumber {number} used in {where} is invalid because it did not come from this stream."
        )
    return found.ordinal - 1


def get_records(service: Kinesis, call: Call, request: GetRecordsInput) -> GetRecordsOutput:
    """Records from a position on, and the position behind them; none at the end of a closed shard, but its children.

    Raises ExpiredIterator, InvalidArgument, ResourceNotFound.
    """
    position = tokens.unseal(service.machine.key, request.ShardIterator)
    if position is None:
        raise errors.invalid("Invalid ShardIterator.")
    stream, shard = _place(service, call, position, request)
    if call.now_ms - position.made_ms > ITERATOR_MS:
        raise errors.expired_iterator(position.made_ms, call.now_ms, ITERATOR_MS)
    most = RECORDS_GOT if request.Limit is None else request.Limit
    if request.DryRun:
        raise errors.dry_run()
    taken = take(service, stream, shard, position.offset, call.now_ms, most, GOT_BYTES)
    return GetRecordsOutput(
        Records=cast("Any", taken.records),
        NextShardIterator=None if taken.is_last else _iterator(service, call, stream, shard, taken.end),
        MillisBehindLatest=taken.behind_ms,
        ChildShards=children_of(stream, shard) if taken.is_last else None,
    )


class Slice(NamedTuple):
    """Some records of a shard. `end` is the offset behind them, `behind_ms` how old the newest is, 0 at the tip;
    `is_last` says that the shard is closed, and none follow.
    """

    records: Records
    end: int
    behind_ms: int
    is_last: bool


def take(service: Kinesis, stream: Stream, shard: Shard, offset: int, now_ms: int, most: int, max_bytes: int) -> Slice:
    """Up to `most` records from `offset` on, or from the oldest that is within its retention. Where a power cut took
    what was before `offset`, from the end.
    """
    log = service.log(shard)
    offset = max(min(offset, log.readable), log.first)
    spans = log.spans(offset, most, max_bytes)
    if spans and time_of(spans[0], 0) < cutoff(stream, now_ms):  # else there is no need to know where the horizon is
        offset = max(offset, service.horizon(stream, log, now_ms))
        spans = log.spans(offset, most, max_bytes)
    found = Records(spans, shard.base, service.rendered, log.name, is_encrypted=bool(stream.key_id))
    offset = found.end or offset
    behind_ms = max(1, now_ms - found.latest_ms) if offset < log.readable else 0
    return Slice(found, offset, behind_ms, bool(shard.closed_ms) and offset >= log.end)


def _place(service: Kinesis, call: Call, position: tokens.Iterator, request: GetRecordsInput) -> tuple[Stream, Shard]:
    """The stream and shard of an iterator. Raises ResourceNotFound, InvalidArgument, AccessDenied."""
    stream = service.machine.streams.get(position.stream)
    if stream is None:
        raise errors.not_found("The stream of this ShardIterator does not exist any more.")
    service.authorize(call, "kinesis:GetRecords", stream)
    if request.StreamARN is not None and request.StreamARN != stream.arn:
        raise errors.invalid("StreamARN and ShardIterator are of different streams.")
    shard = stream.shards.get(position.shard)
    if shard is None:
        raise errors.not_found(
            f"Shard shardId-{position.shard:012} in stream {stream.name} under account {stream.account} does not exist"
        )
    return stream, shard


def children_of(stream: Stream, shard: Shard) -> list[ChildShard]:
    """The shards that go on where a closed one ends, as far as they are there."""
    children = [stream.shards[index] for index in shard.children if index in stream.shards]
    return [
        ChildShard(
            ShardId=child.id,
            ParentShards=[id_of(index) for index in (child.parent, child.adjacent) if index is not None],
            HashKeyRange=range_of(child),
        )
        for child in children
    ]
