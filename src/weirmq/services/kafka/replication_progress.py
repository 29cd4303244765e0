"""All replications, and how far they are, as the journal tells. A part of the machine: only its facts change it."""

from collections.abc import Callable, Iterator
from typing import Any

from weirmq.engine.machine import Fact
from weirmq.services.kafka.replication_facts import ReplicationEnded, ReplicationMoved, ReplicationSet

PartitionKey = tuple[bytes, int]
"""Topic id and index, of the source."""

Position = tuple[int, int]
"""The offsets in source and target below which everything is copied."""


class ReplicationProgress:
    """By their ids."""

    def __init__(self) -> None:
        self.known: dict[str, ReplicationSet] = {}
        self.positions: dict[str, dict[PartitionKey, Position]] = {}
        self.appliers: dict[type[Fact], Callable[[Any, int, int], None]] = {
            ReplicationSet: self._set,
            ReplicationMoved: self._moved,
            ReplicationEnded: self._ended,
        }

    def cluster_removed(self, cluster: int) -> None:
        """Nothing is copied from or to it any more."""
        for found in [each for each in self.known.values() if cluster in {each.source, each.target}]:
            del self.known[found.id], self.positions[found.id]

    def parts(self) -> Iterator[Fact]:
        """The whole of it, as facts."""
        for found in self.known.values():
            yield found
            positions = [(*key, *position) for key, position in self.positions[found.id].items()]
            yield ReplicationMoved(found.id, positions)

    def _set(self, fact: ReplicationSet, _offset: int, _now_ms: int) -> None:
        self.known[fact.id] = fact
        self.positions.setdefault(fact.id, {})

    def _moved(self, fact: ReplicationMoved, _offset: int, _now_ms: int) -> None:
        for topic_id, index, source, target in fact.positions:
            self.positions[fact.id][topic_id, index] = (source, target)

    def _ended(self, fact: ReplicationEnded, _offset: int, _now_ms: int) -> None:
        del self.known[fact.id], self.positions[fact.id]
