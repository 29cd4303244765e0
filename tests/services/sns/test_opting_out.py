"""CheckIfPhoneNumberIsOptedOut, ListPhoneNumbersOptedOut, OptInPhoneNumber, and the word that ends messages."""

import pytest

from tests.services.sns.world import STRANGER, World, refused
from weirmq.engine.errands import SmsErrand
from weirmq.services.sns import sms

NUMBER = "+491511234567"


def stopped(world: World, *numbers: str) -> None:
    """An account that has sent text messages, and some who wanted no more of them."""
    world.ask("SetSMSAttributes", attributes={"DefaultSMSType": "Transactional"})
    for number in numbers:
        assert sms.received(world.sns, number, " Stop\n", world.clock.now_ms())
    world.journal.flush()


def is_out(world: World, number: str = NUMBER) -> bool:
    found: bool = world.ask("CheckIfPhoneNumberIsOptedOut", phoneNumber=number).isOptedOut
    return found


def test_who_says_stop_gets_no_more(world: World) -> None:
    assert not is_out(world)
    stopped(world, NUMBER)
    assert is_out(world)
    assert not is_out(world, "+491511234568")
    assert is_out(world.restarted())
    assert is_out(world.restored())
    world.ask("Publish", PhoneNumber=NUMBER, Message="hello")
    assert world.tasks() == []
    assert "opted out" in str(world.said)


def test_other_words_end_nothing(world: World) -> None:
    world.ask("SetSMSAttributes", attributes={"DefaultSMSType": "Transactional"})
    assert not sms.received(world.sns, NUMBER, "please stop this", world.clock.now_ms())
    assert not is_out(world)


def test_a_message_that_waits_is_not_sent_any_more(world: World) -> None:
    world.ask("Publish", PhoneNumber=NUMBER, Message="hello")
    [task] = world.tasks()
    assert isinstance(world.errand(task), SmsErrand)
    stopped(world, NUMBER)
    assert not isinstance(world.errand(task), SmsErrand)


def test_opting_in(world: World) -> None:
    world.ask("OptInPhoneNumber", phoneNumber=NUMBER)
    stopped(world, NUMBER)
    world.ask("OptInPhoneNumber", phoneNumber=NUMBER)
    assert not is_out(world)
    stopped(world, NUMBER)
    world.clock.advance(days=29)
    with refused("InvalidParameter"):
        world.restored().ask("OptInPhoneNumber", phoneNumber=NUMBER)
    world.clock.advance(days=1)
    world.ask("OptInPhoneNumber", phoneNumber=NUMBER)
    assert not is_out(world.restarted())


def test_listed_page_by_page(world: World) -> None:
    numbers = [f"+4915{number:08}" for number in range(103)]
    stopped(world, *reversed(numbers))
    first = world.ask("ListPhoneNumbersOptedOut")
    assert first.phoneNumbers == numbers[:100]
    rest = world.ask("ListPhoneNumbersOptedOut", nextToken=first.nextToken)
    assert (rest.phoneNumbers, rest.nextToken) == (numbers[100:], None)
    assert world.ask("ListPhoneNumbersOptedOut", caller=STRANGER).phoneNumbers == []
    with refused("InvalidParameter"):
        world.ask("ListPhoneNumbersOptedOut", nextToken="x")


@pytest.mark.parametrize("number", ["", "hello", "+1a234", "NAA+15551234567", "+", "+1234567890123456"])
@pytest.mark.parametrize("operation", ["CheckIfPhoneNumberIsOptedOut", "OptInPhoneNumber"])
def test_numbers_that_are_none(world: World, operation: str, number: str) -> None:
    with refused("InvalidParameter", "Invalid parameter: PhoneNumber Reason: input incorrectly formatted"):
        world.ask(operation, phoneNumber=number)
