"""The SMS sandbox: an account in it sends to numbers only that were verified by a one-time password.

                CreateSMSSandboxPhoneNumber                VerifySMSSandboxPhoneNumber
    (unknown) ------------------------------> PENDING ------------------------------> VERIFIED
                 a password goes out            |  again: another password goes out       |
    (unknown) <---------------------------------+                                         |
    (unknown) <---------------------------------------------- not before a day has passed-+

Whether accounts are in the sandbox is the operator's to say: the gateway is theirs. The numbers can be kept either way.
Source: https://docs.aws.amazon.com/sns/latest/dg/sns-sms-sandbox.html
"""

from hmac import compare_digest
from typing import Final

from weirmq.engine.service import Call
from weirmq.iam import authorize
from weirmq.kernel.clock import DAY_MS, MINUTE_MS
from weirmq.kernel.ids import Entropy
from weirmq.services.sns import errors, facts
from weirmq.services.sns.limits import LISTED
from weirmq.services.sns.phones import SandboxNumber, recent
from weirmq.services.sns.protocols import phone_number
from weirmq.services.sns.service import Sns
from weirmq.services.sns.sms import page_of
from weirmq.wire.aws.types import sns as types

NUMBERS: Final = 10  # "up to 10 destination phone numbers"
PASSWORDS_OF_DAY: Final = 5  # "up to five times every 24 hours"
KEPT_MS: Final = DAY_MS  # "wait at least 24 hours after verifying a phone number before deleting"
PASSWORD_MS: Final = 15 * MINUTE_MS  # our own: AWS doesn't say how long a password holds
TRIES: Final = 5  # our own: a password of six digits must not be found by trying
_DIGITS: Final = 6
_RANDOM_BYTES: Final = 8  # more than six digits need, so that none is likelier than another

_WORDS: Final = {
    "en-US": "Your verification code is {}.",
    "en-GB": "Your verification code is {}.",
    "de-DE": "Ihr Bestätigungscode lautet {}.",
    "es-419": "Su código de verificación es {}.",
    "es-ES": "Su código de verificación es {}.",
    "fr-CA": "Votre code de vérification est {}.",
    "fr-FR": "Votre code de vérification est {}.",
    "it-IT": "Il tuo codice di verifica è {}.",
    "ja-JP": "確認コードは {} です。",
    "kr-KR": "인증 코드는 {}입니다.",
    "pt-BR": "Seu código de verificação é {}.",
    "zh-CN": "您的验证码是 {}。",
    "zh-TW": "您的驗證碼是 {}。",
}


def get_sms_sandbox_account_status(
    service: Sns, call: Call, _request: types.GetSMSSandboxAccountStatusInput
) -> types.GetSMSSandboxAccountStatusResult:
    """Whether the account is in the sandbox."""
    authorize(call, "sns:GetSMSSandboxAccountStatus", "*")
    return types.GetSMSSandboxAccountStatusResult(IsInSandbox=service.sms.is_in_sandbox)


def create_sms_sandbox_phone_number(
    service: Sns, call: Call, request: types.CreateSMSSandboxPhoneNumberInput
) -> types.CreateSMSSandboxPhoneNumberResult:
    """Send a one-time password to a number, so that it can be verified.

    Raises InvalidParameter, OptedOut, UserError.
    """
    from weirmq.services.sns.direct import send_text  # which itself asks for what may go out

    account, region, now_ms = call.caller.account, call.region, call.now_ms
    authorize(call, "sns:CreateSMSSandboxPhoneNumber", "*")
    number = _checked(request.PhoneNumber)
    texting = service.machine.phones.of(account, region)
    if number in texting.opted_out_ms:
        raise errors.opted_out()
    known = texting.sandbox.get(number)
    if known is None:
        if len(texting.sandbox) >= NUMBERS:
            raise errors.user_error(f"The SMS sandbox has {NUMBERS} destination phone numbers, which is the most.")
    elif known.is_verified:
        raise errors.user_error("The destination phone number is verified already.")
    elif len(recent(known.sent_ms, now_ms)) >= PASSWORDS_OF_DAY:
        raise errors.user_error(f"A number is sent {PASSWORDS_OF_DAY} one-time passwords a day at most.")
    password = _password(service.entropy)
    text = _WORDS[request.LanguageCode or "en-US"].format(password)
    also = send_text(service, account, region, number, text, now_ms)
    service.commit([facts.SandboxNumberAdded(account, region, number, password)], now_ms, also=also)
    return types.CreateSMSSandboxPhoneNumberResult()


