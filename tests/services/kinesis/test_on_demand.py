"""Streams on demand: how their shards follow their load."""

import pytest

from tests.services.kinesis.world import ACCOUNT, REGION, World, arn, entry, refused
from weirmq.services.kinesis.limits import ON_DEMAND_MOST_SHARDS, SCALING_MS
from weirmq.services.kinesis.load import Load, shards_for
from weirmq.services.kinesis.model import Stream
from weirmq.services.kinesis.scaling import shards_needed
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.types.kinesis import MinimumThroughputBillingCommitmentInput, StreamModeDetails

MIB = 1_048_576
START_MS = 1_700_000_040_000  # a whole minute


@pytest.fixture
def world() -> World:
    world = World()
    world.clock.advance(seconds=(START_MS - world.clock.now_ms()) / 1000)
    world.ask("CreateStream", StreamName="orders")
    return world


def stream(world: World) -> Stream:
    return world.kinesis.machine.by_name[ACCOUNT, REGION, "orders"]


def minute(world: World, mibps: float = 0, records: int = 0) -> int:
    """A minute with that load; returns how many open shards there are then. What is put is in the tests of Load."""
    load = stream(world).load
    assert load is not None
    load.count(world.clock.now_ms(), int(mibps * 60 * MIB), records * 60)
    world.clock.advance(minutes=1)
    world.tick()
    return len(stream(world).open)


def days(world: World, count: int) -> list[int]:
    """How many shards there are after each of some days."""
    found = []
    for _ in range(count):
        world.clock.advance(days=1)
        world.tick()
        found.append(len(stream(world).open))
    return found


def commit(world: World) -> None:
    world.ask(
        "UpdateAccountSettings",
        MinimumThroughputBillingCommitment=MinimumThroughputBillingCommitmentInput(Status="ENABLED"),
    )


@pytest.mark.parametrize(
    ("size", "records", "shards"),
    [
        (0, 0, 0),
        (1, 1, 1),
        (60 * MIB, 60_000, 1),
        (60 * MIB + 1, 1, 2),
        (1, 60_001, 2),
    ],
)
def test_what_a_minute_needs(size: int, records: int, shards: int) -> None:
    assert shards_for(size, records) == shards


def test_the_busiest_minute_counts_once_it_is_over() -> None:
    load = Load()
    load.count(START_MS, 60 * MIB, 1)
    load.count(START_MS + 59_999, 60 * MIB, 1)
    assert load.take(START_MS + 59_999) == 0
    load.count(START_MS + 60_000, 60 * MIB, 1)
    load.count(START_MS + 600_000, 60 * MIB, 1)
    assert load.take(START_MS + 660_000) == 4
    assert load.take(START_MS + 720_000) == 0


def test_what_is_put_is_counted(world: World) -> None:
    load = stream(world).load
    assert load is not None
    world.put(b"12345", key="678")
    world.ask("PutRecords", StreamName="orders", Records=[entry(b"ab", key="c")] * 3)
    assert (load._bytes, load._records) == (8 + 9, 4)


def test_a_provisioned_stream_is_left_as_it_is() -> None:
    world = World()
    world.stream()
    assert stream(world).load is None
    world.clock.advance(days=40)
    world.tick()
    assert len(stream(world).open) == 1


def test_it_grows_to_double_its_peak(world: World) -> None:
    assert minute(world, 2) == 4
    assert minute(world, 2.1) == 5
    assert minute(world, 4) == 5  # not within a quarter of an hour
    world.clock.advance(minutes=14)
    world.tick()
    assert len(stream(world).open) == 8
    ranges = [shard.end - shard.start for shard in stream(world).open]
    assert max(ranges) - min(ranges) <= 8
    assert stream(world).open[0].start == 0
    assert stream(world).open[-1].end == 2**128 - 1


def test_it_grows_by_records_too(world: World) -> None:
    assert minute(world, records=3_500) == 7


def test_it_does_not_more_than_double_at_once(world: World) -> None:
    assert minute(world, 40) == 8
    found = []
    for _ in range(5):
        world.clock.advance(minutes=15)
        world.tick()
        found.append(len(stream(world).open))
    assert found == [16, 32, 64, 80, 80]


def test_records_follow_the_shards(world: World) -> None:
    before = world.put(b"a")
    minute(world, 4)
    after = world.put(b"b")
    assert int(after[0]) > int(before[0])
    where = {shard.index for shard in stream(world).open}
    found = world.ask("PutRecord", StreamName="orders", Data=b"c", PartitionKey="k").ShardId
    assert int(found.partition("-")[2]) in where


