"""A dead-letter queue with letters in it, and tasks that move them."""

from typing import Any

from tests.services.sqs.world import World, arn


def bury(world: World, *bodies: str, source: str = "orders") -> None:
    """Send messages to `source` and let them die at once: they end up in `dead`."""
    if world.sqs.machine.by_arn.get(arn("dead")) is None:
        world.create("dead")
    redrive = f'{{"deadLetterTargetArn":"{arn("dead")}","maxReceiveCount":1}}'
    url = world.create(source, RedrivePolicy=redrive, VisibilityTimeout="0")
    for body in bodies:
        world.ask("SendMessage", QueueUrl=url, MessageBody=body)
    for _ in range(2 * len(bodies) + 1):
        world.bodies(url)
        world.clock.advance(milliseconds=1)


def start(world: World, **members: Any) -> str:
    handle: str = world.ask("StartMessageMoveTask", **{"SourceArn": arn("dead")} | members).TaskHandle
    return handle


def work(world: World, steps: int = 50) -> None:
    """Let tasks do what they have to do now and in the next `steps` milliseconds."""
    for _ in range(steps):
        world.work()
        world.clock.advance(milliseconds=1)


def tasks(world: World, most: int = 10) -> list[Any]:
    found: list[Any] = world.ask("ListMessageMoveTasks", SourceArn=arn("dead"), MaxResults=most).Results
    return found


def ready(world: World, name: str) -> int:
    return world.queue(name).ready
