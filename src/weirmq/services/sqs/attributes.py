"""The attributes of queues: what callers may set, what it means, and what they see.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from weirmq.iam import policy
from weirmq.iam.errors import PolicyError
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sqs import errors, redrive
from weirmq.services.sqs.limits import (
    DELAY_S,
    KMS_REUSE_S,
    MAX_MESSAGE_BYTES,
    MIN_MESSAGE_BYTES,
    POLICY_BYTES,
    RETENTION_S,
    VISIBILITY_S,
    WAIT_S,
)
from weirmq.services.sqs.model import Queue, Settings

Queues = Mapping[str, Queue]
"""All queues, by ARN: a RedrivePolicy names one."""

_RANGES: Final = {
    "DelaySeconds": (0, DELAY_S),
    "KmsDataKeyReusePeriodSeconds": KMS_REUSE_S,
    "MaximumMessageSize": (MIN_MESSAGE_BYTES, MAX_MESSAGE_BYTES),
    "MessageRetentionPeriod": RETENTION_S,
    "ReceiveMessageWaitTimeSeconds": (0, WAIT_S),
    "VisibilityTimeout": (0, VISIBILITY_S),
}
_CHOICES: Final = {
    "ContentBasedDeduplication": ("true", "false"),
    "DeduplicationScope": ("messageGroup", "queue"),
    "FifoQueue": ("true", "false"),
    "FifoThroughputLimit": ("perQueue", "perMessageGroupId"),
    "SqsManagedSseEnabled": ("true", "false"),
}
_REMOVABLE: Final = ("KmsMasterKeyId", "Policy", "RedriveAllowPolicy", "RedrivePolicy")  # by an empty value
_FIFO: Final = ("ContentBasedDeduplication", "DeduplicationScope", "FifoQueue", "FifoThroughputLimit")
_SETTABLE: Final = frozenset((*_RANGES, *_CHOICES, *_REMOVABLE))
_DIGITS: Final = re.compile(r"[0-9]{1,9}")
_POLICY_STATEMENTS: Final = 20  # sqs-quotas.html, "Policies"
_KMS_KEY_LETTERS: Final = 2_048  # of a KeyId: https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html

_DEFAULTS: Final = {
    "VisibilityTimeout": "30",
    "MaximumMessageSize": str(MAX_MESSAGE_BYTES),
    "MessageRetentionPeriod": "345600",
    "DelaySeconds": "0",
    "ReceiveMessageWaitTimeSeconds": "0",
    "SqsManagedSseEnabled": "true",
}
_FIFO_DEFAULTS: Final = _DEFAULTS | {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "FifoThroughputLimit": "perQueue",
}
READABLE: Final = _SETTABLE | {
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesDelayed",
    "ApproximateNumberOfMessagesNotVisible",
    "CreatedTimestamp",
    "LastModifiedTimestamp",
    "QueueArn",
}


def settings_of(attributes: Mapping[str, str]) -> Settings:
    """What attributes that were checked before say to the machine."""
    if not attributes:
        return _STANDARD
    redrive_text, policy_text = attributes.get("RedrivePolicy"), attributes.get("Policy")
    return Settings(
        visibility_timeout_s=int(attributes.get("VisibilityTimeout", 30)),
        delay_s=int(attributes.get("DelaySeconds", 0)),
        retention_s=int(attributes.get("MessageRetentionPeriod", 345_600)),
        wait_time_s=int(attributes.get("ReceiveMessageWaitTimeSeconds", 0)),
        max_message_bytes=int(attributes.get("MaximumMessageSize", MAX_MESSAGE_BYTES)),
        is_fifo=attributes.get("FifoQueue") == "true",
        content_based_deduplication=attributes.get("ContentBasedDeduplication") == "true",
        deduplication_by_group=attributes.get("DeduplicationScope") == "messageGroup",
        redrive=redrive.redrive_of(redrive_text) if redrive_text else None,
        policy=policy.parse(policy_text, policy.Kind.RESOURCE) if policy_text else None,
    )


_STANDARD: Final = settings_of({"DelaySeconds": "0"})


def check_new(own_arn: str, attributes: Mapping[str, str], by_arn: Queues) -> dict[str, str]:
    """The attributes of the queue to be created as `own_arn`, as they are kept.

    Raises InvalidAttributeName, InvalidAttributeValue, InvalidParameterValue.
    """
    is_fifo = attributes.get("FifoQueue") == "true"
    checked = _check(own_arn, attributes, by_arn, is_fifo=is_fifo)
    return _settle({}, checked)


def check_change(queue: Queue, attributes: Mapping[str, str], by_arn: Queues) -> dict[str, str]:
    """All attributes that `queue` has once those given are set. Raises as `check_new` does."""
    is_fifo = queue.settings.is_fifo
    if is_fifo and attributes.get("FifoQueue", "true") != "true":
        raise errors.bad_attribute("FifoQueue", "Modifying queue type is not supported.")
    return _settle(queue.attributes, _check(queue.arn, attributes, by_arn, is_fifo=is_fifo))


def shown(queue: Queue) -> dict[str, str]:
    """Every attribute of `queue`, as GetQueueAttributes shows them."""
    found = (_FIFO_DEFAULTS if queue.settings.is_fifo else _DEFAULTS) | queue.attributes
    if "KmsMasterKeyId" in found:
        found["SqsManagedSseEnabled"] = "false"
        found.setdefault("KmsDataKeyReusePeriodSeconds", "300")
    return found | {
        "ApproximateNumberOfMessages": str(queue.ready),
        "ApproximateNumberOfMessagesDelayed": str(queue.delayed),
        "ApproximateNumberOfMessagesNotVisible": str(queue.in_flight),
        "CreatedTimestamp": str(queue.created_ms // SECOND_MS),
        "LastModifiedTimestamp": str(queue.modified_ms // SECOND_MS),
        "QueueArn": queue.arn,
    }


def first_difference(queue: Queue, attributes: Mapping[str, str]) -> str | None:
    """The first of the checked `attributes` that isn't what `queue` has."""
    has = shown(queue)
    return next((name for name, value in attributes.items() if not _is_same(name, value, has.get(name))), None)


