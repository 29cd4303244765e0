from contextlib import suppress
from typing import Any

import pytest

from tests.services.kinesis.world import World, arn, entry
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.services.kinesis.api import OPERATIONS
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.aws.model import load


def state(world: World) -> Any:
    """What clients can see of a stream."""
    described = world.ask("DescribeStreamSummary", StreamName="orders")
    return described, world.shards(), world.ask("ListStreamConsumers", StreamARN=arn())


def changed(world: World) -> None:
    """Do a bit of everything."""
    world.stream(shards=2)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    world.clock.advance(milliseconds=250)
    world.ask("MergeShards", StreamName="orders", ShardToMerge="shardId-2", AdjacentShardToMerge="shardId-3")
    world.ask("UpdateShardCount", StreamName="orders", TargetShardCount=3, ScalingType="UNIFORM_SCALING")
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="app")
    world.ask("IncreaseStreamRetentionPeriod", StreamName="orders", RetentionPeriodHours=100)
    world.ask("UpdateMaxRecordSize", StreamARN=arn(), MaxRecordSizeInKiB=2000)
    world.ask("StartStreamEncryption", StreamName="orders", EncryptionType="KMS", KeyId="k")
    world.ask("EnableEnhancedMonitoring", StreamName="orders", ShardLevelMetrics=["IncomingBytes"])
    world.iterator()


def test_a_snapshot_has_it_all(world: World) -> None:
    changed(world)
    again = world.restarted()
    assert state(again) == state(world)
    assert list(again.kinesis.machine.snapshot()) == list(world.kinesis.machine.snapshot())


def test_replay_leads_to_the_same() -> None:
    world = World(SimulatedDisk())
    changed(world)
    before = state(world)
    iterator = world.iterator()
    again = world.restarted()
    assert state(again) == before
    assert again.get(iterator).Records == []
    assert list(again.kinesis.machine.snapshot()) == list(world.kinesis.machine.snapshot())


def test_every_operation_is_one_of_the_model() -> None:
    assert set(OPERATIONS) < set(load("kinesis").operations)


def test_a_full_disk_refuses_and_changes_nothing() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.stream(shards=2)
    world.put(b"a", ExplicitHashKey="0")
    held = sum(disk.size(disk.open(path)) for path in disk._names)
    disk.capacity_bytes = held + 500
    with pytest.raises(NoRoom):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"x" * 5000, "k", 0), entry(b"y", "k", 2**127)])
    assert world.data() == [b"a"]
    disk.capacity_bytes = None
    world.put(b"b", ExplicitHashKey="0")
    assert world.data() == [b"a", b"b"]


@pytest.mark.parametrize("seed", range(40))
def test_a_power_cut_loses_nothing_that_was_answered(seed: int) -> None:
    """Puts and splits at random, and the power goes in any call to the disk: what was answered is there, in order."""
    entropy, disk, clock = SeededEntropy(seed), SimulatedDisk(), ManualClock()
    answered: dict[str, bytes] = {}  # by sequence number
    seen: set[bytes] = set()
    for _ in range(5):
        disk.lose_power_at = disk.calls + 1 + int.from_bytes(entropy.take(2), "big") % 250
        with suppress(PowerLost):
            world = World(disk, clock, waits_for_sync=True, most_open=3, seed=entropy.take(1)[0])
            work(world, entropy, answered, seen)
        disk.crash(entropy)
        check(World(disk, clock, waits_for_sync=True), answered)
    assert answered


def work(world: World, entropy: SeededEntropy, answered: dict[str, bytes], seen: set[bytes]) -> None:
    if not world.kinesis.machine.streams:
        world.stream(shards=2)
    check(world, answered)
    for _ in range(entropy.take(1)[0] % 25):
        world.clock.advance(milliseconds=300)
        choice = entropy.take(1)[0]
        if choice < 40 and len(world.kinesis.machine.streams[1].shards) < 20:
            target = 2 + choice % 2
            world.decide(
                "UpdateShardCount", StreamName="orders", TargetShardCount=target, ScalingType="UNIFORM_SCALING"
            )
        data = [b"%d-%d" % (len(seen), number) for number in range(1 + choice % 5)]
        seen.update(data)
        put(world, answered, data)
        if choice % 3 == 0:
            world.flush()


def put(world: World, answered: dict[str, bytes], data: list[bytes]) -> None:
    """Put records; `answered` has them when their answer has left."""
    records = [entry(each, f"key-{each.decode()}") for each in data]
    answer = world.decide("PutRecords", StreamName="orders", Records=records)

    def left(_: Any) -> None:
        answered.update((result.SequenceNumber, each) for result, each in zip(answer.Records, data, strict=True))

    world.streams.hold(lambda held: world.journal.hold(left, held), answer)


def check(world: World, answered: dict[str, bytes]) -> None:
    """All that was answered is there, once."""
    if not world.kinesis.machine.streams:
        assert not answered
        return
    found: dict[str, bytes] = {}
    for shard in world.kinesis.machine.streams[1].shards:
        records = world.get(world.iterator(shard=shard)).Records
        numbers = [int(record.SequenceNumber) for record in records]
        assert numbers == sorted(set(numbers))
        found |= {record.SequenceNumber: record.Data for record in records}
    assert answered.items() <= found.items()
    assert len(set(found.values())) == len(found)
