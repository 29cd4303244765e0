"""ReceiveDeadLetterQueueRecords, AcknowledgeDeadLetterQueueRecords, RestoreDeadLetterQueueRecords."""

from typing import Any

from tests.services.kinesis.queues.desk import Desk, codes
from tests.services.kinesis.world import NOW_MS, World


def test_a_record_that_was_received_too_often(desk: Desk) -> None:
    desk.world.put(b"a", key="k")
    for count in range(1, 7):
        [record] = desk.receive()
        assert record.ReceiveCount == count
        assert desk.receive_dead() == []
        desk.world.clock.advance(seconds=30)
    assert desk.receive() == []
    [dead] = desk.receive_dead()
    assert (dead.Data, dead.PartitionKey, dead.RecordId) == (b"a", "k", record.RecordId)
    assert (dead.FirstReceiveTimestamp, dead.ReceiveCount) == (NOW_MS, 7)


def test_a_dead_letter_comes_again_as_one(world: World) -> None:
    desk = Desk(world, receives=1, visibility_s=10)
    [dead] = desk.kill(b"a")
    assert desk.receive_dead() == []
    world.clock.advance(seconds=10)
    [again] = desk.receive_dead(VisibilityTimeoutSeconds=3)
    assert again.ReceiptHandle != dead.ReceiptHandle
    world.clock.advance(seconds=3)
    assert desk.receive() == []
    assert len(desk.receive_dead()) == 1


def test_acknowledged_it_is_gone(world: World) -> None:
    desk = Desk(world, receives=1)
    a, _ = desk.kill(b"a", b"b")
    assert codes(desk.acknowledge_dead(a, a)) == []
    world.clock.advance(seconds=30)
    assert [dead.Data for dead in desk.receive_dead()] == [b"b"]
    assert codes(desk.acknowledge_dead(a)) == []


def test_restored_it_counts_anew(world: World) -> None:
    desk = Desk(world, receives=2)
    world.put(b"a")
    for _ in range(2):
        desk.receive(VisibilityTimeoutSeconds=0)
    [dead] = desk.receive_dead()
    answer = desk.restore(dead)
    assert [each.ReceiptHandle for each in answer.Successful] == [dead.ReceiptHandle]
    assert desk.receive_dead() == []
    assert [record.ReceiveCount for record in desk.receive(VisibilityTimeoutSeconds=0)] == [1]
    assert [record.ReceiveCount for record in desk.receive(VisibilityTimeoutSeconds=0)] == [2]
    assert desk.receive() == []
    assert len(desk.receive_dead()) == 1


def test_restored_it_is_no_dead_letter(world: World) -> None:
    desk = Desk(world, receives=1)
    [dead] = desk.kill(b"a")
    desk.restore(dead)
    assert codes(desk.restore(dead)) == ["ResourceNotFoundException"]
    assert codes(desk.acknowledge_dead(dead)) == ["ResourceNotFoundException"]
    assert desk.data() == [b"a"]


def test_not_with_a_records_handle(world: World) -> None:
    desk = Desk(world, receives=1)
    world.put(b"a")
    [record] = desk.receive(VisibilityTimeoutSeconds=0)
    for answer in (desk.acknowledge_dead(record), desk.restore(record), desk.hide_dead(0, record)):
        assert codes(answer) == ["InvalidArgumentException"]
    assert codes(desk.restore("made up")) == ["InvalidArgumentException"]


def test_it_goes_with_the_streams_retention(world: World) -> None:
    desk = Desk(world, receives=1)
    [dead] = desk.kill(b"a")
    world.clock.advance(hours=24, seconds=1)
    assert desk.receive_dead() == []
    assert codes(desk.restore(dead)) == ["ResourceNotFoundException"]
    assert not desk.queue.dead


def test_a_poll_is_woken_by_a_record_that_dies(world: World) -> None:
    desk = Desk(world, receives=1)
    got: list[Any] = []
    desk.poll(got.append, "ReceiveDeadLetterQueueRecords", WaitTimeSeconds=20)
    world.put(b"a")
    desk.receive(VisibilityTimeoutSeconds=5)
    world.waiting.settle(world.clock.now_ms())
    assert got == []
    world.clock.advance(seconds=5)
    world.waiting.settle(world.clock.now_ms())
    assert [record.Data for record in got[0].QueueRecords] == [b"a"]


def test_a_poll_is_woken_by_a_record_that_dies_at_once(world: World) -> None:
    desk = Desk(world, receives=1)
    got: list[Any] = []
    desk.poll(got.append, "ReceiveDeadLetterQueueRecords")
    world.put(b"a")
    desk.receive(VisibilityTimeoutSeconds=0)
    world.waiting.settle(world.clock.now_ms())
    assert [record.Data for record in got[0].QueueRecords] == [b"a"]


def test_a_poll_is_woken_by_a_record_that_is_restored(world: World) -> None:
    desk = Desk(world, receives=1)
    [dead] = desk.kill(b"a")
    got: list[Any] = []
    desk.poll(got.append)
    desk.restore(dead)
    world.waiting.settle(world.clock.now_ms())
    assert [record.Data for record in got[0].QueueRecords] == [b"a"]
