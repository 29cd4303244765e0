"""What time alone brings: records past their retention go, closed shards with them, and logs that nobody needs.

All shards are gone through every minute, a slice at a time: after a restart a log must be opened to be looked at.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from weirmq.engine.machine import Fact
from weirmq.kernel.clock import HOUR_MS, MINUTE_MS
from weirmq.kernel.errors import LogDamaged
from weirmq.services.kinesis import facts
from weirmq.services.kinesis.model import Shard, Stream

if TYPE_CHECKING:
    from weirmq.services.kinesis.service import Kinesis

SWEEP_MS: Final = MINUTE_MS
SLICE_MS: Final = 50  # between two slices of a sweep
SWEPT_AT_ONCE: Final = 500  # shards: about a millisecond where none has anything to let go of
TRIMMED_AT_ONCE: Final = 5  # shards of which something goes, or whose log must be opened: some milliseconds


class Sweeper:
    """Looks after all shards of a service."""

    def __init__(self, service: "Kinesis") -> None:
        self._service = service
        self._unswept: list[tuple[Stream, Shard]] = []
        self._swept_ms = 0  # when the last sweep began
        self._sliced_ms = 0
        self._removing: set[str] = set()  # logs that the engine was told to remove

    def next_due_ms(self) -> int | None:
        """When `sweep` wants to be called."""
        machine = self._service.machine
        if self._unswept or len(machine.condemned) > len(self._removing):
            return self._sliced_ms + SLICE_MS
        return self._swept_ms + SWEEP_MS if machine.streams else None

    def sweep(self, now_ms: int) -> Sequence[Fact]:
        """Do a slice; returns the facts of what has expired."""
        self._sliced_ms = now_ms
        self._give_up()
        if not self._unswept and now_ms >= self._swept_ms + SWEEP_MS:
            self._swept_ms = now_ms
            streams = self._service.machine.streams.values()
            self._unswept = [(stream, shard) for stream in streams for shard in stream.shards.values()]
        found: list[Fact] = []
        expired: dict[int, list[int]] = {}
        left = TRIMMED_AT_ONCE
        for _ in range(min(SWEPT_AT_ONCE, len(self._unswept))):
            stream, shard = self._unswept.pop()
            if stream.number not in self._service.machine.streams or shard.index not in stream.shards:
                continue  # deleted meanwhile
            cutoff_ms = cutoff(stream, now_ms)
            if shard.closed_ms and shard.closed_ms < cutoff_ms:
                expired.setdefault(stream.number, []).append(shard.index)
            elif shard.created_ms < cutoff_ms and self._trim(stream, shard, cutoff_ms, found):
                left -= 1
                if not left:
                    break
        found += [facts.ShardsExpired(number, indexes) for number, indexes in expired.items()]
        return found

    def _trim(self, stream: Stream, shard: Shard, cutoff_ms: int, found: list[Fact]) -> bool:
        """Whether it took some time; `found` gets the facts of records that queues lose by it. A damaged log is left as
        it is: whoever needs the shard is told.
        """
        log = self._service.log(shard)
        try:
            took_time = log.trim_to(cutoff_ms)
            found += self._service.machine.queues.expired(stream, shard.index, log.first)
        except LogDamaged:
            return True
        return took_time

    def _give_up(self) -> None:
        """Have logs removed whose end nothing can undo any more."""
        durable = self._service.journal.durable
        for name, offset in self._service.machine.condemned.items():
            if offset < durable and name not in self._removing:
                self._removing.add(name)
                self._service.streams.remove(name)

    def removed(self, names: Sequence[str]) -> None:
        """These logs are gone."""
        self._removing.difference_update(names)


def cutoff(stream: Stream, now_ms: int) -> int:
    """Records that came before this are past their retention."""
    return max(now_ms - stream.retention_h * HOUR_MS, stream.floor_ms)
