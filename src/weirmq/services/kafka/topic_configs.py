"""The configs of topics: their types, Kafka's defaults, and what may stand in them.

Source: https://kafka.apache.org/documentation/#topicconfigs (4.3)
"""

import re
from collections.abc import Mapping
from typing import Final

import msgspec

MIN_INT: Final = -(2**31)
MAX_INT: Final = 2**31 - 1
MAX_LONG: Final = 2**63 - 1
DAY_MS: Final = 86_400_000

BOOLEAN, STRING, INT, SHORT, LONG, DOUBLE, LIST = 1, 2, 3, 4, 5, 6, 7  # ConfigDef's types, as DescribeConfigs has them

_NUMBER: Final = re.compile(r"-?\d{1,19}")
_REPLICA: Final = re.compile(r"\d{1,9}:\d{1,9}")


class Config(msgspec.Struct, frozen=True):
    """One config. `words` are those that may stand in it; numbers are from `least` to `most`."""

    name: str
    kind: int
    default: str
    least: float = 0
    most: float = MAX_LONG
    words: tuple[str, ...] = ()

    def fault(self, value: str) -> str:
        """What is wrong with `value`; "" for nothing."""
        match self.kind:
            case 1:
                return (
                    ""
                    if value.lower() in {"true", "false"}
                    else self._bad(value, "Expected value to be either true or false")
                )
            case 3 | 4 | 5:
                return self._number_fault(value)
            case 6:
                return self._double_fault(value)
            case 7:
                return next(
                    (self._no_word(each) for each in listed(value) if self.words and each not in self.words), ""
                )
            case _:
                return self._no_word(value) if self.words and value not in self.words else ""

    def trimmed(self, value: str) -> str:
        """A value as it is kept: spaces around it count in text alone."""
        return value if self.kind == STRING else value.strip()

    def _bad(self, value: str, reason: str) -> str:
        return f"Invalid value {value} for configuration {self.name}: {reason}"

    def _no_word(self, value: str) -> str:
        return self._bad(value, f"String must be one of: {', '.join(self.words)}")

    def _number_fault(self, value: str) -> str:
        if not _NUMBER.fullmatch(value.strip()):
            return self._bad(value, "Not a number of type " + {3: "INT", 4: "SHORT", 5: "LONG"}[self.kind])
        if self.kind == INT and not MIN_INT <= int(value) <= MAX_INT:
            return self._bad(value, "Not a number of type INT")
        return self._range_fault(value.strip(), int(value))

    def _double_fault(self, value: str) -> str:
        try:
            return self._range_fault(str(float(value)), float(value))
        except ValueError:
            return self._bad(value, "Not a number of type DOUBLE")

    def _range_fault(self, value: str, number: float) -> str:
        if number < self.least:
            return self._bad(value, f"Value must be at least {self.least}")
        return self._bad(value, f"Value must be no more than {self.most}") if not number <= self.most else ""


class GzipLevel(Config, frozen=True):
    """A level, or -1 for the library's own."""

    def _range_fault(self, value: str, number: float) -> str:
        is_taken = number == -1 or 1 <= number <= self.most
        return "" if is_taken else self._bad(value, f"Value must be between 1 and {self.most} or equal to -1")


class ThrottledReplicas(Config, frozen=True):
    """Replicas as `partition:broker`, or `*` for all."""

    def fault(self, value: str) -> str:
        """What is wrong with `value`; "" for nothing."""
        words = listed(value)
        if words == ["*"] or all(_REPLICA.fullmatch(each) for each in words):
            return ""
        return self._bad(
            f"[{', '.join(words)}]",
            f"{self.name} must be the literal '*' or a list of replicas in the following format: "
            "[partitionId]:[brokerId],[partitionId]:[brokerId],...",
        )


DELETE_RETENTION_MS: Final = "delete.retention.ms"
DIRTY_RATIO: Final = "min.cleanable.dirty.ratio"
MIN_LAG: Final = "min.compaction.lag.ms"
MAX_LAG: Final = "max.compaction.lag.ms"
SEGMENT_BYTES: Final = "segment.bytes"
CLEANUP: Final = "cleanup.policy"
COMPRESSION: Final = "compression.type"
MAX_MESSAGE: Final = "max.message.bytes"
TIMESTAMP_TYPE: Final = "message.timestamp.type"
AFTER_MAX: Final = "message.timestamp.after.max.ms"
BEFORE_MAX: Final = "message.timestamp.before.max.ms"
RETENTION_MS: Final = "retention.ms"
RETENTION_BYTES: Final = "retention.bytes"
SEGMENT_JITTER_MS: Final = "segment.jitter.ms"
SEGMENT_MS: Final = "segment.ms"
MIN_INSYNC: Final = "min.insync.replicas"
FLUSH_MESSAGES: Final = "flush.messages"
FLUSH_MS: Final = "flush.ms"

