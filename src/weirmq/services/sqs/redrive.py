"""Dead-letter queues: RedrivePolicy, which names one, and RedriveAllowPolicy, by which one says for whom it is there.

Source: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from weirmq.kernel import arn
from weirmq.kernel.errors import ServiceError
from weirmq.services.sqs import errors
from weirmq.services.sqs.limits import MAX_RECEIVE_COUNT, REDRIVE_SOURCES
from weirmq.services.sqs.model import Queue, Redrive

ALLOW_ALL = "allowAll"
DENY_ALL = "denyAll"
BY_QUEUE = "byQueue"

_TARGET = "deadLetterTargetArn"
_COUNT = "maxReceiveCount"
_PERMISSION = "redrivePermission"
_SOURCES = "sourceQueueArns"
_QUEUE_ARN = re.compile(r"arn:[a-z-]+:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,80}(?:\.fifo)?")
_DIGITS = re.compile(r"[0-9]{1,9}")


def redrive_of(text: str) -> Redrive:
    """What a checked RedrivePolicy says."""
    found = json.loads(text)
    return Redrive(found[_TARGET], found[_COUNT])


def is_allowed(target: Queue, source_arn: str) -> bool:
    """Whether `target` takes the dead letters of the queue `source_arn`."""
    text = target.attributes.get("RedriveAllowPolicy")
    if text is None:
        return True
    allowed = json.loads(text)
    if allowed[_PERMISSION] == BY_QUEUE:
        return source_arn in allowed[_SOURCES]
    return bool(allowed[_PERMISSION] == ALLOW_ALL)


def check_policy(text: str, source_arn: str, by_arn: Mapping[str, Queue]) -> str:
    """A RedrivePolicy for the queue `source_arn`, as AWS shows it. Raises InvalidParameterValue."""

    def refusal(reason: str) -> ServiceError:
        return errors.bad_parameter(text, "RedrivePolicy", reason)

    policy = _object(text)
    if policy is None:
        raise refusal("Redrive policy is not a valid JSON map.")
    for member in (_TARGET, _COUNT):
        if policy.get(member) in (None, ""):
            raise refusal(f"Redrive policy does not contain mandatory attribute: {member}.")
    for member in policy:
        if member not in (_TARGET, _COUNT):
            raise refusal(f"Redrive policy contains unknown attribute: {member}.")
    count = _count(policy[_COUNT])
    if count is None:
        raise refusal(
            f"Invalid value for maxReceiveCount: {policy[_COUNT]}, "
            f"valid values are from 1 to {MAX_RECEIVE_COUNT} both inclusive."
        )
    if (fault := _fault_of_target(policy[_TARGET], source_arn, by_arn)) is not None:
        raise refusal(fault)
    return json.dumps({_TARGET: policy[_TARGET], _COUNT: count}, separators=(",", ":"))


def check_allow_policy(text: str) -> str:
    """A RedriveAllowPolicy, as AWS shows it. Raises InvalidParameterValue."""
    policy = _object(text)
    fault = "Redrive allow policy is not a valid JSON map." if policy is None else _fault_of_allow_policy(policy)
    if fault is not None:
        raise errors.bad_parameter(text, "RedriveAllowPolicy", fault)
    return json.dumps(policy, separators=(",", ":"))


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _count(value: object) -> int | None:
    """AWS takes a number as well as its text."""
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_RECEIVE_COUNT:
        return value
    return None


def _fault_of_target(target_arn: object, source_arn: str, by_arn: Mapping[str, Queue]) -> str | None:
    try:
        target = arn.parse(str(target_arn))
    except ValueError:
        return f"Invalid {_TARGET}: {target_arn}."
    source = arn.parse(source_arn)
    if target.account != source.account:
        return "Dead letter target owner should be same as the source."
    if target.region != source.region:
        return "Dead letter target should be in the same region as the source."
    queue = by_arn.get(str(target_arn))
    if queue is None:
        return "Dead letter target does not exist."
    if queue.settings.is_fifo != source.resource.endswith(".fifo"):
        return "Dead-letter queue must be same type of queue as the source."
    if queue.arn == source_arn:
        return "Dead-letter queue must be another queue than the source."
    if not is_allowed(queue, source_arn):
        return f"Dead-letter queue {queue.arn} does not allow the source by its RedriveAllowPolicy."
    return None


def _fault_of_allow_policy(policy: dict[str, Any]) -> str | None:
    unknown = next((member for member in policy if member not in (_PERMISSION, _SOURCES)), None)
    if unknown is not None:
        return f"Redrive allow policy contains unknown attribute: {unknown}."
    if policy.get(_PERMISSION) not in (ALLOW_ALL, DENY_ALL, BY_QUEUE):
        return f"{_PERMISSION} must be one of {ALLOW_ALL}, {DENY_ALL}, {BY_QUEUE}."
    if policy[_PERMISSION] != BY_QUEUE:
        return f"{_SOURCES} can be given only if {_PERMISSION} is {BY_QUEUE}." if _SOURCES in policy else None
    sources = policy.get(_SOURCES)
    if not isinstance(sources, list) or not 1 <= len(sources) <= REDRIVE_SOURCES:
        return f"{_SOURCES} must have 1 to {REDRIVE_SOURCES} ARNs if {_PERMISSION} is {BY_QUEUE}."
    for source in sources:
        if not isinstance(source, str) or not _QUEUE_ARN.fullmatch(source):
            return f"Invalid {_SOURCES}: {source}."
    return None
