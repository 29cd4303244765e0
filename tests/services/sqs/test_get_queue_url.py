from tests.services.sqs.world import ACCOUNT, OTHER, World, refused
from weirmq.iam.caller import root_of, user_of


def test_ones_own(world: World) -> None:
    url = world.create("orders")
    assert world.ask("GetQueueUrl", QueueName="orders").QueueUrl == url
    assert world.ask("GetQueueUrl", QueueName="orders", QueueOwnerAWSAccountId=ACCOUNT).QueueUrl == url


def test_another_accounts(world: World) -> None:
    url = world.create("orders")
    ask = {"caller": root_of(OTHER), "QueueName": "orders", "QueueOwnerAWSAccountId": ACCOUNT}
    with refused("AccessDeniedException", status=403):
        world.ask("GetQueueUrl", **ask)
    world.ask("AddPermission", QueueUrl=url, Label="a", AWSAccountIds=[OTHER], Actions=["GetQueueUrl"])
    assert world.ask("GetQueueUrl", **ask).QueueUrl == url


def test_none(world: World) -> None:
    world.create("orders")
    for ask in (
        {"QueueName": "other"},
        {"QueueName": "orders", "QueueOwnerAWSAccountId": OTHER},
        {"QueueName": "orders", "region": "eu-west-1"},
        {"QueueName": ""},
    ):
        with refused("QueueDoesNotExist", "The specified queue does not exist."):
            world.ask("GetQueueUrl", **ask)


def test_it_needs_a_permission(world: World) -> None:
    world.create("orders")
    with refused("AccessDeniedException", status=403):
        world.ask("GetQueueUrl", caller=user_of(ACCOUNT, "bob"), QueueName="orders")
