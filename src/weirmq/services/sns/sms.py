"""Text messages: an account's settings, who wants none, and what goes out.

Source: https://docs.aws.amazon.com/sns/latest/dg/sns-mobile-phone-number-as-subscriber.html
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, cast

from weirmq.engine.errands import SmsErrand
from weirmq.engine.handover import Value
from weirmq.engine.machine import Fact
from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.clock import DAY_MS
from weirmq.kernel.errors import ServiceError
from weirmq.services.sns import errors, facts, listing, text_messages
from weirmq.services.sns.limits import LISTED
from weirmq.services.sns.notifications import NO_VALUES
from weirmq.services.sns.phones import Texting
from weirmq.services.sns.protocols import phone_number
from weirmq.services.sns.service import Sns
from weirmq.wire.aws.types import sns as types

OPT_IN_AGAIN_MS: Final = 30 * DAY_MS  # "You can opt in a phone number only once every 30 days"
ORIGINATION_LISTED: Final = 30
_MICRO: Final = 1_000_000

PROMOTIONAL: Final = "Promotional"
_TYPES: Final = (PROMOTIONAL, "Transactional")
_LIMIT: Final = "MonthlySpendLimit"
_ROLE: Final = "DeliveryStatusIAMRole"
_SAMPLE_RATE: Final = "DeliveryStatusSuccessSamplingRate"
DEFAULTS: Final[Mapping[str, str]] = {_LIMIT: "1"}

SENDER_ID: Final = "AWS.SNS.SMS.SenderID"
MAX_PRICE: Final = "AWS.SNS.SMS.MaxPrice"
SMS_TYPE: Final = "AWS.SNS.SMS.SMSType"
ORIGINATION: Final = "AWS.MM.SMS.OriginationNumber"

# "A sender ID ... can contain up to 11 alphanumeric characters, and must contain at least one letter."
_SENDER: Final = re.compile(r"(?=[0-9]*[A-Za-z])[A-Za-z0-9]{1,11}")
_PRICE: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    _LIMIT: re.compile(r"[0-9]{1,9}"),
    _ROLE: re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}"),
    _SAMPLE_RATE: re.compile(r"[0-9]{1,2}|100"),
    "DefaultSenderID": _SENDER,
    "DefaultSMSType": re.compile("|".join(_TYPES)),
    "UsageReportS3Bucket": re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]"),
}
# "Opting out of receiving SMS messages": what somebody answers who wants no more of them.
_STOP: Final = frozenset({"ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"})


# Settings


def set_sms_attributes(
    service: Sns, call: Call, request: types.SetSMSAttributesInput
) -> types.SetSMSAttributesResponse:
    """Change settings; an empty value takes one away. Raises InvalidParameter."""
    account, region = call.caller.account, call.region
    authorize(call, "sns:SetSMSAttributes", "*")
    for name, value in request.attributes.items():
        if name not in _FORMS:
            raise errors.invalid(f"{name} is not a valid attribute")
        if value and not _FORMS[name].fullmatch(value):
            raise errors.invalid(f"{name} is invalid")
    before = service.machine.phones.of(account, region).attributes
    after = {name: value for name, value in {**before, **request.attributes}.items() if value}
    if after != before:
        service.commit([facts.SmsAttributesSet(account, region, after)], call.now_ms)
    return types.SetSMSAttributesResponse()


def get_sms_attributes(
    service: Sns, call: Call, request: types.GetSMSAttributesInput
) -> types.GetSMSAttributesResponse:
    """All settings, or those that are named. Raises InvalidParameter."""
    authorize(call, "sns:GetSMSAttributes", "*")
    for name in request.attributes or ():
        if name not in _FORMS:
            raise errors.invalid(f"{name} is not a valid attribute")
    found = {**DEFAULTS, **service.machine.phones.of(call.caller.account, call.region).attributes}
    if request.attributes:
        found = {name: found[name] for name in request.attributes if name in found}
    return types.GetSMSAttributesResponse(attributes=found)


# Who wants none


def check_if_phone_number_is_opted_out(
    service: Sns, call: Call, request: types.CheckIfPhoneNumberIsOptedOutInput
) -> types.CheckIfPhoneNumberIsOptedOutResponse:
    """Whether who has this number wants no messages. Raises InvalidParameter."""
    authorize(call, "sns:CheckIfPhoneNumberIsOptedOut", "*")
    number = _formatted(request.phoneNumber)
    texting = service.machine.phones.of(call.caller.account, call.region)
    return types.CheckIfPhoneNumberIsOptedOutResponse(isOptedOut=number in texting.opted_out_ms)


def list_phone_numbers_opted_out(
    service: Sns, call: Call, request: types.ListPhoneNumbersOptedOutInput
) -> types.ListPhoneNumbersOptedOutResponse:
    """All numbers that want no messages, in the order of their digits. Raises InvalidParameter."""
    authorize(call, "sns:ListPhoneNumbersOptedOut", "*")
    texting = service.machine.phones.of(call.caller.account, call.region)
    found = page_of(texting.opted_out_ms, request.nextToken)
    return types.ListPhoneNumbersOptedOutResponse(phoneNumbers=found[0], nextToken=found[1])


def page_of(numbers: Mapping[str, object], token: str | None, most: int = LISTED) -> tuple[list[str], str | None]:
    """A page of phone numbers, and the token that leads on."""
    found = listing.page(sorted(int(number[1:]) for number in numbers), token, most)
    return [f"+{digits}" for digits in found.numbers], found.next_token


def opt_in_phone_number(
    service: Sns, call: Call, request: types.OptInPhoneNumberInput
) -> types.OptInPhoneNumberResponse:
    """Let a number have messages again, with its owner's consent. Raises InvalidParameter."""
    account, region = call.caller.account, call.region
    authorize(call, "sns:OptInPhoneNumber", "*")
    number = _formatted(request.phoneNumber)
    texting = service.machine.phones.of(account, region)
    if number in texting.opted_out_ms:
        last_ms = texting.opted_in_ms.get(number)
        if last_ms is not None and call.now_ms - last_ms < OPT_IN_AGAIN_MS:
            raise errors.bad_parameter("PhoneNumber", "the number was opted in less than 30 days ago")
        service.commit([facts.OptedIn(account, region, number)], call.now_ms)
    return types.OptInPhoneNumberResponse()


