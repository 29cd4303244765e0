from tests.services.sqs.world import NOW_MS, OTHER, World, arn, refused
from weirmq.iam.caller import root_of

COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
)


def test_defaults_of_a_standard_queue(world: World) -> None:
    seconds = str(NOW_MS // 1000)
    assert world.attributes(world.create("orders")) == {
        "VisibilityTimeout": "30",
        "MaximumMessageSize": "1048576",
        "MessageRetentionPeriod": "345600",
        "DelaySeconds": "0",
        "ReceiveMessageWaitTimeSeconds": "0",
        "SqsManagedSseEnabled": "true",
        "ApproximateNumberOfMessages": "0",
        "ApproximateNumberOfMessagesDelayed": "0",
        "ApproximateNumberOfMessagesNotVisible": "0",
        "CreatedTimestamp": seconds,
        "LastModifiedTimestamp": seconds,
        "QueueArn": arn("orders"),
    }


def test_a_fifo_queue_has_more(world: World) -> None:
    found = world.attributes(world.create("a.fifo", FifoQueue="true"))
    assert (
        found.items()
        >= {
            "FifoQueue": "true",
            "ContentBasedDeduplication": "false",
            "DeduplicationScope": "queue",
            "FifoThroughputLimit": "perQueue",
        }.items()
    )


def test_counts_are_exact(world: World) -> None:
    url = world.create()
    for n in range(4):
        world.ask("SendMessage", QueueUrl=url, MessageBody=str(n), DelaySeconds=60 if n == 3 else None)
    world.ask("ReceiveMessage", QueueUrl=url)
    assert world.attributes(url, *COUNTS) == dict(zip(COUNTS, ("2", "1", "1"), strict=True))
    world.clock.advance(seconds=30)
    assert world.attributes(url, *COUNTS) == dict(zip(COUNTS, ("3", "1", "0"), strict=True))
    world.clock.advance(seconds=30)
    assert world.attributes(url, *COUNTS) == dict(zip(COUNTS, ("4", "0", "0"), strict=True))


def test_those_asked_for(world: World) -> None:
    url = world.create()
    assert world.attributes(url, "QueueArn", "DelaySeconds") == {"QueueArn": arn("orders"), "DelaySeconds": "0"}
    assert world.attributes(url, "Policy", "FifoQueue") == {}
    assert world.ask("GetQueueAttributes", QueueUrl=url).Attributes is None
    assert len(world.attributes(url, "DelaySeconds", "All")) == 12


def test_unknown_ones(world: World) -> None:
    url = world.create()
    for names in (["Colour"], ["All", "Colour"]):
        with refused("InvalidAttributeName", "Unknown Attribute Colour."):
            world.attributes(url, *names)


def test_another_account_needs_a_policy(world: World) -> None:
    url = world.create()
    ask = {"caller": root_of(OTHER), "QueueUrl": url, "AttributeNames": ["QueueArn"]}
    with refused("AccessDeniedException", status=403):
        world.ask("GetQueueAttributes", **ask)
    world.ask("AddPermission", QueueUrl=url, Label="a", AWSAccountIds=[OTHER], Actions=["GetQueueAttributes"])
    assert world.ask("GetQueueAttributes", **ask).Attributes == {"QueueArn": arn("orders")}


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist", "The specified queue does not exist."):
        world.attributes("http://localhost:4566/111122223333/none")
    with refused("InvalidAddress"):
        world.attributes("http://localhost:4566/none")
