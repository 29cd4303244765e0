"""How far share groups are, as the journal tells. A part of the machine: only its facts change it.

Of each partition a share group has a start, and states of records from there on (KIP-932):

    nothing is said of it   never delivered, or delivered to somebody who hasn't said anything yet
    AVAILABLE               was delivered so often, and given back
    ACKNOWLEDGED, ARCHIVED  is done with; the start goes on over these

Who has which records at the moment is not durable (share_partitions.py): after a restart all that aren't done with are
there to be delivered again.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from weirmq.engine.machine import Fact
from weirmq.services.kafka.runs import Runs
from weirmq.services.kafka.share_facts import (
    ShareGroupPart,
    ShareOffsetsForgotten,
    ShareOffsetsSet,
    ShareProgressPart,
    ShareRecordsMoved,
)

AVAILABLE, ACKNOWLEDGED, ARCHIVED = 0, 2, 4  # as Kafka's share coordinator writes them
UNDECIDED: Final = -1

Key = tuple[int, str]
"""Cluster and group."""

PartitionKey = tuple[bytes, int]
"""Topic id and index."""


class Progress:
    """How far a group is in one partition. `states` are those of records, with their delivery counts."""

    __slots__ = ("start", "states")

    def __init__(self, start: int) -> None:
        self.start = start
        self.states: Runs[tuple[int, int]] = Runs()

    def done_from(self, offset: int) -> int:
        """How many records from there on are done with."""
        runs = self.states.over(offset, self.states.end)
        return sum(last + 1 - first for first, last, (state, _) in runs if state != AVAILABLE)

    def move(self, start: int, batches: list[tuple[int, int, int, int]]) -> None:
        """Records are in other states now. What lies below `start` is gone."""
        for first, last, state, count in batches:
            self.states.put(first, last, (state, count))
        self.start = max(self.start, start)
        self.states.cut(0, self.start - 1)
        for first, last, (state, _) in self.states:
            if first != self.start or state == AVAILABLE:
                break
            self.start = last + 1
        self.states.cut(0, self.start - 1)


class ShareProgress:
    """All share groups that have begun with something."""

    def __init__(self) -> None:
        self.groups: dict[Key, dict[PartitionKey, Progress]] = {}
        self.appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            ShareOffsetsSet: self._offsets_set,
            ShareRecordsMoved: self._records_moved,
            ShareOffsetsForgotten: self._offsets_forgotten,
        }

    def of(self, key: Key, partition: PartitionKey) -> Progress | None:
        """How far a group is in a partition, if it has begun with it."""
        return self.groups.get(key, {}).get(partition)

    def forget(self, key: Key) -> None:
        """A group is gone."""
        self.groups.pop(key, None)

    def topic_deleted(self, cluster: int, topic_id: bytes, partitions: int) -> None:
        """Nobody gets anything of it any more."""
        for (number, _), known in self.groups.items():
            if number == cluster:
                for index in range(partitions):
                    known.pop((topic_id, index), None)

    def cluster_removed(self, cluster: int) -> None:
        """All groups of a cluster are gone."""
        self.groups = {key: known for key, known in self.groups.items() if key[0] != cluster}

    # Facts

    def _offsets_set(self, fact: ShareOffsetsSet, _offset: int, _now_ms: int) -> None:
        known = self.groups.setdefault((fact.cluster, fact.group), {})
        for each in fact.starts:
            known[each.topic_id, each.partition] = Progress(each.offset)

    def _records_moved(self, fact: ShareRecordsMoved, _offset: int, _now_ms: int) -> None:
        self.groups[fact.cluster, fact.group][fact.topic_id, fact.partition].move(fact.start, fact.batches)

    def _offsets_forgotten(self, fact: ShareOffsetsForgotten, _offset: int, _now_ms: int) -> None:
        known = self.groups[fact.cluster, fact.group]
        for key in [key for key in known if key[0] in fact.topic_ids]:
            del known[key]

    # Snapshots

    def parts(self) -> Iterator[ShareGroupPart | ShareProgressPart]:
        """The whole of it."""
        for (cluster, group), known in self.groups.items():
            yield ShareGroupPart(cluster, group)
            for (topic_id, index), progress in known.items():
                batches = [(first, last, state, count) for first, last, (state, count) in progress.states]
                yield ShareProgressPart(cluster, group, topic_id, index, progress.start, batches)

    def adopt(self, part: ShareGroupPart | ShareProgressPart) -> None:
        """The other way round."""
        known = self.groups.setdefault((part.cluster, part.group), {})
        if isinstance(part, ShareGroupPart):
            return
        progress = Progress(part.start)
        for first, last, state, count in part.batches:
            progress.states.put(first, last, (state, count))
        known[part.topic_id, part.partition] = progress
