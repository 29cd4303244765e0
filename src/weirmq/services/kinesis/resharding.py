"""SplitShard, MergeShards, UpdateShardCount. How long they take is up to `kinesis_strict`.

Source: https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html
"""

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts, quotas
from weirmq.services.kinesis.facts import NewShard
from weirmq.services.kinesis.limits import (
    RESHARDING_MS,
    SCALING_MS,
    SHARD_COUNT,
    SHARD_COUNT_UPDATES,
    SHARD_COUNT_WINDOW_MS,
)
from weirmq.services.kinesis.model import PROVISIONED, Shard, Stream
from weirmq.services.kinesis.planning import draw_mark, new_shard, resharded
from weirmq.services.kinesis.service import Kinesis, check_active
from weirmq.wire.aws.types.kinesis import (
    MergeShardsInput,
    SplitShardInput,
    UpdateShardCountInput,
    UpdateShardCountOutput,
)


def split_shard(service: Kinesis, call: Call, request: SplitShardInput) -> None:
    """Close a shard; two others take its hash keys, the second from NewStartingHashKey on.

    Raises ResourceNotFound, InvalidArgument, LimitExceeded, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:SplitShard")
    _check_mode(stream, "SplitShard")
    check_active(stream)
    shard = service.shard(stream, request.ShardToSplit)
    _check_open(stream, shard)
    key = int(request.NewStartingHashKey)
    # The first key of either half must differ, and neither half may be empty.
    if not shard.start + 1 < key < shard.end:
        raise errors.invalid(
            f"NewStartingHashKey {key} used in SplitShard() on shard {shard.id} in stream {stream.name} under account "
            f"{stream.account} is not both greater than one plus the shard's StartingHashKey {shard.start} and less "
            f"than the shard's EndingHashKey {shard.end}."
        )
    quotas.check_shards(service, call, 1)
    made = [new_shard(shard.start, key - 1, shard.index), new_shard(key, shard.end, shard.index)]
    _commit(service, call, stream, [shard.index], made)


def merge_shards(service: Kinesis, call: Call, request: MergeShardsInput) -> None:
    """Close two shards whose hash keys lie side by side; another takes both ranges.

    Raises ResourceNotFound, InvalidArgument, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:MergeShards")
    _check_mode(stream, "MergeShards")
    check_active(stream)
    first = service.shard(stream, request.ShardToMerge)
    other = service.shard(stream, request.AdjacentShardToMerge)
    _check_open(stream, first)
    _check_open(stream, other)
    if first.end + 1 != other.start and other.end + 1 != first.start:
        raise errors.invalid(
            f"Shards {first.id} and {other.id} in stream {stream.name} under account {stream.account} are not an "
            "adjacent pair of shards eligible for merging"
        )
    made = new_shard(min(first.start, other.start), max(first.end, other.end), first.index, other.index)
    _commit(service, call, stream, [first.index, other.index], [made])


def update_shard_count(service: Kinesis, call: Call, request: UpdateShardCountInput) -> UpdateShardCountOutput:
    """Change the number of shards, all of a size in the end: by splits and merges, as AWS does it.

    Raises ResourceNotFound, InvalidArgument, LimitExceeded, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:UpdateShardCount")
    _check_mode(stream, "UpdateShardCount")
    check_active(stream)
    count, target = len(stream.open), request.TargetShardCount
    recent = [ms for ms in stream.count_changes_ms if ms > call.now_ms - SHARD_COUNT_WINDOW_MS]
    if len(recent) >= SHARD_COUNT_UPDATES:
        raise errors.limit(
            f"Rate of UpdateShardCount on stream {stream.name} under account {stream.account} exceeds the limit of "
            f"{SHARD_COUNT_UPDATES} in a rolling 24-hour period."
        )
    if target > 2 * count:
        raise errors.limit(
            f"UpdateShardCount cannot scale up over double your current open shard count. Current open shard count: "
            f"{count}. Target shard count: {target}."
        )
    if 2 * target < count:
        raise errors.limit(
            f"UpdateShardCount cannot scale down below half your current open shard count. Current open shard count: "
            f"{count}. Target shard count: {target}."
        )
    if target > SHARD_COUNT:
        raise errors.limit(
            f"UpdateShardCount cannot scale up to more than {SHARD_COUNT} shards. Target shard count: {target}."
        )
    if target > count:
        quotas.check_shards(service, call, target - count)
    if target != count:
        service.change(call.now_ms, stream, SCALING_MS, resharded(stream, target, service.entropy, is_asked_for=True))
    return UpdateShardCountOutput(
        StreamName=stream.name, CurrentShardCount=count, TargetShardCount=target, StreamARN=stream.arn
    )


def _check_mode(stream: Stream, operation: str) -> None:
    if stream.mode != PROVISIONED:
        raise errors.validation(
            f"Request is invalid. Stream {stream.name} under account {stream.account} is in On-Demand mode. "
            f"{operation} is supported for streams in PROVISIONED mode only."
        )


def _check_open(stream: Stream, shard: Shard) -> None:
    if shard.closed_ms:
        raise errors.invalid(
            f"Shard {shard.id} in stream {stream.name} under account {stream.account} has already been merged or "
            "split, and thus is not eligible for merging or splitting."
        )


def _commit(service: Kinesis, call: Call, stream: Stream, closed: list[int], made: list[NewShard]) -> None:
    mark = draw_mark(service.entropy)
    service.change(call.now_ms, stream, RESHARDING_MS, facts.Resharded(stream.number, closed, made, mark))
