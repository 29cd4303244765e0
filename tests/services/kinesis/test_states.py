"""What `kinesis_strict` makes of the states: every change takes its time, and others wait for it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.services.kinesis.world import LAST_KEY, World, arn, refused
from weirmq.services.kinesis.limits import (
    CONSUMER_MS,
    CREATING_MS,
    DELETING_MS,
    RESHARDING_MS,
    SCALING_MS,
    SETTING_MS,
)
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.types.kinesis import StartingPosition, StreamModeDetails

POLICY = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kinesis:GetRecords",'
    f'"Resource":"{arn()}"}}]}}'
)


@pytest.fixture
def world() -> World:
    return World(is_strict=True)


def pass_by(world: World, ms: int) -> None:
    """Turn the clock, and let time do its part."""
    world.clock.advance(seconds=ms / 1000)
    world.tick()


def status(world: World, name: str = "orders") -> str:
    """As it is described."""
    found: str = world.ask("DescribeStreamSummary", StreamName=name).StreamDescriptionSummary.StreamStatus
    return found


def active(world: World, shards: int = 2, name: str = "orders", **members: Any) -> str:
    """A stream that is there."""
    found = world.stream(name, shards, **members)
    pass_by(world, CREATING_MS)
    return found


def test_a_stream_comes_into_being(world: World) -> None:
    world.stream(shards=2)
    assert status(world) == "CREATING"
    pass_by(world, CREATING_MS - 1)
    summary = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert (summary.StreamStatus, summary.OpenShardCount) == ("CREATING", 0)
    assert world.ask("DescribeStream", StreamName="orders").StreamDescription.Shards == []
    assert world.ask("ListStreams").StreamSummaries[0].StreamStatus == "CREATING"
    pass_by(world, 1)
    assert status(world) == "ACTIVE"
    assert len(world.shards()) == 2


def test_nothing_can_be_done_with_a_stream_that_is_coming(world: World) -> None:
    world.stream()
    with refused("ResourceNotFoundException", "Stream orders under account 111122223333 not found."):
        world.put(b"a")
    with refused("ResourceNotFoundException"):
        world.ask("PutRecords", StreamName="orders", Records=[])
    with refused("ResourceNotFoundException"):
        world.iterator()
    for operation in ("ListShards", "DeleteStream"):
        with refused("ResourceInUseException", "not ACTIVE, instead in state CREATING"):
            world.ask(operation, StreamName="orders")
    with refused("ResourceInUseException"):
        world.ask("AddTagsToStream", StreamName="orders", Tags={"a": "b"})
    with refused("ResourceInUseException"):
        world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=POLICY)
    with refused("ResourceInUseException", "already exists"):
        world.stream()


def test_five_streams_come_at_a_time(world: World) -> None:
    for name in "abcde":
        world.stream(name)
    pass_by(world, 1_000)
    with refused("LimitExceededException", "CREATING"):
        world.stream("f")
    world.ask("CreateStream", StreamName="f", ShardCount=1, region="eu-west-1")
    pass_by(world, CREATING_MS)
    world.stream("f")


def test_a_stream_goes(world: World) -> None:
    active(world, 1)
    world.put(b"a")
    iterator = world.iterator()
    world.ask("DeleteStream", StreamName="orders")
    assert status(world) == "DELETING"
    world.put(b"b")
    assert [record.Data for record in world.get(iterator).Records] == [b"a", b"b"]
    with refused("ResourceInUseException", "DELETING"):
        world.ask("DeleteStream", StreamName="orders")
    with refused("ResourceInUseException", "already exists"):
        world.stream()
    pass_by(world, DELETING_MS)
    with refused("ResourceNotFoundException"):
        status(world)
    world.stream()


def split(world: World) -> None:
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=str(2**126))


def merge(world: World) -> None:
    world.ask("MergeShards", StreamName="orders", ShardToMerge="shardId-0", AdjacentShardToMerge="shardId-1")


@pytest.mark.parametrize(
    ("change", "takes_ms", "shards"),
    [
        (split, RESHARDING_MS, 3),
        (merge, RESHARDING_MS, 1),
        (lambda w: w.ask("UpdateShardCount", StreamName="orders", TargetShardCount=4, ScalingType="UNIFORM_SCALING"),
         SCALING_MS, 4),
    ],
)  # fmt: skip
def test_shards_are_made_when_it_is_over(
    world: World, change: Callable[[World], None], takes_ms: int, shards: int
) -> None:
    active(world)
    change(world)
    pass_by(world, takes_ms - 1)
    assert status(world) == "UPDATING"
    assert len(world.shards()) == 2
    world.put(b"a")
    with refused("ResourceInUseException", "not ACTIVE, instead in state UPDATING"):
        change(world)
    pass_by(world, 1)
    assert status(world) == "ACTIVE"
    assert sum(shard.SequenceNumberRange.EndingSequenceNumber is None for shard in world.shards()) == shards
    [closed_s] = {
        int(shard.SequenceNumberRange.EndingSequenceNumber) >> 36 & 2**36 - 1
        for shard in world.shards()
        if shard.SequenceNumberRange.EndingSequenceNumber
    }
    assert closed_s == world.clock.now_ms() // 1000


def described(world: World) -> Any:
    return world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary


SETTINGS: list[tuple[str, dict[str, Any], Callable[[Any], Any], Any]] = [
    ("IncreaseStreamRetentionPeriod", {"StreamName": "orders", "RetentionPeriodHours": 48},
     lambda found: found.RetentionPeriodHours, 48),
    ("StartStreamEncryption", {"StreamName": "orders", "EncryptionType": "KMS", "KeyId": "k"},
     lambda found: found.EncryptionType, "KMS"),
    ("EnableEnhancedMonitoring", {"StreamName": "orders", "ShardLevelMetrics": ["IncomingBytes"]},
     lambda found: found.EnhancedMonitoring[0].ShardLevelMetrics, ["IncomingBytes"]),
    ("UpdateMaxRecordSize", {"StreamARN": arn(), "MaxRecordSizeInKiB": 2_048},
     lambda found: found.MaxRecordSizeInKiB, 2_048),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "members", "read", "after"), SETTINGS)
def test_settings_are_so_when_it_is_over(
    world: World, operation: str, members: dict[str, Any], read: Callable[[Any], Any], after: Any
) -> None:
    active(world)
    before = read(described(world))
    assert before != after
    world.ask(operation, **members)
    assert (described(world).StreamStatus, read(described(world))) == ("UPDATING", before)
    for other, others, _, _ in SETTINGS:
        with refused("ResourceInUseException", "UPDATING"):
            world.ask(other, **others)
    pass_by(world, SETTING_MS)
    assert (described(world).StreamStatus, read(described(world))) == ("ACTIVE", after)


def test_the_mode(world: World) -> None:
    active(world)
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=StreamModeDetails(StreamMode="ON_DEMAND"))
    assert described(world).StreamModeDetails.StreamMode == "PROVISIONED"
    pass_by(world, SETTING_MS)
    assert described(world).StreamModeDetails.StreamMode == "ON_DEMAND"


def test_consumers_come_and_go(world: World) -> None:
    active(world)
    register = {"StreamARN": arn(), "ConsumerName": "reader"}
    assert world.ask("RegisterStreamConsumer", **register).Consumer.ConsumerStatus == "CREATING"
    assert status(world) == "ACTIVE"
    with refused("ResourceInUseException", "CREATING"):
        world.ask("DeregisterStreamConsumer", **register)
    own = f"{arn()}/consumer/reader:{world.clock.now_ms() // 1000}"
    subscribe = {
        "ConsumerARN": own,
        "ShardId": "shardId-0",
        "StartingPosition": StartingPosition(Type="LATEST"),
        "DryRun": True,
    }
    with refused("ResourceInUseException", "CREATING"):
        world.decide("SubscribeToShard", **subscribe)
    pass_by(world, CONSUMER_MS)
    assert world.ask("DescribeStreamConsumer", **register).ConsumerDescription.ConsumerStatus == "ACTIVE"
    with refused("DryRunOperationException"):
        world.decide("SubscribeToShard", **subscribe)
    world.ask("DeregisterStreamConsumer", **register)
    assert world.ask("ListStreamConsumers", StreamARN=arn()).Consumers[0].ConsumerStatus == "DELETING"
    with refused("ResourceInUseException", "DELETING"):
        world.ask("DeregisterStreamConsumer", **register)
    pass_by(world, CONSUMER_MS)
    assert world.ask("ListStreamConsumers", StreamARN=arn()).Consumers == []


def test_five_consumers_come_at_a_time(world: World) -> None:
    active(world)
    for name in "abcde":
        world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName=name)
    pass_by(world, 1_000)
    with refused("LimitExceededException", "CREATING"):
        world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="f")
    pass_by(world, CONSUMER_MS)
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="f")


def test_a_stream_goes_with_consumers_that_are_coming(world: World) -> None:
    active(world)
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="reader")
    world.ask("DeleteStream", StreamName="orders", EnforceConsumerDeletion=True)
    pass_by(world, DELETING_MS + CONSUMER_MS)
    with refused("ResourceNotFoundException"):
        status(world)
    assert world.kinesis.machine.changes.next_ms() is None


@pytest.mark.parametrize("disk", [None, SimulatedDisk()])
def test_a_restart_in_the_middle_changes_nothing(disk: SimulatedDisk | None) -> None:
    world = World(disk, is_strict=True)
    active(world)
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="reader")
    split(world)
    pass_by(world, RESHARDING_MS - 1)
    again = world.restarted()
    assert (status(again), len(again.shards())) == ("UPDATING", 2)
    pass_by(again, 1)
    assert (status(again), len(again.shards())) == ("ACTIVE", 4)
    assert again.shards()[-1].HashKeyRange.EndingHashKey == str(LAST_KEY // 2)
    last = again.restarted()
    assert (status(last), len(last.shards())) == ("ACTIVE", 4)
    assert last.ask("ListStreamConsumers", StreamARN=arn()).Consumers[0].ConsumerStatus == "ACTIVE"


def test_what_has_begun_is_brought_to_its_end_without_it_too() -> None:
    disk = SimulatedDisk()
    world = World(disk, is_strict=True)
    world.stream()
    disk.kill()
    lax = World(disk, world.clock)
    assert status(lax) == "CREATING"
    pass_by(lax, CREATING_MS)
    assert status(lax) == "ACTIVE"


def test_without_it_nothing_takes_time() -> None:
    world = World()
    for name in "abcdefgh":
        world.stream(name)
        assert status(world, name) == "ACTIVE"
    world.ask("DeleteStream", StreamName="a")
    with refused("ResourceNotFoundException"):
        status(world, "a")
