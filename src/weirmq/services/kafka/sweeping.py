"""What time alone brings: records past their topic's retention go, and logs that nobody needs.

All partitions are gone through every minute, a slice at a time, as Kafka does every five.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import MINUTE_MS
from weirmq.services.kafka import delegation_tokens, topic_configs
from weirmq.services.kafka.cleaner import is_compacted
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.producers import EXPIRES_MS

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

SWEEP_MS: Final = MINUTE_MS
SLICE_MS: Final = 50
SWEPT_AT_ONCE: Final = 500
TRIMMED_AT_ONCE: Final = 5


class Sweeper:
    """Looks after all partitions of a service."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._unswept: list[Partition] = []
        self._swept_ms = 0
        self._sliced_ms = 0
        self._removing: set[str] = set()  # logs that the engine was told to remove

    def next_due_ms(self) -> int | None:
        """When `sweep` wants to be called."""
        kafka = self._kafka
        found = (
            kafka.groups.next_ms(),
            kafka.consumer_groups.next_ms(),
            kafka.share_groups.next_ms(),
            kafka.streams_groups.next_ms(),
            kafka.share_partitions.next_ms(),
            kafka.share_sessions.next_ms(),
            kafka.completions.next_ms(),
            kafka.offset_expiry.next_ms(),
            kafka.replicator.next_ms(),
            kafka.telemetry.next_ms(),
            kafka.machine.tokens_due.next_ms(),
            self._own_ms(),
        )
        return min((due_ms for due_ms in found if due_ms is not None), default=None)

    def _own_ms(self) -> int | None:
        machine = self._kafka.machine
        if self._unswept or len(machine.condemned) > len(self._removing) or self._kafka.cleaner.has_work:
            return self._sliced_ms + SLICE_MS
        return self._swept_ms + SWEEP_MS if machine.clusters else None

    def sweep(self, now_ms: int) -> Sequence[Fact]:
        """Do a slice. There is nothing to record of it: the logs say what they have."""
        self._kafka.groups.expire(now_ms)
        self._kafka.on_groups_due(now_ms)
        self._kafka.on_share_groups_due(now_ms)
        self._kafka.on_streams_groups_due(now_ms)
        self._kafka.share_sessions.give_back(now_ms)
        self._kafka.share_partitions.expire(now_ms)
        self._kafka.completions.expire(now_ms)
        self._kafka.offset_expiry.expire(now_ms)
        self._kafka.replicator.run(now_ms)
        self._kafka.telemetry.expire(now_ms)
        delegation_tokens.expire(self._kafka, now_ms)
        due_ms = self._own_ms()
        if due_ms is None or due_ms > now_ms:
            return ()
        self._sliced_ms = now_ms
        self._give_up()
        if not self._unswept and now_ms >= self._swept_ms + SWEEP_MS:
            self._swept_ms = now_ms
            self._unswept = [
                partition
                for cluster in self._kafka.machine.clusters.values()
                for topic in cluster.topics.values()
                for partition in topic.partitions
            ]
            for name, producers in self._kafka.producers.items():
                producers.expire(now_ms - EXPIRES_MS)
                producers.trim(self._kafka.streams.stream(name).start)
        left = TRIMMED_AT_ONCE
        for _ in range(min(SWEPT_AT_ONCE, len(self._unswept))):
            partition = self._unswept.pop()
            if partition.topic.id in partition.topic.cluster.by_id and self._trim(partition, now_ms):
                left -= 1
                if not left:
                    break
        self._kafka.cleaner.sweep(now_ms)
        return ()

    def _trim(self, partition: Partition, now_ms: int) -> bool:
        """Let go of what is past its retention. Returns whether that took some time."""
        configs = partition.topic.configs
        if is_compacted(partition):
            self._kafka.cleaner.expect(partition)
        if topic_configs.DELETE not in topic_configs.listed(configs.get(topic_configs.CLEANUP, topic_configs.DELETE)):
            return False
        log = self._kafka.log(partition)
        first = self._kafka.start(partition)
        retention_ms = int(configs.get(topic_configs.RETENTION_MS) or topic_configs.default(topic_configs.RETENTION_MS))
        took_time = retention_ms >= 0 and log.trim_to(now_ms - retention_ms)
        retention_bytes = int(configs.get(topic_configs.RETENTION_BYTES, -1))
        took_time = (retention_bytes >= 0 and log.trim_to_size(retention_bytes)) or took_time
        took_time = log.trim_below(partition.low) or took_time
        if self._kafka.start(partition) > first:
            self._kafka.fetches.signal(partition.log)
        return took_time

    def _give_up(self) -> None:
        """Have logs removed whose end nothing can undo any more."""
        durable = self._kafka.journal.durable
        for name, offset in self._kafka.machine.condemned.items():
            if offset < durable and name not in self._removing:
                self._removing.add(name)
                self._kafka.streams.remove(name)

    def removed(self, names: Sequence[str]) -> None:
        """These logs are gone."""
        self._removing.difference_update(names)
