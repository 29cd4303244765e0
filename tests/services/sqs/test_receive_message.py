import pytest

from tests.services.sqs.kit import binary, bodies, delete, documented_md5, hide, receive, send, send_all, text
from tests.services.sqs.world import ACCOUNT, NOW_MS, ORIGIN, World, refused
from weirmq.services.sqs import receiving

ATTRIBUTES = {"foo": text("1"), "foo.a": text("2"), "food": text("3"), "bar": binary(b"\x00"), "n": text("7", "Number")}


def test_one_message_by_default(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b")
    answer = world.ask("ReceiveMessage", QueueUrl=url)
    assert bodies(answer.Messages) == ["a"]
    assert answer.Messages[0].Attributes is None
    assert answer.Messages[0].MessageAttributes is None
    assert answer.Messages[0].MD5OfMessageAttributes is None


def test_an_empty_queue(world: World) -> None:
    assert world.ask("ReceiveMessage", QueueUrl=world.create()).Messages is None


def test_the_oldest_first_ten_at_a_time(world: World) -> None:
    url = world.create()
    send_all(world, url, *map(str, range(25)))
    assert [len(receive(world, url)) for _ in range(4)] == [10, 10, 5, 0]
    world.clock.advance(seconds=30)
    assert world.bodies(url) == list(map(str, range(10)))


@pytest.mark.parametrize("most", [0, 11, -1])
def test_how_many(world: World, most: int) -> None:
    url = world.create()
    with refused(
        "InvalidParameterValueException",
        f"Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided.",
    ):
        receive(world, url, most)


@pytest.mark.parametrize("wait_s", [-1, 21])
def test_how_long(world: World, wait_s: int) -> None:
    url = world.create()
    with refused(
        "InvalidParameterValueException",
        f"Value {wait_s} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ):
        receive(world, url, WaitTimeSeconds=wait_s)


@pytest.mark.parametrize("visibility_s", [-1, 43_201])
def test_visibility_out_of_range(world: World, visibility_s: int) -> None:
    url = world.create()
    with refused("InvalidParameterValueException"):
        receive(world, url, VisibilityTimeout=visibility_s)


def test_there_is_no_such_queue(world: World) -> None:
    with refused("QueueDoesNotExist", "The specified queue does not exist."):
        receive(world, f"{ORIGIN}/{ACCOUNT}/nowhere")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], []),
        (["All"], list(ATTRIBUTES)),
        ([".*"], list(ATTRIBUTES)),
        (["foo"], ["foo"]),
        (["foo", "n", "nothing"], ["foo", "n"]),
        (["foo.*"], ["foo", "foo.a", "food"]),
        (["foo.a.*", "bar"], ["foo.a", "bar"]),
        (["nothing", "x.*"], []),
    ],
)
def test_attributes_are_chosen(world: World, names: list[str], chosen: list[str]) -> None:
    url = world.create()
    send(world, url, MessageAttributes=ATTRIBUTES)
    (message,) = receive(world, url, MessageAttributeNames=names)
    expected = {name: ATTRIBUTES[name] for name in chosen}
    assert (message.MessageAttributes or {}) == expected
    assert message.MD5OfMessageAttributes == (documented_md5(expected) if chosen else None)


@pytest.mark.parametrize("member", ["AttributeNames", "MessageSystemAttributeNames"])
def test_system_attributes_of_a_standard_queue(world: World, member: str) -> None:
    url = world.create()
    send(world, url, MessageGroupId="tenant")
    world.clock.advance(seconds=2)
    receive(world, url, VisibilityTimeout=0)
    world.clock.advance(seconds=3)
    (message,) = receive(world, url, **{member: ["All"]})
    assert message.Attributes == {
        "SenderId": ACCOUNT,
        "SentTimestamp": str(NOW_MS),
        "ApproximateReceiveCount": "2",
        "ApproximateFirstReceiveTimestamp": str(NOW_MS + 2_000),
        "MessageGroupId": "tenant",
    }


def test_both_members_together(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(
        world, url, AttributeNames=["SentTimestamp"], MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )
    assert message.Attributes == {"SentTimestamp": str(NOW_MS), "ApproximateReceiveCount": "1"}


def test_an_unknown_system_attribute(world: World) -> None:
    url = world.create()
    with refused("InvalidAttributeName", "Unknown Attribute Nothing."):
        receive(world, url, MessageSystemAttributeNames=["Nothing"])


def test_a_message_in_flight_comes_back(world: World) -> None:
    url = world.create(VisibilityTimeout="5")
    send_all(world, url, "a", "b")
    first = receive(world, url, 1)
    receive(world, url, 1, VisibilityTimeout=3)
    assert world.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "2"
    world.clock.advance(milliseconds=2_999)
    assert receive(world, url) == []
    world.clock.advance(milliseconds=1)
    assert world.bodies(url) == ["b"]
    world.clock.advance(seconds=2)
    (again,) = receive(world, url)
    assert again.Body == "a"
    assert again.ReceiptHandle != first[0].ReceiptHandle
    assert again.MessageId == first[0].MessageId


def test_what_comes_back_is_older_than_what_came_since(world: World) -> None:
    url = world.create(VisibilityTimeout="5")
    send_all(world, url, "a", "b")
    receive(world, url)
    send_all(world, url, "c")
    world.clock.advance(seconds=5)
    assert world.bodies(url) == ["a", "b", "c"]


def test_the_counts_are_exact(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b", "c")
    send(world, url, "d", DelaySeconds=60)
    (message,) = receive(world, url, 1)
    counts = world.attributes(url)
    assert [counts[f"ApproximateNumberOfMessages{kind}"] for kind in ("", "NotVisible", "Delayed")] == ["2", "1", "1"]
    delete(world, url, message)
    assert world.attributes(url)["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_short_poll_of_a_full_standard_queue(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "STANDARD_IN_FLIGHT", 3)
    url = world.create()
    send_all(world, url, *"abcde")
    found = receive(world, url)
    assert bodies(found) == ["a", "b", "c"]
    with refused("OverLimit", status=403):
        receive(world, url)
    hide(world, url, found[0], 0)
    assert bodies(receive(world, url)) == ["a"]


def test_a_full_fifo_queue_has_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "FIFO_IN_FLIGHT", 2)
    url = world.create("orders.fifo", FifoQueue="true")
    for group in "abc":
        send_all(world, url, group, group=group)
    found = receive(world, url)
    assert bodies(found) == ["a", "b"]
    assert receive(world, url) == []
    delete(world, url, found[0])
    assert world.bodies(url) == ["c"]


def test_an_attempt_id_is_for_fifo_queues(world: World) -> None:
    url = world.create()
    with refused(
        "InvalidParameterValueException",
        "Value x for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not"
        " valid for this queue type.",
    ):
        receive(world, url, ReceiveRequestAttemptId="x")
