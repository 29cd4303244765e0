"""The delivery policies of HTTP/S endpoints: of a topic, of a subscription, and what comes of both.

A topic's stands under `http` with the prefix `default`; a subscription's may override it part by part, unless the topic
says `disableSubscriptionOverrides`.
Source: https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from weirmq.services.sns import errors, json_texts
from weirmq.services.sns.backoff import FUNCTIONS, Schedule
from weirmq.services.sns.limits import HTTP_TOTAL_S

RETRY_DEFAULTS: Final[Mapping[str, Any]] = {
    "minDelayTarget": 20,
    "maxDelayTarget": 20,
    "numRetries": 3,
    "numMaxDelayRetries": 0,
    "numNoDelayRetries": 0,
    "numMinDelayRetries": 0,
    "backoffFunction": "linear",
}
CONTENT_TYPE: Final = "text/plain; charset=UTF-8"

_RANGES: Final = {
    "minDelayTarget": (1, HTTP_TOTAL_S),
    "maxDelayTarget": (1, HTTP_TOTAL_S),
    "numRetries": (0, 100),
    "numMaxDelayRetries": (0, 100),
    "numNoDelayRetries": (0, 100),
    "numMinDelayRetries": (0, 100),
}
_TOPIC_MEMBERS: Final = frozenset(
    {
        "defaultHealthyRetryPolicy",
        "defaultSicklyRetryPolicy",
        "defaultThrottlePolicy",
        "defaultRequestPolicy",
        "disableSubscriptionOverrides",
    }
)
_SUBSCRIPTION_MEMBERS: Final = frozenset(
    {"healthyRetryPolicy", "sicklyRetryPolicy", "throttlePolicy", "requestPolicy", "guaranteed"}
)
# "headerContentType ... supported values"; other parameters than charset aren't among them.
_CONTENT_TYPES: Final = re.compile(
    r"(?:text/(?:plain|css|csv|html|javascript|markdown|xml)"
    r"|application/(?:atom\+xml|json|octet-stream|soap\+xml|x-www-form-urlencoded|xhtml\+xml|xml))"
    r"(?:;\s*charset=[A-Za-z0-9_-]{1,40})?",
    re.IGNORECASE,
)


class Effective(msgspec.Struct, frozen=True):
    """What holds for one subscription. `rate_per_s` None: no limit."""

    schedule: Schedule
    rate_per_s: int | None
    content_type: str


def check_topic(text: str, prefix: str) -> str:
    """A topic's DeliveryPolicy, as it is kept. Raises InvalidParameter."""
    policy = _read(text, prefix)
    for member in policy:
        if member != "http":
            raise _refusal(prefix, f"{member} is not a member of a topic's policy, which has http only")
    http = policy.get("http", {})
    _check_members(http, "http", _TOPIC_MEMBERS, prefix)
    if not isinstance(http.get("disableSubscriptionOverrides", False), bool):
        raise _refusal(prefix, "http.disableSubscriptionOverrides must be true or false")
    _check_parts(http, "http.default", ("HealthyRetryPolicy", "ThrottlePolicy", "RequestPolicy"), prefix)
    return json.dumps(policy, separators=(",", ":"))


def check_subscription(text: str, prefix: str) -> str:
    """A subscription's DeliveryPolicy, as it is kept. Raises InvalidParameter."""
    policy = _read(text, prefix)
    _check_members(policy, "the policy", _SUBSCRIPTION_MEMBERS, prefix)
    _check_parts(policy, "", ("healthyRetryPolicy", "throttlePolicy", "requestPolicy"), prefix)
    return json.dumps(policy, separators=(",", ":"))


def shown_for_topic(text: str) -> str:
    """A topic's EffectiveDeliveryPolicy."""
    http = json.loads(text).get("http", {}) if text else {}
    shown = {
        "defaultHealthyRetryPolicy": {**RETRY_DEFAULTS, **(http.get("defaultHealthyRetryPolicy") or {})},
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides", False),
        "defaultRequestPolicy": http.get("defaultRequestPolicy") or {"headerContentType": CONTENT_TYPE},
    }
    if http.get("defaultThrottlePolicy"):
        shown["defaultThrottlePolicy"] = http["defaultThrottlePolicy"]
    return json.dumps({"http": shown}, separators=(",", ":"))


def shown_for_subscription(topic_text: str, text: str) -> str:
    """A subscription's EffectiveDeliveryPolicy."""
    parts = _merged(topic_text, text)
    shown = {
        "healthyRetryPolicy": parts["healthyRetryPolicy"],
        "sicklyRetryPolicy": None,
        "throttlePolicy": parts["throttlePolicy"],
        "requestPolicy": parts["requestPolicy"],
        "guaranteed": False,
    }
    return json.dumps(shown, separators=(",", ":"))


