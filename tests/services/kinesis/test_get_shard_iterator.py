import pytest

from tests.services.kinesis.world import World, refused
from weirmq.services.kinesis import sequence
from weirmq.wire.aws.scalars import Timestamp


@pytest.fixture
def world() -> World:
    """A shard with records of ten seconds, one each."""
    world = World()
    world.stream()
    for second in range(10):
        world.put(b"%d" % second)
        world.clock.advance(seconds=1)
    return world


def numbers_of(world: World) -> list[str]:
    return [record.SequenceNumber for record in world.get(world.iterator()).Records]


def test_trim_horizon_is_the_oldest_record(world: World) -> None:
    assert world.data("TRIM_HORIZON") == [b"%d" % second for second in range(10)]


def test_latest_is_behind_the_newest(world: World) -> None:
    iterator = world.iterator("LATEST")
    assert world.get(iterator).Records == []
    world.put(b"new")
    assert [record.Data for record in world.get(iterator).Records] == [b"new"]


def test_at_and_after_a_sequence_number(world: World) -> None:
    numbers = numbers_of(world)
    assert world.data("AT_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[7]) == [b"7", b"8", b"9"]
    assert world.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[7]) == [b"8", b"9"]
    assert world.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[9]) == []
    world.put(b"new")
    assert world.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=numbers[9]) == [b"new"]


@pytest.mark.parametrize("kind", ["AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"])
def test_the_shards_first_number_means_its_first_record(world: World, kind: str) -> None:
    first = world.shards()[0].SequenceNumberRange.StartingSequenceNumber
    assert world.data(kind, StartingSequenceNumber=first)[0] == b"0"


def test_the_last_number_of_a_closed_shard_is_its_end(world: World) -> None:
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    last = world.shards()[0].SequenceNumberRange.EndingSequenceNumber
    assert world.data("AFTER_SEQUENCE_NUMBER", StartingSequenceNumber=last) == []


@pytest.mark.parametrize(
    ("before_s", "data"), [(10.0, b"0"), (9.999, b"1"), (5.0, b"5"), (4.5, b"6"), (1.0, b"9"), (100.0, b"0")]
)
def test_at_a_timestamp_or_the_next_record(world: World, before_s: float, data: bytes) -> None:
    at = Timestamp(world.clock.now_ms() - round(before_s * 1000))
    assert world.data("AT_TIMESTAMP", Timestamp=at)[0] == data


def test_at_a_timestamp_behind_all_records(world: World) -> None:
    iterator = world.iterator("AT_TIMESTAMP", Timestamp=Timestamp(world.clock.now_ms()))
    world.put(b"new")
    assert [record.Data for record in world.get(iterator).Records] == [b"new"]


def test_a_timestamp_in_the_future_is_refused(world: World) -> None:
    with refused("InvalidArgumentException", "greater than the currentTimestampInMillis"):
        world.iterator("AT_TIMESTAMP", Timestamp=Timestamp(world.clock.now_ms() + 1))


def test_what_a_type_needs_must_be_there(world: World) -> None:
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER", "AT_TIMESTAMP"):
        with refused("InvalidArgumentException", kind):
            world.iterator(kind)


def test_numbers_from_elsewhere_are_refused(world: World) -> None:
    world.stream("others", shards=2)
    [other] = world.put(b"x", name="others", ExplicitHashKey=str(2**127))
    with refused("InvalidArgumentException", "It encodes shardId-000000000001", "shardId-000000000000"):
        world.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=other)
    [other] = world.put(b"x", name="others", ExplicitHashKey="0")
    with refused("InvalidArgumentException", "did not come from this stream"):
        world.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber=other)
    with refused("InvalidArgumentException", "is invalid"):
        world.iterator("AT_SEQUENCE_NUMBER", StartingSequenceNumber="17")


def test_a_number_beyond_the_newest_is_its_end(world: World) -> None:
    found = sequence.parse(numbers_of(world)[0])
    assert found is not None
    base = sequence.base_of(found.created_s * 1000, 0)
    future = sequence.number(base, 10**12, world.clock.now_ms())
    for kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER"):
        iterator = world.iterator(kind, StartingSequenceNumber=future)
        assert world.get(iterator).Records == []
        world.put(b"next")
        assert [record.Data for record in world.get(iterator).Records] == [b"next"]


@pytest.mark.parametrize("shard_id", ["shardId-0", "shardId-000000000000", "shardId-00"])
def test_zeros_may_be_left_out(world: World, shard_id: str) -> None:
    answer = world.ask("GetShardIterator", StreamName="orders", ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    assert world.get(answer.ShardIterator, Limit=1).Records[0].Data == b"0"


@pytest.mark.parametrize("shard_id", ["shardId-1", "0", "shard-0", "shardId-", "shardId-0000000000000"])
def test_a_shard_that_is_not_there(world: World, shard_id: str) -> None:
    with refused("ResourceNotFoundException", f"Could not find shard {shard_id} in stream orders"):
        world.ask("GetShardIterator", StreamName="orders", ShardId=shard_id, ShardIteratorType="LATEST")


def test_a_dry_run_gives_none(world: World) -> None:
    with refused("DryRunOperationException"):
        world.iterator(DryRun=True)
