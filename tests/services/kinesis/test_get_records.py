import base64
from typing import Any

import cbor2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.kinesis.world import OTHER, STRANGER, World, arn, as_json, entry, refused
from weirmq.services.kinesis import tokens
from weirmq.services.kinesis.records import Records
from weirmq.services.kinesis.rendered import Rendered
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.model import load
from weirmq.wire.aws.types.kinesis import GetRecordsOutput


def test_goes_on_where_it_stopped(world: World) -> None:
    world.stream()
    world.put(*[b"%d" % number for number in range(25)])
    iterator, found = world.iterator(), []
    for _ in range(4):
        answer = world.get(iterator, Limit=7)
        found.append([int(record.Data) for record in answer.Records])
        iterator = answer.NextShardIterator
    assert found == [list(range(7)), list(range(7, 14)), list(range(14, 21)), list(range(21, 25))]
    assert world.get(iterator).Records == []
    world.put(b"new")
    assert [record.Data for record in world.get(iterator).Records] == [b"new"]


def test_an_iterator_may_be_used_again(world: World) -> None:
    world.stream()
    world.put(b"a", b"b")
    iterator = world.iterator()
    assert world.get(iterator).Records == world.get(iterator).Records


def test_an_iterator_beyond_what_a_power_cut_left_gives_what_comes_next(world: World) -> None:
    world.stream()
    world.put(b"a")
    latest = world.iterator("LATEST")
    position = tokens.unseal(world.kinesis.machine.key, latest)
    assert position is not None
    iterator = tokens.seal(world.kinesis.machine.key, position._replace(offset=position.offset + 3))
    answer = world.get(iterator)
    assert answer.Records == []
    world.put(b"b")
    assert [record.Data for record in world.get(answer.NextShardIterator).Records] == [b"b"]


def test_gives_what_was_put(world: World) -> None:
    world.stream()
    put_ms = world.clock.now_ms()
    [number] = world.put(b"\x00\xff data", key='a "key" \\ é 日本 \x01')
    world.clock.advance(seconds=5)
    [record] = world.get(world.iterator()).Records
    assert (record.SequenceNumber, record.Data, record.PartitionKey) == (
        number, b"\x00\xff data", 'a "key" \\ é 日本 \x01',
    )  # fmt: skip
    assert record.ApproximateArrivalTimestamp == put_ms
    assert record.EncryptionType is None


def test_json_says_the_same_as_the_structs(world: World) -> None:
    world.stream()
    world.put(b"\x00\xff", b"", key='a "key" \\ é 日本 \x01')
    world.clock.advance(milliseconds=1_007)
    world.put(b"x" * 1000)
    answer = world.ask("GetRecords", ShardIterator=world.iterator())
    shown = as_json("GetRecords", answer)
    assert shown["MillisBehindLatest"] == 0
    assert [sorted(record) for record in shown["Records"]] == [
        ["ApproximateArrivalTimestamp", "Data", "PartitionKey", "SequenceNumber"]
    ] * 3
    for record, struct in zip(shown["Records"], answer.Records, strict=True):
        assert record["SequenceNumber"] == struct.SequenceNumber
        assert base64.b64decode(record["Data"]) == struct.Data
        assert record["PartitionKey"] == struct.PartitionKey
        assert round(record["ApproximateArrivalTimestamp"] * 1000) == struct.ApproximateArrivalTimestamp


