import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.kinesis.world import World, refused
from weirmq.services.kinesis.model import even_ranges


def update(world: World, target: int) -> tuple[int, int]:
    answer = world.ask("UpdateShardCount", StreamName="orders", TargetShardCount=target, ScalingType="UNIFORM_SCALING")
    return answer.CurrentShardCount, answer.TargetShardCount


def ranges(world: World) -> list[tuple[int, int]]:
    return sorted(
        (int(shard.HashKeyRange.StartingHashKey), int(shard.HashKeyRange.EndingHashKey))
        for shard in world.shards()
        if shard.SequenceNumberRange.EndingSequenceNumber is None
    )


@given(st.integers(1, 12).flatmap(lambda count: st.tuples(st.just(count), st.integers(-(-count // 2), 2 * count))))
def test_the_shards_are_of_a_size_in_the_end(counts: tuple[int, int]) -> None:
    count, target = counts
    world = World()
    world.stream(shards=count)
    assert update(world, target) == (count, target)
    assert ranges(world) == even_ranges(target)


def test_every_step_is_a_split_or_a_merge(world: World) -> None:
    world.stream(shards=3)
    update(world, 5)
    shards = {shard.ShardId: shard for shard in world.shards()}
    for shard in shards.values():
        parents = [shards[parent] for parent in (shard.ParentShardId, shard.AdjacentParentShardId) if parent]
        for parent in parents:
            assert parent.SequenceNumberRange.EndingSequenceNumber is not None
            assert int(shard.SequenceNumberRange.StartingSequenceNumber) > int(
                parent.SequenceNumberRange.StartingSequenceNumber
            )
    children = [shard.ParentShardId for shard in shards.values() if not shard.AdjacentParentShardId]
    assert all(children.count(parent) == 2 for parent in children if parent)


def test_the_same_number_changes_nothing(world: World) -> None:
    world.stream(shards=3)
    assert update(world, 3) == (3, 3)
    assert len(world.shards()) == 3


@pytest.mark.parametrize(("target", "words"), [(9, "double"), (1, "half")])
def test_at_most_twice_and_at_least_half_as_many(world: World, target: int, words: str) -> None:
    world.stream(shards=4)
    with refused("LimitExceededException", words):
        update(world, target)


def test_ten_times_a_day(world: World) -> None:
    world.stream(shards=4)
    for number in range(10):
        update(world, 5 if number % 2 == 0 else 4)
    with refused("LimitExceededException", "24-hour"):
        update(world, 5)
    world.clock.advance(hours=24)
    update(world, 5)


def test_not_on_demand(world: World) -> None:
    world.ask("CreateStream", StreamName="orders")
    with refused("ValidationException", "On-Demand"):
        update(world, 5)


def test_no_record_is_lost_to_a_reader_who_follows_the_children(world: World) -> None:
    world.stream(shards=2)
    for round_, target in enumerate((3, 5, 4, 2)):
        for key in range(20):
            world.put(b"%d-%d" % (round_, key), key=f"key-{key}")
        update(world, target)
    todo = ["shardId-000000000000", "shardId-000000000001"]
    seen: set[str] = set()
    found: list[bytes] = []
    while todo:
        shard_id = todo.pop(0)
        parents = [shard for shard in world.shards() if shard.ShardId == shard_id]
        waits = {parents[0].ParentShardId, parents[0].AdjacentParentShardId} - {None}
        if shard_id in seen or not waits <= seen:
            continue
        seen.add(shard_id)
        answer = world.get(world.iterator(shard=int(shard_id[-12:])))
        found += [record.Data for record in answer.Records]
        todo += [child.ShardId for child in answer.ChildShards or []]
    assert len(found) == len(set(found)) == 80
    for key in range(20):
        mine = [data for data in found if data.endswith(b"-%d" % key)]
        assert mine == [b"%d-%d" % (round_, key) for round_ in range(4)]


def test_no_more_than_ten_thousand(world: World) -> None:
    world.stream(shards=6_000)
    with refused("LimitExceededException", "10000"):
        update(world, 10_001)