def effective(topic_text: str, text: str) -> Effective:
    """What holds for a subscription with this policy on a topic with that one; both as they are kept."""
    parts = _merged(topic_text, text)
    rate = (parts["throttlePolicy"] or {}).get("maxReceivesPerSecond")
    content_type = parts["requestPolicy"].get("headerContentType", CONTENT_TYPE)
    return Effective(_schedule(parts["healthyRetryPolicy"]), rate, content_type)


def _merged(topic_text: str, text: str) -> dict[str, Any]:
    http = json.loads(topic_text).get("http", {}) if topic_text else {}
    own = json.loads(text) if text and not http.get("disableSubscriptionOverrides") else {}
    retry = own.get("healthyRetryPolicy") or http.get("defaultHealthyRetryPolicy") or {}
    return {
        "healthyRetryPolicy": {**RETRY_DEFAULTS, **retry},
        "throttlePolicy": own.get("throttlePolicy") or http.get("defaultThrottlePolicy"),
        "requestPolicy": own.get("requestPolicy")
        or http.get("defaultRequestPolicy")
        or {"headerContentType": CONTENT_TYPE},
    }


def _schedule(retry: Mapping[str, Any]) -> Schedule:
    no_delay, least, most = retry["numNoDelayRetries"], retry["numMinDelayRetries"], retry["numMaxDelayRetries"]
    growing = max(0, retry["numRetries"] - no_delay - least - most)
    return Schedule(
        no_delay, least, growing, most, retry["minDelayTarget"], retry["maxDelayTarget"], retry["backoffFunction"]
    )


def _read(text: str, prefix: str) -> dict[str, Any]:
    policy = json_texts.load(text, f"{prefix}DeliveryPolicy")
    if not isinstance(policy, dict):
        raise _refusal(prefix, "must be a JSON object")
    return policy


def _check_members(policy: object, place: str, known: frozenset[str], prefix: str) -> None:
    if not isinstance(policy, dict):
        raise _refusal(prefix, f"{place} must be a JSON object")
    for member in policy:
        if member not in known:
            raise _refusal(prefix, f"{member} is not a member of {place}")


def _check_parts(policy: Mapping[str, Any], start: str, names: tuple[str, str, str], prefix: str) -> None:
    """The three parts that both kinds of policies have; `start` comes before their names in the topic's."""
    inner = start.rpartition(".")[2]
    for name, check in zip(names, (_check_retry, _check_throttle, _check_request), strict=True):
        part = policy.get(f"{inner}{name}")
        if part is not None:
            if not isinstance(part, dict):
                raise _refusal(prefix, f"{start}{name} must be a JSON object")
            check(part, f"{start}{name}", prefix)


def _check_retry(part: dict[str, Any], place: str, prefix: str) -> None:
    for member, value in part.items():
        if member == "backoffFunction":
            if value not in FUNCTIONS:
                raise _refusal(prefix, f"{place}.backoffFunction must be one of {', '.join(FUNCTIONS)}")
        elif member not in _RANGES:
            raise _refusal(prefix, f"{place}.{member} is not a member of a retry policy")
        else:
            least, most = _RANGES[member]
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise _refusal(prefix, f"{place}.{member} must be an integer from {least} to {most}")
    retry = {**RETRY_DEFAULTS, **part}
    if retry["minDelayTarget"] > retry["maxDelayTarget"]:
        raise _refusal(prefix, f"{place}.maxDelayTarget must be greater than or equal to minDelayTarget")
    phases = retry["numNoDelayRetries"] + retry["numMinDelayRetries"] + retry["numMaxDelayRetries"]
    if phases > retry["numRetries"]:
        raise _refusal(
            prefix,
            f"{place}.numRetries must be greater than or equal to the sum of numMinDelayRetries, numNoDelayRetries and"
            " numMaxDelayRetries",
        )
    if _schedule(retry).total_s() > HTTP_TOTAL_S:
        raise _refusal(prefix, f"{place}: all retries together must not take longer than {HTTP_TOTAL_S} seconds")


def _check_throttle(part: dict[str, Any], place: str, prefix: str) -> None:
    rate = part.get("maxReceivesPerSecond")
    if set(part) - {"maxReceivesPerSecond"}:
        raise _refusal(prefix, f"{place} has maxReceivesPerSecond only")
    if rate is not None and (not isinstance(rate, int) or isinstance(rate, bool) or rate < 1):
        raise _refusal(prefix, f"{place}.maxReceivesPerSecond must be an integer of at least 1")


def _check_request(part: dict[str, Any], place: str, prefix: str) -> None:
    if set(part) - {"headerContentType"}:
        raise _refusal(prefix, f"{place} has headerContentType only")
    content_type = part.get("headerContentType", CONTENT_TYPE)
    if not isinstance(content_type, str) or not _CONTENT_TYPES.fullmatch(content_type):
        raise _refusal(prefix, f"{place}.headerContentType is not a content type that can be sent")


def _refusal(prefix: str, reason: str) -> Exception:
    return errors.bad_parameter(f"{prefix}DeliveryPolicy: {reason}")
