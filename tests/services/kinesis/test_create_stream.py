import json
from itertools import pairwise

import pytest

from tests.services.kinesis.world import ACCOUNT, LAST_KEY, OTHER, REGION, STRANGER, World, arn, refused
from weirmq.iam.caller import Caller, user_of
from weirmq.iam.policy import Kind, parse
from weirmq.services.kinesis import sequence
from weirmq.services.kinesis.limits import ON_DEMAND_STREAMS, SHARDS
from weirmq.services.kinesis.model import even_ranges
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.aws.types.kinesis import StreamModeDetails

PROVISIONED = StreamModeDetails(StreamMode="PROVISIONED")
ON_DEMAND = StreamModeDetails(StreamMode="ON_DEMAND")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 1000])
def test_shards_share_the_hash_keys_evenly(count: int) -> None:
    ranges = even_ranges(count)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == LAST_KEY
    assert all(end + 1 == start for (_, end), (start, _) in pairwise(ranges))
    assert {end - start + 1 for start, end in ranges[:-1]} <= {2**128 // count}


def test_is_ready_at_once(world: World) -> None:
    world.stream(shards=3)
    described = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert described.StreamStatus == "ACTIVE"
    assert described.StreamARN == arn()
    assert described.OpenShardCount == 3
    assert described.StreamModeDetails == PROVISIONED
    assert described.RetentionPeriodHours == 24
    assert described.MaxRecordSizeInKiB == 1024
    assert described.RecordDistributionStrategy is None


def test_without_a_mode_and_a_count_it_is_on_demand_with_four_shards(world: World) -> None:
    world.ask("CreateStream", StreamName="orders")
    described = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    assert described.StreamModeDetails == ON_DEMAND
    assert described.OpenShardCount == 4
    assert described.RecordDistributionStrategy == "USER_PARTITION_KEY"


def test_a_name_is_taken_once_in_an_account_and_region(world: World) -> None:
    world.stream()
    with refused("ResourceInUseException", "Stream orders under account 111122223333 already exists."):
        world.stream()
    world.ask("CreateStream", StreamName="orders", ShardCount=1, region="eu-west-1")
    world.ask("CreateStream", StreamName="orders", ShardCount=1, caller=STRANGER)
    assert set(world.kinesis.machine.by_arn) == {
        arn(), arn().replace(REGION, "eu-west-1"), arn(account=OTHER),
    }  # fmt: skip


@pytest.mark.parametrize("count", [SHARDS + 1, 2**31 - 1])
def test_too_many_shards_are_refused_at_once(world: World, count: int) -> None:
    with refused("LimitExceededException", "exceed the shard limit", f"Limit: {SHARDS}"):
        world.stream(shards=count)
    assert world.kinesis.machine.streams == {}


def test_of_very_many_shards_those_have_names_that_somebody_asks_for() -> None:
    """So the loop makes 20,000 in some milliseconds."""
    world = World(SimulatedDisk())
    world.stream(shards=SHARDS)
    shards = world.kinesis.machine.by_arn[arn()].shards
    assert not any(shard._id or shard._log or shard._base for shard in shards.values())
    put = world.ask("PutRecord", StreamName="orders", Data=b"x", PartitionKey="k", ExplicitHashKey=str(LAST_KEY))
    assert put.ShardId == f"shardId-{SHARDS - 1:012}"
    assert [shard.id for shard in shards.values() if shard._id or shard._log or shard._base] == [put.ShardId]
    again = world.restarted()
    [last] = again.ask("ListShards", StreamName="orders", ExclusiveStartShardId=f"shardId-{SHARDS - 2:012}").Shards
    assert (last.ShardId, last.HashKeyRange.EndingHashKey) == (put.ShardId, str(LAST_KEY))
    assert sequence.parse(put.SequenceNumber) == sequence.parse(
        last.SequenceNumberRange.StartingSequenceNumber
    )._replace(ordinal=1)
    iterator = again.ask(
        "GetShardIterator", StreamName="orders", ShardId=put.ShardId, ShardIteratorType="TRIM_HORIZON"
    ).ShardIterator
    [record] = again.ask("GetRecords", ShardIterator=iterator).Records
    assert (record.Data, record.SequenceNumber) == (b"x", put.SequenceNumber)


def test_the_account_has_one_limit_for_all_its_shards(world: World) -> None:
    world.stream(shards=3)
    with refused("LimitExceededException", "Current shard count for the account: 3"):
        world.stream("others", shards=SHARDS - 2)
    world.ask("CreateStream", StreamName="others", ShardCount=SHARDS - 2, region="eu-west-1")


def test_on_demand_streams_have_a_limit_of_their_own(world: World) -> None:
    for number in range(ON_DEMAND_STREAMS):
        world.ask("CreateStream", StreamName=f"stream-{number}")
    with refused("LimitExceededException"):
        world.ask("CreateStream", StreamName="one-more")
    world.stream(shards=10)


def test_mode_and_count_must_go_together(world: World) -> None:
    with refused("ValidationException", "ShardCount"):
        world.ask("CreateStream", StreamName="orders", ShardCount=2, StreamModeDetails=ON_DEMAND)
    with refused("ValidationException", "ShardCount"):
        world.ask("CreateStream", StreamName="orders", StreamModeDetails=PROVISIONED)
    with refused("InvalidArgumentException", "AUTO"):
        world.ask("CreateStream", StreamName="orders", ShardCount=1, RecordDistributionStrategy="AUTO")
    with refused("ValidationException", "Warm throughput"):
        world.stream(WarmThroughputMiBps=10)


def test_comes_with_tags(world: World) -> None:
    world.stream(Tags={"team": "sales"})
    [tag] = world.ask("ListTagsForStream", StreamName="orders").Tags
    assert (tag.Key, tag.Value) == ("team", "sales")
    with refused("InvalidArgumentException", "aws:"):
        world.stream("others", Tags={"aws:x": "y"})


def test_is_there_after_a_restart(world: World) -> None:
    world.stream(shards=2, Tags={"team": "sales"}, MaxRecordSizeInKiB=2048)
    before = world.ask("DescribeStream", StreamName="orders")
    assert world.restarted().ask("DescribeStream", StreamName="orders") == before


def test_tags_need_a_permission_of_their_own(world: World) -> None:
    def user(*actions: str) -> Caller:
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return user_of(ACCOUNT, "ann", policies=(parse(policy, Kind.IDENTITY),))

    for actions in (("kinesis:CreateStream",), ("kinesis:CreateStream", "kinesis:TagResource")):
        with refused("AccessDeniedException", "kinesis:AddTagsToStream"):
            world.stream(caller=user(*actions), Tags={"a": "b"})
    world.stream(caller=user("kinesis:CreateStream", "kinesis:AddTagsToStream"), Tags={"a": "b"})
