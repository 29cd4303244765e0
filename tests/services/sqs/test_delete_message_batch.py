from tests.services.sqs.kit import receive, send_all
from tests.services.sqs.world import World, refused
from weirmq.wire.aws.types.sqs import DeleteMessageBatchRequestEntry as Entry


def test_ten_are_deleted_by_one_record(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(10)))
    entries = [Entry(Id=m.Body or "", ReceiptHandle=m.ReceiptHandle or "") for m in receive(world, url)]
    end = world.journal.end
    answer = world.ask("DeleteMessageBatch", QueueUrl=url, Entries=entries)
    assert [entry.Id for entry in answer.Successful] == list(map(str, range(10)))
    assert (answer.Failed, world.journal.end, world.queue().messages) == ([], end + 1, {})


def test_a_bad_handle_fails_alone(world: World) -> None:
    url = world.create()
    send_all(world, url, "a")
    (message,) = receive(world, url)
    handle = message.ReceiptHandle or ""
    answer = world.ask(
        "DeleteMessageBatch",
        QueueUrl=url,
        Entries=[
            Entry(Id="x", ReceiptHandle="bad"),
            Entry(Id="y", ReceiptHandle=handle),
            Entry(Id="z", ReceiptHandle=handle),
        ],
    )
    assert [entry.Id for entry in answer.Successful] == ["y", "z"]
    (failed,) = answer.Failed
    assert (failed.Id, failed.Code, failed.SenderFault) == ("x", "ReceiptHandleIsInvalid", True)
    assert failed.Message == 'The input receipt handle "bad" is not a valid receipt handle.'
    assert world.queue().messages == {}


def test_batches_that_are_wrong_as_a_whole(world: World) -> None:
    url = world.create()
    with refused("EmptyBatchRequest", "There should be at least one DeleteMessageBatchRequestEntry in the request."):
        world.ask("DeleteMessageBatch", QueueUrl=url, Entries=[])
    with refused("TooManyEntriesInBatchRequest"):
        world.ask("DeleteMessageBatch", QueueUrl=url, Entries=[Entry(Id=str(n), ReceiptHandle="x") for n in range(11)])
    with refused("BatchEntryIdsNotDistinct", "Id a repeated."):
        world.ask("DeleteMessageBatch", QueueUrl=url, Entries=[Entry(Id="a", ReceiptHandle="x")] * 2)
    with refused("InvalidBatchEntryId"):
        world.ask("DeleteMessageBatch", QueueUrl=url, Entries=[Entry(Id="a b", ReceiptHandle="x")])


def test_an_expired_handle_of_a_fifo_queue(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true", VisibilityTimeout="5")
    send_all(world, url, "a", group="g")
    (message,) = receive(world, url)
    world.clock.advance(seconds=5)
    entry = Entry(Id="a", ReceiptHandle=message.ReceiptHandle or "")
    (failed,) = world.ask("DeleteMessageBatch", QueueUrl=url, Entries=[entry]).Failed
    assert (failed.Code, failed.Message) == (
        "InvalidParameterValue",
        (
            f"Value {message.ReceiptHandle} for parameter ReceiptHandle is invalid."
            " Reason: The receipt handle has expired."
        ),
    )
