import json
from typing import Any

import pytest

from tests.services.sqs.kit import bodies, delete, hide, receive, send, send_all
from tests.services.sqs.world import World, arn
from weirmq.engine.waiting import Wait
from weirmq.kernel.errors import ServiceError
from weirmq.services.sqs import machine, receiving


def poll(world: World, url: str, answers: list[Any], wait_s: int = 20, **members: Any) -> int:
    """Start a long poll, whose answer goes to `answers`; returns its number."""
    wait = world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=wait_s, **members)
    assert isinstance(wait, Wait)
    return world.waiting.add(wait, answers.append)


def settle(world: World) -> None:
    world.waiting.settle(world.clock.now_ms())
    world.journal.flush()


def turn(world: World, **by: float) -> None:
    """Turn the clock as a server would: from one due time to the next."""
    end_ms = world.clock.now_ms() + round(by.get("seconds", 0) * 1_000 + by.get("milliseconds", 0))
    while (next_ms := world.waiting.next_ms()) is not None and next_ms <= end_ms:
        world.clock.advance(milliseconds=max(0, next_ms - world.clock.now_ms()))
        settle(world)
    world.clock.advance(milliseconds=end_ms - world.clock.now_ms())


def test_what_is_there_needs_no_waiting(world: World) -> None:
    url = world.create()
    send(world, url)
    assert len(receive(world, url, WaitTimeSeconds=20)) == 1


def test_nothing_comes(world: World) -> None:
    url = world.create()
    answers: list[Any] = []
    poll(world, url, answers)
    turn(world, milliseconds=19_999)
    assert answers == []
    turn(world, milliseconds=1)
    (answer,) = answers
    assert answer.Messages is None
    assert len(world.waiting) == 0


def test_the_queue_tells_how_long(world: World) -> None:
    url = world.create(ReceiveMessageWaitTimeSeconds="7")
    wait = world.ask("ReceiveMessage", QueueUrl=url)
    assert wait.until_ms == world.clock.now_ms() + 7_000
    assert world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=0).Messages is None


def test_a_send_wakes_the_one_who_waited_longest(world: World) -> None:
    url = world.create()
    first: list[Any] = []
    second: list[Any] = []
    poll(world, url, first)
    poll(world, url, second)
    send_all(world, url, "a")
    settle(world)
    assert ([bodies(answer.Messages) for answer in first], second) == ([["a"]], [])
    send_all(world, url, "b")
    settle(world)
    assert bodies(second[0].Messages) == ["b"]


def test_one_who_left_takes_nothing(world: World) -> None:
    url = world.create()
    answers: list[Any] = []
    world.waiting.cancel(poll(world, url, answers))
    send_all(world, url, "a")
    settle(world)
    assert (answers, world.bodies(url)) == ([], ["a"])


def test_the_end_of_a_visibility_timeout_wakes(world: World) -> None:
    url = world.create()
    send_all(world, url, "a")
    receive(world, url, VisibilityTimeout=5)
    answers: list[Any] = []
    poll(world, url, answers)
    turn(world, milliseconds=4_999)
    assert answers == []
    turn(world, milliseconds=1)
    assert bodies(answers[0].Messages) == ["a"]


