"""What `kinesis_strict` makes of load: a shard's rates and those of operations are AWS's."""

import pytest

from tests.services.kinesis.world import ACCOUNT, STRANGER, World, arn, entry, refused
from weirmq.services.kinesis.limits import CREATING_MS
from weirmq.services.kinesis.throttling import RATES

MIB = 1_048_576
THROTTLED = "ProvisionedThroughputExceededException"
RATE = f"Rate exceeded for shard shardId-000000000000 in stream orders under account {ACCOUNT}."


@pytest.fixture
def world() -> World:
    world = World(is_strict=True)
    world.stream()
    world.clock.advance(seconds=CREATING_MS / 1000)
    world.tick()
    return world


def test_a_shard_takes_a_thousand_records_a_second(world: World) -> None:
    for _ in range(2):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a")] * 500)
    with refused(THROTTLED, RATE):
        world.put(b"a")
    world.clock.advance(seconds=0.999)
    with refused(THROTTLED):
        world.put(b"a")
    world.clock.advance(seconds=0.001)
    world.put(b"a")


def test_a_shard_takes_a_mebibyte_a_second(world: World) -> None:
    world.put(bytes(MIB // 2 - 1))
    world.put(bytes(MIB // 2 - 1))
    with refused(THROTTLED, RATE):
        world.put(b"a")
    world.clock.advance(seconds=1)
    world.put(b"a")


def test_a_record_of_several_seconds_uses_them_up(world: World) -> None:
    world.kinesis.machine.by_name[ACCOUNT, "us-east-1", "orders"].max_record_kib = 10_240
    world.put(bytes(5 * MIB - 1))
    world.clock.advance(seconds=4.999)
    with refused(THROTTLED):
        world.put(b"a")
    world.clock.advance(seconds=0.001)
    world.put(b"a")


def test_other_shards_go_on(world: World) -> None:
    world.stream("pair", 2)
    world.clock.advance(seconds=CREATING_MS / 1000)
    world.tick()
    high = 2**127
    for _ in range(2):
        world.ask("PutRecords", StreamName="pair", Records=[entry(b"a", explicit=0)] * 500)
    answer = world.ask(
        "PutRecords",
        StreamName="pair",
        Records=[entry(b"b", explicit=0), entry(b"c", explicit=high), entry(b"d", explicit=0)],
    )
    assert answer.FailedRecordCount == 2
    first, second, third = answer.Records
    assert (first.ErrorCode, first.SequenceNumber, first.ShardId) == (THROTTLED, None, None)
    assert first.ErrorMessage == third.ErrorMessage == RATE.replace("orders", "pair")
    assert (second.ErrorCode, second.ShardId) == (None, "shardId-000000000001")
    assert world.data(shard=1, name="pair") == [b"c"]


def test_a_request_of_which_nothing_is_taken_is_answered(world: World) -> None:
    for _ in range(2):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a")] * 500)
    answer = world.ask("PutRecords", StreamName="orders", Records=[entry(b"b")] * 3)
    assert answer.FailedRecordCount == 3
    assert [record.ErrorCode for record in answer.Records] == [THROTTLED] * 3


def test_a_bad_record_fails_the_request_also_when_throttled(world: World) -> None:
    with refused("InvalidArgumentException", "ExplicitHashKey"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a"), entry(b"b", explicit=2**128)])
    assert world.data() == []


def test_records_that_find_their_shards_by_themselves(world: World) -> None:
    world.ask("CreateStream", StreamName="spread", RecordDistributionStrategy="AUTO")
    world.clock.advance(seconds=CREATING_MS / 1000)
    world.tick()
    for _ in range(8):  # 4 shards
        answer = world.ask("PutRecords", StreamName="spread", Records=[entry(b"a")] * 500)
        assert answer.FailedRecordCount == 0
        assert {record.ShardId for record in answer.Records} == {f"shardId-{index:012}" for index in range(4)}
    with refused(THROTTLED):
        world.put(b"a", name="spread")


def test_a_shard_is_read_five_times_a_second(world: World) -> None:
    world.put(b"a")
    iterator = world.iterator()
    for _ in range(5):
        assert len(world.get(iterator).Records) == 1
    with refused(THROTTLED, RATE):
        world.get(iterator)
    world.clock.advance(seconds=1)
    world.get(iterator)


def test_a_shard_gives_two_mebibytes_a_second(world: World) -> None:
    for _ in range(3):
        world.put(bytes(MIB - 1))
        world.clock.advance(seconds=1)
    iterator = world.iterator()
    for _ in range(3):
        iterator = world.get(iterator, Limit=1).NextShardIterator
    with refused(THROTTLED):
        world.get(iterator)
    world.clock.advance(seconds=1.5)
    assert world.get(iterator).Records == []


def test_ten_mebibytes_are_five_seconds(world: World) -> None:
    for _ in range(11):
        world.put(bytes(MIB - 1))
        world.clock.advance(seconds=1)
    first = world.get(world.iterator())
    assert len(first.Records) == 10
    world.clock.advance(seconds=4.999)
    with refused(THROTTLED):
        world.get(first.NextShardIterator)
    world.clock.advance(seconds=0.001)
    assert len(world.get(first.NextShardIterator).Records) == 1


def test_what_is_wrong_is_said_and_not_counted(world: World) -> None:
    for _ in range(10):
        with refused("InvalidArgumentException"):
            world.get("nothing")
    iterator = world.iterator()
    world.clock.advance(minutes=6)
    for _ in range(10):
        with refused("ExpiredIteratorException"):
            world.get(iterator)
    world.get(world.iterator())


def test_five_iterators_a_second(world: World) -> None:
    for _ in range(5):
        world.iterator()
    with refused(THROTTLED, RATE):
        world.iterator()
    world.clock.advance(seconds=1)
    world.iterator()


@pytest.mark.parametrize("operation", ["DescribeLimits", "ListStreams", "DescribeAccountSettings"])
def test_rates_of_an_account(world: World, operation: str) -> None:
    for _ in range(RATES[operation][0]):
        world.ask(operation)
    with refused("LimitExceededException", f"Rate exceeded for account {ACCOUNT}."):
        world.ask(operation)
    world.ask(operation, caller=STRANGER)
    world.ask(operation, region="eu-west-1")
    world.clock.advance(seconds=1)
    world.ask(operation)


def test_rates_of_an_account_whatever_the_stream(world: World) -> None:
    for number in range(10):
        if number % 2:
            world.ask("DescribeStream", StreamName="orders")
        else:
            with refused("ResourceNotFoundException"):
                world.ask("DescribeStream", StreamName="other")
    with refused("LimitExceededException", f"Rate exceeded for stream orders under account {ACCOUNT}."):
        world.ask("DescribeStream", StreamARN=arn())


def test_rates_of_a_stream(world: World) -> None:
    for _ in range(5):
        world.ask("ListStreamConsumers", StreamARN=arn())
    with refused("LimitExceededException", f"Rate exceeded for stream orders under account {ACCOUNT}."):
        world.ask("ListStreamConsumers", StreamARN=arn())
    with refused("ResourceNotFoundException"):
        world.ask("ListStreamConsumers", StreamARN=arn("other"))


def test_all_rates_are_of_operations() -> None:
    assert set(RATES) <= set(World().operations)


def test_without_it_nothing_is_throttled() -> None:
    world = World()
    world.stream()
    for _ in range(5):
        assert world.ask("PutRecords", StreamName="orders", Records=[entry(b"a")] * 500).FailedRecordCount == 0
    iterator = world.iterator()
    for _ in range(20):
        world.get(iterator)
        world.ask("DescribeLimits")
