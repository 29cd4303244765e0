import pytest

from tests.services.kinesis.world import LAST_KEY, World, refused


def split(world: World, shard: str = "shardId-0", key: int = 2**127) -> None:
    world.ask("SplitShard", StreamName="orders", ShardToSplit=shard, NewStartingHashKey=str(key))


def test_two_shards_take_the_keys_of_one(world: World) -> None:
    world.stream()
    split(world, key=1000)
    first, left, right = world.shards()
    assert first.SequenceNumberRange.EndingSequenceNumber is not None
    assert (left.HashKeyRange.StartingHashKey, left.HashKeyRange.EndingHashKey) == ("0", "999")
    assert (right.HashKeyRange.StartingHashKey, right.HashKeyRange.EndingHashKey) == ("1000", str(LAST_KEY))


def test_records_go_to_the_children_and_stay_in_the_parent(world: World) -> None:
    world.stream()
    world.put(b"before")
    split(world)
    world.put(b"low", ExplicitHashKey="0")
    world.put(b"high", ExplicitHashKey=str(LAST_KEY))
    assert [world.data(shard=shard) for shard in range(3)] == [[b"before"], [b"low"], [b"high"]]


@pytest.mark.parametrize("key", [0, 1, LAST_KEY])
def test_both_halves_must_have_keys(world: World, key: int) -> None:
    world.stream()
    with refused("InvalidArgumentException", "greater than one plus the shard's StartingHashKey"):
        split(world, key=key)


def test_a_closed_shard_is_not_split(world: World) -> None:
    world.stream()
    split(world)
    with refused("InvalidArgumentException", "already been merged or split"):
        split(world)


def test_not_on_demand_and_not_what_is_not_there(world: World) -> None:
    world.ask("CreateStream", StreamName="orders")
    with refused("ValidationException", "On-Demand"):
        split(world)
    world.stream("others")
    with refused("ResourceNotFoundException", "shardId-9"):
        world.ask("SplitShard", StreamName="others", ShardToSplit="shardId-9", NewStartingHashKey="5")


def test_it_is_so_after_a_restart(world: World) -> None:
    world.stream()
    world.put(b"before")
    split(world)
    world.put(b"low", ExplicitHashKey="0")
    before = world.shards()
    again = world.restarted()
    assert again.shards() == before
    assert [again.data(shard=shard) for shard in range(2)] == [[b"before"], [b"low"]]