def _is_same(name: str, value: str, other: str | None) -> bool:
    if other is None or value == other:
        return value == other
    if name in ("Policy", "RedriveAllowPolicy"):
        return bool(json.loads(value) == json.loads(other))
    return False


def _check(own_arn: str, attributes: Mapping[str, str], by_arn: Queues, *, is_fifo: bool) -> dict[str, str]:
    """The attributes in the form in which they are kept; "" for those to be removed."""
    checked: dict[str, str] = {}
    for name, value in attributes.items():
        if name not in _SETTABLE:
            raise errors.unknown_attribute(name)
        if name in _FIFO and not is_fifo:
            raise _misplaced(name)
        checked[name] = _check_value(name, value, own_arn, by_arn)
    if checked.get("KmsMasterKeyId") and checked.get("SqsManagedSseEnabled") == "true":
        raise errors.bad_attribute(
            "SqsManagedSseEnabled",
            "You can use one type of server-side encryption (SSE) at one time. "
            "You can either enable KMS SSE or SQS SSE.",
        )
    return checked


def _misplaced(name: str) -> Exception:
    """A FIFO queue's attribute on a standard queue: AWS's words differ from attribute to attribute."""
    if name in ("ContentBasedDeduplication", "FifoQueue"):
        return errors.unknown_attribute(name)
    return errors.fifo_only(name)


def _check_value(name: str, value: str, own_arn: str, by_arn: Queues) -> str:
    if name in _RANGES:
        least, most = _RANGES[name]
        if not _DIGITS.fullmatch(value) or not least <= int(value) <= most:
            raise errors.bad_attribute(name)
        return str(int(value))
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise errors.bad_attribute(name)
        return value
    if not value.strip():
        return ""
    if name == "RedrivePolicy":
        return redrive.check_policy(value, own_arn, by_arn)
    if name == "RedriveAllowPolicy":
        return redrive.check_allow_policy(value)
    if name == "Policy":
        check_policy(value)
    elif len(value) > _KMS_KEY_LETTERS:
        raise errors.bad_attribute(name)
    return value


def check_policy(text: str) -> None:
    """A queue's Policy. Raises InvalidAttributeValue."""
    if len(text.encode()) > POLICY_BYTES:
        raise errors.bad_attribute("Policy", f"a policy has at most {POLICY_BYTES} bytes.")
    try:
        found = policy.parse(text, policy.Kind.RESOURCE)
    except PolicyError as error:
        raise errors.bad_attribute("Policy", f"{error}.") from None
    if len(found.statements) > _POLICY_STATEMENTS:
        raise errors.bad_attribute("Policy", f"a policy has at most {_POLICY_STATEMENTS} statements.")


def _settle(before: Mapping[str, str], checked: Mapping[str, str]) -> dict[str, str]:
    """All attributes once those `checked` are set, where one excludes another. Raises InvalidAttributeValue."""
    after = {name: value for name, value in ({**before, **checked}).items() if value}
    if checked.get("KmsMasterKeyId"):  # one kind of encryption at a time: the last one that was asked for
        after.pop("SqsManagedSseEnabled", None)
    elif checked.get("SqsManagedSseEnabled") == "true":
        after.pop("KmsMasterKeyId", None)
    if after.get("FifoThroughputLimit") == "perMessageGroupId" and after.get("DeduplicationScope") != "messageGroup":
        raise errors.bad_attribute(
            "FifoThroughputLimit",
            "The perMessageGroupId value is allowed only when the value for DeduplicationScope is messageGroup.",
        )
    return after
