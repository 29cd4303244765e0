import hashlib

import pytest

from tests.services.kinesis.world import LAST_KEY, OTHER, STRANGER, World, arn, refused
from weirmq.services.kinesis import sequence


def test_says_where_the_record_went(world: World) -> None:
    world.stream(shards=1)
    answer = world.ask("PutRecord", StreamName="orders", Data=b"hello", PartitionKey="k")
    assert answer.ShardId == "shardId-000000000000"
    assert answer.EncryptionType is None
    found = sequence.parse(answer.SequenceNumber)
    assert found == (world.clock.now_ms() // 1000, 0, 1, world.clock.now_ms() // 1000)
    assert world.data() == [b"hello"]


def test_numbers_grow_strictly(world: World) -> None:
    world.stream()
    numbers = [int(number) for number in world.put(*[b"x"] * 5)]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("key", ["a", "b", "orders-17", "é", "日本", "x" * 256])
def test_the_md5_of_the_key_names_the_shard(world: World, key: str) -> None:
    world.stream(shards=4)
    hash_key = int(hashlib.md5(key.encode(), usedforsecurity=False).hexdigest(), 16)
    [expected] = [
        shard.ShardId
        for shard in world.shards()
        if int(shard.HashKeyRange.StartingHashKey) <= hash_key <= int(shard.HashKeyRange.EndingHashKey)
    ]
    assert world.ask("PutRecord", StreamName="orders", Data=b"", PartitionKey=key).ShardId == expected


@pytest.mark.parametrize(("hash_key", "shard"), [(0, 0), (2**127 - 1, 0), (2**127, 1), (LAST_KEY, 1)])
def test_an_explicit_hash_key_comes_first(world: World, hash_key: int, shard: int) -> None:
    world.stream(shards=2)
    world.put(b"x", key="k", ExplicitHashKey=str(hash_key))
    assert world.data(shard=shard) == [b"x"]
    assert world.get(world.iterator(shard=shard)).Records[0].PartitionKey == "k"


def test_a_hash_key_beyond_the_last_is_refused(world: World) -> None:
    world.stream()
    with refused("InvalidArgumentException", "[0, 2^128-1]", str(2**128)):
        world.put(b"x", ExplicitHashKey=str(2**128))


def test_the_stream_says_how_large_a_record_may_be(world: World) -> None:
    stream_arn = world.stream()
    world.put(b"x" * (2**20 - 1))
    with refused("ValidationException", "less than or equal to 1048576"):
        world.put(b"x" * 2**20)  # the key counts as well
    world.ask("UpdateMaxRecordSize", StreamARN=stream_arn, MaxRecordSizeInKiB=10_240)
    world.put(b"x" * 2**21)
    assert [len(data) for data in world.data()] == [2**20 - 1, 2**21]


def test_a_record_needs_a_key(world: World) -> None:
    world.stream()
    with refused("ValidationException", "partitionKey"):
        world.ask("PutRecord", StreamName="orders", Data=b"x")


def test_records_are_put_in_order_after_others(world: World) -> None:
    world.stream(shards=2)
    [number] = world.put(b"a", key="k")
    [later] = world.put(b"b", key="k", SequenceNumberForOrdering=number)
    assert int(later) > int(number)
    with refused("InvalidArgumentException", "ExclusiveMinimumSequenceNumber 5"):
        world.put(b"c", SequenceNumberForOrdering="5")


def test_order_holds_along_the_shards_of_a_key(world: World) -> None:
    world.stream()
    numbers = [int(number) for number in world.put(b"a", b"b")]
    world.ask("SplitShard", StreamName="orders", ShardToSplit="shardId-0", NewStartingHashKey=str(2**127))
    numbers += [int(number) for number in world.put(b"c")]
    world.ask("MergeShards", StreamName="orders", ShardToMerge="shardId-1", AdjacentShardToMerge="shardId-2")
    numbers += [int(number) for number in world.put(b"d")]
    assert numbers == sorted(set(numbers))


def test_a_dry_run_changes_nothing(world: World) -> None:
    world.stream()
    with refused("DryRunOperationException"):
        world.put(b"x", DryRun=True)
    assert world.data() == []


def test_names_and_arns_both_do(world: World) -> None:
    world.stream()
    world.ask("PutRecord", StreamARN=arn(), Data=b"a", PartitionKey="k")
    world.ask("PutRecord", StreamARN=arn(), StreamName="orders", Data=b"b", PartitionKey="k")
    assert world.data() == [b"a", b"b"]
    with refused("InvalidArgumentException"):
        world.ask("PutRecord", Data=b"a", PartitionKey="k")
    with refused("InvalidArgumentException"):
        world.ask("PutRecord", StreamARN=arn(), StreamName="others", Data=b"b", PartitionKey="k")


def test_a_stream_that_is_not_there(world: World) -> None:
    with refused("ResourceNotFoundException", "Stream orders under account 111122223333 not found."):
        world.put(b"x")
    with refused("ResourceNotFoundException", "Stream orders under account 111122223333 not found."):
        world.ask("PutRecord", StreamARN=arn(), Data=b"a", PartitionKey="k")


def test_others_need_a_policy(world: World) -> None:
    world.stream()
    with refused("AccessDeniedException"):
        world.ask("PutRecord", caller=STRANGER, StreamARN=arn(), Data=b"a", PartitionKey="k")
    statement = (
        f'{{"Effect":"Allow","Principal":{{"AWS":"{OTHER}"}},"Action":"kinesis:PutRecord","Resource":"{arn()}"}}'
    )
    world.ask("PutResourcePolicy", ResourceARN=arn(), Policy=f'{{"Version":"2012-10-17","Statement":[{statement}]}}')
    world.ask("PutRecord", caller=STRANGER, StreamARN=arn(), Data=b"a", PartitionKey="k")
    with refused("AccessDeniedException"):
        world.ask("DeleteStream", caller=STRANGER, StreamARN=arn())
    assert world.data() == [b"a"]


def test_records_are_encrypted_as_the_stream_says(world: World) -> None:
    world.stream()
    world.ask("StartStreamEncryption", StreamName="orders", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    answer = world.ask("PutRecord", StreamName="orders", Data=b"a", PartitionKey="k")
    assert answer.EncryptionType == "KMS"
    assert world.get(world.iterator()).Records[0].EncryptionType == "KMS"
