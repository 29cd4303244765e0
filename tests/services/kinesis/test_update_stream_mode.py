from typing import Any

from tests.services.kinesis.world import World, arn, refused
from weirmq.wire.aws.types.kinesis import StreamModeDetails


def update(world: World, mode: str, **members: Any) -> None:
    details = StreamModeDetails(StreamMode=mode)  # type: ignore[arg-type]
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=details, **members)


def summary(world: World) -> tuple[str, int]:
    described = world.ask("DescribeStreamSummary", StreamName="orders").StreamDescriptionSummary
    return described.StreamModeDetails.StreamMode, described.OpenShardCount


def test_the_shards_stay(world: World) -> None:
    world.stream(shards=3)
    update(world, "ON_DEMAND")
    assert summary(world) == ("ON_DEMAND", 3)
    update(world, "PROVISIONED")
    assert summary(world) == ("PROVISIONED", 3)


def test_twice_a_day(world: World) -> None:
    world.stream()
    update(world, "ON_DEMAND")
    update(world, "PROVISIONED")
    with refused("LimitExceededException"):
        update(world, "ON_DEMAND")
    world.clock.advance(hours=24)
    update(world, "ON_DEMAND")


def test_another_mode_it_must_be(world: World) -> None:
    world.stream()
    with refused("ResourceInUseException"):
        update(world, "PROVISIONED")


def test_a_provisioned_stream_goes_by_keys_again(world: World) -> None:
    world.ask("CreateStream", StreamName="orders", RecordDistributionStrategy="AUTO")
    update(world, "PROVISIONED")
    with refused("ValidationException", "partitionKey"):
        world.ask("PutRecord", StreamName="orders", Data=b"x")
    with refused("InvalidArgumentException"):
        world.ask("UpdateStreamRecordDistributionStrategy", StreamARN=arn(), RecordDistributionStrategy="AUTO")
    update(world, "ON_DEMAND")
    world.ask("UpdateStreamRecordDistributionStrategy", StreamARN=arn(), RecordDistributionStrategy="AUTO")
    world.ask("PutRecord", StreamName="orders", Data=b"x")
