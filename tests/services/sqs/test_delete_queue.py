from typing import Any

import pytest

from tests.services.sqs.world import OTHER, World, refused
from weirmq.engine.waiting import Wait
from weirmq.iam.caller import root_of
from weirmq.kernel.errors import ServiceError
from weirmq.services.sqs.machine import Name


def test_it_is_gone_with_all_messages(world: World) -> None:
    url = world.create()
    world.ask("SendMessage", QueueUrl=url, MessageBody="x")
    world.ask("DeleteQueue", QueueUrl=url)
    with refused("QueueDoesNotExist"):
        world.bodies(url)
    assert world.ask("ListQueues").QueueUrls is None
    world.clock.advance(seconds=60)
    assert world.bodies(world.create()) == []
    world.work()
    assert world.journal.holdings.first_held() is None


def test_twice(world: World) -> None:
    url = world.create()
    world.ask("DeleteQueue", QueueUrl=url)
    with refused("QueueDoesNotExist", "The specified queue does not exist."):
        world.ask("DeleteQueue", QueueUrl=url)


def test_whoever_waits_for_a_message_is_told(world: World) -> None:
    url = world.create()
    wait = world.ask("ReceiveMessage", QueueUrl=url, WaitTimeSeconds=20)
    assert isinstance(wait, Wait)
    answers: list[object] = []
    world.waiting.add(wait, answers.append)
    world.ask("DeleteQueue", QueueUrl=url)
    world.waiting.settle(world.clock.now_ms())
    assert len(answers) == 1
    assert isinstance(answers[0], ServiceError)
    assert answers[0].code == "QueueDoesNotExist"


@pytest.mark.parametrize("restarted", [False, True])
def test_the_name_stays_taken_over_a_restart(world: World, restarted: bool) -> None:
    world.ask("DeleteQueue", QueueUrl=world.create())
    with refused("QueueDeletedRecently"):
        (world.restarted() if restarted else world).create()


def test_only_the_owner_may(world: World) -> None:
    url = world.create(Policy='{"Statement":{"Effect":"Allow","Principal":"*","Action":"SQS:*"}}')
    with refused("AccessDeniedException", status=403):
        world.ask("DeleteQueue", caller=root_of(OTHER), QueueUrl=url)


def test_it_looks_at_few_names_that_are_not_free_yet(world: World) -> None:
    """Thousands of queues may be deleted within a minute."""
    looked_at = []

    class Names(dict[Name, int]):
        def items(self) -> Any:
            for item in super().items():
                looked_at.append(item)
                yield item

    names = world.sqs.machine.deleted_ms = Names()
    for number in range(50):
        world.ask("DeleteQueue", QueueUrl=world.create(f"q{number}"))
    assert len(looked_at) <= 100
    assert len(names) == 50
    world.clock.advance(minutes=1)
    for number in range(50):
        world.ask("DeleteQueue", QueueUrl=world.create(f"r{number}"))
    assert [name for _, _, name in names] == [f"r{number}" for number in range(50)]
