"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy. What they allow is tested with the operations."""

import json

import pytest

from tests.services.kinesis.world import OTHER, World, arn, refused

POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "kinesis:*", "Resource": "*"}],
    }
)


def test_a_policy_comes_back_as_it_was_set(world: World) -> None:
    world.stream()
    world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=POLICY)
    assert world.ask("GetResourcePolicy", ResourceARN=arn()).Policy == POLICY
    assert world.restarted().ask("GetResourcePolicy", ResourceARN=arn()).Policy == POLICY


def test_a_consumer_has_its_own(world: World) -> None:
    world.stream()
    consumer = world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="app").Consumer.ConsumerARN
    world.ask("PutResourcePolicy", ResourceARN=consumer, Policy=POLICY)
    assert world.ask("GetResourcePolicy", ResourceARN=consumer).Policy == POLICY
    assert world.ask("GetResourcePolicy", ResourceARN=arn()).Policy == "{}"
    assert world.restarted().ask("GetResourcePolicy", ResourceARN=consumer).Policy == POLICY


def test_none_is_no_error_to_read_and_one_to_delete(world: World) -> None:
    world.stream()
    assert world.ask("GetResourcePolicy", ResourceARN=arn()).Policy == "{}"
    with refused("ResourceNotFoundException"):
        world.ask("DeleteResourcePolicy", ResourceARN=arn())
    world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=POLICY)
    world.ask("DeleteResourcePolicy", ResourceARN=arn())
    assert world.ask("GetResourcePolicy", ResourceARN=arn()).Policy == "{}"


@pytest.mark.parametrize("policy", ["", "x", "{}", '{"Version":"2012-10-17","Statement":[{"Effect":"Maybe"}]}'])
def test_what_is_no_policy_is_refused(world: World, policy: str) -> None:
    world.stream()
    with refused("InvalidArgumentException"):
        world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=policy)


def test_a_policy_has_at_most_20_kib(world: World) -> None:
    world.stream()
    with refused("InvalidArgumentException", "20480"):
        world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=POLICY + " " * 20_480)


@pytest.mark.parametrize("resource", ["stream/others", "stream/orders/consumer/app:17", "queue/orders", "channel/x"])
def test_the_resource_must_be_there(world: World, resource: str) -> None:
    world.stream()
    with refused("ResourceNotFoundException"):
        world.ask("GetResourcePolicy", ResourceARN=arn().replace("stream/orders", resource))
