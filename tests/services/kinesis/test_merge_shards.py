from tests.services.kinesis.world import LAST_KEY, World, refused


def merge(world: World, first: int, other: int) -> None:
    world.ask(
        "MergeShards", StreamName="orders", ShardToMerge=f"shardId-{first}", AdjacentShardToMerge=f"shardId-{other}"
    )


def test_one_shard_takes_the_keys_of_two(world: World) -> None:
    world.stream(shards=2)
    world.put(b"low", ExplicitHashKey="0")
    world.put(b"high", ExplicitHashKey=str(LAST_KEY))
    merge(world, 1, 0)  # in any order
    world.put(b"both", ExplicitHashKey="0")
    world.put(b"both", ExplicitHashKey=str(LAST_KEY))
    merged = world.shards()[2]
    assert (merged.HashKeyRange.StartingHashKey, merged.HashKeyRange.EndingHashKey) == ("0", str(LAST_KEY))
    assert (merged.ParentShardId, merged.AdjacentParentShardId) == ("shardId-000000000001", "shardId-000000000000")
    assert [world.data(shard=shard) for shard in range(3)] == [[b"low"], [b"high"], [b"both", b"both"]]


def test_only_neighbours_are_merged(world: World) -> None:
    world.stream(shards=3)
    with refused("InvalidArgumentException", "not an adjacent pair"):
        merge(world, 0, 2)
    with refused("InvalidArgumentException", "not an adjacent pair"):
        merge(world, 0, 0)


def test_only_open_shards_are_merged(world: World) -> None:
    world.stream(shards=2)
    merge(world, 0, 1)
    with refused("InvalidArgumentException", "already been merged or split"):
        merge(world, 0, 1)
    with refused("ResourceNotFoundException", "shardId-7"):
        merge(world, 2, 7)
