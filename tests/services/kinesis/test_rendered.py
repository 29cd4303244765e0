"""The hot cache: what comes from it is what would have been put together anew."""

from tests.services.kinesis.world import World, entry
from weirmq.services.kinesis.rendered import Rendered
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import load


def test_a_text_is_kept_until_others_need_its_room() -> None:
    rendered = Rendered(most_bytes=10)
    rendered.put("a", b"1234")
    rendered.put("b", b"1234")
    assert rendered.get("a") == b"1234"
    rendered.put("c", b"1234")
    assert (rendered.get("a"), rendered.get("b"), rendered.get("c")) == (b"1234", None, b"1234")
    assert rendered.size == 8


def test_a_text_larger_than_all_room_is_not_kept() -> None:
    rendered = Rendered(most_bytes=10)
    rendered.put("a", b"12345678901")
    assert rendered.get("a") is None
    assert rendered.size == 0


def test_readers_of_the_same_batch_get_the_same(world: World) -> None:
    world.stream()
    put_together(world, 40)
    for codec in (JsonCodec("1.1"), CborCodec()):
        first, second = body_of(world, codec), body_of(world, codec)
        assert first == second
    assert len(world.data()) == 40
    assert world.kinesis.rendered.size > 0


def test_an_encrypted_stream_says_so_though_its_batches_are_known(world: World) -> None:
    world.stream()
    put_together(world, 10)
    plain = body_of(world, JsonCodec("1.1"))
    world.ask("StartStreamEncryption", StreamName="orders", EncryptionType="KMS", KeyId="alias/aws/kinesis")
    assert b'"EncryptionType":"KMS"' not in plain
    assert body_of(world, JsonCodec("1.1")).count(b'"EncryptionType":"KMS"') == 10


def put_together(world: World, count: int) -> None:
    """Records of one batch."""
    records = [entry(b"%d" % number, f'key-{number % 7}-"é') for number in range(count)]
    world.ask("PutRecords", StreamName="orders", Records=records)


def body_of(world: World, codec: JsonCodec | CborCodec) -> bytes:
    answer = world.ask("GetRecords", ShardIterator=world.iterator())
    answer.NextShardIterator = None
    return codec.encode(load("kinesis").operations["GetRecords"], answer, "id").body
