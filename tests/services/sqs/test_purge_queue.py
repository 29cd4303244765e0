from tests.services.sqs.world import OTHER, World, refused
from weirmq.iam.caller import root_of


def test_all_messages_are_gone_whatever_their_state(world: World) -> None:
    url = world.create()
    for n in range(3):
        world.ask("SendMessage", QueueUrl=url, MessageBody=str(n), DelaySeconds=60 * (n == 2))
    world.ask("ReceiveMessage", QueueUrl=url)
    world.ask("PurgeQueue", QueueUrl=url)
    found = world.attributes(url)
    assert {value for name, value in found.items() if name.startswith("Approximate")} == {"0"}
    world.clock.advance(hours=1)
    assert world.bodies(url) == []
    assert world.restarted().bodies(url) == []
    world.work()
    assert world.journal.holdings.first_held() is None


def test_what_comes_after_stays(world: World) -> None:
    url = world.create()
    world.ask("SendMessage", QueueUrl=url, MessageBody="old")
    world.ask("PurgeQueue", QueueUrl=url)
    world.ask("SendMessage", QueueUrl=url, MessageBody="new")
    assert world.bodies(url) == ["new"]


def test_once_a_minute(world: World) -> None:
    url = world.create("orders")
    world.ask("PurgeQueue", QueueUrl=url)
    world.clock.advance(seconds=59)
    with refused(
        "PurgeQueueInProgress", "Only one PurgeQueue operation on orders is allowed every 60 seconds.", status=403
    ):
        world.ask("PurgeQueue", QueueUrl=url)
    world.ask("PurgeQueue", QueueUrl=world.create("other"))
    world.clock.advance(seconds=1)
    world.ask("PurgeQueue", QueueUrl=url)


def test_another_account_needs_a_policy(world: World) -> None:
    url = world.create()
    with refused("AccessDeniedException", status=403):
        world.ask("PurgeQueue", caller=root_of(OTHER), QueueUrl=url)
    world.ask("AddPermission", QueueUrl=url, Label="a", AWSAccountIds=[OTHER], Actions=["PurgeQueue"])
    world.ask("PurgeQueue", caller=root_of(OTHER), QueueUrl=url)


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist"):
        world.ask("PurgeQueue", QueueUrl="http://localhost:4566/111122223333/none")
