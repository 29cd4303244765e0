"""Transactions and crashes: at every call of the disk, and what a snapshot keeps."""

import pytest

from tests.services.kafka.transacting import Place, Transactor, offset_of, place_of
from tests.services.kafka.world import World
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.testing.disk import PowerLost, SimulatedDisk
from weirmq.wire.kafka.codes import Code

both = pytest.mark.parametrize("version", [1, 2])


def begun(world: World, version: int = 1, name: str = "t") -> Transactor:
    found = Transactor(world, name, version)
    assert found.init() == Code.NONE
    return found


@both
def test_an_open_transaction_goes_on_or_times_out(version: int) -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place = place_of(world)
    goes_on, is_gone = begun(world, version, "a"), begun(world, version, "b")
    for writer in (goes_on, is_gone):
        assert writer.write(place, writer.name.encode()) == writer.send_offset(writer.name, place, 5) == Code.NONE
    world = goes_on.world = world.restarted()
    assert world.committed(place[1]) == []
    assert offset_of(world, "a", place, stable=True)[0] == Code.UNSTABLE_OFFSET_COMMIT
    assert goes_on.commit() == Code.NONE
    world.clock.advance(minutes=1)
    world.tick()
    assert world.committed(place[1]) == [b"a"]
    assert [offset_of(world, group, place, stable=True)[1] for group in "ab"] == [5, -1]


@both
def test_one_whose_time_was_over_while_the_server_was_away_is_aborted_at_the_start(version: int) -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    place = place_of(world)
    is_gone = begun(world, version)
    assert is_gone.write(place, b"a") == is_gone.send_offset("g", place, 5) == Code.NONE
    world.clock.advance(minutes=1)
    world = is_gone.world = world.restarted()
    world.tick()
    ends = world.fetch(place[1], 0, isolation=1)
    assert (ends.last_stable_offset, ends.high_watermark) == (2, 2)
    assert offset_of(world, "g", place, stable=True) == (Code.NONE, -1)
    assert is_gone.commit() == Code.PRODUCER_FENCED


@both
@pytest.mark.parametrize("commits", [True, False])
def test_whenever_the_power_fails_a_transaction_ends_as_it_was_answered(version: int, commits: bool) -> None:
    """The disk goes dark in each of its calls, one after another, from the first write of a transaction on."""
    at = 1
    while _crashed(version, commits, at):
        at += 1
    assert at > 8  # it went through all the steps


def _crashed(version: int, commits: bool, at: int) -> bool:
    """Let the power fail in a call. Returns whether there was such a call."""
    disk = SimulatedDisk()
    world = World(disk, waits_for_sync=True)
    name, topic, _ = place_of(world, partitions=2)
    places: list[Place] = [(name, topic, 0), (name, topic, 1)]
    writer = begun(world, version)
    for place in places:  # one transaction before, whose outcome must last
        assert writer.write(place, b"before") == Code.NONE
    assert writer.commit() == Code.NONE
    was_asked, answer = False, None
    disk.lose_power_at = disk.calls + at
    try:
        for place in places:
            assert writer.write(place, b"value") == Code.NONE
        assert writer.send_offset("g", places[0], 7) == Code.NONE
        was_asked = True
        answer = writer.end(commits=commits)
        assert writer.write(places[0], b"never ended") == Code.NONE
    except PowerLost:
        pass
    has_crashed = disk.calls >= disk.lose_power_at
    disk.crash(SeededEntropy(at))
    world = World(disk, world.clock, waits_for_sync=True)
    world.tick()
    world.clock.advance(minutes=2)  # whoever was in the middle of something is gone for good
    world.tick()
    world.settle()
    found = [world.committed(topic, index=index) for index in (0, 1)]
    offset = offset_of(world, "g", places[0], stable=True)
    whole, nothing = [[b"before", b"value"]] * 2, [[b"before"]] * 2
    if answer == Code.NONE:
        assert found == (whole if commits else nothing)
    assert found in ([whole, nothing] if was_asked and commits else [nothing])
    assert offset == (Code.NONE, 7 if found == whole else -1)
    ends = [world.fetch(topic, 0, index=index, isolation=1) for index in (0, 1)]
    assert all(each.last_stable_offset == each.high_watermark for each in ends)
    again = begun(world, version)
    assert again.write(places[0], b"after") == again.commit() == Code.NONE
    assert world.committed(topic) == [*found[0], b"after"]
    return has_crashed


@both
def test_a_snapshot_has_all_of_it(version: int) -> None:
    world = World()
    place = place_of(world)
    ended, under_way = begun(world, version, "ended"), begun(world, version, "under way")
    assert ended.write(place, b"a") == ended.commit() == Code.NONE
    assert under_way.write(place, b"b") == under_way.send_offset("g", place, 9) == Code.NONE
    before = world.kafka.machine.coordinator
    world = ended.world = under_way.world = world.restarted()
    after = world.kafka.machine.coordinator
    assert (after.ids, after.due.next_ms()) == (before.ids, before.due.next_ms())
    assert offset_of(world, "g", place, stable=True)[0] == Code.UNSTABLE_OFFSET_COMMIT
    assert under_way.commit() == Code.NONE
    assert offset_of(world, "g", place, stable=True) == (Code.NONE, 9)


def test_a_full_disk_keeps_no_transaction_from_its_end() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    place, writer = place_of(world), begun(world)
    assert writer.write(place, b"a") == Code.NONE
    stream = world.kafka.log(world.kafka.machine.clusters[0].by_id[place[1]].partitions[0])
    place_batch, world.streams.place = world.streams.place, _no_room  # type: ignore[method-assign]
    later = writer.begin_end(commits=True)
    assert (later.answer, stream.end) == (None, 1)
    assert writer.commit() == Code.CONCURRENT_TRANSACTIONS
    world.streams.place = place_batch  # type: ignore[method-assign]
    world.clock.advance(milliseconds=50)
    world.tick()
    assert world.committed(place[1]) == [b"a"]
    assert writer.commit() == Code.NONE  # asked again, it is answered


@pytest.mark.parametrize("version", [1, 2])
def test_on_a_full_disk_a_transactions_requests_are_to_be_tried_again(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World()
    place, writer = place_of(world), begun(world, version)
    with monkeypatch.context() as full:
        full.setattr(world.journal, "commit", _no_room)
        assert writer.add(place) == writer.add_offsets("g") == Code.COORDINATOR_NOT_AVAILABLE
        if version > 1:
            assert writer.write(place, b"a") == Code.KAFKA_STORAGE_ERROR
            assert writer.send_offset("g", place, 1) == Code.COORDINATOR_NOT_AVAILABLE
    assert writer.write(place, b"a") == Code.NONE
    with monkeypatch.context() as full:
        full.setattr(world.journal, "commit", _no_room)
        assert writer.commit() == Code.COORDINATOR_NOT_AVAILABLE
    assert writer.commit() == Code.NONE
    assert world.committed(place[1]) == [b"a"]


def _no_room(*_: object, **__: object) -> int:
    raise NoRoom("the disk is full")
