import pytest

from tests.services.sqs.world import OTHER, World, refused
from weirmq.iam.caller import root_of

PARAMETER = "InvalidParameterValueException"


def tags(world: World, url: str) -> dict[str, str] | None:
    found: dict[str, str] | None = world.ask("ListQueueTags", QueueUrl=url).Tags
    return found


def test_adding_and_changing(world: World) -> None:
    url = world.create()
    assert tags(world, url) is None
    world.ask("TagQueue", QueueUrl=url, Tags={"team": "sales", "stage": ""})
    world.ask("TagQueue", QueueUrl=url, Tags={"team": "billing", "Größe +-=._:/@": "1"})
    assert tags(world, url) == {"team": "billing", "stage": "", "Größe +-=._:/@": "1"}
    assert tags(world.restarted(), url) == tags(world, url)


def test_limits(world: World) -> None:
    url = world.create()
    world.ask("TagQueue", QueueUrl=url, Tags={"k" * 128: "v" * 256} | {f"k{n}": "" for n in range(49)})
    world.ask("TagQueue", QueueUrl=url, Tags={"k1": "changed"})
    with refused(PARAMETER, "Too many tags added for queue orders."):
        world.ask("TagQueue", QueueUrl=url, Tags={"more": ""})
    assert len(tags(world, url) or ()) == 50


@pytest.mark.parametrize(
    ("key", "value"),
    [("", "v"), ("k" * 129, "v"), ("k", "v" * 257), ("aws:k", "v"), ("AWS:k", "v"), ("k!", "v"), ("k", "<")],
)
def test_tags_that_cannot_be_one(world: World, key: str, value: str) -> None:
    url = world.create()
    with refused(PARAMETER):
        world.ask("TagQueue", QueueUrl=url, Tags={"good": "one", key: value})
    assert tags(world, url) is None


def test_no_tags(world: World) -> None:
    with refused("MissingRequiredParameterException", "The request must contain the parameter Tags."):
        world.ask("TagQueue", QueueUrl=world.create(), Tags={})


def test_only_the_owner_may(world: World) -> None:
    url = world.create(Policy='{"Statement":{"Effect":"Allow","Principal":"*","Action":"SQS:*"}}')
    for operation, members in (("TagQueue", {"Tags": {"a": "b"}}), ("UntagQueue", {"TagKeys": ["a"]})):
        with refused("AccessDeniedException", status=403):
            world.ask(operation, caller=root_of(OTHER), QueueUrl=url, **members)
    with refused("AccessDeniedException", status=403):
        world.ask("ListQueueTags", caller=root_of(OTHER), QueueUrl=url)
