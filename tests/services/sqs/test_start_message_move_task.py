import json
from base64 import b64decode
from typing import Any

import pytest

from tests.services.sqs.moving import bury, ready, start, tasks, work
from tests.services.sqs.world import ACCOUNT, ORIGIN, OTHER, World, arn, refused
from weirmq.iam.caller import root_of, user_of
from weirmq.kernel.errors import LogDamaged
from weirmq.services.sqs import machine

PARAMETER = "InvalidParameterValueException"


def test_back_to_where_they_came_from(world: World) -> None:
    bury(world, "a", "b", source="orders")
    bury(world, "c", source="others")
    assert ready(world, "dead") == 3
    start(world)
    work(world)
    assert [ready(world, name) for name in ("dead", "orders", "others")] == [0, 2, 1]
    assert (tasks(world)[0].Status, tasks(world)[0].ApproximateNumberOfMessagesMoved) == ("COMPLETED", 3)
    assert world.bodies(f"{ORIGIN}/{ACCOUNT}/others") == ["c"]


def test_to_another_queue(world: World) -> None:
    bury(world, "a", "b")
    other = world.create("other")
    start(world, DestinationArn=arn("other"))
    work(world)
    assert world.bodies(other) == ["a", "b"]
    assert ready(world, "orders") == 0
    world.work()
    assert world.restarted().queue("other").in_flight == 2


def test_a_message_moved_is_a_new_one(world: World) -> None:
    bury(world, "a")
    world.clock.advance(hours=1)
    start(world)
    work(world)
    ask = {"QueueUrl": f"{ORIGIN}/{ACCOUNT}/orders", "AttributeNames": ["All"]}
    found = world.ask("ReceiveMessage", **ask).Messages[0].Attributes
    assert found["ApproximateReceiveCount"] == "1"
    assert int(found["SentTimestamp"]) > world.clock.now_ms() - 1_000
    assert "DeadLetterQueueSourceArn" not in found


def test_its_handle(world: World) -> None:
    bury(world, "a")
    handle = json.loads(b64decode(start(world)))
    assert handle["sourceArn"] == arn("dead")
    assert len(handle["taskId"]) == len("00000000-0000-4000-8000-000000000000")


def test_no_faster_than_its_rate(world: World) -> None:
    bury(world, *"abcdef")
    start(world, MaxNumberOfMessagesPerSecond=2)
    work(world, 10)
    assert ready(world, "dead") == 5
    for left in (4, 3, 2):
        world.clock.advance(milliseconds=500)
        work(world, 1)
        assert ready(world, "dead") == left


def test_the_highest_rate(world: World) -> None:
    bury(world, *(str(n) for n in range(120)))
    start(world, MaxNumberOfMessagesPerSecond=500)
    work(world, 150)
    assert ready(world, "dead") == 20
    work(world, 200)
    assert ready(world, "dead") == 0


def test_only_as_many_as_there_were(world: World) -> None:
    bury(world, "a", "b")
    start(world, DestinationArn=arn("orders"))
    world.ask("SendMessage", QueueUrl=f"{ORIGIN}/{ACCOUNT}/dead", MessageBody="late")
    work(world)
    assert ready(world, "dead") == 1
    assert tasks(world)[0].ApproximateNumberOfMessagesToMove == 2


def test_nothing_to_move(world: World) -> None:
    bury(world)
    start(world)
    work(world, 1)
    assert tasks(world)[0].Status == "COMPLETED"


def test_it_fails_where_a_message_came_from_nowhere(world: World) -> None:
    bury(world, "a")
    world.ask("SendMessage", QueueUrl=f"{ORIGIN}/{ACCOUNT}/dead", MessageBody="sent here")
    start(world)
    work(world)
    task = tasks(world)[0]
    assert (task.Status, task.FailureReason) == ("FAILED", "CouldNotDetermineMessageSource")
    assert task.ApproximateNumberOfMessagesMoved == 1
    assert world.bodies(f"{ORIGIN}/{ACCOUNT}/dead") == ["sent here"]


def test_it_fails_where_the_destination_is_gone(world: World) -> None:
    bury(world, "a")
    other = world.create("other")
    start(world, DestinationArn=arn("other"))
    world.ask("DeleteQueue", QueueUrl=other)
    work(world)
    assert tasks(world)[0].Status == "FAILED"
    assert ready(world, "dead") == 1


def test_a_deleted_source(world: World) -> None:
    bury(world, "a")
    start(world)
    world.ask("DeleteQueue", QueueUrl=f"{ORIGIN}/{ACCOUNT}/dead")
    work(world)
    assert not any(task.is_active for task in world.sqs.machine.tasks.values())


