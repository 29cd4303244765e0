import pytest

from tests.services.sqs.kit import bodies, delete, receive, send, send_all
from tests.services.sqs.world import World, refused


def test_a_deleted_message_is_gone(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b")
    (first, _) = receive(world, url)
    delete(world, url, first)
    world.clock.advance(seconds=30)
    assert world.bodies(url) == ["b"]


def test_twice_is_no_error(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url)
    delete(world, url, message)
    end = world.journal.end
    delete(world, url, message)
    assert world.journal.end == end


def test_a_handle_of_a_standard_queue_outlives_its_receive(world: World) -> None:
    url = world.create(VisibilityTimeout="5")
    send(world, url)
    (message,) = receive(world, url)
    world.clock.advance(seconds=5)
    receive(world, url)
    delete(world, url, message)
    world.clock.advance(seconds=5)
    assert receive(world, url) == []
    assert world.queue().messages == {}


@pytest.mark.parametrize("again", [False, True])
def test_a_handle_of_a_fifo_queue_expires(world: World, again: bool) -> None:
    url = world.create("orders.fifo", FifoQueue="true", VisibilityTimeout="5")
    send_all(world, url, "a", group="g")
    (message,) = receive(world, url)
    world.clock.advance(seconds=5)
    if again:
        receive(world, url)
    with refused(
        "InvalidParameterValueException",
        f"Value {message.ReceiptHandle} for parameter ReceiptHandle is invalid."
        " Reason: The receipt handle has expired.",
    ):
        delete(world, url, message)
    assert len(world.queue("orders.fifo").messages) == 1


def test_a_made_up_handle(world: World) -> None:
    url = world.create()
    with refused("ReceiptHandleIsInvalid", 'The input receipt handle "abc" is not a valid receipt handle.'):
        world.ask("DeleteMessage", QueueUrl=url, ReceiptHandle="abc")


def test_a_handle_of_another_queue(world: World) -> None:
    url, other = world.create(), world.create("other")
    send(world, url)
    send(world, other)
    (message,) = receive(world, url)
    with refused("ReceiptHandleIsInvalid"):
        delete(world, other, message)


def test_a_handle_survives_a_restart(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b")
    (first, _) = receive(world, url)
    later = world.restarted()
    delete(later, url, first)
    later.clock.advance(seconds=30)
    assert bodies(receive(later, url)) == ["b"]
    last = later.restarted()
    last.clock.advance(seconds=30)
    assert bodies(receive(last, url)) == ["b"]
