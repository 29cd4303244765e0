"""EndTxn: what is committed can be read, what is aborted can't; and who may end a transaction."""

import pytest

from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import World
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.delete_topics_request import DeleteTopicsRequest, DeleteTopicState
from weirmq.wire.kafka.messages.end_txn_request import EndTxnRequest

both = pytest.mark.parametrize("version", [1, 2])


def begun(world: World, version: int = 1, name: str = "t") -> Transactor:
    found = Transactor(world, name, version)
    assert found.init() == Code.NONE
    return found


@both
def test_what_is_committed_can_be_read_once_it_is_answered(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    for n in range(3):
        assert writer.write(place, b"%d" % n, b"+") == Code.NONE
        assert world.committed(place[1]) == [b"0", b"+", b"1", b"+", b"2", b"+"][: 2 * n]
        assert writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"0", b"+", b"1", b"+", b"2", b"+"]


@both
def test_what_is_aborted_cannot(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    for n in range(6):
        assert writer.write(place, b"%d" % n) == Code.NONE
        assert writer.end(commits=n % 2 == 1) == Code.NONE
    assert world.committed(place[1]) == [b"1", b"3", b"5"]
    assert world.values(place[1]) == [b"0", b"1", b"2", b"3", b"4", b"5"]


def test_a_number_of_an_aborted_batch_is_not_taken_for_a_duplicate(world: World) -> None:
    """A client that hasn't heard of a batch aborts, and gives its number to another one."""
    place, writer = place_of(world), begun(world)
    assert writer.write(place, b"aborted") == Code.NONE
    assert writer.abort() == Code.NONE
    writer.sequences.clear()
    assert writer.write(place, b"lost") == Code.OUT_OF_ORDER_SEQUENCE_NUMBER
    assert writer.abort() == writer.init(again=True) == Code.NONE
    assert writer.write(place, b"found") == Code.NONE
    writer.sequences.clear()
    assert writer.write(place, b"found") == Code.NONE  # which it is, in the same transaction
    assert writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"found"]


@both
def test_over_several_partitions(world: World, version: int) -> None:
    name, topic, _ = place_of(world, partitions=3)
    writer = begun(world, version)
    for index in range(3):
        assert writer.write((name, topic, index), b"%d" % index) == Code.NONE
    assert writer.commit() == Code.NONE
    assert [world.committed(topic, index=index) for index in range(3)] == [[b"0"], [b"1"], [b"2"]]


def test_version_1_keeps_its_epoch_and_version_2_gets_another_each_time(world: World) -> None:
    place = place_of(world)
    old, new = begun(world, 1, "old"), begun(world, 2, "new")
    for n in range(3):
        assert old.write(place, b"a") == new.write(place, b"b") == Code.NONE
        assert old.commit() == new.commit() == Code.NONE
        assert (old.epoch, new.epoch) == (0, n + 1)


def test_a_producer_id_whose_epochs_are_used_up_is_replaced(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    first = writer.producer
    world.kafka.machine.coordinator.ids[0, "t"].epoch = writer.epoch = 32_766
    assert writer.write(place, b"a") == Code.NONE
    before = (writer.producer, writer.epoch)
    assert writer.commit() == Code.NONE
    assert writer.epoch == 0
    assert writer.producer != first
    again = world.ask(EndTxnRequest("t", *before, True))
    assert (again.error_code, again.producer_id, again.producer_epoch) == (0, writer.producer, 0)
    assert writer.write(place, b"b") == writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"a", b"b"]


def test_asked_again_it_is_answered_as_before(world: World) -> None:
    place = place_of(world)
    for version in (1, 2):
        writer = begun(world, version, f"v{version}")
        before = (writer.producer, writer.epoch)
        writer.write(place, b"a")
        assert writer.commit() == Code.NONE
        after = (writer.producer, writer.epoch)
        writer.producer, writer.epoch = before
        assert writer.commit() == Code.NONE
        assert (writer.producer, writer.epoch) == after
        writer.producer, writer.epoch = before
        assert writer.abort() == Code.INVALID_TXN_STATE


def test_there_must_be_something_to_end(world: World) -> None:
    assert begun(world, 1, "a").commit() == Code.INVALID_TXN_STATE
    assert begun(world, 1, "b").abort() == Code.INVALID_TXN_STATE
    assert begun(world, 2, "c").commit() == Code.INVALID_TXN_STATE


def test_version_2_may_abort_what_has_not_begun(world: World) -> None:
    place, writer = place_of(world), begun(world, 2)
    assert writer.abort() == Code.NONE
    assert writer.epoch == 1
    assert writer.write(place, b"a") == writer.commit() == writer.abort() == Code.NONE
    assert writer.epoch == 3
    assert writer.commit() == Code.INVALID_TXN_STATE


def test_who_may_end_it(world: World) -> None:
    place, writer = place_of(world), begun(world)
    writer.write(place, b"a")

    def ask(name: str, producer: int, epoch: int, version: int = 3) -> Code:
        return Code(world.ask(EndTxnRequest(name, producer, epoch, True), version=version).error_code)

    assert ask("", writer.producer, 0) == Code.INVALID_REQUEST
    assert ask("other", writer.producer, 0) == Code.INVALID_PRODUCER_ID_MAPPING
    assert ask("t", writer.producer + 1, 0) == Code.INVALID_PRODUCER_ID_MAPPING
    assert ask("t", writer.producer, 1) == ask("t", writer.producer, -1) == Code.PRODUCER_FENCED
    assert ask("t", writer.producer, 1, version=1) == Code.INVALID_PRODUCER_EPOCH
    assert ask("t", writer.producer, 0) == Code.NONE


@both
def test_in_version_2_an_old_epoch_ends_nothing_of_the_next_transaction(world: World, version: int) -> None:
    place, writer = place_of(world), begun(world, version)
    before = (writer.producer, writer.epoch)
    assert writer.write(place, b"a") == writer.commit() == writer.write(place, b"b") == Code.NONE
    late = world.ask(EndTxnRequest("t", *before, True), version=writer.versions["end"])
    assert late.error_code == (Code.PRODUCER_FENCED if version == 2 else Code.NONE)  # what KIP-890 is for


def test_the_topic_may_be_gone_meanwhile(world: World) -> None:
    place, other, writer = place_of(world), place_of(world, "other"), begun(world)
    assert writer.write(place, b"a") == writer.write(other, b"b") == Code.NONE
    world.ask(DeleteTopicsRequest([DeleteTopicState(None, place[1])]))
    assert writer.commit() == Code.NONE
    assert world.committed(other[1]) == [b"b"]
