"""InitProducerId: ids for producers, epochs that fence those before."""

import pytest

from tests.services.kafka.test_broker_defaults import configure
from tests.services.kafka.transacting import Transactor, place_of
from tests.services.kafka.world import World
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.messages.init_producer_id_request import InitProducerIdRequest

both = pytest.mark.parametrize("version", [1, 2])


def test_a_transactional_id_keeps_its_producer_id_and_gets_another_epoch_each_time(world: World) -> None:
    found = []
    for _ in range(3):
        writer = Transactor(world)
        assert writer.init() == Code.NONE
        found.append((writer.producer, writer.epoch))
    assert found == [(found[0][0], 0), (found[0][0], 1), (found[0][0], 2)]
    other = Transactor(world, "other")
    assert other.init() == Code.NONE
    assert other.producer != found[0][0]


def test_what_is_no_request(world: World) -> None:
    def ask(name: str | None, timeout_ms: int = 1000, producer: int = -1, epoch: int = -1) -> Code:
        return Code(world.ask(InitProducerIdRequest(name, timeout_ms, producer, epoch)).error_code)

    assert ask("") == ask("t", producer=1) == ask("t", epoch=1) == Code.INVALID_REQUEST
    assert ask("t", 0) == ask("t", -1) == ask("t", 900_001) == Code.INVALID_TRANSACTION_TIMEOUT
    assert ask("t", 900_000) == ask(None, 0) == Code.NONE


@both
def test_a_new_producer_aborts_what_the_one_before_it_left_open(world: World, version: int) -> None:
    place, zombie = place_of(world), Transactor(world, version=version)
    assert zombie.init() == zombie.write(place, b"zombie") == Code.NONE
    writer = Transactor(world, version=version)
    assert writer.init() == Code.CONCURRENT_TRANSACTIONS  # the abort is under way
    assert writer.init() == Code.NONE
    assert writer.producer == zombie.producer
    assert writer.epoch > zombie.epoch
    data = zombie.batch(place, b"late")
    answer = zombie.begin_write(place, data).answer.responses[0].partition_responses[0]
    assert answer.error_code == Code.INVALID_PRODUCER_EPOCH
    assert zombie.commit() == zombie.abort() == Code.PRODUCER_FENCED
    assert writer.write(place, b"new") == writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"new"]


def test_while_a_transaction_is_being_completed_nobody_gets_an_id() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place, writer = place_of(world), Transactor(world)
    assert writer.init() == writer.write(place, b"a") == Code.NONE
    sync, world.sync = world.sync, lambda: None  # type: ignore[method-assign]  # the disk takes its time
    ended = writer.begin_end(commits=True)
    assert Transactor(world).init() == Code.CONCURRENT_TRANSACTIONS
    assert writer.add(place) == Code.CONCURRENT_TRANSACTIONS
    assert writer.commit() == Code.CONCURRENT_TRANSACTIONS
    assert writer.abort() == Code.INVALID_TXN_STATE
    assert (ended.answer, world.committed(place[1])) == (None, [])
    world.sync = sync  # type: ignore[method-assign]
    world.flush()
    world.settle()
    assert (writer.took(ended.answer), world.committed(place[1])) == (Code.NONE, [b"a"])
    assert Transactor(world).init() == Code.NONE


# A producer that goes on after an error (KIP-360)


def test_a_producer_that_names_its_id_gets_the_next_epoch(world: World) -> None:
    writer = Transactor(world)
    writer.init()
    first = writer.producer
    assert writer.init(again=True) == Code.NONE
    assert (writer.producer, writer.epoch) == (first, 1)


def test_one_that_did_not_get_the_answer_gets_it_again(world: World) -> None:
    writer = Transactor(world)
    writer.init()
    before = (writer.producer, writer.epoch)
    writer.init(again=True)
    after = (writer.producer, writer.epoch)
    writer.producer, writer.epoch = before
    assert writer.init(again=True) == Code.NONE
    assert (writer.producer, writer.epoch) == after


def test_one_that_another_has_replaced_is_fenced(world: World) -> None:
    old, new = Transactor(world), Transactor(world)
    old.init()
    new.init()
    assert old.init(again=True) == Code.PRODUCER_FENCED
    assert old.init(again=True, version=3) == Code.INVALID_PRODUCER_EPOCH
    place = place_of(world)
    assert new.write(place, b"a") == Code.NONE
    assert old.init(again=True) == Code.PRODUCER_FENCED
    assert new.commit() == Code.NONE  # it wasn't harmed


def test_epochs_that_are_used_up(world: World) -> None:
    writer = Transactor(world)
    writer.init()
    first = writer.producer
    world.kafka.machine.coordinator.ids[0, "t"].epoch = writer.epoch = 32_766
    assert writer.init(again=True) == Code.NONE
    assert writer.epoch == 0
    assert writer.producer != first
    second = writer.producer
    writer.producer, writer.epoch = first, 32_766
    assert writer.init(again=True) == Code.NONE
    assert (writer.producer, writer.epoch) == (second, 0)


def test_an_id_that_is_not_used_for_a_week_is_forgotten(world: World) -> None:
    writer = Transactor(world)
    writer.init()
    first = writer.producer
    world.clock.advance(days=6)
    world.tick()
    assert Transactor(world).init() == Code.NONE
    world.clock.advance(days=7)
    world.tick()
    assert writer.abort() == Code.INVALID_PRODUCER_ID_MAPPING
    assert writer.init() == Code.NONE
    assert (writer.producer != first, writer.epoch) == (True, 0)


def test_how_long_unused_ids_are_kept_is_told_by_the_brokers_configs(world: World) -> None:
    early, late = Transactor(world, "early"), Transactor(world, "late")
    assert early.init() == Code.NONE
    configure(world, transactional_id_expiration_ms="3600000")
    assert late.init() == Code.NONE
    world = early.world = late.world = world.restarted()
    world.clock.advance(minutes=59)
    world.tick()
    assert early.abort() == late.abort() == Code.INVALID_TXN_STATE  # they are known
    world.clock.advance(minutes=1)
    world.tick()
    assert early.abort() == late.abort() == Code.INVALID_PRODUCER_ID_MAPPING


# Timeouts


def test_the_longest_timeout_is_told_by_the_brokers_configs(world: World) -> None:
    configure(world, transaction_max_timeout_ms="3600000")
    assert Transactor(world, timeout_ms=3_600_001).init() == Code.INVALID_TRANSACTION_TIMEOUT
    assert Transactor(world, timeout_ms=3_600_000).init() == Code.NONE


@both
def test_a_transaction_that_takes_too_long_is_aborted(world: World, version: int) -> None:
    place, writer = place_of(world), Transactor(world, version=version, timeout_ms=5_000)
    assert writer.init() == writer.write(place, b"slow") == Code.NONE
    world.produce(place[1], b"behind it")
    world.clock.advance(milliseconds=4_999)
    world.tick()
    assert world.committed(place[1]) == []
    world.clock.advance(milliseconds=1)
    world.tick()
    assert world.committed(place[1]) == [b"behind it"]
    assert writer.commit() == Code.PRODUCER_FENCED
    assert writer.init() == writer.write(place, b"again") == writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"behind it", b"again"]
