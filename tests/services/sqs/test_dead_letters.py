import json

import pytest

from tests.services.sqs.kit import bodies, delete, receive, send, send_all, text
from tests.services.sqs.world import NOW_MS, World, arn
from weirmq.services.sqs import receiving


def pair(world: World, count: int = 2, suffix: str = "", **attributes: str) -> tuple[str, str]:
    """A queue and its dead-letter queue."""
    if suffix:
        attributes["FifoQueue"] = "true"
    dead = world.create(f"dead{suffix}", **attributes)
    policy = json.dumps({"deadLetterTargetArn": arn(f"dead{suffix}"), "maxReceiveCount": count})
    return world.create(f"orders{suffix}", RedrivePolicy=policy, **attributes), dead


def fail(world: World, url: str, most: int = 10) -> list[str | None]:
    """Receive, and let the visibility end."""
    found = bodies(receive(world, url, most))
    world.clock.advance(seconds=30)
    return found


def test_what_was_received_too_often_moves(world: World) -> None:
    url, dead = pair(world, 2)
    sent = send(world, url, "poison", MessageAttributes={"a": text("x")}, MessageGroupId="tenant")
    assert [fail(world, url) for _ in range(3)] == [["poison"], ["poison"], []]
    assert world.queue().messages == {}
    (message,) = receive(world, dead, MessageSystemAttributeNames=["All"], MessageAttributeNames=["All"])
    assert (message.MessageId, message.Body, message.MessageAttributes) == (sent.MessageId, "poison", {"a": text("x")})
    found = message.Attributes or {}
    assert found["DeadLetterQueueSourceArn"] == arn("orders")
    assert found["SentTimestamp"] == str(NOW_MS)  # a standard queue's dead letters keep their age
    assert (found["ApproximateReceiveCount"], found["MessageGroupId"]) == ("1", "tenant")


def test_others_come_in_its_place(world: World) -> None:
    url, dead = pair(world, 1)
    send_all(world, url, "a", "b")
    assert fail(world, url) == ["a", "b"]
    send_all(world, url, "c", "d")
    assert fail(world, url, 1) == ["c"]
    assert fail(world, url, 1) == ["d"]
    assert world.bodies(dead) == ["a", "b", "c"]


def test_a_dead_letter_dies_of_its_first_age(world: World) -> None:
    dead = world.create("dead", MessageRetentionPeriod="120")
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = world.create(RedrivePolicy=policy)
    send(world, dead, "own")
    send(world, url, "poison")
    fail(world, url)
    send(world, dead, "younger")
    assert fail(world, url) == []
    world.clock.advance(milliseconds=60_000 - 1)
    assert world.bodies(dead) == ["own", "younger", "poison"]
    world.clock.advance(milliseconds=1)
    world.clock.advance(seconds=29)
    assert sorted(world.bodies(dead)) == []  # in flight: all but those that are too old, which are gone
    assert len(world.queue("dead").messages) == 1


def test_fifo_keeps_order_and_starts_anew(world: World) -> None:
    url, dead = pair(world, 1, ".fifo")
    send_all(world, url, "1", "2", "3", group="g")
    assert fail(world, url, 2) == ["1", "2"]
    assert fail(world, url, 1) == ["3"]
    assert fail(world, url) == []
    messages = receive(world, dead, MessageSystemAttributeNames=["All"])
    assert bodies(messages) == ["1", "2", "3"]
    stamps = [int((message.Attributes or {})["SentTimestamp"]) for message in messages]
    assert stamps == [NOW_MS + 30_000, NOW_MS + 30_000, NOW_MS + 60_000]
    assert (messages[0].Attributes or {})["MessageDeduplicationId"] == "1"


def test_the_poison_at_the_head_of_a_group_lets_the_rest_go(world: World) -> None:
    url, dead = pair(world, 1, ".fifo")
    send_all(world, url, "poison", group="g")
    assert fail(world, url) == ["poison"]
    send_all(world, url, *[f"{n:02}" for n in range(14)], group="g")
    found = receive(world, url)
    assert bodies(found) == [f"{n:02}" for n in range(10)]
    assert world.bodies(url) == []  # the group is locked by those ten
    for message in found:
        delete(world, url, message)
    assert world.bodies(url) == ["10", "11", "12", "13"]
    assert world.bodies(dead) == ["poison"]


def test_a_whole_backlog_of_poison(world: World) -> None:
    url, dead = pair(world, 1)
    send_all(world, url, *map(str, range(25)))
    for _ in range(3):
        receive(world, url)
    world.clock.advance(seconds=30)
    send_all(world, url, "good")
    assert world.bodies(url) == ["good"]
    assert world.attributes(dead)["ApproximateNumberOfMessages"] == "25"


def test_a_large_backlog_of_poison_is_moved_in_slices(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "BURIED_AT_ONCE", 20)
    url, dead = pair(world, 1)
    send_all(world, url, *map(str, range(50)))
    for _ in range(5):
        receive(world, url)
    world.clock.advance(seconds=30)
    send_all(world, url, "good")
    for moved, found in ((20, []), (40, []), (50, ["good"])):
        assert world.bodies(url) == found
        assert world.attributes(dead)["ApproximateNumberOfMessages"] == str(moved)


def test_a_dead_letter_queue_that_is_gone(world: World) -> None:
    url, dead = pair(world, 1)
    send(world, url, "a")
    world.ask("DeleteQueue", QueueUrl=dead)
    assert [fail(world, url) for _ in range(3)] == [["a"]] * 3


@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_it_stays_moved_after_a_restart(world: World, suffix: str) -> None:
    url, dead = pair(world, 1, suffix)
    send_all(world, url, "a", "b", group="g")
    assert fail(world, url) == ["a", "b"]
    assert fail(world, url) == []
    later = world.restarted()
    assert later.bodies(url) == []
    assert later.bodies(dead) == ["a", "b"]


def test_one_that_goes_to_a_fifo_queue_overtakes_none_of_its_group(world: World) -> None:
    dead = world.create("dead.fifo", FifoQueue="true", DelaySeconds="100")
    policy = json.dumps({"deadLetterTargetArn": arn("dead.fifo"), "maxReceiveCount": 1})
    url = world.create("orders.fifo", FifoQueue="true", RedrivePolicy=policy)
    send_all(world, url, "letter", group="g")
    send_all(world, dead, "own", group="g")
    receive(world, url, VisibilityTimeout=0)
    assert receive(world, url) == receive(world, dead) == []
    for each in (world.restarted(), world):
        each.clock.advance(seconds=100)
        assert bodies(receive(each, dead)) == ["own", "letter"]
