"""Replays: archived messages of a FIFO topic on their way to one subscription again.

Source: https://docs.aws.amazon.com/sns/latest/dg/message-archiving-and-replay-subscriber.html
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import SECOND_MS
from weirmq.services.sns import errors, json_texts
from weirmq.services.sns.facts import ReplayStarted
from weirmq.services.sns.model import Topic

# "ISO 8601 timestamps": with a zone, or in UTC; seconds may have a fraction, and may be left out.
_TIME: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MEMBERS: Final = frozenset({"PointType", "StartingPoint", "EndingPoint"})


def check(text: str, topic: Topic, protocol: str, prefix: str) -> str:
    """A ReplayPolicy, as it is kept; "" for an empty one. Raises InvalidParameter."""
    name = f"{prefix}ReplayPolicy"
    policy = json_texts.load(text, name)
    if policy == {}:
        return ""
    if not isinstance(policy, dict) or not policy.keys() <= _MEMBERS:
        raise errors.bad_parameter(f"{name}: has PointType, StartingPoint and EndingPoint only")
    if policy.get("PointType") != "Timestamp":
        raise errors.bad_parameter(f"{name}: PointType must be Timestamp")
    if not topic.settings.archive_days or protocol != "sqs":
        raise errors.bad_parameter(f"{name}: the topic has no active ArchivePolicy")
    start_ms = _time_ms(policy.get("StartingPoint"), f"{name}: StartingPoint")
    if "EndingPoint" in policy and _time_ms(policy["EndingPoint"], f"{name}: EndingPoint") <= start_ms:
        raise errors.bad_parameter(f"{name}: EndingPoint must be after StartingPoint")
    return json.dumps(policy, separators=(",", ":"))


def points_of(text: str) -> tuple[int, int]:
    """From when, and up to when (0: no end), a checked ReplayPolicy wants messages again."""
    policy = json.loads(text)
    end_ms = _time_ms(policy["EndingPoint"], "") if "EndingPoint" in policy else 0
    return _time_ms(policy["StartingPoint"], ""), end_ms


def started(number: int, attributes: Mapping[str, str]) -> list[Fact]:
    """A subscription with a ReplayPolicy starts with a replay: the facts of it."""
    text = attributes.get("ReplayPolicy")
    return [ReplayStarted(number, *points_of(text))] if text else []


def _time_ms(value: Any, place: str) -> int:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise errors.bad_parameter(f"{place} must be an ISO 8601 timestamp")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise errors.bad_parameter(f"{place} must be an ISO 8601 timestamp") from None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    return round(found.timestamp() * SECOND_MS)
