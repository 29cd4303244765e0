"""The five operations of the SMS sandbox."""

import re
from typing import Any

import pytest

from tests.services.sns.world import STRANGER, World, refused
from weirmq.engine.errands import SmsErrand
from weirmq.services.sns import sms
from weirmq.services.sns.text_messages import SmsSettings

NUMBER = "+491511234567"


@pytest.fixture
def sandbox(world: World) -> World:
    world.sns.sms = SmsSettings(is_in_sandbox=True)
    return world


def add(world: World, number: str = NUMBER, **members: Any) -> None:
    world.ask("CreateSMSSandboxPhoneNumber", PhoneNumber=number, **members)


def password(world: World) -> str:
    """The one that went out last."""
    errand = world.errand(world.tasks()[-1])
    assert isinstance(errand, SmsErrand)
    found = re.search(r"\d{6}", errand.text)
    assert found is not None
    return found[0]


def verify(world: World, one_time_password: str, number: str = NUMBER) -> None:
    world.ask("VerifySMSSandboxPhoneNumber", PhoneNumber=number, OneTimePassword=one_time_password)


def numbers(world: World, **members: Any) -> list[tuple[str, str]]:
    found = world.ask("ListSMSSandboxPhoneNumbers", **members).PhoneNumbers
    return [(each.PhoneNumber, each.Status) for each in found]


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06}"


def test_where_the_account_is(world: World) -> None:
    assert world.ask("GetSMSSandboxAccountStatus").IsInSandbox is False
    world.sns.sms = SmsSettings(is_in_sandbox=True)
    assert world.ask("GetSMSSandboxAccountStatus").IsInSandbox is True


def test_messages_go_to_verified_numbers_only(sandbox: World) -> None:
    sandbox.ask("Publish", PhoneNumber=NUMBER, Message="hello")
    assert sandbox.tasks() == []
    add(sandbox)
    assert numbers(sandbox) == [(NUMBER, "Pending")]
    verify(sandbox, password(sandbox))
    sandbox.ask("Publish", PhoneNumber=NUMBER, Message="hello")
    assert sandbox.errand(sandbox.tasks()[-1]).text == "hello"
    for other in (sandbox, sandbox.restarted(), sandbox.restored()):
        assert numbers(other) == [(NUMBER, "Verified")]


def test_the_password_in_the_phones_language(sandbox: World) -> None:
    add(sandbox, LanguageCode="de-DE")
    assert sandbox.errand(sandbox.tasks()[-1]).text == f"Ihr Bestätigungscode lautet {password(sandbox)}."


def test_a_wrong_password(sandbox: World) -> None:
    add(sandbox)
    right = password(sandbox)
    for _ in range(4):
        with refused("VerificationException"):
            verify(sandbox, wrong(right))
    verify(sandbox.restored(), right)


def test_passwords_cannot_be_found_by_trying(sandbox: World) -> None:
    add(sandbox)
    right = password(sandbox)
    for _ in range(5):
        with refused("VerificationException"):
            verify(sandbox, wrong(right))
    with refused("VerificationException"):
        verify(sandbox, right)
    add(sandbox)
    verify(sandbox, password(sandbox))


def test_a_password_is_not_valid_for_ever(sandbox: World) -> None:
    add(sandbox)
    sandbox.clock.advance(minutes=15)
    with refused("VerificationException"):
        verify(sandbox, password(sandbox))


def test_another_password_takes_the_place_of_the_first(sandbox: World) -> None:
    add(sandbox)
    first = password(sandbox)
    add(sandbox)
    assert password(sandbox) != first
    with refused("VerificationException"):
        verify(sandbox, first)
    verify(sandbox, password(sandbox))
    verify(sandbox, "000000")


def test_five_passwords_a_day(sandbox: World) -> None:
    for _ in range(5):
        add(sandbox)
        sandbox.clock.advance(hours=1)
    with refused("UserError"):
        add(sandbox)
    sandbox.clock.advance(hours=19)
    add(sandbox)


def test_ten_numbers(sandbox: World) -> None:
    known = [f"+4915{number:08}" for number in range(10)]
    for number in reversed(known):
        add(sandbox, number)
    with refused("UserError"):
        add(sandbox)
    assert numbers(sandbox) == [(number, "Pending") for number in known]
    first = sandbox.ask("ListSMSSandboxPhoneNumbers", MaxResults=7)
    assert [each.PhoneNumber for each in first.PhoneNumbers] == known[:7]
    assert numbers(sandbox, NextToken=first.NextToken) == [(number, "Pending") for number in known[7:]]
    assert numbers(sandbox, caller=STRANGER) == []


def test_a_verified_number_stays_for_a_day(sandbox: World) -> None:
    add(sandbox)
    verify(sandbox, password(sandbox))
    with refused("UserError"):
        add(sandbox)
    with refused("UserError"):
        sandbox.ask("DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER)
    sandbox.clock.advance(days=1)
    sandbox.ask("DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER)
    assert numbers(sandbox.restarted()) == []


def test_a_pending_number_can_go_at_once(sandbox: World) -> None:
    add(sandbox)
    sandbox.ask("DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER)
    assert numbers(sandbox) == []


def test_a_number_that_it_does_not_know(sandbox: World) -> None:
    with refused("ResourceNotFound", status=404):
        verify(sandbox, "123456")
    with refused("ResourceNotFound", status=404):
        sandbox.ask("DeleteSMSSandboxPhoneNumber", PhoneNumber=NUMBER)


def test_who_opted_out_is_sent_no_password(sandbox: World) -> None:
    sandbox.ask("SetSMSAttributes", attributes={"DefaultSMSType": "Transactional"})
    sms.received(sandbox.sns, NUMBER, "STOP", sandbox.clock.now_ms())
    with refused("OptedOut"):
        add(sandbox)


def test_numbers_that_are_none(sandbox: World) -> None:
    with refused("InvalidParameter"):
        add(sandbox, "123")
    with refused("InvalidParameter"):
        verify(sandbox, "123456", "")
