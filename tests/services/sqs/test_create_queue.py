import pytest

from tests.services.sqs.world import ACCOUNT, ORIGIN, World, arn, refused
from weirmq.iam.caller import user_of

VALUE = "InvalidAttributeValue"
NAME = "InvalidAttributeName"
PARAMETER = "InvalidParameterValueException"
NAME_RULE = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
FIFO_RULE = (
    "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
    "must end with .fifo suffix and be 1 to 80 in length."
)


def test_its_url_is_reachable_from_where_the_caller_stands(world: World) -> None:
    assert world.create("orders") == f"{ORIGIN}/{ACCOUNT}/orders"


def test_the_same_queue_again(world: World) -> None:
    url = world.create("orders", DelaySeconds="5", VisibilityTimeout="60")
    assert world.create("orders") == url
    assert world.create("orders", DelaySeconds="005", MaximumMessageSize="1048576") == url
    assert len(world.sqs.machine.queues) == 1


def test_another_queue_of_that_name(world: World) -> None:
    world.create("orders", DelaySeconds="5")
    with refused(
        "QueueNameExists",
        "A queue already exists with the same name and a different value for attribute DelaySeconds",
    ):
        world.create("orders", DelaySeconds="6")
    with refused("QueueNameExists"):
        world.create("orders", VisibilityTimeout="31")
    with refused("QueueNameExists"):
        world.create("orders", KmsMasterKeyId="alias/mine")


def test_policies_are_compared_by_what_they_say(world: World) -> None:
    world.create("dead")
    one = f'{{"deadLetterTargetArn": "{arn("dead")}", "maxReceiveCount": "3"}}'
    two = f'{{"maxReceiveCount":3,"deadLetterTargetArn":"{arn("dead")}"}}'
    world.create("orders", RedrivePolicy=one, RedriveAllowPolicy='{"redrivePermission": "denyAll"}')
    world.create("orders", RedrivePolicy=two, RedriveAllowPolicy='{"redrivePermission":"denyAll"}')
    with refused("QueueNameExists"):
        world.create("orders", RedrivePolicy=two.replace(":3,", ":4,"))


def test_a_name_is_free_a_minute_after_its_queue_was_deleted(world: World) -> None:
    url = world.create("orders")
    world.ask("DeleteQueue", QueueUrl=url)
    world.clock.advance(seconds=59)
    with refused(
        "QueueDeletedRecently",
        "You must wait 60 seconds after deleting a queue before you can create another with the same name.",
    ):
        world.create("orders")
    world.create("other")
    world.clock.advance(seconds=1)
    assert world.create("orders") == url


@pytest.mark.parametrize("name", ["", "a.b", "a b", "é", "a" * 81, "orders.fifo", "a/b", "a\n"])
def test_a_name_that_cannot_be_one(world: World, name: str) -> None:
    with refused(PARAMETER, NAME_RULE):
        world.create(name)


@pytest.mark.parametrize("name", ["orders", ".fifo", "a" * 76 + ".fifo", "a.b.fifo", "a.fifo\n"])
def test_the_name_of_a_fifo_queue(world: World, name: str) -> None:
    with refused(PARAMETER, FIFO_RULE):
        world.create(name, FifoQueue="true")


def test_the_longest_names(world: World) -> None:
    assert world.create("a" * 80).endswith("a" * 80)
    assert world.create("a" * 75 + ".fifo", FifoQueue="true").endswith(".fifo")


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("DelaySeconds", 0, 900),
        ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
        ("MaximumMessageSize", 1_024, 1_048_576),
        ("MessageRetentionPeriod", 60, 1_209_600),
        ("ReceiveMessageWaitTimeSeconds", 0, 20),
        ("VisibilityTimeout", 0, 43_200),
    ],
)
def test_ranges(world: World, name: str, least: int, most: int) -> None:
    world.create("least", **{name: str(least)})
    url = world.create("most", **{name: str(most)})
    assert world.attributes(url, name) == {name: str(most)}
    for value in (str(least - 1), str(most + 1), "", "x", "1.5", " 60", "٦٠", "9" * 5_000):
        with refused(VALUE, f"Invalid value for the parameter {name}."):
            world.create("wrong", **{name: value})


