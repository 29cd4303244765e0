"""IncreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriod, and what they do to records."""

import pytest

from tests.services.kinesis.world import World, refused
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.scalars import Timestamp


def increase(world: World, hours: int) -> None:
    world.ask("IncreaseStreamRetentionPeriod", StreamName="orders", RetentionPeriodHours=hours)


def decrease(world: World, hours: int) -> None:
    world.ask("DecreaseStreamRetentionPeriod", StreamName="orders", RetentionPeriodHours=hours)


def hourly(world: World, hours: int) -> None:
    """Put a record each hour."""
    for hour in range(hours):
        world.put(b"%d" % hour)
        world.clock.advance(hours=1)


def test_records_are_gone_after_a_day(world: World) -> None:
    world.stream()
    hourly(world, 30)
    assert world.data() == [b"%d" % hour for hour in range(6, 30)]
    iterator = world.iterator()
    world.clock.advance(minutes=1)
    assert world.get(iterator).Records[0].Data == b"7"  # the iterator's own place is gone
    world.clock.advance(hours=24)
    assert world.data() == []


def test_a_longer_period_keeps_more_but_brings_nothing_back(world: World) -> None:
    world.stream()
    hourly(world, 30)
    increase(world, 48)
    assert world.data()[0] == b"6"
    hourly(world, 10)
    assert world.data()[0] == b"6"
    assert world.restarted().data()[0] == b"6"


def test_a_shorter_period_takes_at_once_and_for_good(world: World) -> None:
    world.stream()
    increase(world, 72)
    hourly(world, 40)
    assert world.data()[0] == b"0"
    decrease(world, 24)
    assert world.data()[0] == b"16"
    increase(world, 72)
    assert world.data()[0] == b"16"
    assert world.restarted().data()[0] == b"16"


@pytest.mark.parametrize(("hours", "words"), [(23, "too short"), (0, "too short"), (8761, "too long")])
def test_from_24_hours_to_365_days(world: World, hours: int, words: str) -> None:
    world.stream()
    with refused("InvalidArgumentException", words, str(hours)):
        increase(world, hours)
    with refused("InvalidArgumentException", words):
        decrease(world, hours)
    increase(world, 8760)
    assert world.ask("DescribeStream", StreamName="orders").StreamDescription.RetentionPeriodHours == 8760


def test_each_way_has_its_operation(world: World) -> None:
    world.stream()
    increase(world, 48)
    with refused("InvalidArgumentException", "Use DecreaseRetentionPeriod API"):
        increase(world, 24)
    with refused("InvalidArgumentException", "Use IncreaseRetentionPeriod API"):
        decrease(world, 72)
    increase(world, 48)
    decrease(world, 48)


def test_a_time_before_the_horizon_is_the_horizon(world: World) -> None:
    world.stream()
    hourly(world, 30)
    assert world.data("AT_TIMESTAMP", Timestamp=Timestamp(0))[0] == b"6"
    first = world.shards()[0].SequenceNumberRange.StartingSequenceNumber
    assert world.data("AT_SEQUENCE_NUMBER", StartingSequenceNumber=first)[0] == b"6"


def test_files_go_from_the_disk() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream()
    for _ in range(60):
        world.put(b"x" * 300)
        world.clock.advance(hours=1)
        world.tick()
    [group] = world.streams.library.groups()
    segments = [name for name in disk.names(f"/data/streams/{group}/000000000000") if name.endswith(".log")]
    assert len(segments) <= 24 * 400 // 2000 + 3
    assert len(world.data()) == 24


def test_closed_shards_go_when_all_their_records_have() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream()
    world.put(b"x")
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    world.put(b"y", ExplicitHashKey="0")
    world.clock.advance(hours=23)
    world.tick()
    assert len(world.shards()) == 3
    world.clock.advance(hours=2)
    for _ in range(3):
        world.tick()
        world.clock.advance(minutes=1)
    assert [shard.ShardId[-1] for shard in world.shards()] == ["1", "2"]
    [group] = world.streams.library.groups()
    assert "000000000000" not in disk.names(f"/data/streams/{group}")
    with refused("ResourceNotFoundException"):
        world.iterator(shard=0)
    again = world.restarted()
    assert again.shards() == world.shards()
    again.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-1", NewStartingHashKey="500")
    assert [shard.ShardId[-1] for shard in again.shards()] == ["1", "2", "3", "4"]
