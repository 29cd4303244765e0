"""Notes of producers in the journal: a restart reads a partition's log from the newest one on."""

import pytest

from tests.services.kafka.transacting import Place, Transactor, place_of
from tests.services.kafka.world import World, batch_of
from weirmq.services.kafka import partition_logs
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.testing.disk import SimulatedDisk
from weirmq.wire.kafka.codes import Code


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A note every few batches."""
    monkeypatch.setattr(partition_logs, "NOTE_BYTES", 1_000)


def partition_of(world: World, place: Place) -> Partition:
    return world.kafka.machine.clusters[0].by_id[place[1]].partitions[place[2]]


def filled(world: World) -> Place:
    """A log with all kinds of batches, over several segments."""
    place = place_of(world)
    long = Transactor(world, "long")
    assert long.init() == long.write(place, b"long") == Code.NONE
    for n in range(12):
        assert world.produce(place[1], b"plain" * 20).error_code == Code.NONE
        idempotent = batch_of(b"x" * 100, producer=99, epoch=0, first=n)
        assert world.produce(place[1], data=idempotent).error_code == Code.NONE
        writer = Transactor(world, f"w{n}", 1 + n % 2)
        assert writer.init() == writer.write(place, b"%d" % n * 50) == writer.end(commits=n % 3 != 0) == Code.NONE
    return place


def test_with_a_note_as_much_is_known_as_from_the_whole_log() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place = filled(world)
    before = producers_of(world.kafka, partition_of(world, place))
    world = world.restarted()
    partition = partition_of(world, place)
    assert partition.note is not None
    assert 20 < partition.note.offset <= world.kafka.log(partition).end
    read: list[int] = []
    stream = world.kafka.log(partition)
    reads, stream_type = type(stream).read, type(stream)

    def reading(self: object, offset: int, most: int) -> memoryview:
        read.append(offset)
        return reads(self, offset, most)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream_type, "read", reading)
        after = producers_of(world.kafka, partition)
    assert min(read) == partition.note.offset
    assert (after.open, after.known_aborted) == (before.open, before.known_aborted)
    assert [(each.epoch, each.batches, each.coordinator_epoch) for each in after.states.values()] == [
        (each.epoch, each.batches, each.coordinator_epoch) for each in before.states.values()
    ]


def test_the_next_batches_go_on_behind_it() -> None:
    world = World(SimulatedDisk())
    place = filled(world)
    committed = world.committed(place[1])
    world = world.restarted()
    again = batch_of(b"x" * 100, producer=99, epoch=0, first=11)
    assert world.produce(place[1], data=again).base_offset < world.kafka.log(partition_of(world, place)).end - 1
    assert world.produce(place[1], data=batch_of(b"x", producer=99, epoch=0, first=13)).error_code
    assert world.produce(place[1], data=batch_of(b"x", producer=99, epoch=0, first=12)).error_code == Code.NONE
    assert world.committed(place[1]) == committed
    assert world.fetch(place[1], 0, isolation=1).last_stable_offset == 0


def test_a_snapshot_has_the_notes() -> None:
    world = World()
    place = filled(world)
    world.sync()
    filled_up = batch_of(b"x" * 2_000, producer=98, epoch=0, first=0)
    assert world.produce(place[1], data=filled_up).error_code == Code.NONE
    note = partition_of(world, place).note
    assert note is not None
    assert partition_of(world.restarted(), place).note == note


def test_only_what_is_on_the_disk_is_noted() -> None:
    world = World(SimulatedDisk())  # durability os: what is answered isn't synced yet
    place = filled(world)
    assert partition_of(world, place).note is None
    world.sync()
    world.produce(place[1], data=batch_of(b"x" * 2_000, producer=98, epoch=0, first=0))
    note = partition_of(world, place).note
    assert note is not None
    assert note.offset <= world.kafka.log(partition_of(world, place)).synced


def test_a_note_of_what_is_gone_is_passed_over() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place = filled(world)
    partition = partition_of(world, place)
    expected = producers_of(world.kafka, partition)
    assert partition.note is not None
    partition.note.offset = 1_000_000  # as if the log had been longer
    del world.kafka.producers[partition.log]
    found = producers_of(world.kafka, partition)
    assert (found.open, found.known_aborted) == (expected.open, expected.known_aborted)