def test_large_messages_go_few_at_a_time(world: World) -> None:
    bury(world, *("x" * 1_000_000 for _ in range(4)))
    start(world)
    work(world, 1)
    assert ready(world, "dead") == 2
    work(world, 5)
    assert ready(world, "dead") == 0


def test_it_goes_on_after_a_restart(world: World) -> None:
    bury(world, *"abc")
    start(world, MaxNumberOfMessagesPerSecond=1)
    work(world, 1)
    other = world.restarted()
    assert (ready(other, "dead"), ready(other, "orders")) == (2, 1)
    other.clock.advance(seconds=1)
    work(other, 1)
    assert (ready(other, "dead"), ready(other, "orders")) == (1, 2)


def test_fifo_groups_in_their_order(world: World) -> None:
    world.create("dead.fifo", FifoQueue="true")
    redrive = f'{{"deadLetterTargetArn":"{arn("dead.fifo")}","maxReceiveCount":1}}'
    world.create("orders.fifo", FifoQueue="true", RedrivePolicy=redrive)
    other = world.create("other.fifo", FifoQueue="true")
    dead = f"{ORIGIN}/{ACCOUNT}/dead.fifo"
    for n in range(6):
        world.ask(
            "SendMessage", QueueUrl=dead, MessageBody=str(n), MessageGroupId="ab"[n % 2], MessageDeduplicationId=str(n)
        )
    world.ask("ReceiveMessage", QueueUrl=dead)  # locks group a
    start(world, SourceArn=arn("dead.fifo"), DestinationArn=arn("other.fifo"))
    work(world)
    assert world.bodies(other) == ["1", "3", "5"]
    world.clock.advance(seconds=30)
    assert world.bodies(dead) == ["0", "2", "4"]


@pytest.mark.parametrize("rate", [0, -1, 501])
def test_rates_out_of_range(world: World, rate: int) -> None:
    bury(world)
    with refused(PARAMETER):
        start(world, MaxNumberOfMessagesPerSecond=rate)


def test_a_source_that_is_no_dead_letter_queue(world: World) -> None:
    world.create("dead")
    with refused(PARAMETER, "Source queue must be configured as a Dead Letter Queue."):
        start(world)


def test_one_task_at_a_time(world: World) -> None:
    bury(world, "a", "b")
    start(world, MaxNumberOfMessagesPerSecond=1)
    with refused(
        PARAMETER,
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.",
    ):
        start(world)


def test_queues_that_are_not_there(world: World) -> None:
    bury(world)
    world.ask("CreateQueue", caller=root_of(OTHER), QueueName="other")
    world.ask("CreateQueue", region="eu-west-1", QueueName="other")
    for wrong in ("", "dead", arn("none"), arn("other", account=OTHER), arn("other", region="eu-west-1")):
        for parameter in ("SourceArn", "DestinationArn"):
            with refused(
                "ResourceNotFoundException",
                f"The resource that you specified for the {parameter} parameter doesn't exist.",
                404,
            ):
                start(world, **{parameter: wrong})


def test_destinations_that_cannot_be_one(world: World) -> None:
    bury(world)
    world.create("other.fifo", FifoQueue="true")
    for wrong in (arn("dead"), arn("other.fifo")):
        with refused(PARAMETER):
            start(world, DestinationArn=wrong)


def test_it_needs_permissions(world: World) -> None:
    bury(world)
    with refused("AccessDeniedException", status=403):
        world.ask("StartMessageMoveTask", caller=user_of(ACCOUNT, "bob"), SourceArn=arn("dead"))


def test_messages_past_their_retention_are_not_moved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """There may be more of them than go at once."""
    monkeypatch.setattr(machine, "EXPIRED_AT_ONCE", 2)
    bury(world)
    url = f"{ORIGIN}/{ACCOUNT}/dead"
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    for number in range(30):
        world.ask("SendMessage", QueueUrl=url, MessageBody=str(number))
    world.clock.advance(seconds=60)
    world.ask("SendMessage", QueueUrl=url, MessageBody="young")
    start(world, DestinationArn=arn("orders"))
    work(world)
    assert [task.Status for task in tasks(world)] == ["COMPLETED"]
    assert (ready(world, "orders"), ready(world, "dead")) == (1, 0)


def test_a_damaged_message_ends_the_task(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with it nothing else: what time brings to others comes by the same clock."""
    bury(world, "a", "b")
    offset = world.queue("dead").messages[1].offset
    read = world.journal.read

    def damaged(machine: Any, at: int) -> Any:
        if at == offset:
            raise LogDamaged("journal", at, "a flipped bit")
        return read(machine, at)

    monkeypatch.setattr(world.journal, "read", damaged)
    start(world)
    work(world)
    assert [(task.Status, task.FailureReason) for task in tasks(world)] == [("FAILED", "CouldNotReadMessage")]
    assert (ready(world, "orders"), ready(world, "dead")) == (1, 1)
