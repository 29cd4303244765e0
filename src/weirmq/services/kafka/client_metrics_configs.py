"""The configs of subscriptions to clients' metrics (KIP-714): which clients are to push what, how often.

Source: https://kafka.apache.org/documentation/#clientmetricsconfigs (4.3)
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from weirmq.services.kafka import topic_patterns
from weirmq.services.kafka.topic_configs import INT, LIST, MAX_INT, MIN_INT, Config, listed
from weirmq.wire.kafka.codes import Code

INTERVAL: Final = "interval.ms"
METRICS: Final = "metrics"
MATCH: Final = "match"
EVERYTHING: Final = "*"  # of METRICS

INTERVAL_MS: Final = 300_000
LEAST_MS, MOST_MS = 100, 3_600_000
SUBSCRIPTIONS_MAX: Final = 100  # of a cluster; our own: each client is compared with all of them

_compiled = lru_cache(SUBSCRIPTIONS_MAX)(topic_patterns.compiled)

CLIENT_METRICS_CONFIGS: Final[dict[str, Config]] = {
    INTERVAL: Config(INTERVAL, INT, str(INTERVAL_MS), MIN_INT, MAX_INT),
    MATCH: Config(MATCH, LIST, ""),
    METRICS: Config(METRICS, LIST, ""),
}


class Traits(NamedTuple):
    """What a subscription may choose clients by; the names are those of `match`."""

    client_instance_id: str
    client_id: str
    client_software_name: str
    client_software_version: str
    client_source_address: str
    client_source_port: str


def fault(configs: Mapping[str, str]) -> tuple[Code, str]:
    """What is wrong with the configs of a subscription; NONE and "" for nothing."""
    for name, value in configs.items():
        config = CLIENT_METRICS_CONFIGS.get(name)
        if config is None:
            return Code.INVALID_REQUEST, f"Unknown client metrics configuration: {name}"
        if found := config.fault(value):
            return Code.INVALID_CONFIG, found
        if name == INTERVAL and not LEAST_MS <= int(value) <= MOST_MS:
            reason = f"Invalid value {int(value)} for {INTERVAL}, interval must be between {LEAST_MS} and {MOST_MS}"
            return Code.INVALID_REQUEST, f"{reason} (1 hour)"
    for pattern in listed(configs.get(MATCH, "")):
        name, _, expression = pattern.partition("=")
        if name.strip() not in Traits._fields or not expression:
            reason = f"Illegal client matching pattern: {pattern}: it must be NAME=REGEX with a name of"
            return Code.INVALID_CONFIG, f"{reason} {', '.join(Traits._fields)}"
        if found := topic_patterns.fault(expression.strip()):
            return Code.INVALID_CONFIG, f"Illegal client matching pattern: {pattern}: {found}"
    return Code.NONE, ""


class Choice(NamedTuple):
    """What a client is to push: numbers of metrics with these beginnings, every `interval_ms`."""

    metrics: tuple[str, ...]
    interval_ms: int


def chosen(subscriptions: Mapping[str, Mapping[str, str]], traits: Traits) -> Choice:
    """What those subscriptions want that speak of a client."""
    mine = [configs for configs in subscriptions.values() if _speaks_of(configs, traits)]
    metrics = {name for configs in mine for name in listed(configs.get(METRICS, ""))}
    interval_ms = min((int(configs.get(INTERVAL, INTERVAL_MS)) for configs in mine), default=INTERVAL_MS)
    # "" is the beginning of all names; `*` is known to Java's client alone
    return Choice(("",) if EVERYTHING in metrics else tuple(sorted(metrics)), interval_ms)


def _speaks_of(configs: Mapping[str, str], traits: Traits) -> bool:
    for pattern in listed(configs.get(MATCH, "")):
        name, _, expression = pattern.partition("=")
        if not _compiled(expression.strip()).fullmatch(getattr(traits, name.strip())):
            return False
    return True
