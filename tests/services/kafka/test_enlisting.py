"""AddPartitionsToTxn, AddOffsetsToTxn, transactional Produce: what belongs to a transaction."""

import pytest

from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import World, batch_of
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.batch import TRANSACTIONAL
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.add_partitions_to_txn_request import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData


def begun(world: World, version: int = 1, name: str = "t") -> Transactor:
    found = Transactor(world, name, version)
    assert found.init() == Code.NONE
    return found


# AddPartitionsToTxn


def test_partitions_are_enlisted_all_or_none(world: World) -> None:
    name, topic, _ = place_of(world, partitions=2)
    writer = begun(world)
    topics = [AddPartitionsToTxnTopic(name, [0, 2]), AddPartitionsToTxnTopic("other", [0])]
    answer = world.ask(AddPartitionsToTxnRequest([], "t", writer.producer, 0, topics), version=3)
    codes = [
        [each.partition_error_code for each in one.results_by_partition] for one in answer.results_by_topic_v3_and_below
    ]
    assert codes == [
        [Code.OPERATION_NOT_ATTEMPTED, Code.UNKNOWN_TOPIC_OR_PARTITION],
        [Code.UNKNOWN_TOPIC_OR_PARTITION],
    ]
    assert writer.commit() == Code.INVALID_TXN_STATE  # nothing has begun
    assert writer.add((name, topic, 0), (name, topic, 1)) == writer.add((name, topic, 0)) == Code.NONE
    assert writer.commit() == Code.NONE


def test_who_may_enlist_partitions(world: World) -> None:
    place, writer = place_of(world), begun(world)
    writer.epoch += 1
    assert writer.add(place) == Code.PRODUCER_FENCED
    assert writer.add(place, version=1) == Code.INVALID_PRODUCER_EPOCH
    writer.epoch -= 1
    writer.producer += 1
    assert writer.add(place) == Code.INVALID_PRODUCER_ID_MAPPING
    writer.name = "other"
    assert writer.add(place) == Code.INVALID_PRODUCER_ID_MAPPING
    writer.name = ""
    assert writer.add(place) == Code.INVALID_REQUEST


def test_several_transactions_at_once_and_whether_partitions_belong_to_them(world: World) -> None:
    name = place_of(world, partitions=2)[0]
    one, two = begun(world, 1, "one"), begun(world, 1, "two")

    def ask(*which: tuple[Transactor, int], verify: bool) -> list[Code]:
        asked = [
            AddPartitionsToTxnTransaction(
                each.name, each.producer, each.epoch, verify, [AddPartitionsToTxnTopic(name, [index])]
            )
            for each, index in which
        ]
        answer = world.ask(AddPartitionsToTxnRequest(asked))
        return [
            Code(each.topic_results[0].results_by_partition[0].partition_error_code)
            for each in answer.results_by_transaction
        ]

    assert ask((one, 0), (two, 1), verify=True) == [Code.TRANSACTION_ABORTABLE] * 2
    assert ask((one, 0), (two, 1), verify=False) == [Code.NONE] * 2
    assert ask((one, 0), (two, 0), verify=True) == [Code.NONE, Code.TRANSACTION_ABORTABLE]
    assert one.abort() == Code.NONE
    assert ask((one, 0), (two, 1), verify=True) == [Code.TRANSACTION_ABORTABLE, Code.NONE]


# AddOffsetsToTxn


def test_who_may_enlist_a_group(world: World) -> None:
    writer = begun(world)
    assert writer.add_offsets("") == Code.INVALID_GROUP_ID
    assert writer.add_offsets("g") == writer.add_offsets("g") == writer.commit() == Code.NONE
    writer.epoch += 1
    assert writer.add_offsets("g") == Code.PRODUCER_FENCED
    assert writer.add_offsets("g", version=1) == Code.INVALID_PRODUCER_EPOCH
    writer.producer += 1
    assert writer.add_offsets("g") == Code.INVALID_PRODUCER_ID_MAPPING
    writer.name = ""
    assert writer.add_offsets("g") == Code.INVALID_REQUEST


