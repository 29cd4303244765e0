from typing import Any

from tests.services.kinesis.world import LAST_KEY, World, arn, refused


def test_says_all_of_the_stream(world: World) -> None:
    world.stream(shards=2)
    described = world.ask("DescribeStream", StreamARN=arn()).StreamDescription
    assert described.StreamName == "orders"
    assert described.StreamStatus == "ACTIVE"
    assert described.StreamCreationTimestamp == world.clock.now_ms()
    assert described.EncryptionType == "NONE"
    assert described.KeyId is None
    assert described.EnhancedMonitoring[0].ShardLevelMetrics == []
    assert not described.HasMoreShards
    first, second = described.Shards
    assert (first.ShardId, first.HashKeyRange.StartingHashKey, first.HashKeyRange.EndingHashKey) == (
        "shardId-000000000000", "0", str(2**127 - 1),
    )  # fmt: skip
    assert (second.HashKeyRange.StartingHashKey, second.HashKeyRange.EndingHashKey) == (str(2**127), str(LAST_KEY))
    assert first.SequenceNumberRange.EndingSequenceNumber is None
    assert first.ParentShardId is None


def test_pages_its_shards(world: World) -> None:
    world.stream(shards=250)
    found: list[str] = []
    more = True
    while more:
        after: dict[str, Any] = {"ExclusiveStartShardId": found[-1]} if found else {}
        described = world.ask("DescribeStream", StreamName="orders", **after).StreamDescription
        assert len(described.Shards) <= 100
        found += [shard.ShardId for shard in described.Shards]
        more = described.HasMoreShards
    assert found == [f"shardId-{number:012}" for number in range(250)]
    described = world.ask("DescribeStream", StreamName="orders", Limit=3).StreamDescription
    assert (len(described.Shards), described.HasMoreShards) == (3, True)


def test_a_shard_to_start_after_must_be_there(world: World) -> None:
    world.stream()
    with refused("ResourceNotFoundException", "shardId-7"):
        world.ask("DescribeStream", StreamName="orders", ExclusiveStartShardId="shardId-7")


def test_the_summary_counts(world: World) -> None:
    world.stream(shards=2)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="app")
    described = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert (described.OpenShardCount, described.ConsumerCount) == (3, 1)
