"""What the endpoint of a subscription looks like, protocol by protocol.

Source: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from weirmq.kernel import arn
from weirmq.services.sns import errors
from weirmq.services.sns.limits import ENDPOINT_LETTERS
from weirmq.services.sns.model import Topic

HTTP: Final = frozenset({"http", "https"})
MAIL: Final = frozenset({"email", "email-json"})
# Endpoints of these say themselves that they want messages.
HANDSHAKE: Final = HTTP | MAIL
RAW: Final = HTTP | {"sqs", "firehose"}  # "RawMessageDelivery": to Amazon SQS or HTTP/S endpoints, and to Firehose

_FIFO_SUFFIX: Final = ".fifo"
_PASSWORD: Final = re.compile(r"\A(https?://[^/?#@:]*):[^/?#]*@", re.IGNORECASE)
# One @ between a local part and a domain with a dot; RFC 5321, 4.5.3.1 limits both.
_MAIL: Final = re.compile(r"[^@\s\x00-\x1f<>()\[\],;:\\\"]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
# E.164, 5 to 15 digits, written with separators as people do. No digit can be read in two ways: so no text is slow.
# https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html
_PHONE: Final = re.compile(r"\+?[0-9](?:[ .-]?[0-9]){4,14}")


def check(topic: Topic, protocol: str, endpoint: str) -> str:
    """The endpoint as it is kept. Raises InvalidParameter."""
    check_endpoint = _CHECKS.get(protocol)
    if check_endpoint is None:
        raise errors.bad_parameter(f"Amazon SNS does not support this protocol string: {protocol}")
    if not endpoint or len(endpoint) > ENDPOINT_LETTERS:
        raise errors.bad_parameter("Endpoint")
    checked = check_endpoint(protocol, endpoint)
    if topic.settings.is_fifo and protocol != "sqs":
        raise errors.bad_parameter(f"Invalid protocol type: {protocol}")
    if protocol == "sqs" and endpoint.endswith(_FIFO_SUFFIX) and not topic.settings.is_fifo:
        raise errors.bad_parameter(
            "Invalid parameter: Endpoint", "FIFO SQS Queues can not be subscribed to standard SNS topics"
        )
    return checked


def _url(protocol: str, endpoint: str) -> str:
    """Without control characters, with a host, and with a port that can be one."""
    if not endpoint.lower().startswith(f"{protocol}://"):
        raise errors.bad_parameter("Endpoint must match the specified protocol")
    try:
        parts = urlsplit(endpoint)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        is_whole = False
    if not is_whole or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        raise errors.bad_parameter("Endpoint")
    return endpoint


def masked(endpoint: str) -> str:
    """The endpoint as it is shown: without the password that a URL may have."""
    return _PASSWORD.sub(r"\1:****@", endpoint)


def _mail(_protocol: str, endpoint: str) -> str:
    if not _MAIL.fullmatch(endpoint):
        raise errors.bad_parameter("Email address")
    return endpoint


def _phone(_protocol: str, endpoint: str) -> str:
    number = phone_number(endpoint)
    if number is None:
        raise errors.invalid(f"Invalid SMS endpoint: {endpoint}")
    return number


def phone_number(text: str) -> str | None:
    """A phone number in E.164's form, without separators; None where `text` is none."""
    if not _PHONE.fullmatch(text):
        return None
    return "+" + "".join(letter for letter in text if letter.isdigit())


def _arn_of(service: str, name: str, start: str = "") -> Callable[[str, str], str]:
    def check_arn(_protocol: str, endpoint: str) -> str:
        try:
            parsed = arn.parse(endpoint)
        except ValueError:
            raise errors.bad_parameter(name) from None
        if parsed.service != service or not parsed.account or not parsed.region:
            raise errors.bad_parameter(name)
        if not parsed.resource.startswith(start) or (service == "sqs" and ":" in parsed.resource):
            raise errors.bad_parameter(name)
        return endpoint

    return check_arn


def _firehose(_protocol: str, _endpoint: str) -> str:
    raise errors.bad_parameter("Protocol", "there is no Firehose here yet that could take messages")


_CHECKS: Final[Mapping[str, Callable[[str, str], str]]] = {
    "http": _url,
    "https": _url,
    "email": _mail,
    "email-json": _mail,
    "sms": _phone,
    "sqs": _arn_of("sqs", "SQS endpoint ARN"),
    "lambda": _arn_of("lambda", "Lambda endpoint ARN", "function:"),
    "application": _arn_of("sns", "ApplicationEndpoint endpoint ARN", "endpoint/"),
    "firehose": _firehose,
}
ALL: Final = frozenset(_CHECKS)
