"""When a partition's log begins a new segment: retention and compaction work by whole ones.

A segment that would be larger than segment.bytes is left to the log. One whose first batch is older than the next one
by more than segment.ms, less a random part of segment.jitter.ms, ends here, as in Kafka: when that next one comes. In
a compacted topic it lasts no longer than max.compaction.lag.ms.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from weirmq.services.kafka import topic_configs
from weirmq.services.kafka.model import Partition, Topic
from weirmq.wire.kafka.batch import Batch, heads

if TYPE_CHECKING:
    from weirmq.engine.streams import Stream
    from weirmq.kernel.ids import Entropy
    from weirmq.services.kafka.service import Kafka

_RANDOM_BYTES: Final = 4


class Newest(NamedTuple):
    """The newest segment of a log: where it begins, the time of its first batch, and how much later it ends."""

    base: int
    first_ms: int
    lasts_ms: int


def fit(kafka: "Kafka", topic: Topic) -> None:
    """Have the logs of a topic go by its configs as they are now."""
    for partition in topic.partitions:
        kafka.log(partition).fit(_segment_bytes(topic.configs))


def prepare(kafka: "Kafka", partition: Partition, stream: "Stream", batch: Batch, now_ms: int) -> None:
    """Begin a segment, if one is due when `batch` comes. Raises NoRoom."""
    configs = partition.topic.configs
    stream.fit(_segment_bytes(configs))
    time_ms = batch.max_ms if batch.max_ms >= 0 else now_ms
    newest = stream.newest
    known = kafka.newest.get(partition.log)
    if known is None or known.base != newest.base or not newest.size:
        first_ms = _first_ms(stream, newest.base, time_ms) if newest.size else time_ms
        known = kafka.newest[partition.log] = Newest(newest.base, first_ms, _lasts_ms(configs, kafka.entropy))
    if newest.size and time_ms - known.first_ms > known.lasts_ms:
        stream.roll()
        kafka.newest[partition.log] = Newest(stream.end, time_ms, _lasts_ms(configs, kafka.entropy))


def _segment_bytes(configs: Mapping[str, str]) -> int | None:
    found = configs.get(topic_configs.SEGMENT_BYTES)
    return None if found is None else int(found)


def _first_ms(stream: "Stream", base: int, otherwise_ms: int) -> int:
    """The time of a segment's first batch, if it may be read already."""
    for _, batch in heads(stream.read(base, 0)):
        if batch.max_ms >= 0:
            return batch.max_ms
    return otherwise_ms


def _lasts_ms(configs: Mapping[str, str], entropy: "Entropy") -> int:
    segment_ms = topic_configs.number(configs, topic_configs.SEGMENT_MS)
    if topic_configs.COMPACT in configs.get(topic_configs.CLEANUP, ""):  # what still grows isn't compacted (KIP-354)
        segment_ms = min(segment_ms, topic_configs.number(configs, topic_configs.MAX_LAG))
    jitter_ms = min(segment_ms, int(configs.get(topic_configs.SEGMENT_JITTER_MS, 0)))
    if not jitter_ms:
        return segment_ms
    return segment_ms - (int.from_bytes(entropy.take(_RANDOM_BYTES), "big") * jitter_ms >> 8 * _RANDOM_BYTES)
