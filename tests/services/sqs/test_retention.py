import pytest

from tests.services.sqs.kit import delete, receive, send, send_all
from tests.services.sqs.world import World
from weirmq.services.sqs import machine


def test_a_message_past_its_retention_is_gone(world: World) -> None:
    url = world.create(MessageRetentionPeriod="60")
    send_all(world, url, "old")
    world.clock.advance(milliseconds=59_999)
    send_all(world, url, "young")
    assert len(receive(world, url, 1, VisibilityTimeout=0)) == 1
    world.clock.advance(milliseconds=1)
    assert world.attributes(url)["ApproximateNumberOfMessages"] == "1"
    assert world.bodies(url) == ["young"]


def test_in_flight_and_delayed_messages_expire_too(world: World) -> None:
    url = world.create(MessageRetentionPeriod="60")
    send(world, url, "in flight")
    (message,) = receive(world, url, VisibilityTimeout=600)
    send(world, url, "delayed", DelaySeconds=600)
    world.clock.advance(seconds=60)
    counts = world.attributes(url)
    assert counts["ApproximateNumberOfMessagesNotVisible"] == counts["ApproximateNumberOfMessagesDelayed"] == "0"
    delete(world, url, message)
    world.clock.advance(seconds=600)
    assert world.bodies(url) == []
    assert world.queue().lanes == {}


def test_a_change_holds_at_once(world: World) -> None:
    url = world.create()
    send(world, url)
    world.clock.advance(minutes=5)
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    assert world.bodies(url) == []


def test_none_is_handed_out_while_expiry_is_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "EXPIRED_AT_ONCE", 5)
    url = world.create(MessageRetentionPeriod="60")
    send_all(world, url, *map(str, range(50)))
    world.clock.advance(seconds=60)
    send_all(world, url, "young")
    polls = [world.bodies(url) for _ in range(10)]
    assert [found for found in polls if found] == [["young"]]


def test_untouched_queues_are_looked_after(world: World) -> None:
    url = world.create(MessageRetentionPeriod="60")
    send(world, url)
    world.clock.advance(minutes=2)
    world.work()
    assert world.queue().messages == {}


def test_a_purged_queue_is_empty(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b")
    (message,) = receive(world, url, 1)
    send(world, url, "c", DelaySeconds=5)
    world.ask("PurgeQueue", QueueUrl=url)
    delete(world, url, message)
    send_all(world, url, "new")
    world.clock.advance(minutes=1)
    assert world.bodies(url) == ["new"]
    world.work()
    assert sum(block.held for block in world.journal.holdings.blocks.values()) == 1


@pytest.mark.parametrize("slices", [0, 10])
def test_a_longer_retention_brings_none_back(world: World, monkeypatch: pytest.MonkeyPatch, slices: int) -> None:
    """Not even where only some of those that were too old have been removed, and a replay removes fewer at a time."""
    monkeypatch.setattr(machine, "EXPIRED_AT_ONCE", 2)
    url = world.create(MessageRetentionPeriod="60")
    send_all(world, url, *map(str, range(9)))
    world.clock.advance(seconds=59)
    send_all(world, url, "young")
    world.clock.advance(seconds=1)
    for _ in range(slices):
        world.attributes(url)
        world.clock.advance(milliseconds=1)
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "600"})
    for each in (world.restarted(), world):
        assert each.bodies(url) == ["young"]
        assert len(each.queue().messages) == 1
