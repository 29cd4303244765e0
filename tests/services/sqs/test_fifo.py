import hashlib

import pytest

from tests.services.sqs.kit import bodies, delete, hide, receive, send, send_all
from tests.services.sqs.world import World, refused


@pytest.fixture
def url(world: World) -> str:
    return world.create("orders.fifo", FifoQueue="true", VisibilityTimeout="30")


def test_sequence_numbers_grow(world: World, url: str) -> None:
    numbers = [send(world, url, MessageGroupId="g", MessageDeduplicationId=str(n)).SequenceNumber for n in range(300)]
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {20}


def test_what_a_receiver_sees(world: World, url: str) -> None:
    sent = send(world, url, MessageGroupId="g", MessageDeduplicationId="d")
    (message,) = receive(world, url, MessageSystemAttributeNames=["All"])
    found = message.Attributes or {}
    assert (found["SequenceNumber"], found["MessageGroupId"], found["MessageDeduplicationId"]) == (
        sent.SequenceNumber,
        "g",
        "d",
    )


def test_a_group_is_locked_while_one_of_it_is_in_flight(world: World, url: str) -> None:
    send_all(world, url, "a1", "a2", "a3", group="a")
    send_all(world, url, "b1", group="b")
    first, second = receive(world, url, 2)
    assert bodies([first, second]) == ["a1", "a2"]
    assert world.bodies(url) == ["b1"]
    delete(world, url, first)
    assert world.bodies(url) == []
    delete(world, url, second)
    assert world.bodies(url) == ["a3"]


def test_groups_come_by_their_oldest_message(world: World, url: str) -> None:
    for body in ("b1", "a1", "b2", "a2"):
        send_all(world, url, body, group=body[0])
    assert world.bodies(url) == ["b1", "b2", "a1", "a2"]


def test_order_after_visibility_ends(world: World, url: str) -> None:
    send_all(world, url, "1", "2", "3", group="g")
    receive(world, url, 2, VisibilityTimeout=10)
    world.clock.advance(seconds=10)
    assert world.bodies(url) == ["1", "2", "3"]


def test_order_when_the_later_one_comes_back_first(world: World, url: str) -> None:
    send_all(world, url, "1", "2", "3", group="g")
    _, second = receive(world, url, 2)
    hide(world, url, second, 0)
    assert world.bodies(url) == []
    world.clock.advance(seconds=30)
    assert world.bodies(url) == ["1", "2", "3"]


def test_a_new_message_waits_for_its_group(world: World, url: str) -> None:
    send_all(world, url, "1", group="g")
    (first,) = receive(world, url)
    send_all(world, url, "2", group="g")
    assert world.bodies(url) == []
    hide(world, url, first, 0)
    assert world.bodies(url) == ["1", "2"]


def test_five_minutes_even_after_a_delete(world: World, url: str) -> None:
    first = send(world, url, "1", MessageGroupId="g", MessageDeduplicationId="d")
    (message,) = receive(world, url)
    delete(world, url, message)
    world.clock.advance(milliseconds=299_999)
    again = send(world, url, "other", MessageGroupId="other", MessageDeduplicationId="d")
    assert (again.MessageId, again.SequenceNumber) == (first.MessageId, first.SequenceNumber)
    assert again.MD5OfMessageBody == hashlib.md5(b"other", usedforsecurity=False).hexdigest()
    assert world.bodies(url) == []
    world.clock.advance(milliseconds=1)  # five minutes from the first, however often it was repeated
    new = send(world, url, "new", MessageGroupId="g", MessageDeduplicationId="d")
    assert new.MessageId != first.MessageId
    assert world.bodies(url) == ["new"]


def test_a_duplicate_writes_nothing(world: World, url: str) -> None:
    send_all(world, url, "1", group="g")
    end = world.journal.end
    send_all(world, url, "1", group="g")
    assert world.journal.end == end


def test_a_purge_forgets_no_duplicate(world: World, url: str) -> None:
    send_all(world, url, "1", group="g")
    world.ask("PurgeQueue", QueueUrl=url)
    send_all(world, url, "1", group="g")
    assert world.bodies(url) == []


def test_deduplication_by_content(world: World) -> None:
    url = world.create("content.fifo", FifoQueue="true", ContentBasedDeduplication="true")
    first = send(world, url, "same", MessageGroupId="a")
    assert send(world, url, "same", MessageGroupId="b").MessageId == first.MessageId
    other = send(world, url, "same", MessageGroupId="a", MessageDeduplicationId="explicit")
    assert other.MessageId != first.MessageId
    messages = receive(world, url, MessageSystemAttributeNames=["MessageDeduplicationId"])
    assert [(message.Attributes or {})["MessageDeduplicationId"] for message in messages] == [
        hashlib.sha256(b"same").hexdigest(),
        "explicit",
    ]


