from typing import Any

from tests.services.kinesis.queues.desk import Desk, attributes_of
from tests.services.kinesis.world import World


def update(desk: Desk, **members: Any) -> Any:
    return desk.world.ask("UpdateQueue", QueueARN=desk.arn, QueueAttributes=attributes_of(**members)).QueueDescription


def test_what_is_not_given_stays(desk: Desk) -> None:
    assert update(desk, visibility_s=60).QueueAttributes == attributes_of(60, 6)
    assert update(desk, receives=2).QueueAttributes == attributes_of(60, 2)
    assert update(desk).QueueAttributes == attributes_of(60, 2)
    assert update(desk, receives=0).QueueAttributes == attributes_of(60, 0)
    assert update(desk, visibility_s=0).QueueAttributes == attributes_of(0, 0)
    desk.restart()
    described = desk.world.ask("DescribeQueue", QueueARN=desk.arn).QueueDescription
    assert described.QueueAttributes == attributes_of(0, 0)


def test_a_new_visibility_timeout_is_for_new_receives(desk: Desk) -> None:
    desk.world.put(b"a", b"b")
    desk.receive(Limit=1)
    update(desk, visibility_s=100)
    desk.receive(Limit=1)
    desk.world.clock.advance(seconds=30)
    assert desk.data(Limit=1) == [b"a"]
    desk.world.clock.advance(seconds=70)
    assert desk.data() == [b"b"]


def test_what_was_received_too_often_for_a_new_limit_is_dead(desk: Desk) -> None:
    desk.world.put(b"a", b"b", b"c")
    for _ in range(3):
        desk.receive(VisibilityTimeoutSeconds=0, Limit=2)
    update(desk, receives=3)
    assert sorted(record.Data for record in desk.receive_dead()) == [b"a", b"b"]
    update(desk, receives=6)
    assert desk.data() == [b"c"]


def test_without_dead_letters_it_goes_on_for_ever(world: World) -> None:
    desk = Desk(world, receives=0)
    world.put(b"a")
    for _ in range(20):
        assert desk.data(VisibilityTimeoutSeconds=0) == [b"a"]
    assert desk.receive_dead() == []
