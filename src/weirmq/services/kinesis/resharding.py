"""SplitShard, MergeShards, UpdateShardCount. They take effect at once.

Source: https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from weirmq.engine.service import Call
from weirmq.services.kinesis import errors, facts, quotas
from weirmq.services.kinesis.facts import NewShard
from weirmq.services.kinesis.limits import SHARD_COUNT_UPDATES, SHARD_COUNT_WINDOW_MS
from weirmq.services.kinesis.model import PROVISIONED, Shard, Stream, even_ranges
from weirmq.services.kinesis.service import Kinesis
from weirmq.wire.aws.types.kinesis import (
    MergeShardsInput,
    SplitShardInput,
    UpdateShardCountInput,
    UpdateShardCountOutput,
)

MARK_BYTES: Final = 4
KEY_BYTES: Final = 16  # of a hash key

Piece = tuple[int, int, int]
"""First and last hash key of a shard, and its index."""


def split_shard(service: Kinesis, call: Call, request: SplitShardInput) -> None:
    """Close a shard; two others take its hash keys, the second from NewStartingHashKey on.

    Raises ResourceNotFound, InvalidArgument, LimitExceeded, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:SplitShard")
    _check_mode(stream, "SplitShard")
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
    made = [_new(shard.start, key - 1, shard.index), _new(key, shard.end, shard.index)]
    _commit(service, call, stream, [shard.index], made)


def merge_shards(service: Kinesis, call: Call, request: MergeShardsInput) -> None:
    """Close two shards whose hash keys lie side by side; another takes both ranges.

    Raises ResourceNotFound, InvalidArgument, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:MergeShards")
    _check_mode(stream, "MergeShards")
    first = service.shard(stream, request.ShardToMerge)
    other = service.shard(stream, request.AdjacentShardToMerge)
    _check_open(stream, first)
    _check_open(stream, other)
    if first.end + 1 != other.start and other.end + 1 != first.start:
        raise errors.invalid(
            f"Shards {first.id} and {other.id} in stream {stream.name} under account {stream.account} are not an "
            "adjacent pair of shards eligible for merging"
        )
    made = _new(min(first.start, other.start), max(first.end, other.end), first.index, other.index)
    _commit(service, call, stream, [first.index, other.index], [made])


def update_shard_count(service: Kinesis, call: Call, request: UpdateShardCountInput) -> UpdateShardCountOutput:
    """Change the number of shards, all of a size in the end: by splits and merges, as AWS does it.

    Raises ResourceNotFound, InvalidArgument, LimitExceeded, Validation.
    """
    stream = service.find(call, request.StreamName, request.StreamARN, "kinesis:UpdateShardCount")
    _check_mode(stream, "UpdateShardCount")
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
    if target > count:
        quotas.check_shards(service, call, target - count)
    if target != count:
        plan = _plan(stream, target)
        _commit(service, call, stream, plan.closed, plan.made, target)
    return UpdateShardCountOutput(
        StreamName=stream.name, CurrentShardCount=count, TargetShardCount=target, StreamARN=stream.arn
    )


class _Plan:
    """Splits and merges of two, in order; shards that don't exist yet go by the indexes that they will get."""

    def __init__(self, next_index: int) -> None:
        self.closed: list[int] = []
        self.made: list[NewShard] = []
        self._next_index = next_index

    def make(self, start: int, end: int, parent: int, adjacent: int | None = None) -> Piece:
        """A shard with a part of its parent's keys, or with those of two."""
        self.made.append(_new(start, end, parent, adjacent))
        self._next_index += 1
        return start, end, self._next_index - 1

    def cut(self, piece: Piece, bounds: Sequence[int]) -> list[Piece]:
        """Split a piece at each of some ascending bounds within it."""
        pieces = []
        for bound in bounds:
            start, end, index = piece
            self.closed.append(index)
            pieces.append(self.make(start, bound - 1, index))
            piece = self.make(bound, end, index)
        return [*pieces, piece]

    def join(self, first: Piece, second: Piece) -> Piece:
        """Merge two neighbours."""
        self.closed += (first[2], second[2])
        return self.make(first[0], second[1], first[2], second[2])


def _plan(stream: Stream, target: int) -> _Plan:
    """How the open shards become `target` of a size: cut at all of the new bounds, then joined between two of them."""
    plan = _Plan(stream.next_shard)
    bounds = [start for start, _ in even_ranges(target)]
    wanted = set(bounds)
    joined: list[Piece] = []
    for shard in stream.open:
        inner = bounds[bisect_right(bounds, shard.start) : bisect_right(bounds, shard.end)]
        for piece in plan.cut((shard.start, shard.end, shard.index), inner):
            joined.append(piece if piece[0] in wanted else plan.join(joined.pop(), piece))
    return plan


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


def _new(start: int, end: int, parent: int, adjacent: int | None = None) -> NewShard:
    return NewShard(start.to_bytes(KEY_BYTES, "big"), end.to_bytes(KEY_BYTES, "big"), parent, adjacent)


def _commit(
    service: Kinesis, call: Call, stream: Stream, closed: list[int], made: list[NewShard], target: int | None = None
) -> None:
    mark = service.entropy.take(MARK_BYTES).hex()
    service.commit(call.now_ms, facts.Resharded(stream.number, closed, made, mark, target))
