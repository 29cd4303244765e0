"""What time brings, a slice at a time."""

import json
from typing import Any

import pytest

from tests.services.sqs.kit import bodies, delete, reborn, receive, send, send_all
from tests.services.sqs.world import World, arn
from weirmq.services.sqs import machine


def turns(world: World) -> int:
    """How many turns the machine takes until nothing is due."""
    count = 0
    while (due_ms := world.sqs.machine.next_due_ms()) is not None and due_ms <= world.clock.now_ms():
        world.work()
        count += 1
    return count


def test_visibility_timeouts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(50)))
    for _ in range(5):
        receive(world, url)
    monkeypatch.setattr(machine, "RETURNED_AT_ONCE", 7)
    world.clock.advance(seconds=30)
    assert world.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "43"
    assert bodies(receive(world, url)) == [str(n) for n in range(10)]
    assert turns(world) > 1
    queue = world.queue()
    assert (queue.ready, queue.in_flight) == (40, 10)


def test_a_long_poll_waits_for_a_group_to_be_back_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "RETURNED_AT_ONCE", 1)
    url = world.create("orders.fifo", FifoQueue="true")
    send_all(world, url, "1", "2", "3", group="g")
    receive(world, url, VisibilityTimeout=10)
    answers: list[Any] = []
    wait = world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20, MaxNumberOfMessages=10)
    world.waiting.add(wait, answers.append)
    world.clock.advance(seconds=10)
    now_ms = world.clock.now_ms()
    for _ in range(3):
        assert (world.waiting.next_ms() or 0) <= now_ms
        world.waiting.settle(now_ms)
    assert bodies(answers[0].Messages) == ["1", "2", "3"]


def test_old_dead_letters(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = world.create("dead", MessageRetentionPeriod="120")
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = world.create(RedrivePolicy=policy)
    send_all(world, url, *map(str, range(20)))
    for _ in range(2):
        receive(world, url, VisibilityTimeout=0)
        receive(world, url, VisibilityTimeout=0)
    world.clock.advance(seconds=60)
    receive(world, url)
    send(world, dead, "own")
    assert len(world.queue("dead").old) == 20
    monkeypatch.setattr(machine, "EXPIRED_AT_ONCE", 3)
    world.clock.advance(seconds=60)
    polls = [world.bodies(dead) for _ in range(6)]
    assert [found for found in polls if found] == [["own"]]
    assert len(world.queue("dead").messages) == 1


def test_a_long_row_of_deleted_messages_hides_no_old_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    url = world.create(MessageRetentionPeriod="60")
    send_all(world, url, *map(str, range(40)))
    found = [message for _ in range(3) for message in receive(world, url)]
    (late,) = receive(world, url, 1)
    for message in found[1:]:
        delete(world, url, message)
    monkeypatch.setattr(machine, "PASSED_AT_ONCE", 5)
    world.clock.advance(seconds=60)
    assert [world.bodies(url) for _ in range(10)] == [[]] * 10
    assert world.queue().messages == {}
    delete(world, url, late)


def test_deduplication_ids(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "FORGOTTEN_AT_ONCE", 1)
    url = world.create("orders.fifo", FifoQueue="true")
    send_all(world, url, "a", "b", "c", "d", group="g")
    world.clock.advance(minutes=5)
    for other in (world, reborn(world), world.restarted()):
        send_all(other, url, "d", group="g")  # forgotten, though not let go of yet
        assert len(other.queue("orders.fifo").messages) == 5
        send_all(other, url, "d", group="g")
        assert len(other.queue("orders.fifo").messages) == 5
    world.clock.advance(milliseconds=1)
    for _ in range(10):
        receive(world, url)
        world.clock.advance(milliseconds=1)
    queue = world.queue("orders.fifo")
    assert (len(queue.forget), list(queue.deduplication)) == (1, [("", "d")])
    send_all(world, url, "d", group="g")
    assert len(queue.messages) == 5


def test_many_queues(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SWEPT_AT_ONCE", 4)
    urls = [world.create(f"q{n}", MessageRetentionPeriod="60") for n in range(10)]
    for url in urls:
        send(world, url)
    turns(world)
    world.clock.advance(minutes=2)
    world.ask("DeleteQueue", QueueUrl=urls[3])
    assert turns(world) == 3
    assert [len(queue.messages) for queue in world.sqs.machine.queues.values()] == [0] * 9


def test_the_sources_of_a_dead_letter_queue_are_kept_in_mind(world: World) -> None:
    world.create("dead")
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    urls = [world.create(name, RedrivePolicy=policy) for name in ("a", "b", "c")]
    world.ask("SetQueueAttributes", QueueUrl=urls[0], Attributes={"RedrivePolicy": "", "DelaySeconds": "1"})
    world.ask("SetQueueAttributes", QueueUrl=urls[1], Attributes={"VisibilityTimeout": "1"})
    world.ask("DeleteQueue", QueueUrl=urls[2])
    for each in (world, reborn(world), world.restarted()):
        assert [queue.name for queue in each.sqs.machine.sources_of(each.queue("dead"))] == ["b"]