COMPACT: Final = "compact"
DELETE: Final = "delete"
APPEND_TIME: Final = "LogAppendTime"

CONFIGS: Final = {
    config.name: config
    for config in (
        Config(CLEANUP, LIST, DELETE, words=(COMPACT, DELETE)),
        GzipLevel("compression.gzip.level", INT, "-1", -1, 9),
        Config("compression.lz4.level", INT, "9", 1, 17),
        Config(COMPRESSION, STRING, "producer", words=("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")),
        Config("compression.zstd.level", INT, "3", -131_072, 22),
        Config(DELETE_RETENTION_MS, LONG, str(DAY_MS)),
        Config("file.delete.delay.ms", LONG, "60000"),
        Config(FLUSH_MESSAGES, LONG, str(MAX_LONG), 1),
        Config(FLUSH_MS, LONG, str(MAX_LONG)),
        ThrottledReplicas("follower.replication.throttled.replicas", LIST, ""),
        Config("index.interval.bytes", INT, "4096"),
        ThrottledReplicas("leader.replication.throttled.replicas", LIST, ""),
        Config("local.retention.bytes", LONG, "-2", -2),
        Config("local.retention.ms", LONG, "-2", -2),
        Config(MAX_LAG, LONG, str(MAX_LONG), 1),
        Config(MAX_MESSAGE, INT, "1048588"),
        Config(AFTER_MAX, LONG, "3600000"),
        Config(BEFORE_MAX, LONG, str(MAX_LONG)),
        Config(TIMESTAMP_TYPE, STRING, "CreateTime", words=("CreateTime", APPEND_TIME)),
        Config(DIRTY_RATIO, DOUBLE, "0.5", 0, 1),
        Config(MIN_LAG, LONG, "0"),
        Config(MIN_INSYNC, INT, "1", 1),
        Config("preallocate", BOOLEAN, "false"),
        Config("remote.log.copy.disable", BOOLEAN, "false"),
        Config("remote.log.delete.on.disable", BOOLEAN, "false"),
        Config("remote.storage.enable", BOOLEAN, "false"),
        Config(RETENTION_BYTES, LONG, "-1", -1),
        Config(RETENTION_MS, LONG, str(7 * DAY_MS), -1),
        Config(SEGMENT_BYTES, INT, "67108864", 1_048_576),  # Kafka's is 1 GiB
        Config("segment.index.bytes", INT, "10485760", 4),
        Config(SEGMENT_JITTER_MS, LONG, "0"),
        Config(SEGMENT_MS, LONG, str(7 * DAY_MS), 1),
        Config("unclean.leader.election.enable", BOOLEAN, "false"),
    )
}


def default(name: str) -> str:
    """Kafka's own value of a config."""
    return CONFIGS[name].default


def number(configs: Mapping[str, str], name: str) -> int:
    """The whole number that holds for a topic with these configs."""
    return int(configs.get(name) or default(name))


def listed(value: str) -> list[str]:
    """The words of a list."""
    return [each for each in (part.strip() for part in value.split(",")) if each]


def flushes_later(configs: Mapping[str, str]) -> bool:
    """Whether what is acknowledged may come to the disk later, as in Kafka: somebody has said when it is to be flushed,
    and not that it is to be at once.
    """
    messages, flush_ms = configs.get(FLUSH_MESSAGES), configs.get(FLUSH_MS)
    return (messages is not None or flush_ms is not None) and messages != "1" and flush_ms != "0"


def fault(configs: Mapping[str, str]) -> str:
    """What is wrong with the configs of a topic; "" for nothing."""
    for name, value in configs.items():
        config = CONFIGS.get(name)
        if config is None:
            return f"Unknown topic config name: {name}"
        if found := config.fault(value):
            return found
    if configs.get("remote.storage.enable", "false").lower() == "true":
        return (
            "Tiered Storage functionality is disabled in the broker. "
            "Topic cannot be configured with remote log storage."
        )
    least, most = number(configs, MIN_LAG), number(configs, MAX_LAG)
    if least > most:
        return f"conflict topic config setting {MIN_LAG} ({least}) > {MAX_LAG} ({most})"
    return ""
