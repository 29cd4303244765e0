"""DescribeLimits, DescribeAccountSettings, UpdateAccountSettings."""

from typing import Any

from tests.services.kinesis.world import STRANGER, World, arn, refused
from weirmq.wire.aws.types.kinesis import MinimumThroughputBillingCommitmentInput


def test_counts_shards_and_streams_on_demand(world: World) -> None:
    world.stream(shards=3)
    world.ask("CreateStream", StreamName="flexible")
    world.ask("CreateStream", StreamName="theirs", ShardCount=7, caller=STRANGER)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    limits = world.ask("DescribeLimits")
    assert (limits.OpenShardCount, limits.OnDemandStreamCount) == (4, 1)
    assert limits.ShardLimit >= 500
    assert limits.OnDemandStreamCountLimit == 50


def commit(world: World, status: str) -> Any:
    given = MinimumThroughputBillingCommitmentInput(Status=status)  # type: ignore[arg-type]
    return world.ask(
        "UpdateAccountSettings", MinimumThroughputBillingCommitment=given
    ).MinimumThroughputBillingCommitment


def shown(world: World) -> Any:
    return world.ask("DescribeAccountSettings").MinimumThroughputBillingCommitment


def test_a_commitment_stands_for_a_day_at_least(world: World) -> None:
    assert shown(world).Status == "DISABLED"
    started_ms = world.clock.now_ms()
    assert commit(world, "ENABLED") == shown(world)
    assert (shown(world).Status, shown(world).StartedAt) == ("ENABLED", started_ms)
    world.clock.advance(hours=1)
    assert commit(world, "DISABLED").Status == "ENABLED_UNTIL_EARLIEST_ALLOWED_END"
    assert shown(world.restarted()) == shown(world)
    world.clock.advance(hours=23)
    assert (shown(world).Status, shown(world).EndedAt) == ("DISABLED", started_ms + 24 * 3_600_000)


def test_warm_throughput_needs_a_commitment(world: World) -> None:
    world.ask("CreateStream", StreamName="orders")
    with refused("ValidationException", "MinimumThroughputBillingCommitment"):
        world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=100)
    commit(world, "ENABLED")
    answer = world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=100)
    assert (answer.StreamARN, answer.WarmThroughput.TargetMiBps) == (arn(), 100)
    described = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert described.WarmThroughput.CurrentMiBps == 100
    with refused("InvalidArgumentException", "10240"):
        world.ask("UpdateStreamWarmThroughput", StreamName="orders", WarmThroughputMiBps=10_241)


def test_a_commitment_whose_end_is_near_can_be_kept(world: World) -> None:
    started_ms = world.clock.now_ms()
    commit(world, "ENABLED")
    world.clock.advance(hours=1)
    commit(world, "DISABLED")
    world.clock.advance(hours=1)
    kept = commit(world, "ENABLED")
    assert (kept.Status, kept.StartedAt) == ("ENABLED", started_ms)
    world.clock.advance(hours=23)
    commit(world, "DISABLED")
    world.clock.advance(hours=1)
    assert commit(world, "ENABLED").StartedAt == world.clock.now_ms()


def test_what_a_stream_is_ready_for_is_told_with_a_commitment_alone(world: World) -> None:
    def told(name: str) -> Any:
        return world.ask("DescribeStreamSummary", StreamName=name).StreamDescriptionSummary.WarmThroughput

    world.ask("CreateStream", StreamName="orders")
    world.stream("provisioned")
    assert told("orders") is None
    commit(world, "ENABLED")
    assert (told("orders").TargetMiBps, told("orders").CurrentMiBps) == (None, 4)
    assert told("provisioned") is None
