from typing import Any

import pytest

from tests.services.sqs.kit import bodies, documented_md5, receive, text
from tests.services.sqs.world import World, refused
from weirmq.wire.aws.types.sqs import SendMessageBatchRequestEntry as Entry


def send_batch(world: World, url: str, *entries: Entry) -> Any:
    return world.ask("SendMessageBatch", QueueUrl=url, Entries=list(entries))


def test_ten_messages_in_order(world: World) -> None:
    url = world.create()
    given = [Entry(Id=f"e{n}", MessageBody=f"m{n}", MessageAttributes={"n": text(str(n), "Number")}) for n in range(10)]
    answer = send_batch(world, url, *given)
    assert answer.Failed == []
    assert [entry.Id for entry in answer.Successful] == [f"e{n}" for n in range(10)]
    assert [entry.MD5OfMessageAttributes for entry in answer.Successful] == [
        documented_md5(entry.MessageAttributes or {}) for entry in given
    ]
    assert bodies(receive(world, url)) == [f"m{n}" for n in range(10)]


def test_a_bad_entry_fails_alone(world: World) -> None:
    url = world.create()
    answer = send_batch(
        world,
        url,
        Entry(Id="a", MessageBody="good"),
        Entry(Id="b", MessageBody="\x00"),
        Entry(Id="c", MessageBody="good", DelaySeconds=901),
        Entry(Id="d", MessageBody=""),
    )
    assert [entry.Id for entry in answer.Successful] == ["a"]
    assert [(entry.Id, entry.Code, entry.SenderFault) for entry in answer.Failed] == [
        ("b", "InvalidMessageContents", True),
        ("c", "InvalidParameterValue", True),
        ("d", "MissingParameter", True),
    ]
    assert answer.Failed[2].Message == "The request must contain the parameter MessageBody."
    assert world.bodies(url) == ["good"]


def test_all_entries_may_fail(world: World) -> None:
    url = world.create()
    end = world.journal.end
    answer = send_batch(world, url, Entry(Id="a", MessageBody=""))
    assert (answer.Successful, len(answer.Failed), world.journal.end) == ([], 1, end)


def test_an_empty_batch(world: World) -> None:
    url = world.create()
    with refused("EmptyBatchRequest", "There should be at least one SendMessageBatchRequestEntry in the request."):
        send_batch(world, url)


def test_eleven_entries(world: World) -> None:
    url = world.create()
    with refused("TooManyEntriesInBatchRequest", "Maximum number of entries per request are 10. You have sent 11."):
        send_batch(world, url, *[Entry(Id=str(n), MessageBody="x") for n in range(11)])


def test_ids_must_differ(world: World) -> None:
    url = world.create()
    with refused("BatchEntryIdsNotDistinct", "Id a repeated."):
        send_batch(world, url, Entry(Id="a", MessageBody="x"), Entry(Id="a", MessageBody="x"))
    assert world.bodies(url) == []


@pytest.mark.parametrize("entry_id", ["", "a b", "ä", "a.b", "a" * 81, "a\n"])
def test_bad_ids(world: World, entry_id: str) -> None:
    url = world.create()
    with refused(
        "InvalidBatchEntryId",
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. "
        "It can be at most 80 letters long.",
    ):
        send_batch(world, url, Entry(Id=entry_id, MessageBody="x"))


def test_an_id_of_eighty_letters(world: World) -> None:
    url = world.create()
    assert len(send_batch(world, url, Entry(Id="a_-" + "x" * 77, MessageBody="x")).Successful) == 1


def test_a_batch_has_a_mebibyte_in_all(world: World) -> None:
    url = world.create()
    half = "x" * 524_288
    send_batch(world, url, Entry(Id="a", MessageBody=half), Entry(Id="b", MessageBody=half))
    with refused(
        "BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048577 bytes.",
    ):
        send_batch(world, url, Entry(Id="a", MessageBody=half), Entry(Id="b", MessageBody=half + "x"))
    assert len(receive(world, url)) == 2


def test_one_message_may_be_too_long_for_its_queue(world: World) -> None:
    url = world.create(MaximumMessageSize="1024")
    answer = send_batch(world, url, Entry(Id="a", MessageBody="x" * 1025), Entry(Id="b", MessageBody="x" * 1024))
    assert [entry.Id for entry in answer.Successful] == ["b"]
    assert answer.Failed[0].Message == (
        "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
    )


def test_each_entry_has_its_timer(world: World) -> None:
    url = world.create(DelaySeconds="5")
    send_batch(
        world, url, Entry(Id="a", MessageBody="queue's"), Entry(Id="b", MessageBody="own", DelaySeconds=2),
        Entry(Id="c", MessageBody="none", DelaySeconds=0),
    )  # fmt: skip
    assert world.bodies(url) == ["none"]
    world.clock.advance(seconds=2)
    assert world.bodies(url) == ["own"]
    world.clock.advance(seconds=3)
    assert world.bodies(url) == ["queue's"]


def test_duplicates_within_a_batch(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true")
    answer = send_batch(
        world, url,
        *[Entry(Id=str(n), MessageBody=str(n), MessageGroupId="g", MessageDeduplicationId="same") for n in range(3)],
    )  # fmt: skip
    assert len({(entry.MessageId, entry.SequenceNumber) for entry in answer.Successful}) == 1
    assert world.bodies(url) == ["0"]


def test_a_fifo_batch_keeps_its_order(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    answer = send_batch(world, url, *[Entry(Id=str(n), MessageBody=str(n), MessageGroupId="g") for n in range(10)])
    numbers = [entry.SequenceNumber for entry in answer.Successful]
    assert numbers == sorted(set(numbers))
    assert world.bodies(url) == [str(n) for n in range(10)]
