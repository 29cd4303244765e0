"""The configs of groups (KIP-848, KIP-932, KIP-1071): their types, Kafka's defaults, and what may stand in them.

The inner bounds are the defaults of Kafka's brokers (`group.share.min.session.timeout.ms` and the like).
Source: https://kafka.apache.org/documentation/#groupconfigs (4.3)
"""

import re
from collections.abc import Mapping
from typing import Final

from weirmq.services.kafka.topic_configs import BOOLEAN, INT, STRING, Config

CONSUMER_SESSION_MS: Final = "consumer.session.timeout.ms"
CONSUMER_HEARTBEAT_MS: Final = "consumer.heartbeat.interval.ms"
STREAMS_SESSION_MS: Final = "streams.session.timeout.ms"
STREAMS_HEARTBEAT_MS: Final = "streams.heartbeat.interval.ms"
STREAMS_STANDBYS: Final = "streams.num.standby.replicas"
STREAMS_DELAY_MS: Final = "streams.initial.rebalance.delay.ms"
STREAMS_ASSIGNMENT_MS: Final = "streams.assignment.interval.ms"
SESSION_MS: Final = "share.session.timeout.ms"
HEARTBEAT_MS: Final = "share.heartbeat.interval.ms"
LOCK_MS: Final = "share.record.lock.duration.ms"
DELIVERIES: Final = "share.delivery.count.limit"
LOCKS: Final = "share.partition.max.record.locks"
OFFSET_RESET: Final = "share.auto.offset.reset"
ISOLATION: Final = "share.isolation.level"
RENEW: Final = "share.renew.acknowledge.enable"

LATEST, EARLIEST, BY_DURATION = "latest", "earliest", "by_duration:"
COMMITTED, UNCOMMITTED = "read_committed", "read_uncommitted"

_DURATION: Final = re.compile(
    r"P(?=\d|T\d)(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,12})(?:\.(\d{1,9}))?S)?)?",
    re.IGNORECASE,
)


class OffsetReset(Config, frozen=True):
    """Where a share group begins: at the start, the end, or so long ago."""

    def fault(self, value: str) -> str:
        """What is wrong with `value`; "" for nothing."""
        if value in {LATEST, EARLIEST} or duration_ms(value) is not None:
            return ""
        return self._bad(
            value,
            f"Invalid value `{value}` for configuration {self.name}. The value must be either '{EARLIEST}', '{LATEST}' "
            f"or of the format '{BY_DURATION}<PnDTnHnMn.nS>'.",
        )


class Bounded(Config, frozen=True):
    """A number whose inner bounds are configs of brokers, as `group.share.max.session.timeout.ms`."""

    low: int | None = None
    high: int | None = None

    def fault(self, value: str) -> str:
        """What is wrong with `value`; "" for nothing."""
        if found := super().fault(value):
            return found
        kind, _, rest = self.name.replace(".num.", ".").partition(".")  # group.streams.max.standby.replicas
        if self.low is not None and int(value) < self.low:
            return f"{self.name} must be greater than or equal to group.{kind}.min.{rest}"
        if self.high is not None and int(value) > self.high:
            return f"{self.name} must be less than or equal to group.{kind}.max.{rest}"
        return ""


def duration_ms(reset: str) -> int | None:
    """The duration of a `by_duration:` as ISO 8601 writes it; None where it is none."""
    found = _DURATION.fullmatch(reset.removeprefix(BY_DURATION)) if reset.startswith(BY_DURATION) else None
    if found is None:
        return None
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups()[:4])
    whole_s = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return whole_s * 1000 + int((found[5] or "0").ljust(9, "0")[:3])


GROUP_CONFIGS: Final[dict[str, Config]] = {
    config.name: config
    for config in (
        Bounded(CONSUMER_HEARTBEAT_MS, INT, "5000", 1, low=5_000, high=15_000),
        Bounded(CONSUMER_SESSION_MS, INT, "45000", 1, low=45_000, high=60_000),
        OffsetReset(OFFSET_RESET, STRING, LATEST),
        Bounded(DELIVERIES, INT, "5", 2, high=10),
        Bounded(HEARTBEAT_MS, INT, "5000", 1, low=5_000, high=15_000),
        Config(ISOLATION, STRING, UNCOMMITTED, words=(COMMITTED, UNCOMMITTED)),
        Bounded(LOCKS, INT, "2000", 100, high=4_000),
        Bounded(LOCK_MS, INT, "30000", 1_000, low=15_000, high=60_000),
        Config(RENEW, BOOLEAN, "true"),
        Bounded(SESSION_MS, INT, "45000", 1, low=45_000, high=60_000),
        Bounded(STREAMS_ASSIGNMENT_MS, INT, "1000", 0, high=15_000),
        Bounded(STREAMS_HEARTBEAT_MS, INT, "5000", 1, low=5_000, high=15_000),
        Bounded(STREAMS_DELAY_MS, INT, "3000", 0),
        Bounded(STREAMS_STANDBYS, INT, "0", 0, high=2),
        Bounded(STREAMS_SESSION_MS, INT, "45000", 1, low=45_000, high=60_000),
    )
}


_OWN: Final = frozenset({OFFSET_RESET, ISOLATION, RENEW})  # those that brokers have no default of


def broker_name(name: str) -> str:
    """The config of brokers that has a group config's default; its own where none has."""
    return name if name in _OWN else f"group.{name}"


def fault(configs: Mapping[str, str]) -> str:
    """What is wrong with the configs of a group; "" for nothing."""
    for name, value in configs.items():
        config = GROUP_CONFIGS.get(name)
        if config is None:
            return f"Unknown group config name: {name}"
        if found := config.fault(value):
            return found
    return ""
