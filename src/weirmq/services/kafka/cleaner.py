"""The log cleaner: when which partition is compacted. How is told in compaction.py.

Rules, as Kafka's (KIP-58, KIP-354):
1. Cleanable is what doesn't grow any more, is stable, and has no record younger than min.compaction.lag.ms.
2. It is cleaned when more than min.cleanable.dirty.ratio of that isn't clean yet, or when a record in it is older than
   max.compaction.lag.ms.
3. One partition at a time, those first that have waited for the longest.
4. A pass begins only when it is durable how far the one before has come. Else a restart might take up an older note of
   producers, with aborted transactions that have no marker any more, and readers would wait for those.
"""

from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from weirmq.engine.cleaning import Piece
from weirmq.services.kafka import topic_configs
from weirmq.services.kafka.compaction import Compaction, Plan, aborted_below, told_of
from weirmq.services.kafka.compaction_facts import PartitionCompacted
from weirmq.services.kafka.model import Partition
from weirmq.services.kafka.partition_logs import producers_of
from weirmq.wire.kafka.batch import heads

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

LOOKED_AT_ONCE: Final = 5  # partitions: who wasn't asked for since the start is read, as far as its producers go
GROUP_BYTES: Final = 64 * 1024 * 1024  # of segments that become one, at most


class Cleaner:
    """Cleans all partitions of a service that are to be compacted."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._due: dict[str, Partition] = {}  # by the names of their logs, those first that have waited for the longest
        self._running: Partition | None = None
        self._passed: list[tuple[Partition, int]] = []  # up to where, and the journal doesn't have it yet
        self._noted: dict[str, int] = {}  # behind the fact that says how far the last pass has come
        self._ends: dict[str, int] = {}  # where a log ended when there was nothing to do

    @property
    def has_work(self) -> bool:
        """Whether `sweep` has something to do."""
        return bool(self._passed or (self._due and self._running is None))

    def expect(self, partition: Partition) -> None:
        """Look at a partition soon, unless nothing has changed since there was nothing to do."""
        configs = partition.topic.configs
        is_timed = topic_configs.MIN_LAG in configs or topic_configs.MAX_LAG in configs
        if is_timed or self._ends.get(partition.log) != self._kafka.log(partition).end:
            self._due[partition.log] = partition

    def forget(self, log: str) -> None:
        """A log is given up."""
        for known in (self._due, self._noted, self._ends):
            known.pop(log, None)

    def sweep(self, now_ms: int) -> None:
        """Note what is done, and begin the next pass. Raises NoRoom."""
        while self._passed:
            partition, upto = self._passed[-1]
            if self._is_there(partition):
                topic = partition.topic
                fact = PartitionCompacted(topic.cluster.number, topic.id, partition.index, upto)
                self._kafka.commit(now_ms, fact)
                self._noted[partition.log] = self._kafka.journal.end
            self._passed.pop()
        for _ in range(min(LOOKED_AT_ONCE, len(self._due))):
            if self._running is not None:
                break
            partition = self._due.pop(next(iter(self._due)))
            if self._is_there(partition) and is_compacted(partition):
                self._begin(partition, now_ms)

    def _begin(self, partition: Partition, now_ms: int) -> None:
        if self._noted.get(partition.log, 0) > self._kafka.journal.durable:
            self._due[partition.log] = partition  # a sweep that comes soon
            return
        log = self._kafka.log(partition)
        plan = self._plan(partition, now_ms)
        if plan is None:
            if not self._kafka.streams.is_dirty(log):  # else there will be more of it that doesn't grow
                self._ends[partition.log] = log.end
            return
        self._running = partition
        compaction = Compaction(plan)
        self._kafka.streams.cleanings.add(log, compaction.work, partial(self._done, partition, compaction))

    def _done(self, partition: Partition, compaction: Compaction, is_whole: bool) -> None:
        self._running = None
        if not is_whole or not self._is_there(partition):
            return
        partition.clean = compaction.upto
        producers = self._kafka.producers.get(partition.log)
        if producers is not None:
            producers.cleaned(compaction.upto)
        self._passed.append((partition, compaction.upto))
        if not compaction.is_complete:  # there were more keys than fit
            self._due[partition.log] = partition

    def _is_there(self, partition: Partition) -> bool:
        topic = partition.topic
        return (
            self._kafka.machine.clusters.get(topic.cluster.number) is topic.cluster and topic.id in topic.cluster.by_id
        )

    # What is to be done

    def _plan(self, partition: Partition, now_ms: int) -> Plan | None:
        """What is to be cleaned; None for nothing."""
        log, configs = self._kafka.log(partition), partition.topic.configs
        producers = producers_of(self._kafka, partition)
        young_ms = now_ms - topic_configs.number(configs, topic_configs.MIN_LAG)
        stable = producers.stable(log.readable)
        pieces = list(takewhile(lambda piece: piece.end <= stable and piece.latest_ms <= young_ms, log.pieces()))
        if not pieces:
            return None
        clean = partition.clean if partition.clean <= log.end else 0  # another log was put in its place
        dirty = sum(piece.size for piece in pieces if piece.end > clean)
        ratio = dirty / sum(piece.size for piece in pieces)
        least = float(configs.get(topic_configs.DIRTY_RATIO) or topic_configs.default(topic_configs.DIRTY_RATIO))
        if not dirty or (ratio <= least and not self._is_late(partition, pieces, clean, now_ms)):
            return None
        kept, epochs = told_of(producers)
        group_bytes = min(GROUP_BYTES, topic_configs.number(configs, topic_configs.SEGMENT_BYTES))
        return Plan(
            pieces,
            clean,
            now_ms,
            topic_configs.number(configs, topic_configs.DELETE_RETENTION_MS),
            group_bytes,
            aborted_below(producers.known_aborted, pieces[-1].end),
            kept,
            epochs,
        )

    def _is_late(self, partition: Partition, pieces: list[Piece], clean: int, now_ms: int) -> bool:
        """Whether the first record that isn't clean is older than it may be."""
        most_ms = topic_configs.number(partition.topic.configs, topic_configs.MAX_LAG)
        if topic_configs.MAX_LAG not in partition.topic.configs:
            return False
        dirty = next(piece.base for piece in pieces if piece.end > clean)
        log = self._kafka.log(partition)
        for _, batch in heads(log.read(max(dirty, clean, log.start), 0)):
            return (batch.max_ms if batch.horizon_ms is not None else batch.base_ms) < now_ms - most_ms
        return False


def is_compacted(partition: Partition) -> bool:
    """Whether a partition is to be compacted."""
    configs = partition.topic.configs
    return topic_configs.COMPACT in topic_configs.listed(configs.get(topic_configs.CLEANUP, topic_configs.DELETE))
