import pytest

from tests.services.sqs.moving import bury, start, tasks, work
from tests.services.sqs.world import ACCOUNT, World, arn, refused
from weirmq.iam.caller import user_of


def test_a_task_as_it_runs_and_when_it_has_ended(world: World) -> None:
    bury(world, "a", "b")
    started_ms = world.clock.now_ms()
    handle = start(world, MaxNumberOfMessagesPerSecond=1, DestinationArn=arn("orders"))
    work(world, 1)
    (task,) = tasks(world)
    assert (task.TaskHandle, task.Status, task.SourceArn) == (handle, "RUNNING", arn("dead"))
    assert (task.DestinationArn, task.MaxNumberOfMessagesPerSecond) == (arn("orders"), 1)
    assert (task.ApproximateNumberOfMessagesMoved, task.ApproximateNumberOfMessagesToMove) == (1, 2)
    assert (task.StartedTimestamp, task.FailureReason) == (started_ms, None)
    for _ in range(2):
        world.clock.advance(seconds=1)
        work(world, 1)
    (task,) = tasks(world)
    assert (task.TaskHandle, task.Status, task.ApproximateNumberOfMessagesMoved) == (None, "COMPLETED", 2)


def test_the_newest_first_and_ten_at_most(world: World) -> None:
    bury(world)
    times = []
    for _ in range(12):
        times.append(world.clock.now_ms())
        start(world)
        work(world, 2)
    assert [task.StartedTimestamp for task in tasks(world)] == times[:1:-1]
    (newest,) = world.ask("ListMessageMoveTasks", SourceArn=arn("dead")).Results
    assert newest.StartedTimestamp == times[-1]
    assert [task.StartedTimestamp for task in tasks(world.restarted())] == times[:1:-1]


def test_none(world: World) -> None:
    world.create("dead")
    assert tasks(world) == []


@pytest.mark.parametrize("most", [0, -1, 11])
def test_max_results_out_of_range(world: World, most: int) -> None:
    world.create("dead")
    with refused("InvalidParameterValueException"):
        tasks(world, most)


def test_no_queue(world: World) -> None:
    message = "The resource that you specified for the SourceArn parameter doesn't exist."
    with refused("ResourceNotFoundException", message, 404):
        tasks(world)


def test_it_needs_a_permission(world: World) -> None:
    world.create("dead")
    with refused("AccessDeniedException", status=403):
        world.ask("ListMessageMoveTasks", caller=user_of(ACCOUNT, "bob"), SourceArn=arn("dead"))