def test_it_grows_no_further_than_an_account_may(world: World) -> None:
    stream(world).peaks[START_MS // 86_400_000] = 50_000
    assert shards_needed(stream(world), 0, START_MS) == ON_DEMAND_MOST_SHARDS


def test_it_shrinks_when_its_peaks_are_thirty_days_behind_it(world: World) -> None:
    assert minute(world, 4) == 8
    world.clock.advance(minutes=15)
    assert minute(world, 8) == 16
    assert days(world, 30) == [16] * 30
    assert days(world, 4) == [8, 4, 4, 4]


def test_a_later_lesser_peak_holds_it(world: World) -> None:
    assert minute(world, 4) == 8
    world.clock.advance(minutes=15)
    assert minute(world, 8) == 16
    days(world, 20)
    assert minute(world, 4) == 16
    assert days(world, 14)[-1] == 8
    assert days(world, 20)[-1] == 4


@pytest.mark.parametrize("disk", [None, SimulatedDisk()])
def test_a_restart_forgets_no_peak(disk: SimulatedDisk | None) -> None:
    world = World(disk)
    world.clock.advance(seconds=(START_MS - world.clock.now_ms()) / 1000)
    world.ask("CreateStream", StreamName="orders")
    minute(world, 40)
    again = world.restarted()
    assert stream(again).peaks == {START_MS // 86_400_000: 80}
    assert len(stream(again).open) == 8
    again.clock.advance(minutes=15)
    again.tick()
    assert len(stream(again).open) == 16


def test_few_facts_are_made_of_it(world: World) -> None:
    minute(world, 40)
    before = world.journal.end
    for _ in range(10):
        minute(world, 39)
    assert world.journal.end == before


def test_a_stream_that_becomes_on_demand_keeps_its_shards_and_grows() -> None:
    world = World()
    world.clock.advance(seconds=(START_MS - world.clock.now_ms()) / 1000)
    world.stream("orders", 1)
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=StreamModeDetails(StreamMode="ON_DEMAND"))
    assert len(stream(world).open) == 1
    assert minute(world, 0.1) == 2  # four are what such a stream has at least
    world.clock.advance(minutes=15)
    world.tick()
    assert len(stream(world).open) == 4


def test_a_large_one_that_becomes_on_demand_is_watched_for_thirty_days() -> None:
    world = World()
    world.stream("orders", 40)
    world.clock.advance(days=3)
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=StreamModeDetails(StreamMode="ON_DEMAND"))
    assert days(world, 29) == [40] * 29
    assert days(world, 5) == [20, 10, 5, 5, 5]


def test_a_warm_throughput_is_there_at_once(world: World) -> None:
    commit(world)
    answer = world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=30)
    assert (answer.WarmThroughput.TargetMiBps, answer.WarmThroughput.CurrentMiBps) == (30, 30)
    assert len(stream(world).open) == 30
    assert days(world, 3) == [30, 30, 30]
    world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=5)
    assert len(stream(world).open) == 5


def test_a_stream_is_created_warm(world: World) -> None:
    with refused("ValidationException", "MinimumThroughputBillingCommitment"):
        world.ask("CreateStream", StreamName="warm", WarmThroughputMiBps=12)
    commit(world)
    world.ask("CreateStream", StreamName="warm", WarmThroughputMiBps=12)
    summary = world.ask("DescribeStreamSummary", StreamName="warm").StreamDescriptionSummary
    assert (summary.OpenShardCount, summary.WarmThroughput.TargetMiBps) == (12, 12)
    world.ask("CreateStream", StreamName="tepid", WarmThroughputMiBps=1)
    assert world.ask("DescribeStreamSummary", StreamName="tepid").StreamDescriptionSummary.OpenShardCount == 4


def test_growth_takes_time_where_changes_do() -> None:
    world = World(is_strict=True)
    world.clock.advance(seconds=(START_MS - world.clock.now_ms()) / 1000)
    world.ask("CreateStream", StreamName="orders")
    world.clock.advance(minutes=1)
    world.tick()
    assert minute(world, 4) == 4
    assert stream(world).status == "UPDATING"
    commit(world)
    with refused("ResourceInUseException", "UPDATING"):
        world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=30)
    world.clock.advance(seconds=SCALING_MS / 1000)
    world.tick()
    assert (stream(world).status, len(stream(world).open)) == ("ACTIVE", 8)
    world.clock.advance(seconds=1)
    answer = world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=30)
    assert (answer.WarmThroughput.TargetMiBps, answer.WarmThroughput.CurrentMiBps) == (30, 8)
    found = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary.WarmThroughput
    assert (found.TargetMiBps, found.CurrentMiBps) == (30, 8)