@given(
    st.lists(
        st.tuples(st.integers(0, 2**53), st.integers(0, 2**41), st.text(max_size=5), st.binary(max_size=9)), max_size=9
    ),
    st.booleans(),
)
def test_json_is_well_formed_whatever_the_records(rows: list[tuple[int, int, str, bytes]], is_encrypted: bool) -> None:
    packed = [(offset, time_ms, key.encode(), value) for offset, time_ms, key, value in rows]
    records = Records([packed] if packed else [], 2 << 184, Rendered(), "log", is_encrypted=is_encrypted)
    shown = as_json("GetRecords", GetRecordsOutput(Records=records))["Records"]  # type: ignore[arg-type]
    assert [record.get("PartitionKey", "") for record in shown] == [key for _, _, key, _ in rows]
    assert [base64.b64decode(record["Data"]) for record in shown] == [value for _, _, _, value in rows]
    assert [record["SequenceNumber"] for record in shown] == [record.SequenceNumber for record in records]
    assert all(("EncryptionType" in record) is is_encrypted for record in shown)
    in_cbor = cbor2.loads(records.as_cbor(), semantic_decoders={1: lambda value, _: value})
    for record, (_, time_ms, _, value) in zip(in_cbor, rows, strict=True):
        assert (record.pop("Data"), record.pop("ApproximateArrivalTimestamp")) == (value, time_ms)
    assert in_cbor == [
        {name: value for name, value in record.items() if name not in ("Data", "ApproximateArrivalTimestamp")}
        for record in shown
    ]


def as_cbor(operation: str, answer: msgspec.Struct) -> Any:
    """An answer as a client of AWS CBOR sees it."""
    body = CborCodec().encode(load("kinesis").operations[operation], answer, "id").body
    return cbor2.loads(body, semantic_decoders={1: lambda value, _: value})


def test_cbor_says_the_same(world: World) -> None:
    world.stream()
    world.put(b"\x00\xff")
    world.put(b"x" * 300, b"x" * 70_000, key="é" * 200)
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    answer = world.ask("GetRecords", ShardIterator=world.iterator())
    shown = as_cbor("GetRecords", answer)
    assert sorted(shown) == ["ChildShards", "MillisBehindLatest", "Records"]
    assert shown["Records"][0] == {
        "SequenceNumber": next(iter(answer.Records)).SequenceNumber, "Data": b"\x00\xff", "PartitionKey": "k",
        "ApproximateArrivalTimestamp": world.clock.now_ms(),
    }  # fmt: skip
    assert [len(record["Data"]) for record in shown["Records"]] == [2, 300, 70_000]
    assert shown["Records"][1]["PartitionKey"] == "é" * 200
    answer = world.ask("PutRecords", StreamName="orders", Records=[entry(b"x", f"key-{n}") for n in range(300)])
    assert as_cbor("PutRecords", answer)["Records"] == as_json("PutRecords", answer)["Records"]


def test_an_empty_answer(world: World) -> None:
    world.stream()
    answer = world.ask("GetRecords", ShardIterator=world.iterator())
    assert as_json("GetRecords", answer)["Records"] == as_cbor("GetRecords", answer)["Records"] == []


def test_an_answer_has_at_most_10_mib(world: World) -> None:
    world.stream(MaxRecordSizeInKiB=10_240)
    world.put(*[b"x" * (3 * 2**20)] * 4)
    answer = world.get(world.iterator())
    assert len(answer.Records) == 3
    assert answer.MillisBehindLatest >= 1
    assert len(world.get(answer.NextShardIterator).Records) == 1


def test_one_record_is_always_given(world: World) -> None:
    world.stream(MaxRecordSizeInKiB=10_240)
    world.put(b"x" * (10 * 2**20 - 1))
    assert len(world.get(world.iterator()).Records) == 1


def test_says_how_far_behind_it_is(world: World) -> None:
    world.stream()
    world.put(b"a")
    world.clock.advance(seconds=30)
    world.put(b"b")
    first = world.get(world.iterator(), Limit=1)
    assert first.MillisBehindLatest == 30_000
    assert world.get(first.NextShardIterator).MillisBehindLatest == 0


def test_an_iterator_is_good_for_five_minutes(world: World) -> None:
    world.stream()
    iterator = world.iterator()
    world.clock.advance(minutes=5)
    assert world.get(iterator).Records == []
    world.clock.advance(milliseconds=1)
    with refused(
        "ExpiredIteratorException", "at time Tue Nov 14 22:13:20 UTC 2023", "now it is Tue Nov 14 22:18:20 UTC 2023",
        "300000 milliseconds",
    ):  # fmt: skip
        world.get(iterator)


