"""Committed offsets of groups that nobody needs any more (KIP-211).

A group loses its offsets, and is gone, when it has been without members for offsets.retention.minutes, and nobody has
committed for it meanwhile; one without offsets when it has no members. Whether it had members before a restart isn't
known, so then the time begins with the start.

Each group is looked at when it may be due at the earliest: the machine has one deadline for each.
"""

from typing import TYPE_CHECKING, Final

from weirmq.kernel.clock import MINUTE_MS
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts
from weirmq.services.kafka.broker_configs import OFFSETS_RETENTION_MINUTES

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

RETRY_MS: Final = MINUTE_MS  # where a disk had no room, or a transaction is under way

Key = tuple[int, str]


class OffsetExpiry:
    """Looks after all groups that have committed something."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._started_ms: int | None = None

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        return self._kafka.machine.groups_due.next_ms()

    def expire(self, now_ms: int) -> None:
        """Delete the groups whose time has come. Raises LogFailed."""
        if self._started_ms is None:
            self._started_ms = now_ms
        due = self._kafka.machine.groups_due
        while (found := due.pop_due(now_ms)) is not None:
            cluster, _, name = found.partition("\0")
            due_ms = self._due_ms((int(cluster), name), now_ms)
            if due_ms > now_ms:
                due.put(found, due_ms)
            elif not self._delete((int(cluster), name), now_ms):
                due.put(found, now_ms + RETRY_MS)

    def _due_ms(self, key: Key, now_ms: int) -> int:
        """When a group is to go, as far as one can tell now."""
        machine = self._kafka.machine
        retention_ms = machine.broker_number(key[0], OFFSETS_RETENTION_MINUTES) * MINUTE_MS
        kafka = self._kafka
        groups = [
            each for kind in (kafka.groups, kafka.consumer_groups, kafka.streams_groups) if (each := kind.get(key))
        ]
        if any(group.members for group in groups):
            return now_ms + retention_ms
        if not machine.offsets[key]:
            return now_ms
        empty_ms = max((group.empty_ms for group in groups), default=self._started_ms or now_ms)
        return max(machine.committed_ms[key], empty_ms) + retention_ms

    def _delete(self, key: Key, now_ms: int) -> bool:
        if any(self._kafka.machine.coordinator.of_group(*key)):
            return False
        try:
            self._kafka.commit(now_ms, facts.GroupDeleted(*key), urgent=False)
        except NoRoom:
            return False
        self._kafka.groups.drop(key)
        self._kafka.consumer_groups.drop(key)
        self._kafka.streams_groups.drop(key)
        return True
