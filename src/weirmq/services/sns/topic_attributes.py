"""The attributes of topics: what callers may set, what it means, and what they see.

Source: https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Final

from weirmq.services.sns import delivery_policies, errors, json_texts, policies
from weirmq.services.sns.limits import (
    ARCHIVE_DAYS,
    DISPLAY_NAME_LETTERS,
    LARGE_PROTOCOLS,
    LARGE_SUBSCRIPTIONS,
    MAX_MESSAGE_BYTES,
    MESSAGE_BYTES,
)
from weirmq.services.sns.model import StatusLogging, Topic, TopicSettings

_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_ROLE: Final = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/.{1,512}")
_KMS_KEY_LETTERS: Final = 2_048  # of a KeyId: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html

_LOGGED: Final = {"HTTP": ("http", "https"), "Firehose": ("firehose",), "Lambda": ("lambda",), "SQS": ("sqs",)} | {
    "Application": ("application",)
}
_FIFO_ONLY: Final = frozenset({"ContentBasedDeduplication", "FifoThroughputScope", "ArchivePolicy"})


def settings_of(account: str, attributes: Mapping[str, str]) -> TopicSettings:
    """What attributes that were checked before say to the machine."""
    return TopicSettings(
        is_fifo=attributes.get("FifoTopic") == "true",
        content_based_deduplication=attributes.get("ContentBasedDeduplication") == "true",
        deduplicates_by_group=attributes.get("FifoThroughputScope") == "MessageGroup",
        max_message_bytes=int(attributes.get("MaximumMessageSize", MAX_MESSAGE_BYTES)),
        signature_version=attributes.get("SignatureVersion", "1"),
        archive_days=_archive_days(attributes.get("ArchivePolicy", "")),
        policy=policies.policy_of(account, attributes.get("Policy", "")),
        delivery_policy=attributes.get("DeliveryPolicy", ""),
        status_logging=_status_logging(attributes),
    )


def _archive_days(text: str) -> int:
    return int(json.loads(text).get("MessageRetentionPeriod", 0)) if text else 0


def _status_logging(attributes: Mapping[str, str]) -> dict[str, StatusLogging]:
    found: dict[str, StatusLogging] = {}
    for name, protocols in _LOGGED.items():
        successes = bool(attributes.get(f"{name}SuccessFeedbackRoleArn"))
        failures = bool(attributes.get(f"{name}FailureFeedbackRoleArn"))
        percent = int(attributes.get(f"{name}SuccessFeedbackSampleRate") or 100)
        if successes or failures:
            found |= dict.fromkeys(protocols, StatusLogging(successes, failures, percent))
    return found


# What a value becomes when it is set. Each raises InvalidParameter; "" means: remove.


def _display_name(value: str, prefix: str) -> str:
    if len(value) > DISPLAY_NAME_LETTERS:
        raise errors.bad_parameter(f"{prefix}DisplayName", f"must be at most {DISPLAY_NAME_LETTERS} characters long")
    return value


def _policy(value: str, _prefix: str) -> str:
    return policies.check(value) if value else ""


def _delivery_policy(value: str, prefix: str) -> str:
    return delivery_policies.check_topic(value, prefix) if value else ""


def _kms_key(value: str, prefix: str) -> str:
    if len(value) > _KMS_KEY_LETTERS:
        raise errors.bad_parameter(f"{prefix}KmsMasterKeyId")
    return value


def _archive_policy(value: str, prefix: str) -> str:
    if not value:
        return ""
    policy = json_texts.load(value, f"{prefix}ArchivePolicy")
    if policy == {}:
        return ""
    least, most = ARCHIVE_DAYS
    days = policy.get("MessageRetentionPeriod") if isinstance(policy, dict) and len(policy) == 1 else None
    if isinstance(days, str) and _DIGITS.fullmatch(days):
        days = int(days)
    if not isinstance(days, int) or isinstance(days, bool) or not least <= days <= most:
        raise errors.bad_parameter(
            f"{prefix}ArchivePolicy: MessageRetentionPeriod must be an integer from {least} to {most}"
        )
    return json.dumps({"MessageRetentionPeriod": str(days)}, separators=(",", ":"))


def _role(value: str, prefix: str) -> str:
    if value and not _ROLE.fullmatch(value):
        raise errors.bad_parameter(f"{prefix}FeedbackRoleArn: {value} is not the ARN of a role")
    return value


def _number(least: int, most: int, name: str) -> Callable[[str, str], str]:
    def check(value: str, prefix: str) -> str:
        if not _DIGITS.fullmatch(value) or not least <= int(value) <= most:
            raise errors.bad_parameter(f"{prefix}{name}: must be an integer from {least} to {most}")
        return str(int(value))

    return check


def _one_of(name: str, *values: str) -> Callable[[str, str], str]:
    def check(value: str, prefix: str) -> str:
        if value not in values:
            raise errors.bad_parameter(f"{prefix}{name}: Invalid value [{value}]. Must be {' or '.join(values)}.")
        return value

    return check


def _boolean(name: str) -> Callable[[str, str], str]:
    choose = _one_of(name, "true", "false")
    return lambda value, prefix: choose(value.lower(), prefix)


_CHECKS: Final[dict[str, Callable[[str, str], str]]] = {
    "ArchivePolicy": _archive_policy,
    "ContentBasedDeduplication": _boolean("ContentBasedDeduplication"),
    "DeliveryPolicy": _delivery_policy,
    "DisplayName": _display_name,
    "FifoThroughputScope": _one_of("FifoThroughputScope", "Topic", "MessageGroup"),
    "FifoTopic": _boolean("FifoTopic"),
    "KmsMasterKeyId": _kms_key,
    "MaximumMessageSize": _number(*MESSAGE_BYTES, "MaximumMessageSize"),
    "Policy": _policy,
    "SignatureVersion": _one_of("SignatureVersion", "1", "2"),
    "TracingConfig": _one_of("TracingConfig", "PassThrough", "Active"),
}
for _protocol in _LOGGED:
    _CHECKS[f"{_protocol}SuccessFeedbackRoleArn"] = _role
    _CHECKS[f"{_protocol}FailureFeedbackRoleArn"] = _role
    _CHECKS[f"{_protocol}SuccessFeedbackSampleRate"] = _number(0, 100, f"{_protocol}SuccessFeedbackSampleRate")


def check_new(attributes: Mapping[str, str], *, is_fifo: bool) -> dict[str, str]:
    """The attributes of a topic to be created, as they are kept. Raises InvalidParameter."""
    checked: dict[str, str] = {}
    for name, value in attributes.items():
        if name not in _CHECKS:
            raise errors.bad_parameter("Attributes", f"Unknown attribute {name}")
        if name in _FIFO_ONLY and not is_fifo:
            raise errors.bad_parameter("Attributes", f"{name} can only be set on FIFO topics")
        checked[name] = _CHECKS[name](value, "Attributes Reason: ")
    if not is_fifo:
        checked.pop("FifoTopic", None)
    return {name: value for name, value in checked.items() if value}


def check_change(topic: Topic, name: str, value: str) -> dict[str, str]:
    """All attributes of `topic` once one is set. Raises InvalidParameter."""
    is_fifo = topic.settings.is_fifo
    if name not in _CHECKS or (name in _FIFO_ONLY and not is_fifo) or name == "FifoTopic":
        raise errors.bad_parameter("AttributeName")
    checked = _CHECKS[name](value, "")
    if name == "MaximumMessageSize" and int(checked) > MAX_MESSAGE_BYTES:
        check_large(topic)
    after = {**topic.attributes, name: checked}
    return {each: text for each, text in after.items() if text}


def check_large(topic: Topic, *more: str) -> None:
    """Whether a topic may take more than 256 KiB, also with one more subscription for each protocol of `more`. Raises
    InvalidParameter.
    """
    protocols = [*more, *(subscription.protocol for subscription in topic.subscriptions.values())]
    if len(protocols) > LARGE_SUBSCRIPTIONS or not LARGE_PROTOCOLS.issuperset(protocols):
        raise errors.bad_parameter(
            f"MaximumMessageSize: more than {MAX_MESSAGE_BYTES} bytes need a topic with at most {LARGE_SUBSCRIPTIONS}"
            " subscriptions, of the protocols sqs, lambda and firehose only"
        )


def shown(topic: Topic) -> dict[str, str]:
    """Every attribute of `topic`, as GetTopicAttributes shows them, but for what only the archive's log knows."""
    confirmed = sum(subscription.is_confirmed for subscription in topic.subscriptions.values())
    found = {
        "TopicArn": topic.arn,
        "Owner": topic.account,
        "Policy": json.dumps(policies.default(topic.arn, topic.account), separators=(",", ":")),
        "DisplayName": "",
        "SubscriptionsConfirmed": str(confirmed),
        "SubscriptionsPending": str(len(topic.subscriptions) - confirmed),
        "SubscriptionsDeleted": str(topic.deleted),
        "EffectiveDeliveryPolicy": delivery_policies.shown_for_topic(topic.settings.delivery_policy),
    }
    if topic.settings.is_fifo:
        found |= {"ContentBasedDeduplication": "false", "FifoThroughputScope": "Topic"}
    return found | topic.attributes


def is_like(topic: Topic, attributes: Mapping[str, str]) -> bool:
    """Whether `topic` has these checked attributes."""
    has = shown(topic) | {"MaximumMessageSize": str(topic.settings.max_message_bytes)}
    return all(_is_same(value, has.get(name)) for name, value in attributes.items())


def _is_same(value: str, other: str | None) -> bool:
    if other is None or value == other or not value.startswith("{"):
        return value == other
    return bool(json.loads(value) == json.loads(other))
