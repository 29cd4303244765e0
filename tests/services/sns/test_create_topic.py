import pytest

from tests.services.sns.world import ACCOUNT, REGION, World, refused, topic_arn
from weirmq.iam.caller import user_of
from weirmq.services.sns.limits import Quotas
from weirmq.wire.aws.types.sns import Tag

DIFFERENT = "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
DIFFERENT_TAGS = "Invalid parameter: Tags Reason: Topic already exists with different tags"


def test_its_arn(world: World) -> None:
    assert world.topic("orders") == f"arn:aws:sns:{REGION}:{ACCOUNT}:orders"


def test_the_same_topic_again(world: World) -> None:
    arn = world.topic("orders", DisplayName="Orders")
    assert world.topic("orders") == arn
    assert world.topic("orders", DisplayName="Orders") == arn
    assert len(world.sns.machine.topics) == 1


@pytest.mark.parametrize("attributes", [{"DisplayName": "Other"}, {"KmsMasterKeyId": "alias/mine"}])
def test_another_topic_of_that_name(world: World, attributes: dict[str, str]) -> None:
    world.topic("orders", DisplayName="Orders")
    with refused("InvalidParameter", DIFFERENT):
        world.topic("orders", **attributes)


def test_defaults_are_no_difference(world: World) -> None:
    arn = world.topic("orders.fifo", ContentBasedDeduplication="false")
    assert world.topic("orders.fifo", FifoThroughputScope="Topic") == arn
    assert world.topic("orders.fifo", MaximumMessageSize="262144") == arn


def test_tags_of_a_topic_that_is_there(world: World) -> None:
    def create(**tags: str) -> None:
        world.ask("CreateTopic", Name="orders", Tags=[Tag(Key=key, Value=value) for key, value in tags.items()])

    create(team="sales", stage="test")
    create(team="sales", stage="test")
    create(team="sales")
    create()
    with refused("InvalidParameter", DIFFERENT_TAGS):
        create(team="sales", more="1")
    with refused("InvalidParameter", DIFFERENT_TAGS):
        create(team="support")


def test_a_tag_twice(world: World) -> None:
    with refused("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed."):
        world.ask("CreateTopic", Name="orders", Tags=[Tag(Key="a", Value="1"), Tag(Key="a", Value="2")])


def test_too_many_tags(world: World) -> None:
    tags = [Tag(Key=f"k{number}", Value="") for number in range(51)]
    with refused("TagLimitExceeded"):
        world.ask("CreateTopic", Name="orders", Tags=tags)


@pytest.mark.parametrize("name", ["", "a b", "a.b", "é", "a" * 257, "orders.fifo", "a\n"])
def test_a_name_that_cannot_be_one(world: World, name: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: Topic Name"):
        world.ask("CreateTopic", Name=name)


@pytest.mark.parametrize("name", ["orders", ".fifo", "a" * 252 + ".fifo", "a.b.fifo"])
def test_the_name_of_a_fifo_topic(world: World, name: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: Topic Name"):
        world.ask("CreateTopic", Name=name, Attributes={"FifoTopic": "true"})


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"Colour": "red"}, "Invalid parameter: Attributes Reason: Unknown attribute Colour"),
        ({"ContentBasedDeduplication": "true"}, ""),
        ({"DisplayName": "x" * 101}, ""),
        ({"SignatureVersion": "3"}, ""),
        ({"TracingConfig": "Sometimes"}, ""),
        ({"MaximumMessageSize": "1023"}, ""),
        ({"MaximumMessageSize": "1048577"}, ""),
        ({"HTTPSuccessFeedbackSampleRate": "101"}, ""),
        ({"SQSSuccessFeedbackRoleArn": "me"}, ""),
        ({"Policy": "{"}, ""),
        ({"DeliveryPolicy": "[]"}, ""),
    ],
)
def test_attributes_that_are_refused(world: World, attributes: dict[str, str], message: str) -> None:
    with refused("InvalidParameter", message):
        world.topic("orders", **attributes)


def test_a_policy_about_other_services(world: World) -> None:
    policy = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}'
    with refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!"):
        world.topic("orders", Policy=policy)


def test_one_topic_too_many(world: World) -> None:
    world.sns.quotas = Quotas(topics=2)
    world.topic("one")
    world.topic("two")
    world.topic("one")
    with refused("TopicLimitExceeded", status=403):
        world.topic("three")


def test_one_fifo_topic_too_many(world: World) -> None:
    world.sns.quotas = Quotas(fifo_topics=1)
    world.topic("one.fifo")
    world.topic("standard")
    with refused("TopicLimitExceeded", status=403):
        world.topic("two.fifo")


def test_a_user_needs_a_policy(world: World) -> None:
    user = user_of(ACCOUNT, "ann", "AKIDANN")
    message = (
        f"User: arn:aws:iam::{ACCOUNT}:user/ann is not authorized to perform: SNS:CreateTopic on resource: "
        f"{topic_arn('orders')} because no identity-based policy allows the SNS:CreateTopic action"
    )
    with refused("AuthorizationError", message, 403):
        world.topic("orders", caller=user)


def test_after_a_restart(world: World) -> None:
    arn = world.topic("orders.fifo", ContentBasedDeduplication="true")
    assert world.restored().attributes(arn) == world.attributes(arn)
    other = world.restarted()
    assert other.attributes(arn) == world.attributes(arn)
    assert other.topic("more") == topic_arn("more")