def _formatted(text: str) -> str:
    number = phone_number(text)
    if number is None:
        raise errors.bad_parameter("PhoneNumber", "input incorrectly formatted")
    return number


def received(service: Sns, number: str, text: str, now_ms: int) -> bool:
    """A text message came in from `number` (E.164). Whether it was a word that ends messages, which it then does for
    all accounts that use text messages.
    """
    if text.strip().upper() not in _STOP:
        return False
    phones = service.machine.phones
    found = [
        facts.OptedOut(account, region, number)
        for (account, region), texting in phones.accounts.items()
        if number not in texting.opted_out_ms
    ]
    if found:
        service.commit(found, now_ms)
    return True


def list_origination_numbers(
    service: Sns, call: Call, request: types.ListOriginationNumbersRequest
) -> types.ListOriginationNumbersResult:
    """The numbers that the operator's gateway sends from, as the configuration names them. Raises InvalidParameter."""
    authorize(call, "sns:ListOriginationNumbers", "*")
    numbers = service.sms.origination_numbers
    found = listing.page(range(1, len(numbers) + 1), request.NextToken, request.MaxResults or ORIGINATION_LISTED)
    return types.ListOriginationNumbersResult(
        PhoneNumbers=[_origination(numbers[index - 1]) for index in found.numbers], NextToken=found.next_token
    )


def _origination(number: text_messages.OriginationNumber) -> types.PhoneNumberInformation:
    return types.PhoneNumberInformation(
        PhoneNumber=number.number,
        Status="ACTIVE",
        Iso2CountryCode=number.country or None,
        RouteType=cast("types.RouteType_", number.route_type),
        NumberCapabilities=["SMS"],
    )


