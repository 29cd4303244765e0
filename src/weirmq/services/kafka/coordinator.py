"""All transactional ids, as the journal tells of them. A part of the machine: only its facts change it."""

from collections.abc import Callable, Iterable
from typing import Any

from weirmq.engine.machine import Fact
from weirmq.kernel.deadlines import Deadlines
from weirmq.services.kafka.facts import (
    GroupEnlisted,
    OffsetsPended,
    PartitionsEnlisted,
    ProducerInitialized,
    TransactionalForgotten,
    TransactionCompleted,
    TransactionPrepared,
)
from weirmq.services.kafka.transactional import (
    COMPLETE,
    EMPTY,
    EPOCH_BUMPING_VERSION,
    FIRST_VERSION,
    LAST_EPOCH,
    NO_PRODUCER,
    ONGOING,
    PREPARED,
    Key,
    PartitionKey,
    Transactional,
)


class Coordinator:
    """Finds transactional ids: all of them, those of a group, those that are to be completed, those that are due.

    `on_committed` gets what is complete and committed, before its offsets are forgotten. `kept_ms` says how long a
    cluster keeps ids that aren't used.
    """

    def __init__(self, on_committed: Callable[[Transactional, int], None], kept_ms: Callable[[int], int]) -> None:
        self.ids: dict[Key, Transactional] = {}
        self.prepared: dict[Key, Transactional] = {}
        self.due: Deadlines[str] = Deadlines()  # by cluster and id: when it times out, or isn't kept any longer
        self._of_group: dict[tuple[int, str], dict[Key, Transactional]] = {}
        self._on_committed = on_committed
        self._kept_ms = kept_ms
        self.appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            ProducerInitialized: self._initialized,
            PartitionsEnlisted: self._partitions_enlisted,
            GroupEnlisted: self._group_enlisted,
            OffsetsPended: self._offsets_pended,
            TransactionPrepared: self._prepared,
            TransactionCompleted: self._completed,
            TransactionalForgotten: self._forgotten,
        }

    def of_group(self, cluster: int, group: str) -> Iterable[Transactional]:
        """The transactions that may have offsets of a group."""
        return self._of_group.get((cluster, group), {}).values()

    def unstable(self, cluster: int, group: str) -> set[PartitionKey]:
        """The partitions of which a group has offsets that are neither committed nor aborted."""
        return {
            (offset.topic_id, offset.partition)
            for each in self.of_group(cluster, group)
            for offset in each.offsets.get(group, ())
        }

    def group_deleted(self, cluster: int, group: str) -> None:
        """A group is gone, and with it what is to be committed of it."""
        for each in self.of_group(cluster, group):
            each.offsets.pop(group, None)

    def cluster_configured(self, cluster: int) -> None:
        """Ids of a cluster may be kept for another time than before."""
        for found in [each for each in self.ids.values() if each.cluster == cluster]:
            self.adopt(found)

    def cluster_removed(self, cluster: int) -> None:
        """All ids of a cluster are gone, and what was under way."""
        for key, found in list(self.ids.items()):
            if key[0] == cluster:
                for group in found.groups:
                    self._leave(found, group)
                self.due.drop(due_key(self.ids.pop(key)))
                self.prepared.pop(key, None)

    # Facts

    def _find(self, fact: Any) -> Transactional:
        return self.ids[fact.cluster, fact.transactional_id]

    def _initialized(self, fact: ProducerInitialized, _offset: int, now_ms: int) -> None:
        known = self.ids.get((fact.cluster, fact.transactional_id))
        self.adopt(
            Transactional(
                fact.cluster,
                fact.transactional_id,
                fact.producer,
                fact.epoch,
                fact.last_producer,
                fact.last_epoch,
                fact.timeout_ms,
                EMPTY,
                now_ms,
                known.version if known else FIRST_VERSION,
            )
        )

    def _begin(self, found: Transactional, version: int, now_ms: int) -> None:
        if found.state != ONGOING:
            found.state, found.started_ms = ONGOING, now_ms
        found.version, found.updated_ms = version, now_ms

    def _partitions_enlisted(self, fact: PartitionsEnlisted, offset: int, now_ms: int) -> None:
        found = self._find(fact)
        self._begin(found, fact.version, now_ms)
        for topic_id, partition in fact.partitions:
            found.partitions.setdefault((topic_id, partition), offset)
        self.adopt(found)

    def _group_enlisted(self, fact: GroupEnlisted, offset: int, now_ms: int) -> None:
        found = self._find(fact)
        self._begin(found, fact.version, now_ms)
        found.groups.setdefault(fact.group, offset)
        self.adopt(found)

    def _offsets_pended(self, fact: OffsetsPended, _offset: int, _now_ms: int) -> None:
        self._find(fact).offsets.setdefault(fact.group, []).extend(fact.offsets)

    def _prepared(self, fact: TransactionPrepared, offset: int, now_ms: int) -> None:
        found = self._find(fact)
        found.state, found.commits, found.prepared_at = PREPARED, fact.commits, offset
        found.epoch, found.next_producer = fact.epoch, fact.next_producer
        found.last_producer, found.last_epoch = fact.last_producer, fact.last_epoch
        found.version, found.updated_ms = fact.version, now_ms
        self.adopt(found)

    def _completed(self, fact: TransactionCompleted, _offset: int, now_ms: int) -> None:
        found = self._find(fact)
        if found.commits:
            self._on_committed(found, now_ms)
        for group in found.groups:
            self._leave(found, group)
        found.partitions, found.groups, found.offsets = {}, {}, {}
        found.state, found.started_ms, found.updated_ms = COMPLETE, -1, now_ms
        if found.next_producer != NO_PRODUCER:  # the client saw LAST_EPOCH, and then 0 of the next one
            found.last_producer, found.last_epoch = found.producer, LAST_EPOCH
            found.producer, found.epoch, found.next_producer = found.next_producer, 0, NO_PRODUCER
        self.adopt(found)

    def _forgotten(self, fact: TransactionalForgotten, _offset: int, _now_ms: int) -> None:
        self.due.drop(due_key(self.ids.pop((fact.cluster, fact.transactional_id))))

    def _leave(self, found: Transactional, group: str) -> None:
        known = self._of_group[found.cluster, group]
        del known[found.key]
        if not known:
            del self._of_group[found.cluster, group]

    def adopt(self, found: Transactional) -> None:
        """Let a transactional id be found as its state has it."""
        self.ids[found.key] = found
        for group in found.groups:
            self._of_group.setdefault((found.cluster, group), {})[found.key] = found
        if found.state == PREPARED:
            self.prepared[found.key] = found
            self.due.drop(due_key(found))
            return
        self.prepared.pop(found.key, None)
        if found.state == ONGOING:
            self.due.put(due_key(found), found.started_ms + found.timeout_ms)
        else:
            self.due.put(due_key(found), found.updated_ms + self._kept_ms(found.cluster))


def due_key(found: Transactional) -> str:
    """What its deadline is found by."""
    return f"{found.cluster}\0{found.id}"


def key_of(due: str) -> Key:
    """The other way round."""
    cluster, _, name = due.partition("\0")
    return int(cluster), name


def bumps_epoch(version: int) -> bool:
    """Whether each EndTxn gives the producer a new epoch (KIP-890)."""
    return version >= EPOCH_BUMPING_VERSION
