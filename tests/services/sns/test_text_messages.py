"""Publishing to phones."""

import pytest

from tests.services.sns.world import World, refused, text
from weirmq.engine.errands import Done, Outcome, SmsErrand
from weirmq.services.sns import text_messages
from weirmq.services.sns.text_messages import PART_MICRO_USD, OriginationNumber, SmsSettings, parts
from weirmq.wire.aws.types.sns import PublishBatchRequestEntry

NUMBER = "+491511234567"


def send(world: World, message: str = "hello", **attributes: str) -> None:
    values = {f"AWS.{name.replace('_', '.')}": text(value) for name, value in attributes.items()}
    world.ask("Publish", PhoneNumber=NUMBER, Message=message, MessageAttributes=values)


def test_what_goes_out(world: World) -> None:
    send(world)
    [task] = world.tasks()
    assert world.errand(task) == SmsErrand(phone_number=NUMBER, text="hello", sms_type="Promotional")


def test_defaults_and_what_overrides_them(world: World) -> None:
    world.ask("SetSMSAttributes", attributes={"DefaultSenderID": "Weir", "DefaultSMSType": "Transactional"})
    send(world)
    send(world, SNS_SMS_SenderID="Shop", SNS_SMS_SMSType="Promotional", MM_SMS_OriginationNumber="+4930123456")
    first, second = [world.errand(task) for task in world.tasks()]
    assert (first.sender_id, first.sms_type, first.origination_number) == ("Weir", "Transactional", "")
    assert (second.sender_id, second.sms_type, second.origination_number) == ("Shop", "Promotional", "+4930123456")


@pytest.mark.parametrize(
    ("name", "value"),
    [("SNS_SMS_SenderID", "12"), ("SNS_SMS_SMSType", "Loud"), ("SNS_SMS_MaxPrice", "-1"), ("SNS_SMS_MaxPrice", "nan")],
)
def test_attributes_that_cannot_be_so(world: World, name: str, value: str) -> None:
    with refused("ParameterValueInvalid"):
        send(world, **{name: value})


@pytest.mark.parametrize("number", ["+1a234", "NAA+15551234567"])
def test_numbers_that_are_none(world: World, number: str) -> None:
    with refused("InvalidParameter", f"Invalid parameter: PhoneNumber Reason: {number} is not valid to publish to"):
        world.ask("Publish", PhoneNumber=number, Message="hello")


def test_the_monthly_limit(world: World) -> None:
    world.ask("SetSMSAttributes", attributes={"MonthlySpendLimit": "0"})
    send(world)
    assert world.tasks() == []
    assert "No quota left for account" in str(world.said)
    world.ask("SetSMSAttributes", attributes={"MonthlySpendLimit": "1"})
    in_budget = 1_000_000 // PART_MICRO_USD
    for _ in range(in_budget + 1):
        send(world)
    assert len(world.tasks()) == in_budget
    other = world.restored()
    send(other)
    assert len(other.tasks()) == in_budget
    other.clock.advance(days=31)
    send(other)
    assert len(other.tasks()) == in_budget + 1


def test_a_topics_subscribers_count_too(world: World) -> None:
    world.ask("SetSMSAttributes", attributes={"MonthlySpendLimit": "1"})
    topic = world.topic()
    for number in ("+491511234567", "+491511234568"):
        world.subscribe(topic, number, "sms")
    world.publish(topic, "x" * 161)
    assert len(world.tasks()) == 2
    phones = world.sns.machine.phones
    assert [texting.spent_micro_usd for texting in phones.accounts.values()] == [4 * PART_MICRO_USD]


def test_the_messages_of_a_batch_count_together(world: World) -> None:
    world.ask("SetSMSAttributes", attributes={"MonthlySpendLimit": "1"})
    topic = world.topic()
    for number in range(20):
        world.subscribe(topic, f"+4915112345{number:02}", "sms")
    entries = [PublishBatchRequestEntry(Id=str(number), Message="x" * 1_530) for number in range(10)]
    world.ask("PublishBatch", TopicArn=topic, PublishBatchRequestEntries=entries)
    [texting] = world.sns.machine.phones.accounts.values()
    assert len(world.tasks()) == 1_000_000 // (10 * PART_MICRO_USD)
    assert texting.spent_micro_usd == len(world.tasks()) * 10 * PART_MICRO_USD


def test_a_price_that_is_too_high(world: World) -> None:
    send(world, "x" * 200, SNS_SMS_MaxPrice="0.01")
    assert world.tasks() == []
    send(world, "x" * 160, SNS_SMS_MaxPrice="0.01")
    assert len(world.tasks()) == 1


# 3GPP TS 23.038 and 23.040: 160 letters of the default alphabet or 70 others; 153 and 67 in each of several parts.
@pytest.mark.parametrize(
    ("message", "count"),
    [
        ("", 1),
        ("x" * 160, 1),
        ("x" * 161, 2),
        ("x" * 306, 2),
        ("x" * 307, 3),
        ("é" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("ж" * 70, 1),
        ("ж" * 71, 2),
        ("ж" * 134, 2),
        ("ж" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_parts(message: str, count: int) -> None:
    assert parts(message) == count
    assert text_messages.price_micro_usd(message) == count * PART_MICRO_USD


def test_origination_numbers(world: World) -> None:
    assert world.ask("ListOriginationNumbers").PhoneNumbers == []
    numbers = tuple(OriginationNumber(f"+4930{index:06}", "DE") for index in range(32))
    world.sns.sms = SmsSettings(origination_numbers=numbers)
    first = world.ask("ListOriginationNumbers")
    assert [found.PhoneNumber for found in first.PhoneNumbers] == [number.number for number in numbers[:30]]
    assert (first.PhoneNumbers[0].Iso2CountryCode, first.PhoneNumbers[0].NumberCapabilities) == ("DE", ["SMS"])
    rest = world.ask("ListOriginationNumbers", NextToken=first.NextToken, MaxResults=1)
    assert [found.PhoneNumber for found in rest.PhoneNumbers] == [numbers[30].number]
    assert rest.NextToken


ROLE = "arn:aws:iam::111122223333:role/log"


@pytest.mark.parametrize("through_a_topic", [False, True])
def test_successes_are_told_if_the_account_wants_it(world: World, through_a_topic: bool) -> None:
    topic = world.topic()
    world.subscribe(topic, NUMBER, "sms")

    def told(**settings: str) -> bool:
        world.ask("SetSMSAttributes", attributes=settings)
        if through_a_topic:
            world.publish(topic)
        else:
            send(world)
        verdict = world.outcome(world.tasks()[-1], Outcome(status=0))
        assert isinstance(verdict, Done)
        return verdict.log is not None and verdict.log["status"] == "SUCCESS"

    assert not told()
    assert told(DeliveryStatusIAMRole=ROLE)
    assert not told(DeliveryStatusSuccessSamplingRate="0")
