import pytest

from tests.services.kinesis.world import World, as_json, entry, refused
from weirmq.services.kinesis import sequence


def test_answers_in_the_order_of_the_request(world: World) -> None:
    world.stream(shards=4)
    records = [entry(b"%d" % number, f"key-{number}") for number in range(100)]
    answer = world.ask("PutRecords", StreamName="orders", Records=records)
    assert answer.FailedRecordCount == 0
    results = list(answer.Records)
    assert len(results) == 100
    for number, result in enumerate(results):
        shard = int(result.ShardId[-1])
        iterator = world.iterator("AT_SEQUENCE_NUMBER", shard, StartingSequenceNumber=result.SequenceNumber)
        found = world.get(iterator, Limit=1).Records[0]
        assert (found.Data, found.SequenceNumber) == (b"%d" % number, result.SequenceNumber)


def test_a_shard_has_them_in_order(world: World) -> None:
    world.stream(shards=2)
    for start in range(0, 1000, 250):
        records = [entry(b"%d" % number, f"key-{number}") for number in range(start, start + 250)]
        world.ask("PutRecords", StreamName="orders", Records=records)
    first, second = ([int(data) for data in world.data(shard=shard)] for shard in (0, 1))
    assert first == sorted(first)
    assert second == sorted(second)
    assert sorted(first + second) == list(range(1000))


def test_json_says_the_same_as_the_structs(world: World) -> None:
    world.stream(shards=3)
    answer = world.ask("PutRecords", StreamName="orders", Records=[entry(b"x", f"key-{n}") for n in range(20)])
    shown = as_json("PutRecords", answer)
    assert shown["FailedRecordCount"] == 0
    assert shown["Records"] == [
        {"SequenceNumber": result.SequenceNumber, "ShardId": result.ShardId} for result in answer.Records
    ]
    assert len({result["SequenceNumber"] for result in shown["Records"]}) == 20


def test_one_bad_record_fails_the_request(world: World) -> None:
    world.stream(shards=2)
    with refused("InvalidArgumentException", "ExplicitHashKey"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a"), entry(b"b", "k", 2**128)])
    with refused("ValidationException", "records.2.member.partitionKey"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a"), entry(b"b", None)])
    with refused("ValidationException", "records.2.member.data"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a"), entry(b"b" * 2**20)])
    assert world.data(shard=0) + world.data(shard=1) == []


def test_a_request_has_at_most_10_mib(world: World) -> None:
    world.stream()
    most = 2**20 - 1
    world.ask("PutRecords", StreamName="orders", Records=[entry(b"x" * most)] * 10)
    with refused("InvalidArgumentException", "10 MB"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"x" * most)] * 10 + [entry(b"x")])
    assert len(world.data()) == 10


def test_an_empty_key_is_refused_by_the_model_not_here(world: World) -> None:
    world.stream()
    world.ask("PutRecords", StreamName="orders", Records=[entry(b"a", "é" * 256)])
    assert world.get(world.iterator()).Records[0].PartitionKey == "é" * 256


def test_auto_spreads_records_whatever_their_keys(world: World) -> None:
    world.ask("CreateStream", StreamName="orders", RecordDistributionStrategy="AUTO")
    records = [entry(b"a", "k"), entry(b"b", None), entry(b"c", "k", 0), entry(b"d", None)]
    answer = world.ask("PutRecords", StreamName="orders", Records=records)
    assert len({result.ShardId for result in answer.Records}) == 4
    found = [record for shard in range(4) for record in world.get(world.iterator(shard=shard)).Records]
    assert {record.Data: record.PartitionKey for record in found} == {b"a": "k", b"b": None, b"c": "k", b"d": None}


def test_a_dry_run_changes_nothing(world: World) -> None:
    world.stream()
    with refused("DryRunOperationException"):
        world.ask("PutRecords", StreamName="orders", Records=[entry(b"a")], DryRun=True)
    assert world.data() == []


@pytest.mark.parametrize("count", [1, 500])
def test_numbers_go_on_from_request_to_request(world: World, count: int) -> None:
    world.stream()
    numbers = []
    for _ in range(3):
        answer = world.ask("PutRecords", StreamName="orders", Records=[entry(b"x")] * count)
        numbers += [sequence.parse(result.SequenceNumber) for result in answer.Records]
    assert [number.ordinal for number in numbers if number] == list(range(1, 3 * count + 1))


def test_nobody_sees_what_is_not_written(world: World) -> None:
    world.stream(shards=2)
    iterators = [world.iterator(shard=shard) for shard in (0, 1)]
    world.decide("PutRecords", StreamName="orders", Records=[entry(b"x", f"k{n}") for n in range(50)])
    assert [len(world.decide("GetRecords", ShardIterator=each).Records) for each in iterators] == [0, 0]
    world.flush()
    assert sum(len(world.get(each).Records) for each in iterators) == 50
