"""AddTagsToStream, RemoveTagsFromStream, ListTagsForStream, TagResource, UntagResource, ListTagsForResource."""

import pytest

from tests.services.kinesis.world import World, arn, refused


def tags_of(world: World, resource: str = arn()) -> dict[str, str]:
    return {tag.Key: tag.Value for tag in world.ask("ListTagsForResource", ResourceARN=resource).Tags}


def test_added_changed_and_removed_by_the_streams_name(world: World) -> None:
    world.stream()
    world.ask("AddTagsToStream", StreamName="orders", Tags={"team": "sales", "stage": "test"})
    world.ask("AddTagsToStream", StreamName="orders", Tags={"stage": "live"})
    assert tags_of(world) == {"team": "sales", "stage": "live"}
    world.ask("RemoveTagsFromStream", StreamName="orders", TagKeys=["stage", "never"])
    assert tags_of(world) == {"team": "sales"}
    assert tags_of(world.restarted()) == {"team": "sales"}


def test_added_and_removed_by_arn(world: World) -> None:
    world.stream()
    consumer = world.ask("RegisterStreamConsumer", StreamARN=arn(), ConsumerName="app").Consumer.ConsumerARN
    world.ask("TagResource", ResourceARN=arn(), Tags={"a": "1"})
    world.ask("TagResource", ResourceARN=consumer, Tags={"b": "2", "c": ""})
    assert (tags_of(world), tags_of(world, consumer)) == ({"a": "1"}, {"b": "2", "c": ""})
    world.ask("UntagResource", ResourceARN=consumer, TagKeys=["b"])
    assert (tags_of(world), tags_of(world, consumer)) == ({"a": "1"}, {"c": ""})


def test_pages_by_key(world: World) -> None:
    world.stream()
    world.ask("AddTagsToStream", StreamName="orders", Tags={key: key for key in "dacb"})
    first = world.ask("ListTagsForStream", StreamName="orders", Limit=3)
    assert ([tag.Key for tag in first.Tags], first.HasMoreTags) == (["a", "b", "c"], True)
    second = world.ask("ListTagsForStream", StreamName="orders", ExclusiveStartTagKey="c")
    assert ([tag.Key for tag in second.Tags], second.HasMoreTags) == (["d"], False)


def test_fifty_tags(world: World) -> None:
    world.stream()
    world.ask("AddTagsToStream", StreamName="orders", Tags={f"key-{number}": "" for number in range(50)})
    world.ask("AddTagsToStream", StreamName="orders", Tags={"key-7": "new"})
    with refused("InvalidArgumentException", "50"):
        world.ask("AddTagsToStream", StreamName="orders", Tags={"one": "more"})


@pytest.mark.parametrize("tags", [{"aws:x": "1"}, {"AWS:x": "1"}, {"a": "<b>"}, {"a|b": "1"}])
def test_keys_and_values_that_can_not_be(world: World, tags: dict[str, str]) -> None:
    world.stream()
    with refused("InvalidArgumentException"):
        world.ask("AddTagsToStream", StreamName="orders", Tags=tags)
