import json

from tests.services.sqs.world import OTHER, World, refused
from weirmq.iam.caller import root_of


def add(world: World, url: str, label: str) -> None:
    world.ask("AddPermission", QueueUrl=url, Label=label, AWSAccountIds=[OTHER], Actions=["SendMessage"])


def test_statement_by_statement(world: World) -> None:
    url = world.create()
    for label in ("one", "two"):
        add(world, url, label)
    world.ask("RemovePermission", QueueUrl=url, Label="one")
    assert [s["Sid"] for s in json.loads(world.attributes(url, "Policy")["Policy"])["Statement"]] == ["two"]
    world.ask("RemovePermission", QueueUrl=url, Label="two")
    assert world.attributes(url, "Policy") == {}
    with refused("AccessDeniedException", status=403):
        world.ask("SendMessage", caller=root_of(OTHER), QueueUrl=url, MessageBody="x")


def test_a_label_that_is_not_there(world: World) -> None:
    url = world.create()
    for _ in range(2):
        with refused(
            "InvalidParameterValueException", "Value none for parameter Label is invalid. Reason: can't find label."
        ):
            world.ask("RemovePermission", QueueUrl=url, Label="none")
        if "Policy" not in world.attributes(url):
            add(world, url, "some")


def test_only_the_owner_may(world: World) -> None:
    url = world.create(Policy='{"Statement":{"Sid":"a","Effect":"Allow","Principal":"*","Action":"SQS:*"}}')
    with refused("AccessDeniedException", status=403):
        world.ask("RemovePermission", caller=root_of(OTHER), QueueUrl=url, Label="a")
    world.ask("RemovePermission", QueueUrl=url, Label="a")


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist"):
        world.ask("RemovePermission", QueueUrl="http://localhost:4566/111122223333/none", Label="a")
