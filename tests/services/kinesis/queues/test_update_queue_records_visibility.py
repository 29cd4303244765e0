"""UpdateQueueRecordsVisibility, and the same of dead letters."""

import pytest

from tests.services.kinesis.queues.desk import Desk, codes
from tests.services.kinesis.world import World


def test_more_time(desk: Desk) -> None:
    desk.world.put(b"a")
    [record] = desk.receive()
    desk.world.clock.advance(seconds=20)
    answer = desk.hide(60, record)
    assert [each.ReceiptHandle for each in answer.Successful] == [record.ReceiptHandle]
    desk.world.clock.advance(milliseconds=59_999)
    assert desk.receive() == []
    desk.world.clock.advance(milliseconds=1)
    assert desk.data() == [b"a"]


def test_visible_at_once(desk: Desk) -> None:
    desk.world.put(b"a")
    [record] = desk.receive()
    desk.hide(0, record)
    [again] = desk.receive()
    assert again.ReceiveCount == 2


def test_gone_visible_or_received_again(desk: Desk) -> None:
    desk.world.put(b"gone", b"visible", b"again")
    gone, visible, first = desk.receive(VisibilityTimeoutSeconds=1)
    desk.acknowledge(gone)
    desk.world.clock.advance(seconds=1)
    desk.hide(30, *desk.receive(Limit=1))  # the one that came back first
    answer = desk.hide(5, gone, visible, first, "made up")
    assert codes(answer) == ["ResourceNotFoundException", *["InvalidArgumentException"] * 3]


def test_a_handle_of_an_earlier_life_has_expired(world: World) -> None:
    desk = Desk(world, receives=3)
    world.put(b"a")
    first = [desk.receive(VisibilityTimeoutSeconds=0)[0] for _ in range(3)][-1]
    desk.restore(*desk.receive_dead())
    [new] = desk.receive()
    assert (first.ReceiveCount, new.ReceiveCount) == (3, 1)
    assert codes(desk.hide(5, first)) == ["InvalidArgumentException"]
    assert codes(desk.hide(5, new)) == []


def test_of_dead_letters(world: World) -> None:
    desk = Desk(world, receives=1)
    [dead] = desk.kill(b"a")
    assert codes(desk.hide(60, dead)) == ["InvalidArgumentException"]
    assert codes(desk.hide_dead(60, dead)) == []
    world.clock.advance(milliseconds=59_999)
    assert desk.receive_dead() == []
    world.clock.advance(milliseconds=1)
    [again] = desk.receive_dead()
    assert codes(desk.hide_dead(5, dead)) == ["InvalidArgumentException"]
    assert codes(desk.hide_dead(0, again)) == []
    [third] = desk.receive_dead()
    desk.acknowledge_dead(third)
    assert codes(desk.hide_dead(0, third)) == ["ResourceNotFoundException"]


@pytest.mark.parametrize("seconds", [0, 43_200])
def test_a_record_at_its_last_receive_dies_when_its_time_is_over(world: World, seconds: int) -> None:
    desk = Desk(world, receives=1)
    world.put(b"a")
    [record] = desk.receive()
    desk.hide(seconds, record)
    world.clock.advance(seconds=seconds)
    assert desk.receive() == []
    assert [dead.Data for dead in desk.receive_dead()] == [b"a"]
