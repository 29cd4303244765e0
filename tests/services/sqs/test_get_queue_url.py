import pytest

from tests.services.sqs.world import ACCOUNT, OTHER, World, arn, refused
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


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://eu-west-1.queue.amazonaws.com", "eu-west-1"),
        ("http://sqs.eu-west-1.localhost.localstack.cloud:4566", "eu-west-1"),
        ("https://queue.amazonaws.com", "us-east-1"),
        ("http://localhost:4566", "us-east-1"),
    ],
)
def test_a_region_in_the_host_of_a_url_overrides_the_calls(world: World, host: str, region: str) -> None:
    for place in ("us-east-1", "eu-west-1"):
        world.ask("CreateQueue", region=place, QueueName="orders")
    url = f"{host}/{ACCOUNT}/orders"
    for _ in range(2):  # the second time from memory
        attributes = world.ask("GetQueueAttributes", QueueUrl=url, AttributeNames=["QueueArn"]).Attributes
        assert attributes == {"QueueArn": arn("orders", region=region)}
