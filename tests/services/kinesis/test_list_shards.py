from typing import Any

import pytest

from tests.services.kinesis.world import World, arn, refused
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types.kinesis import ShardFilter


@pytest.fixture
def world() -> World:
    """Shard 0 was split after an hour into 1 and 2, which were merged after another into 3."""
    world = World()
    world.stream()
    world.clock.advance(hours=1)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=str(2**127))
    world.clock.advance(hours=1)
    world.ask("MergeShards", StreamName="orders", ShardToMerge="shardId-1", AdjacentShardToMerge="shardId-2")
    world.clock.advance(hours=1)
    return world


def listed(world: World, **members: Any) -> list[int]:
    return [int(shard.ShardId[-3:]) for shard in world.shards(**members)]


def filtered(world: World, kind: str, hours: float | None = None, shard: str | None = None) -> list[int]:
    at = None if hours is None else Timestamp(world.clock.now_ms() - round((3 - hours) * 3_600_000))
    return listed(world, ShardFilter=ShardFilter(Type=kind, Timestamp=at, ShardId=shard))  # type: ignore[arg-type]


def test_lists_open_and_closed_shards_with_their_parents(world: World) -> None:
    first, left, right, merged = world.shards()
    assert first.ParentShardId is None
    assert left.ParentShardId == right.ParentShardId == first.ShardId
    assert left.AdjacentParentShardId is None
    assert (merged.ParentShardId, merged.AdjacentParentShardId) == (left.ShardId, right.ShardId)
    assert merged.SequenceNumberRange.EndingSequenceNumber is None
    numbers = first.SequenceNumberRange
    assert int(numbers.EndingSequenceNumber) > int(numbers.StartingSequenceNumber)
    assert int(left.SequenceNumberRange.StartingSequenceNumber) > int(numbers.EndingSequenceNumber) - 2**100


def test_filters_by_time(world: World) -> None:
    assert filtered(world, "AT_LATEST") == [3]
    assert filtered(world, "AT_TRIM_HORIZON") == [0]
    assert filtered(world, "FROM_TRIM_HORIZON") == [0, 1, 2, 3]
    assert filtered(world, "AT_TIMESTAMP", 0.5) == [0]
    assert filtered(world, "AT_TIMESTAMP", 1) == [0, 1, 2]  # its end may be that very moment
    assert filtered(world, "AT_TIMESTAMP", 1.5) == [1, 2]
    assert filtered(world, "AT_TIMESTAMP", 2.5) == [3]
    assert filtered(world, "FROM_TIMESTAMP", 0.5) == [0, 1, 2, 3]
    assert filtered(world, "FROM_TIMESTAMP", 1.5) == [1, 2, 3]
    assert filtered(world, "FROM_TIMESTAMP", 3) == [3]
    assert filtered(world, "AT_TIMESTAMP", -100) == [0]


def test_the_horizon_moves_on(world: World) -> None:
    world.clock.advance(hours=22.5)
    assert filtered(world, "AT_TRIM_HORIZON") == [1, 2]
    assert filtered(world, "FROM_TRIM_HORIZON") == [1, 2, 3]


def test_filters_by_shard(world: World) -> None:
    assert filtered(world, "AFTER_SHARD_ID", shard="shardId-1") == [2, 3]
    assert listed(world, ExclusiveStartShardId="shardId-000000000002") == [3]


def test_a_filter_needs_what_it_filters_by(world: World) -> None:
    with refused("InvalidArgumentException", "ShardId"):
        filtered(world, "AFTER_SHARD_ID")
    with refused("InvalidArgumentException", "Timestamp"):
        filtered(world, "AT_TIMESTAMP")
    with refused("InvalidArgumentException", "future"):
        filtered(world, "FROM_TIMESTAMP", 4)


def test_pages_with_its_filter(world: World) -> None:
    horizon = ShardFilter(Type="FROM_TRIM_HORIZON")
    first = world.ask("ListShards", StreamName="orders", MaxResults=3, ShardFilter=horizon)
    assert len(first.Shards) == 3
    second = world.ask("ListShards", NextToken=first.NextToken, MaxResults=3)
    assert [shard.ShardId for shard in second.Shards] == ["shardId-000000000003"]
    assert second.NextToken is None
    with refused("InvalidArgumentException", "NextToken"):
        world.ask("ListShards", NextToken=first.NextToken, StreamName="orders")
    world.clock.advance(minutes=6)
    with refused("ExpiredNextTokenException"):
        world.ask("ListShards", NextToken=first.NextToken)
    with refused("InvalidArgumentException"):
        world.ask("ListShards", NextToken="made up")


def test_the_creation_time_tells_streams_of_a_name_apart(world: World) -> None:
    created = world.ask("DescribeStream", StreamName="orders").StreamDescription.StreamCreationTimestamp
    assert len(world.ask("ListShards", StreamARN=arn(), StreamCreationTimestamp=created).Shards) == 4
    with refused("ResourceNotFoundException"):
        world.ask("ListShards", StreamARN=arn(), StreamCreationTimestamp=Timestamp(created + 1000))


def test_pages_with_a_filter_by_time(world: World) -> None:
    since = ShardFilter(Type="FROM_TIMESTAMP", Timestamp=Timestamp(world.clock.now_ms() - 9_000_000))
    first = world.ask("ListShards", StreamName="orders", MaxResults=2, ShardFilter=since)
    second = world.ask("ListShards", NextToken=first.NextToken)
    assert [shard.ShardId[-1] for shard in (*first.Shards, *second.Shards)] == ["0", "1", "2", "3"]
