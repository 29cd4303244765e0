from tests.services.sqs.kit import receive, send_all
from tests.services.sqs.world import World, refused
from weirmq.wire.aws.types.sqs import ChangeMessageVisibilityBatchRequestEntry as Entry


def test_each_entry_on_its_own(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b", "c", "d")
    handles = [message.ReceiptHandle or "" for message in receive(world, url)]
    answer = world.ask(
        "ChangeMessageVisibilityBatch",
        QueueUrl=url,
        Entries=[
            Entry(Id="a", ReceiptHandle=handles[0], VisibilityTimeout=0),
            Entry(Id="b", ReceiptHandle=handles[1], VisibilityTimeout=60),
            Entry(Id="c", ReceiptHandle=handles[2], VisibilityTimeout=43_201),
            Entry(Id="d", ReceiptHandle=handles[3]),
            Entry(Id="e", ReceiptHandle="bad", VisibilityTimeout=0),
        ],
    )
    assert [entry.Id for entry in answer.Successful] == ["a", "b"]
    assert [(entry.Id, entry.Code) for entry in answer.Failed] == [
        ("c", "InvalidParameterValue"),
        ("d", "MissingParameter"),
        ("e", "ReceiptHandleIsInvalid"),
    ]
    assert world.bodies(url) == ["a"]
    world.clock.advance(seconds=30)
    assert world.bodies(url) == ["a", "c", "d"]


def test_a_visible_message(world: World) -> None:
    url = world.create()
    send_all(world, url, "a")
    (message,) = receive(world, url, VisibilityTimeout=0)
    entry = Entry(Id="a", ReceiptHandle=message.ReceiptHandle or "", VisibilityTimeout=1)
    answer = world.ask("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[entry])
    assert (answer.Successful, [failed.Code for failed in answer.Failed]) == ([], ["MessageNotInflight"])


def test_batches_that_are_wrong_as_a_whole(world: World) -> None:
    url = world.create()
    with refused(
        "EmptyBatchRequest",
        "There should be at least one ChangeMessageVisibilityBatchRequestEntry in the request.",
    ):
        world.ask("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[])
    entry = Entry(Id="a", ReceiptHandle="x", VisibilityTimeout=1)
    with refused("BatchEntryIdsNotDistinct", "Id a repeated."):
        world.ask("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[entry, entry])
    with refused("TooManyEntriesInBatchRequest"):
        world.ask("ChangeMessageVisibilityBatch", QueueUrl=url, Entries=[entry] * 11)
