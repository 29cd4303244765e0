import pytest

from tests.services.sqs.kit import bodies, delete, hide, receive, send, send_all
from tests.services.sqs.world import World, refused


def test_zero_gives_a_message_back(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url)
    hide(world, url, message, 0)
    assert len(receive(world, url)) == 1


def test_longer_and_shorter(world: World) -> None:
    url = world.create()
    send_all(world, url, "long", "short")
    long, short = receive(world, url)
    hide(world, url, long, 100)
    hide(world, url, short, 10)
    world.clock.advance(seconds=10)
    assert world.bodies(url) == ["short"]
    world.clock.advance(milliseconds=89_999)
    assert "long" not in world.bodies(url)
    world.clock.advance(milliseconds=1)
    assert "long" in world.bodies(url)


def test_twelve_hours_from_the_receive_on(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url, VisibilityTimeout=43_200)
    world.clock.advance(hours=11)
    hide(world, url, message, 3_600)
    with refused(
        "InvalidParameterValueException",
        "Value 3601 for parameter VisibilityTimeout is invalid. Reason: Total VisibilityTimeout for the message is"
        " beyond the limit [43200 seconds]",
    ):
        hide(world, url, message, 3_601)
    world.clock.advance(hours=1)
    (again,) = receive(world, url)
    hide(world, url, again, 43_200)  # a new receive starts anew


@pytest.mark.parametrize("seconds", [-1, 43_201])
def test_out_of_range(world: World, seconds: int) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url)
    with refused("InvalidParameterValueException"):
        hide(world, url, message, seconds)


def test_a_message_that_is_visible(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url)
    world.clock.advance(seconds=30)
    with refused("MessageNotInflight"):
        hide(world, url, message, 10)


def test_a_message_that_is_gone(world: World) -> None:
    url = world.create()
    send(world, url)
    (message,) = receive(world, url)
    delete(world, url, message)
    with refused(
        "InvalidParameterValueException",
        f"Value {message.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is"
        " not available for visibility timeout change.",
    ):
        hide(world, url, message, 10)


def test_a_made_up_handle(world: World) -> None:
    url = world.create()
    with refused("ReceiptHandleIsInvalid"):
        world.ask("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle="abc", VisibilityTimeout=1)


def test_an_older_handle_of_a_fifo_queue(world: World) -> None:
    url = world.create("orders.fifo", FifoQueue="true", VisibilityTimeout="5")
    send_all(world, url, "a", group="g")
    (message,) = receive(world, url)
    world.clock.advance(seconds=5)
    receive(world, url)
    with refused(
        "InvalidParameterValueException",
        f"Value {message.ReceiptHandle} for parameter ReceiptHandle is invalid."
        " Reason: The receipt handle has expired.",
    ):
        hide(world, url, message, 10)


def test_giving_back_keeps_the_place(world: World) -> None:
    url = world.create()
    send_all(world, url, "a", "b", "c")
    (first,) = receive(world, url, 1)
    hide(world, url, first, 0)
    assert bodies(receive(world, url)) == ["a", "b", "c"]
