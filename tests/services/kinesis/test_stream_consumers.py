"""RegisterStreamConsumer, DescribeStreamConsumer, ListStreamConsumers, DeregisterStreamConsumer."""

from typing import Any

from tests.services.kinesis.world import World, arn, refused
from weirmq.wire.aws.types.kinesis import MinimumThroughputBillingCommitmentInput


def register(world: World, name: str = "app", **members: Any) -> Any:
    return world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName=name, **members).Consumer


def test_a_new_consumer_is_ready_at_once(world: World) -> None:
    world.stream()
    consumer = register(world, Tags={"team": "sales"})
    assert consumer.ConsumerARN == f"{arn()}/consumer/app:{world.clock.now_ms() // 1000}"
    assert consumer.ConsumerStatus == "ACTIVE"
    by_arn = world.ask("DescribeStreamConsumer", ConsumerARN=consumer.ConsumerARN).ConsumerDescription
    by_name = world.ask("DescribeStreamConsumer", StreamARN=arn(), ConsumerName="app").ConsumerDescription
    assert by_arn == by_name
    assert (by_arn.ConsumerName, by_arn.StreamARN) == ("app", arn())
    [tag] = world.ask("ListTagsForResource", ResourceARN=consumer.ConsumerARN).Tags
    assert (tag.Key, tag.Value) == ("team", "sales")


def test_a_name_is_taken_once_in_a_stream(world: World) -> None:
    world.stream()
    register(world)
    with refused("ResourceInUseException", "already exists"):
        register(world)


def test_twenty_consumers_or_fifty_on_demand_with_a_commitment(world: World) -> None:
    world.ask("CreateStream", StreamName="orders")
    for number in range(20):
        register(world, f"app-{number}")
    with refused("LimitExceededException", "20"):
        register(world)
    status = MinimumThroughputBillingCommitmentInput(Status="ENABLED")
    world.ask("UpdateAccountSettings", MinimumThroughputBillingCommitment=status)
    for number in range(20, 50):
        register(world, f"app-{number}")
    with refused("LimitExceededException", "50"):
        register(world)
    world.stream("provisioned")
    for number in range(20):
        world.ask("RegisterStreamConsumer", StreamARN=arn("provisioned"), ConsumerName=f"app-{number}")
    with refused("LimitExceededException", "20"):
        world.ask("RegisterStreamConsumer", StreamARN=arn("provisioned"), ConsumerName="app")


def test_lists_pages_by_name(world: World) -> None:
    world.stream()
    for name in ("c", "a", "b"):
        register(world, name)
    first = world.ask("ListStreamConsumers", StreamARN=arn(), MaxResults=2)
    assert [consumer.ConsumerName for consumer in first.Consumers] == ["a", "b"]
    second = world.ask("ListStreamConsumers", StreamARN=arn(), NextToken=first.NextToken)
    assert [consumer.ConsumerName for consumer in second.Consumers] == ["c"]
    assert second.NextToken is None
    world.stream("others")
    with refused("InvalidArgumentException"):
        world.ask("ListStreamConsumers", StreamARN=arn("others"), NextToken=first.NextToken)


def test_a_consumer_goes_by_name_or_arn(world: World) -> None:
    world.stream()
    register(world, "a")
    consumer = register(world, "b")
    world.ask("DeregisterStreamConsumer", StreamARN=arn(), ConsumerName="a")
    world.ask("DeregisterStreamConsumer", ConsumerARN=consumer.ConsumerARN)
    assert world.ask("ListStreamConsumers", StreamARN=arn()).Consumers == []
    with refused("ResourceNotFoundException"):
        world.ask("DeregisterStreamConsumer", ConsumerARN=consumer.ConsumerARN)
    with refused("ResourceNotFoundException"):
        world.ask("DescribeStreamConsumer", StreamARN=arn(), ConsumerName="a")
    with refused("InvalidArgumentException"):
        world.ask("DescribeStreamConsumer", StreamARN=arn())


def test_one_of_the_same_name_has_another_arn(world: World) -> None:
    world.stream()
    old = register(world)
    world.ask("DeregisterStreamConsumer", ConsumerARN=old.ConsumerARN)
    world.clock.advance(seconds=1)
    register(world)
    with refused("ResourceNotFoundException"):
        world.ask("DescribeStreamConsumer", ConsumerARN=old.ConsumerARN)


def test_they_are_there_after_a_restart(world: World) -> None:
    world.stream()
    register(world, Tags={"a": "b"})
    before = world.ask("ListStreamConsumers", StreamARN=arn())
    assert world.restarted().ask("ListStreamConsumers", StreamARN=arn()) == before


def test_arn_and_names_together_must_be_of_one_consumer(world: World) -> None:
    world.stream()
    world.stream("other")
    own = register(world).ConsumerARN
    found = world.ask("DescribeStreamConsumer", ConsumerARN=own, StreamARN=arn(), ConsumerName="app")
    assert found.ConsumerDescription.ConsumerARN == own
    for others in ({"ConsumerName": "other"}, {"StreamARN": arn("other")}):
        for operation in ("DescribeStreamConsumer", "DeregisterStreamConsumer"):
            with refused("InvalidArgumentException", "must name the same consumer"):
                world.ask(operation, ConsumerARN=own, **others)


def test_a_page_is_of_the_stream_that_its_token_names(world: World) -> None:
    world.stream()
    for name in "ab":
        register(world, name)
    token = world.ask("ListStreamConsumers", StreamARN=arn(), MaxResults=1).NextToken
    with refused("InvalidArgumentException", "NextToken and StreamCreationTimestamp"):
        world.ask("ListStreamConsumers", StreamARN=arn(), NextToken=token, StreamCreationTimestamp=world.clock.now_ms())