@pytest.mark.parametrize("iterator", ["", "AAAA", "x" * 512, "é"])
def test_other_iterators_are_refused(world: World, iterator: str) -> None:
    world.stream()
    world.iterator()
    with refused("InvalidArgumentException", "Invalid ShardIterator."):
        world.get(iterator)


def test_a_closed_shard_is_read_to_its_end_and_names_its_children(world: World) -> None:
    world.stream()
    world.put(b"a", b"b")
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    first = world.get(world.iterator(), Limit=1)
    assert first.NextShardIterator is not None
    assert first.ChildShards is None
    last = world.get(first.NextShardIterator)
    assert [record.Data for record in last.Records] == [b"b"]
    assert last.NextShardIterator is None
    assert last.MillisBehindLatest == 0
    assert [(child.ShardId, child.ParentShards, child.HashKeyRange.StartingHashKey) for child in last.ChildShards] == [
        ("shardId-000000000001", ["shardId-000000000000"], "0"),
        ("shardId-000000000002", ["shardId-000000000000"], "1000"),
    ]


def test_both_parents_of_a_merged_shard_name_it(world: World) -> None:
    world.stream(shards=2)
    world.ask("MergeShards", StreamName="orders", ShardToMerge="shardId-0", AdjacentShardToMerge="shardId-1")
    for shard in (0, 1):
        [child] = world.get(world.iterator(shard=shard)).ChildShards
        assert child.ShardId == "shardId-000000000002"
        assert child.ParentShards == ["shardId-000000000000", "shardId-000000000001"]


def test_a_closed_shard_is_not_over_before_all_is_written(world: World) -> None:
    world.stream()
    world.decide("PutRecord", StreamName="orders", Data=b"a", PartitionKey="k")
    world.decide("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey="1000")
    iterator = world.decide(
        "GetShardIterator", StreamName="orders", ShardId="shardId-0", ShardIteratorType="TRIM_HORIZON"
    ).ShardIterator
    answer = world.decide("GetRecords", ShardIterator=iterator)
    assert len(answer.Records) == 0
    assert answer.NextShardIterator is not None
    world.flush()
    assert world.get(iterator).NextShardIterator is None


def test_a_deleted_stream_is_not_read(world: World) -> None:
    world.stream()
    world.put(b"a")
    iterator = world.iterator()
    world.ask("DeleteStream", StreamName="orders")
    with refused("ResourceNotFoundException"):
        world.get(iterator)
    world.stream()
    with refused("ResourceNotFoundException"):  # it was of the stream before
        world.get(iterator)
    assert world.data() == []


def test_the_stream_named_must_be_the_iterators(world: World) -> None:
    world.stream()
    world.stream("others")
    iterator = world.iterator()
    world.get(iterator, StreamARN=arn())
    with refused("InvalidArgumentException"):
        world.get(iterator, StreamARN=arn("others"))


def test_others_need_a_policy(world: World) -> None:
    world.stream()
    world.put(b"a")
    iterator = world.iterator()
    with refused("AccessDeniedException"):
        world.get(iterator, caller=STRANGER)
    statement = (
        f'{{"Effect":"Allow","Principal":{{"AWS":"{OTHER}"}},"Action":"kinesis:GetRecords","Resource":"{arn()}"}}'
    )
    world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=f'{{"Version":"2012-10-17","Statement":[{statement}]}}')
    assert len(world.get(iterator, caller=STRANGER).Records) == 1


def test_a_large_batch_is_read_record_by_record(world: World) -> None:
    world.stream()
    world.ask("PutRecords", StreamName="orders", Records=[entry(b"%d" % number) for number in range(500)])
    iterator, found = world.iterator(), []
    for _ in range(10):
        answer = world.get(iterator, Limit=1)
        found += [record.Data for record in answer.Records]
        iterator = answer.NextShardIterator
    assert found == [b"%d" % number for number in range(10)]