# What Publish, Subscribe and deliveries ask


def check_number(text: str) -> str:
    """The number that a publish names, as E.164. Raises InvalidParameter."""
    number = phone_number(text)
    if number is None:
        raise errors.bad_parameter("PhoneNumber", f"{text} is not valid to publish to")
    return number


def check_attributes(attributes: Mapping[str, Value]) -> None:
    """Raises ParameterValueInvalid for an attribute of text messages that can't be so."""
    for name, form in _ATTRIBUTES.items():
        value = attributes.get(name)
        if value is not None and (value.string is None or not form.fullmatch(value.string)):
            raise _refused(name, value)


def _refused(name: str, value: Value) -> ServiceError:
    return errors.value_invalid(f"The message attribute '{name}' has an invalid value: {value.string}.")


_ATTRIBUTES: Final[Mapping[str, re.Pattern[str]]] = {
    SENDER_ID: _SENDER,
    MAX_PRICE: _PRICE,
    SMS_TYPE: _FORMS["DefaultSMSType"],
    ORIGINATION: re.compile(r"\+?[0-9]{3,15}"),
}


class Admitted(NamedTuple):
    """Whether a text message may go out: facts to be committed with it, or why not; and what it counts."""

    facts: Sequence[Fact]
    refusal: str
    micro_usd: int


def admit(
    service: Sns,
    account: str,
    region: str,
    number: str,
    text: str,
    attributes: Mapping[str, Value],
    now_ms: int,
    spent_micro_usd: int = 0,
) -> Admitted:
    """Take a message on, or say why it doesn't go out. `spent_micro_usd` is what others admitted before it count whose
    facts aren't committed yet.
    """
    texting = service.machine.phones.of(account, region)
    cost = text_messages.price_micro_usd(text)
    refusal = _refusal(service, texting, number)
    if not refusal and cost > _max_price(attributes):
        refusal = "Message price exceeds the max price"
    limit = int(texting.attributes.get(_LIMIT, DEFAULTS[_LIMIT])) * _MICRO
    if not refusal and texting.spent_by(now_ms) + spent_micro_usd + cost > limit:
        refusal = "No quota left for account"
    if refusal:
        return Admitted((), refusal, 0)
    return Admitted((facts.SmsCharged(account, region, cost),), "", cost)


def _refusal(service: Sns, texting: Texting, number: str) -> str:
    if number in texting.opted_out_ms:
        return "Phone number is opted out"
    if service.sms.is_in_sandbox:
        known = texting.sandbox.get(number)
        if known is None or not known.is_verified:
            return "Phone number is not verified in the SMS sandbox"
    return ""


def _max_price(attributes: Mapping[str, Value]) -> float:
    """What a message may count at most, in millionths of a US dollar."""
    value = attributes.get(MAX_PRICE)
    return float("inf") if value is None or value.string is None else float(value.string) * _MICRO


def feedback(service: Sns, account: str, region: str) -> int | None:
    """How many in a hundred of an account's successes are to be logged; None where it wants none."""
    attributes = service.machine.phones.of(account, region).attributes
    return int(attributes.get(_SAMPLE_RATE, "100")) if attributes.get(_ROLE) else None


def errand(
    service: Sns, account: str, region: str, number: str, text: str, attributes: Mapping[str, Value] = NO_VALUES
) -> SmsErrand | str:
    """What goes out, or why nothing does: who has the number may have opted out since it was admitted."""
    texting = service.machine.phones.of(account, region)
    if number in texting.opted_out_ms:
        return "Phone number is opted out"
    defaults = texting.attributes
    return SmsErrand(
        phone_number=number,
        text=text,
        sender_id=_string(attributes, SENDER_ID) or defaults.get("DefaultSenderID", ""),
        origination_number=_string(attributes, ORIGINATION),
        sms_type=_string(attributes, SMS_TYPE) or defaults.get("DefaultSMSType", PROMOTIONAL),
    )


def _string(attributes: Mapping[str, Value], name: str) -> str:
    value = attributes.get(name)
    return "" if value is None else value.string or ""
