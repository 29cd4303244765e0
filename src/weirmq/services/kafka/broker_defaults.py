"""What the configs of a cluster's brokers say of topics that don't say otherwise.

`min.insync.replicas` and what is about leaders isn't among it: a partition has one replica.

Source: "Server Default Property" of https://kafka.apache.org/documentation/#topicconfigs (4.3)
"""

from collections.abc import Mapping
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
UNLIMITED: Final = -1

# A topic's config: those of brokers that say it, the first one given wins; and their unit.
_SOURCES: Final[Mapping[str, tuple[tuple[str, int], ...]]] = {
    "cleanup.policy": (("log.cleanup.policy", 0),),
    "compression.type": (("compression.type", 0),),
    "delete.retention.ms": (("log.cleaner.delete.retention.ms", 0),),
    "file.delete.delay.ms": (("log.segment.delete.delay.ms", 0),),
    "flush.messages": (("log.flush.interval.messages", 0),),
    "flush.ms": (("log.flush.interval.ms", 0),),
    "index.interval.bytes": (("log.index.interval.bytes", 0),),
    "max.compaction.lag.ms": (("log.cleaner.max.compaction.lag.ms", 0),),
    "max.message.bytes": (("message.max.bytes", 0),),
    "message.timestamp.after.max.ms": (("log.message.timestamp.after.max.ms", 0),),
    "message.timestamp.before.max.ms": (("log.message.timestamp.before.max.ms", 0),),
    "message.timestamp.type": (("log.message.timestamp.type", 0),),
    "min.cleanable.dirty.ratio": (("log.cleaner.min.cleanable.ratio", 0),),
    "min.compaction.lag.ms": (("log.cleaner.min.compaction.lag.ms", 0),),
    "preallocate": (("log.preallocate", 0),),
    "retention.bytes": (("log.retention.bytes", 0),),
    "retention.ms": (("log.retention.ms", 1), ("log.retention.minutes", MINUTE_MS), ("log.retention.hours", HOUR_MS)),
    "segment.bytes": (("log.segment.bytes", 0),),
    "segment.index.bytes": (("log.index.size.max.bytes", 0),),
    "segment.jitter.ms": (("log.roll.jitter.ms", 0),),
    "segment.ms": (("log.roll.ms", 1), ("log.roll.hours", HOUR_MS)),
}


# Configs of topics that a broker has too, without saying anything else of them.
_ALIKE: Final[Mapping[str, str]] = {
    "compression.gzip.level": "compression.gzip.level",
    "compression.lz4.level": "compression.lz4.level",
    "compression.zstd.level": "compression.zstd.level",
    "local.retention.bytes": "log.local.retention.bytes",
    "local.retention.ms": "log.local.retention.ms",
    "min.insync.replicas": "min.insync.replicas",
    "unclean.leader.election.enable": "unclean.leader.election.enable",
}
# Those of which a broker's config says nothing unless it is set, because another one in larger units does.
_UNSET: Final = frozenset({"flush.ms", "retention.ms", "segment.jitter.ms", "segment.ms"})


def broker_name(topic_config: str) -> str | None:
    """The config of brokers that has a topic config's default; None where none has."""
    if topic_config in _UNSET or (topic_config not in _SOURCES and topic_config not in _ALIKE):
        return None
    return _SOURCES[topic_config][0][0] if topic_config in _SOURCES else _ALIKE[topic_config]


def given(topic_config: str, configs: Mapping[str, str]) -> tuple[str, str] | None:
    """The config of brokers that says what a topic's is, and its value; None where none is set."""
    return next(((each, configs[each]) for each, _ in _SOURCES.get(topic_config, ()) if each in configs), None)


def topic_defaults(configs: Mapping[str, str]) -> dict[str, str]:
    """The configs of a topic for which none are set, where they aren't Kafka's own."""
    found = {}
    for name, sources in _SOURCES.items():
        source = next(((each, unit) for each, unit in sources if each in configs), None)
        if source is not None:
            found[name] = _in_unit(configs[source[0]], source[1])
    return found


def _in_unit(value: str, unit: int) -> str:
    if not unit or int(value) == UNLIMITED:
        return value
    return str(int(value) * unit)
