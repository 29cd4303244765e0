"""Committed offsets, and groups, that nobody needs any more (KIP-211).

A group loses its offsets, and is gone, when it has been without members for offsets.retention.minutes, and nobody has
committed for it meanwhile; one without offsets when it has no members. Whether it had members before a restart isn't
known, so then the time begins with the start.

Each group with offsets is looked at when it may be due at the earliest: the machine has one deadline for each. One that
never committed is in memory alone: all those are gone through every 10 minutes, a slice at a time.
"""

from typing import TYPE_CHECKING, Final

from weirmq.kernel.clock import MINUTE_MS
from weirmq.kernel.errors import NoRoom
from weirmq.services.kafka import facts
from weirmq.services.kafka.broker_configs import OFFSETS_RETENTION_MINUTES

if TYPE_CHECKING:
    from weirmq.services.kafka.consumer_groups import ConsumerGroup
    from weirmq.services.kafka.groups import Group
    from weirmq.services.kafka.service import Kafka
    from weirmq.services.kafka.streams_groups import StreamsGroup

RETRY_MS: Final = MINUTE_MS  # where a disk had no room, or a transaction is under way
CHECK_MS: Final = 10 * MINUTE_MS  # offsets.retention.check.interval.ms
SLICE_MS: Final = 50
LOOKED_AT_ONCE: Final = 500

Key = tuple[int, str]


class OffsetExpiry:
    """Looks after all groups but those that share."""

    def __init__(self, kafka: "Kafka") -> None:
        self._kafka = kafka
        self._started_ms: int | None = None
        self._check_ms = 0
        self._unchecked: list[Key] = []

    def next_ms(self) -> int | None:
        """When `expire` wants to be called."""
        found = (self._kafka.machine.groups_due.next_ms(), self._check_ms if any(self._kafka.offset_groups) else None)
        return min((due_ms for due_ms in found if due_ms is not None), default=None)

    def expire(self, now_ms: int) -> None:
        """Delete the groups whose time has come. Raises LogFailed."""
        if self._started_ms is None:
            self._started_ms = now_ms
        self._forget(now_ms)
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
        groups = self._groups(key)
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
        self._drop(key)
        return True

    def _groups(self, key: Key) -> "list[Group | ConsumerGroup | StreamsGroup]":
        return [found for kind in self._kafka.offset_groups if (found := kind.get(key)) is not None]

    def _drop(self, key: Key) -> None:
        for kind in self._kafka.offset_groups:
            kind.drop(key)

    def _forget(self, now_ms: int) -> None:
        """Forget groups that have had no members for long, and have no offsets."""
        if now_ms < self._check_ms:
            return
        if not self._unchecked:
            self._unchecked = [key for kind in self._kafka.offset_groups for key in kind]
        for key in self._unchecked[-LOOKED_AT_ONCE:]:
            is_in_use = any(each.members or now_ms < each.empty_ms + CHECK_MS for each in self._groups(key))
            classic = self._kafka.groups.get(key)
            is_expected = classic is not None and classic.pending  # by somebody who is about to join
            if not (is_in_use or is_expected or key in self._kafka.machine.offsets):
                self._drop(key)
        del self._unchecked[-LOOKED_AT_ONCE:]
        self._check_ms = now_ms + (SLICE_MS if self._unchecked else CHECK_MS)
