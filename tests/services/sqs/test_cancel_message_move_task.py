from base64 import b64encode

import pytest

from tests.services.sqs.moving import bury, ready, start, tasks, work
from tests.services.sqs.world import ACCOUNT, World, arn, refused
from weirmq.iam.caller import user_of


def test_what_it_has_moved_stays_moved(world: World) -> None:
    bury(world, *"abc")
    handle = start(world, MaxNumberOfMessagesPerSecond=1)
    work(world, 1)
    assert world.ask("CancelMessageMoveTask", TaskHandle=handle).ApproximateNumberOfMessagesMoved == 1
    assert tasks(world)[0].Status == "CANCELLING"
    work(world, 1)
    assert tasks(world)[0].Status == "CANCELLED"
    world.clock.advance(hours=1)
    work(world, 3)
    assert (ready(world, "dead"), ready(world, "orders")) == (2, 1)
    assert tasks(world.restarted())[0].Status == "CANCELLED"
    start(world)


def test_a_task_that_has_ended(world: World) -> None:
    bury(world, "a")
    handle = start(world)
    work(world)
    with refused("ResourceNotFoundException", "Task does not exist.", 404):
        world.ask("CancelMessageMoveTask", TaskHandle=handle)


def handle_of(text: str) -> str:
    return b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "handle",
    [
        "",
        "x",
        "é",
        handle_of("{}"),
        handle_of("[1]"),
        handle_of('{"taskId":"a","sourceArn":1}'),
        handle_of("[" * 9_000),
    ],
)
def test_handles_that_are_none(world: World, handle: str) -> None:
    with refused("InvalidParameterValueException", "Value for parameter TaskHandle is invalid."):
        world.ask("CancelMessageMoveTask", TaskHandle=handle)


def test_handles_of_nothing(world: World) -> None:
    bury(world)
    handle = handle_of(f'{{"taskId":"a","sourceArn":"{arn("dead")}"}}')
    with refused("ResourceNotFoundException", "Task does not exist.", 404):
        world.ask("CancelMessageMoveTask", TaskHandle=handle)
    handle = handle_of(f'{{"taskId":"a","sourceArn":"{arn("none")}"}}')
    message = "The resource that you specified for the SourceArn parameter doesn't exist."
    with refused("ResourceNotFoundException", message, 404):
        world.ask("CancelMessageMoveTask", TaskHandle=handle)


def test_it_needs_a_permission(world: World) -> None:
    bury(world, "a")
    handle = start(world)
    with refused("AccessDeniedException", status=403):
        world.ask("CancelMessageMoveTask", caller=user_of(ACCOUNT, "bob"), TaskHandle=handle)