# Produce


@pytest.mark.parametrize(
    ("version", "code"),
    [(9, Code.INVALID_TXN_STATE), (10, Code.INVALID_TXN_STATE), (11, Code.TRANSACTION_ABORTABLE), (12, Code.NONE)],
)
def test_an_older_client_must_enlist_a_partition_before_it_writes_there(world: World, version: int, code: Code) -> None:
    place, writer = place_of(world), begun(world)
    answer = writer.begin_write(place, writer.batch(place, b"a"), version=version).answer
    assert answer.responses[0].partition_responses[0].error_code == code
    assert world.values(place[1]) == ([] if code else [b"a"])


@pytest.mark.parametrize("version", [1, 2])
def test_who_may_write(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    assert writer.write(place, b"a") == Code.NONE

    def code(*, acks: int = -1, name: str | None = "t", producer: int = writer.producer, epoch: int = 0) -> Code:
        data = batch_of(b"b", producer=producer, epoch=epoch, first=1, attributes=TRANSACTIONAL)
        topics = [TopicProduceData(*place[:2], [PartitionProduceData(0, data)])]
        answer = world.ask(ProduceRequest(name, acks, 1000, topics), version=writer.versions["produce"])
        return Code(answer.responses[0].partition_responses[0].error_code)

    assert code(name=None) == Code.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
    assert code(acks=1) == Code.INVALID_REQUIRED_ACKS
    assert code(name="other") == code(producer=writer.producer + 1) == Code.INVALID_PRODUCER_ID_MAPPING
    assert code(epoch=1) == code(epoch=2) == Code.INVALID_PRODUCER_EPOCH
    assert code() == Code.NONE


def test_in_a_transaction_everything_belongs_to_it(world: World) -> None:
    place, writer = place_of(world), begun(world)
    writer.write(place, b"a")
    plain = batch_of(b"b", producer=writer.producer, epoch=0, first=1)
    assert world.produce(place[1], data=plain).error_code == Code.INVALID_TXN_STATE
    writer.commit()
    assert world.produce(place[1], data=plain).error_code == Code.NONE


def test_a_batch_that_comes_again_is_written_once(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    data = writer.batch(place, b"a")
    offsets = [writer.begin_write(place, data).answer.responses[0].partition_responses[0].base_offset for _ in range(2)]
    assert offsets == [0, 0]
    assert writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"a"]


def test_after_a_bumped_epoch_sequences_begin_with_0(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    assert writer.write(place, b"a", b"b") == writer.commit() == Code.NONE
    writer.sequences[place[1:]] = 1
    assert writer.write(place, b"c") == Code.OUT_OF_ORDER_SEQUENCE_NUMBER
    writer.sequences.clear()
    assert writer.write(place, b"c") == Code.NONE


def test_batches_wait_until_it_is_durable_that_they_belong_to_a_transaction_and_keep_their_order() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place, writer = place_of(world), begun(world, 2)
    sync, world.sync = world.sync, lambda: None  # type: ignore[method-assign]  # the disk takes its time
    stream = world.streams.stream(world.kafka.machine.clusters[0].by_id[place[1]].partitions[0].log)
    first = writer.begin_write(place, writer.batch(place, b"a"))
    writer.sequences[place[1:]] = 1
    second = writer.begin_write(place, writer.batch(place, b"b"))
    assert (first.answer, second.answer, stream.end) == (None, None, 0)
    world.journal.synced(world.journal.log.sync())
    writer.sequences[place[1:]] = 2
    third = writer.begin_write(place, writer.batch(place, b"c"))  # comes when the others could be written, but aren't
    world.sync = sync  # type: ignore[method-assign]
    world.flush()
    world.settle()
    answers = [each.answer.responses[0].partition_responses[0] for each in (first, second, third)]
    assert [(each.error_code, each.base_offset) for each in answers] == [(0, 0), (0, 1), (0, 2)]
    assert writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"a", b"b", b"c"]
