"""ListShards, and how a shard is described.

Source: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html
"""

from collections.abc import Callable, Sequence

from weirmq.engine.service import Call
from weirmq.kernel.clock import HOUR_MS
from weirmq.services.kinesis import errors, sequence
from weirmq.services.kinesis.limits import LISTED_SHARDS
from weirmq.services.kinesis.model import Shard, Stream, id_of
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import (
    HashKeyRange,
    ListShardsInput,
    ListShardsOutput,
    SequenceNumberRange,
    ShardFilter,
)
from weirmq.wire.aws.types.kinesis import Shard as ShardShape

_TOKEN = "shards"  # noqa: S105 - a kind of token


def range_of(shard: Shard) -> HashKeyRange:
    """First and last hash key."""
    return HashKeyRange(StartingHashKey=str(shard.start), EndingHashKey=str(shard.end))


def shown(shard: Shard) -> ShardShape:
    """A shard as it is described."""
    return ShardShape(
        ShardId=shard.id,
        ParentShardId=None if shard.parent is None else id_of(shard.parent),
        AdjacentParentShardId=None if shard.adjacent is None else id_of(shard.adjacent),
        HashKeyRange=range_of(shard),
        SequenceNumberRange=SequenceNumberRange(
            StartingSequenceNumber=sequence.first(shard.base, shard.epoch_ms),
            EndingSequenceNumber=sequence.last(shard.base, shard.closed_ms) if shard.closed_ms else None,
        ),
    )


def list_shards(service: Kinesis, call: Call, request: ListShardsInput) -> ListShardsOutput:
    """Shards, open and closed, by their numbers.

    Raises ResourceNotFound, ResourceInUse, InvalidArgument, ExpiredNextToken.
    """
    most = min(request.MaxResults or LISTED_SHARDS, LISTED_SHARDS)
    if request.NextToken is not None:
        stream, after, shard_filter = _go_on(service, call, request)
    else:
        stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:ListShards")
        if stream.status == "CREATING":
            raise errors.not_active(stream.name, stream.account, stream.status)
        _check_creation(stream, request.StreamCreationTimestamp)
        shard_filter = request.ShardFilter
        after = -1
        if request.ExclusiveStartShardId is not None:
            after = service.shard(stream, request.ExclusiveStartShardId).index
        if shard_filter is not None and shard_filter.Type == "AFTER_SHARD_ID":
            after = max(after, service.shard(stream, _needed(shard_filter.ShardId, "ShardId", shard_filter)).index)
    chosen = [shard for shard in stream.shards.values() if shard.index > after]
    if shard_filter is not None:
        keep = _filter(stream, shard_filter, call.now_ms)
        chosen = [shard for shard in chosen if keep(shard)]
    page = chosen[:most]
    token = None
    if len(chosen) > most:
        token = service.token(_TOKEN, call.now_ms, stream.number, page[-1].index, *_packed(shard_filter))
    return ListShardsOutput(Shards=[shown(shard) for shard in page], NextToken=token)


def _check_creation(stream: Stream, created_ms: int | None) -> None:
    if created_ms is not None and created_ms // 1000 != stream.created_ms // 1000:
        raise errors.no_such_stream(stream.name, stream.account)


def _packed(shard_filter: ShardFilter | None) -> Sequence[str | int | None]:
    if shard_filter is None:
        return ()
    at_ms = shard_filter.Timestamp
    return shard_filter.Type, shard_filter.ShardId, None if at_ms is None else int(at_ms)


def _go_on(service: Kinesis, call: Call, request: ListShardsInput) -> tuple[Stream, int, ShardFilter | None]:
    """Stream, last shard and filter of a NextToken. Raises InvalidArgument, ExpiredNextToken, ResourceNotFound."""
    given = (request.StreamName, request.ExclusiveStartShardId, request.StreamCreationTimestamp, request.ShardFilter)
    if any(value is not None for value in given):
        raise errors.invalid(
            "NextToken and StreamName, StreamCreationTimestamp, ExclusiveStartShardId or ShardFilter cannot be provided"
            " together."
        )
    number, after, *packed = service.read_token(_TOKEN, request.NextToken or "", call.now_ms)
    stream = service.machine.streams.get(number)
    if stream is None:
        raise errors.not_found("The stream of this NextToken does not exist any more.")
    service.authorize(call, "kinesis:ListShards", stream)
    if not packed:
        return stream, after, None
    kind, shard_id, at_ms = packed
    return (
        stream,
        after,
        ShardFilter(Type=kind, ShardId=shard_id, Timestamp=None if at_ms is None else Timestamp(at_ms)),
    )


def _needed(value: str | int | None, member: str, shard_filter: ShardFilter) -> str:
    if value is None:
        raise errors.invalid(f"ShardFilter of type {shard_filter.Type} needs {member}.")
    return str(value)


def _filter(stream: Stream, shard_filter: ShardFilter, now_ms: int) -> Callable[[Shard], bool]:
    """Which shards a filter lets through: those open at a time, or from then on."""
    kind = shard_filter.Type
    oldest_ms = max(now_ms - stream.retention_h * HOUR_MS, stream.created_ms)
    if kind == "AFTER_SHARD_ID":
        return lambda _shard: True
    if kind == "AT_LATEST":
        return lambda shard: not shard.closed_ms
    if kind in ("AT_TRIM_HORIZON", "FROM_TRIM_HORIZON"):
        at_ms = oldest_ms
    else:
        at_ms = int(_needed(shard_filter.Timestamp, "Timestamp", shard_filter))
        if at_ms > now_ms:
            raise errors.invalid("ShardFilter has a Timestamp in the future.")
        at_ms = max(at_ms, oldest_ms)
    if kind.startswith("FROM_"):
        return lambda shard: not shard.closed_ms or shard.closed_ms >= at_ms
    return lambda shard: shard.created_ms <= at_ms and (not shard.closed_ms or shard.closed_ms >= at_ms)