@pytest.mark.parametrize("name", ["Colour", "QueueArn", "CreatedTimestamp", "ApproximateNumberOfMessages", "All", ""])
def test_attributes_that_cannot_be_set(world: World, name: str) -> None:
    with refused(NAME, f"Unknown Attribute {name}."):
        world.create("orders", **{name: "1"})


def test_attributes_of_fifo_queues_on_a_standard_queue(world: World) -> None:
    for name, value in (("FifoQueue", "false"), ("ContentBasedDeduplication", "true")):
        with refused(NAME, f"Unknown Attribute {name}."):
            world.create("orders", **{name: value})
    for name, value in (("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue")):
        with refused(NAME, f"You can specify the {name} only when FifoQueue is set to true."):
            world.create("orders", **{name: value})


def test_high_throughput_needs_deduplication_by_group(world: World) -> None:
    with refused(VALUE):
        world.create("a.fifo", FifoQueue="true", FifoThroughputLimit="perMessageGroupId")
    with refused(VALUE):
        world.create("a.fifo", FifoQueue="true", FifoThroughputLimit="perMessageGroupId", DeduplicationScope="queue")
    world.create("a.fifo", FifoQueue="true", FifoThroughputLimit="perMessageGroupId", DeduplicationScope="messageGroup")
    assert world.queue("a.fifo").settings.deduplication_by_group


@pytest.mark.parametrize("name", ["ContentBasedDeduplication", "DeduplicationScope", "FifoThroughputLimit"])
def test_choices(world: World, name: str) -> None:
    with refused(VALUE, f"Invalid value for the parameter {name}."):
        world.create("a.fifo", FifoQueue="true", **{name: "maybe"})


def test_one_kind_of_encryption(world: World) -> None:
    with refused(VALUE):
        world.create("orders", KmsMasterKeyId="alias/mine", SqsManagedSseEnabled="true")
    url = world.create("orders", KmsMasterKeyId="alias/mine")
    found = world.attributes(url, "KmsMasterKeyId", "SqsManagedSseEnabled", "KmsDataKeyReusePeriodSeconds")
    assert found == {
        "KmsMasterKeyId": "alias/mine",
        "SqsManagedSseEnabled": "false",
        "KmsDataKeyReusePeriodSeconds": "300",
    }


def test_tags(world: World) -> None:
    url = world.create("orders", tags={"team": "sales"})
    assert world.ask("ListQueueTags", QueueUrl=url).Tags == {"team": "sales"}
    with refused(PARAMETER, "Too many tags added for queue many."):
        world.create("many", tags={f"k{n}": "" for n in range(51)})
    with refused(PARAMETER):
        world.create("many", tags={"aws:team": "sales"})


def test_a_policy_that_is_none(world: World) -> None:
    for text in ("{", "[]", '{"Statement": []}', "x" * 8_193, "[" * 5_000):
        with refused(VALUE):
            world.create("orders", Policy=text)


def test_it_needs_a_permission(world: World) -> None:
    with refused("AccessDeniedException", status=403):
        world.ask("CreateQueue", caller=user_of(ACCOUNT, "bob"), QueueName="orders")


def test_queues_of_a_name_in_two_regions(world: World) -> None:
    world.ask("CreateQueue", QueueName="orders", Attributes={"DelaySeconds": "1"})
    world.ask("CreateQueue", region="eu-west-1", QueueName="orders", Attributes={"DelaySeconds": "2"})
    assert len(world.sqs.machine.queues) == 2


def test_it_survives_a_restart(world: World) -> None:
    url = world.create("orders", tags={"a": "b"}, DelaySeconds="7")
    other = world.restarted()
    assert other.attributes(url) == world.attributes(url)
    other.create("more")
    assert other.queue("more").number != other.queue("orders").number