def test_deduplication_by_group(world: World) -> None:
    url = world.create(
        "high.fifo", FifoQueue="true", DeduplicationScope="messageGroup", FifoThroughputLimit="perMessageGroupId"
    )
    ids = [send(world, url, MessageGroupId=g, MessageDeduplicationId="d").MessageId for g in ("a", "b", "a")]
    assert ids[0] == ids[2] != ids[1]
    assert len(receive(world, url)) == 2


def test_deduplication_survives_a_restart(world: World, url: str) -> None:
    first = send(world, url, MessageGroupId="g", MessageDeduplicationId="d")
    later = world.restarted()
    assert send(later, url, MessageGroupId="g", MessageDeduplicationId="d").MessageId == first.MessageId


def test_a_delay_is_the_queues(world: World) -> None:
    url = world.create("slow.fifo", FifoQueue="true", DelaySeconds="10")
    send(world, url, "1", MessageGroupId="g", MessageDeduplicationId="1")
    send(world, url, "2", MessageGroupId="g", MessageDeduplicationId="2", DelaySeconds=0)
    assert world.bodies(url) == []
    world.clock.advance(seconds=10)
    assert world.bodies(url) == ["1", "2"]


def test_a_new_delay_holds_for_what_is_delayed(world: World) -> None:
    url = world.create("slow.fifo", FifoQueue="true", DelaySeconds="100")
    send_all(world, url, "1", "2", group="g")
    world.ask("SetQueueAttributes", QueueUrl=url, Attributes={"DelaySeconds": "5"})
    world.clock.advance(seconds=5)
    assert world.bodies(url) == ["1", "2"]


def test_an_attempt_again_gets_the_same(world: World, url: str) -> None:
    send_all(world, url, "1", "2", "3", group="g")
    first = receive(world, url, 2, ReceiveRequestAttemptId="try")
    world.clock.advance(seconds=20)
    again = receive(world, url, 2, ReceiveRequestAttemptId="try")
    assert bodies(again) == bodies(first) == ["1", "2"]
    world.clock.advance(seconds=20)  # its visibility started anew
    assert world.bodies(url) == []
    for message in again:
        delete(world, url, message)
    assert world.bodies(url) == ["3"]


def test_an_attempt_again_after_a_change_is_a_new_one(world: World, url: str) -> None:
    send_all(world, url, "1", group="a")
    send_all(world, url, "2", group="b")
    (first,) = receive(world, url, 1, ReceiveRequestAttemptId="try")
    delete(world, url, first)
    assert bodies(receive(world, url, 1, ReceiveRequestAttemptId="try")) == ["2"]


def test_an_attempt_is_forgotten_after_five_minutes(world: World, url: str) -> None:
    send_all(world, url, "1", group="g")
    receive(world, url, ReceiveRequestAttemptId="try", VisibilityTimeout=1_000)
    world.clock.advance(milliseconds=299_999)
    assert len(receive(world, url, ReceiveRequestAttemptId="try", VisibilityTimeout=1_000)) == 1
    world.clock.advance(milliseconds=1)
    assert receive(world, url, ReceiveRequestAttemptId="try") == []
    assert world.queue("orders.fifo").attempts == {}


@pytest.mark.parametrize("attempt_id", ["", "x" * 129, "a b\n"])
def test_bad_attempt_ids(world: World, url: str, attempt_id: str) -> None:
    with refused("InvalidParameterValueException"):
        receive(world, url, ReceiveRequestAttemptId=attempt_id)


def test_order_survives_a_restart_with_a_message_in_flight(world: World, url: str) -> None:
    send_all(world, url, "1", "2", "3", group="g")
    (first,) = receive(world, url, 1)
    later = world.restarted()
    assert later.bodies(url) == []
    delete(later, url, first)
    assert later.bodies(url) == ["2", "3"]


def test_many_groups_share_the_heaps(world: World, url: str) -> None:
    for n in range(60):
        send_all(world, url, f"{n}", group=f"g{n % 7}")
    seen: dict[int, list[int]] = {}
    while found := receive(world, url, 3):
        for message in found:
            number = int(message.Body or "")
            seen.setdefault(number % 7, []).append(number)
            delete(world, url, message)
    assert seen == {group: list(range(group, 60, 7)) for group in range(7)}
    assert world.queue("orders.fifo").lanes == {}
