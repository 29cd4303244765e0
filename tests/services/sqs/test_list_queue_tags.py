from tests.services.sqs.world import ACCOUNT, World, refused
from weirmq.iam.caller import user_of


def test_all_of_them(world: World) -> None:
    url = world.create(tags={"a": "1", "b": ""})
    assert world.ask("ListQueueTags", QueueUrl=url).Tags == {"a": "1", "b": ""}


def test_none(world: World) -> None:
    assert world.ask("ListQueueTags", QueueUrl=world.create()).Tags is None


def test_it_needs_a_permission(world: World) -> None:
    with refused("AccessDeniedException", status=403):
        world.ask("ListQueueTags", caller=user_of(ACCOUNT, "bob"), QueueUrl=world.create())


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist"):
        world.ask("ListQueueTags", QueueUrl="http://localhost:4566/111122223333/none")
