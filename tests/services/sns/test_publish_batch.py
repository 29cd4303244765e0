import json

import pytest

from tests.services.sns.world import World, refused, text, topic_arn
from weirmq.wire.aws.types.sns import PublishBatchRequestEntry as Entry
from weirmq.wire.aws.types.sns import PublishBatchResponse


def publish(world: World, topic: str, *entries: Entry) -> PublishBatchResponse:
    answer: PublishBatchResponse = world.ask("PublishBatch", TopicArn=topic, PublishBatchRequestEntries=list(entries))
    return answer


@pytest.fixture
def topic(world: World) -> str:
    return world.topic()


@pytest.fixture
def queue(world: World, topic: str) -> str:
    arn = world.queue()
    world.subscribe(topic, arn)
    return arn


def test_ten(world: World, topic: str, queue: str) -> None:
    answer = publish(world, topic, *(Entry(Id=f"i{n}", Message=f"m{n}") for n in range(10)))
    assert [entry.Id for entry in answer.Successful or []] == [f"i{n}" for n in range(10)]
    assert answer.Failed == []
    envelopes = [json.loads(body) for body in world.bodies(queue)]
    assert [each["Message"] for each in envelopes] == [f"m{n}" for n in range(10)]
    assert [each["MessageId"] for each in envelopes] == [entry.MessageId for entry in answer.Successful or []]


def test_some_fail(world: World, topic: str, queue: str) -> None:
    answer = publish(
        world,
        topic,
        Entry(Id="good", Message="hi"),
        Entry(Id="empty", Message=""),
        Entry(Id="name", Message="x", MessageAttributes={"a..b": text("x")}),
        Entry(Id="fifo", Message="x", MessageDeduplicationId="x"),
    )
    assert [entry.Id for entry in answer.Successful or []] == ["good"]
    failed = {entry.Id: (entry.Code, entry.Message, entry.SenderFault) for entry in answer.Failed or []}
    assert failed["empty"] == ("InvalidParameter", "Invalid parameter: Empty message", True)
    assert failed["name"][0] == "ParameterValueInvalid"
    assert failed["fifo"][0] == "InvalidParameter"
    assert world.messages(queue) == ["hi"]


@pytest.mark.parametrize(
    ("ids", "code", "message"),
    [
        ([], "EmptyBatchRequest", "The batch request doesn't contain any entries."),
        (
            [f"i{n}" for n in range(11)],
            "TooManyEntriesInBatchRequest",
            "The batch request contains more entries than permissible.",
        ),
        (
            ["a", "a"],
            "BatchEntryIdsNotDistinct",
            "Two or more batch entries in the request have the same Id.",
        ),
        (
            ["message.id"],
            "InvalidBatchEntryId",
            "The Id of a batch entry in the batch request contains an impermissible character: message.id",
        ),
        (
            ["msg@123#test"],
            "InvalidBatchEntryId",
            "The Id of a batch entry in the batch request contains an impermissible character: msg@123#test",
        ),
        (
            ["a" * 81],
            "InvalidBatchEntryId",
            f"The Id of a batch entry in the batch request is too long: {'a' * 81}",
        ),
    ],
)
def test_refused_as_a_whole(world: World, topic: str, queue: str, ids: list[str], code: str, message: str) -> None:
    with refused(code, message):
        publish(world, topic, *(Entry(Id=each, Message="x") for each in ids))
    assert world.bodies(queue) == []


def test_too_long_together(world: World, topic: str) -> None:
    half = "x" * (128 * 1024)
    assert not publish(world, topic, Entry(Id="a", Message=half), Entry(Id="b", Message=half)).Failed
    message = "The length of all the messages put together is more than the limit."
    with refused("BatchRequestTooLong", message):
        publish(world, topic, Entry(Id="a", Message=half), Entry(Id="b", Message=half + "x"))


def test_a_topics_limit_is_that_of_the_batch(world: World) -> None:
    """PublishBatch: "The combined size of all messages ... must not exceed the topic's MaximumMessageSize"."""
    for limit in (1024, 1024 * 1024):
        topic = world.topic(f"up-to-{limit}", MaximumMessageSize=str(limit))
        half = "x" * (limit // 2)
        assert not publish(world, topic, Entry(Id="a", Message=half), Entry(Id="b", Message=half)).Failed
        with refused("BatchRequestTooLong"):
            publish(world, topic, Entry(Id="a", Message=half), Entry(Id="b", Message=half + "x"))


def test_a_topic_that_is_not_there(world: World) -> None:
    with refused("NotFound", "Topic does not exist", 404):
        publish(world, topic_arn("orders"), Entry(Id="a", Message="x"))


def test_on_a_fifo_topic(world: World) -> None:
    topic, queue = world.topic("orders.fifo", ContentBasedDeduplication="true"), world.queue("orders.fifo")
    world.subscribe(topic, queue, RawMessageDelivery="true")
    answer = publish(
        world,
        topic,
        Entry(Id="a", Message="1", MessageGroupId="g"),
        Entry(Id="b", Message="1", MessageGroupId="g"),
        Entry(Id="c", Message="2", MessageGroupId="g"),
        Entry(Id="d", Message="3"),
    )
    a, b, c = answer.Successful or []
    assert (a.MessageId, a.SequenceNumber) == (b.MessageId, b.SequenceNumber)
    assert (a.SequenceNumber or "") < (c.SequenceNumber or "")
    assert [entry.Message for entry in answer.Failed or []] == [
        "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
    ]
    assert world.bodies(queue) == ["1", "2"]


def test_one_fact_for_each_message(world: World, topic: str, queue: str) -> None:
    end = world.journal.end
    publish(world, topic, *(Entry(Id=f"i{n}", Message=f"m{n}") for n in range(10)))
    assert world.journal.end == end + 10