def test_a_visibility_timeout_that_is_shortened_wakes_earlier(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b")
    a, b = receive(world, url)
    answers: list[Any] = []
    poll(world, url, answers)
    hide(world, url, a, 5)
    settle(world)
    turn(world, seconds=5)
    assert bodies(answers[0].Messages) == ["a"]
    poll(world, url, answers)
    hide(world, url, b, 0)
    settle(world)
    assert bodies(answers[1].Messages) == ["b"]


def test_the_end_of_a_delay_wakes(world: World) -> None:
    url = world.create()
    answers: list[Any] = []
    poll(world, url, answers)
    send(world, url, "a", DelaySeconds=3)
    settle(world)
    assert answers == []
    turn(world, seconds=3)
    assert bodies(answers[0].Messages) == ["a"]


def test_a_deleted_queue_wakes(world: World) -> None:
    url = world.create()
    answers: list[Any] = []
    poll(world, url, answers)
    poll(world, url, answers)
    world.ask("DeleteQueue", QueueUrl=url)
    settle(world)
    assert [(type(answer), answer.code) for answer in answers] == [(ServiceError, "QueueDoesNotExist")] * 2


def test_an_old_poll_takes_nothing_of_a_new_queue_of_the_same_name(world: World) -> None:
    url = world.create()
    answers: list[Any] = []
    poll(world, url, answers)
    world.ask("DeleteQueue", QueueUrl=url)
    world.clock.advance(seconds=60)
    world.create()
    send_all(world, url, "a")
    settle(world)
    assert isinstance(answers[0], ServiceError)
    assert world.bodies(url) == ["a"]


def test_a_group_that_becomes_free_wakes(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true")
    send_all(world, url, "1", "2", group="g")
    (first,) = receive(world, url, 1)
    answers: list[Any] = []
    poll(world, url, answers)
    settle(world)
    assert answers == []
    delete(world, url, first)
    settle(world)
    assert bodies(answers[0].Messages) == ["2"]


def test_a_long_poll_of_a_full_queue_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "STANDARD_IN_FLIGHT", 1)
    url = world.create()
    send_all(world, url, "a", "b")
    (first,) = receive(world, url)
    answers: list[Any] = []
    poll(world, url, answers)
    settle(world)
    assert answers == []
    delete(world, url, first)
    settle(world)
    assert bodies(answers[0].Messages) == ["b"]


def test_a_dead_letter_wakes_who_waits_for_it(world: World) -> None:
    dead = world.create("dead")
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = world.create(RedrivePolicy=policy)
    send_all(world, url, "a")
    receive(world, url, VisibilityTimeout=0)
    answers: list[Any] = []
    poll(world, dead, answers)
    assert receive(world, url) == []
    settle(world)
    assert bodies(answers[0].Messages) == ["a"]


def test_expiry_that_is_behind_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "EXPIRED_AT_ONCE", 5)
    url = world.create(MessageRetentionPeriod="60")
    send_all(world, url, *map(str, range(50)))
    world.clock.advance(seconds=60)
    send_all(world, url, "young")
    answers: list[Any] = []
    poll(world, url, answers)
    turn(world, seconds=1)
    assert bodies(answers[0].Messages) == ["young"]


@pytest.mark.parametrize("suffix", ["", ".fifo"])
def test_dead_letters_are_moved_a_slice_a_turn(world: World, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "BURIED_AT_ONCE", 20)
    kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if suffix else {}
    dead = world.create(f"dead{suffix}", **kind)
    policy = json.dumps({"deadLetterTargetArn": arn(f"dead{suffix}"), "maxReceiveCount": 1})
    url = world.create(f"orders{suffix}", RedrivePolicy=policy, **kind)
    for number in range(60):
        send(world, url, str(number), MessageGroupId=str(number))
    for _ in range(6):
        receive(world, url)
    world.clock.advance(seconds=30)
    send(world, url, "good", MessageGroupId="0")
    answers: list[Any] = []
    poll(world, url, answers)
    moved = []
    while not answers:
        moved.append(world.attributes(dead)["ApproximateNumberOfMessages"])
        assert world.waiting.next_ms() == world.clock.now_ms()  # it goes on at once, behind others
        settle(world)
    assert moved == ["20", "40", "60"]
    assert bodies(answers[0].Messages) == ["good"]


def test_idle_polls_are_not_attempted(world: World) -> None:
    url, other = world.create(), world.create("other")
    answers: list[Any] = []
    attempts: list[int] = []
    for _ in range(1_000):
        wait = world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
        wait.attempt = attempts.append
        world.waiting.add(wait, answers.append)
    for n in range(10):
        send(world, other)
        turn(world, seconds=1)
        assert (n, attempts, answers) == (n, [], [])


@pytest.mark.parametrize("is_cut", [False, True])
def test_the_end_of_a_message_that_locks_its_group_wakes_a_poll(world: World, is_cut: bool) -> None:
    """Whether that comes by time, or by another retention."""
    url = world.create("a.fifo", FifoQueue="true", MessageRetentionPeriod="120" if is_cut else "60")
    send_all(world, url, "gone", "locks", group="g")
    (message,) = receive(world, url, 1, VisibilityTimeout=500)
    delete(world, url, message)
    receive(world, url, 1, VisibilityTimeout=500)
    world.clock.advance(seconds=50)
    send_all(world, url, "next", group="g")
    answers: list[Any] = []
    poll(world, url, answers)
    world.clock.advance(seconds=10)
    if is_cut:
        world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    settle(world)
    assert [bodies(answer.Messages) for answer in answers] == [["next"]]