def verify_sms_sandbox_phone_number(
    service: Sns, call: Call, request: types.VerifySMSSandboxPhoneNumberInput
) -> types.VerifySMSSandboxPhoneNumberResult:
    """Verify a number by the password that was sent to it. Raises InvalidParameter, ResourceNotFound, Verification."""
    account, region = call.caller.account, call.region
    authorize(call, "sns:VerifySMSSandboxPhoneNumber", "*")
    number = _checked(request.PhoneNumber)
    known = _find(service, account, region, number)
    if known.is_verified:
        return types.VerifySMSSandboxPhoneNumberResult()
    if call.now_ms - known.changed_ms >= PASSWORD_MS or known.missed >= TRIES:
        raise errors.not_verified("The one-time password is no longer valid. Ask for another.", "EXPIRED")
    if not compare_digest(known.password, request.OneTimePassword):
        service.commit([facts.SandboxPasswordMissed(account, region, number)], call.now_ms)
        raise errors.not_verified("The one-time password is not the one that was sent.", "FAILED")
    service.commit([facts.SandboxNumberVerified(account, region, number)], call.now_ms)
    return types.VerifySMSSandboxPhoneNumberResult()


def delete_sms_sandbox_phone_number(
    service: Sns, call: Call, request: types.DeleteSMSSandboxPhoneNumberInput
) -> types.DeleteSMSSandboxPhoneNumberResult:
    """Let go of a number. Raises InvalidParameter, ResourceNotFound, UserError."""
    account, region = call.caller.account, call.region
    authorize(call, "sns:DeleteSMSSandboxPhoneNumber", "*")
    number = _checked(request.PhoneNumber)
    known = _find(service, account, region, number)
    if known.is_verified and call.now_ms - known.changed_ms < KEPT_MS:
        raise errors.user_error("A verified number can be deleted 24 hours after it was verified.")
    service.commit([facts.SandboxNumberDeleted(account, region, number)], call.now_ms)
    return types.DeleteSMSSandboxPhoneNumberResult()


def list_sms_sandbox_phone_numbers(
    service: Sns, call: Call, request: types.ListSMSSandboxPhoneNumbersInput
) -> types.ListSMSSandboxPhoneNumbersResult:
    """The sandbox's numbers in the order of their digits, and whether they are verified. Raises InvalidParameter."""
    authorize(call, "sns:ListSMSSandboxPhoneNumbers", "*")
    sandbox = service.machine.phones.of(call.caller.account, call.region).sandbox
    numbers, next_token = page_of(sandbox, request.NextToken, request.MaxResults or LISTED)
    return types.ListSMSSandboxPhoneNumbersResult(
        PhoneNumbers=[
            types.SMSSandboxPhoneNumber(
                PhoneNumber=number, Status="Verified" if sandbox[number].is_verified else "Pending"
            )
            for number in numbers
        ],
        NextToken=next_token,
    )


def _checked(text: str) -> str:
    number = phone_number(text)
    if number is None:
        raise errors.bad_parameter("PhoneNumber", f"{text} is not a valid phone number")
    return number


def _find(service: Sns, account: str, region: str, number: str) -> SandboxNumber:
    known = service.machine.phones.of(account, region).sandbox.get(number)
    if known is None:
        raise errors.no_such_phone_number()
    return known


def _password(entropy: Entropy) -> str:
    return f"{int.from_bytes(entropy.take(_RANDOM_BYTES)) % 10**_DIGITS:0{_DIGITS}}"
