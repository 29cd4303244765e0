"""Idempotent producers, as one partition's log tells of them: what each has written last.

Rules (KIP-98, KIP-360):
1. A batch that is one of a producer's last five is a duplicate: it is answered as before, and not written.
2. Any other one goes on where the last one ended, with its epoch. A higher epoch begins with sequence 0 again.
3. A producer that the log knows nothing of may begin anywhere: what it wrote before is past its retention.

All of it stands in the heads of the batches, so after a restart it is read from there.
"""

from collections import deque
from typing import Final, NamedTuple

import msgspec

from weirmq.wire.kafka.batch import SEQUENCES, Producer
from weirmq.wire.kafka.codes import Code

KEPT: Final = 5  # batches of a producer: as many as it may have under way
EXPIRES_MS: Final = 86_400_000  # producer.id.expiration.ms


class Written(NamedTuple):
    """A batch that is in the log."""

    first: int
    last: int
    offset: int
    time_ms: int


class _State(msgspec.Struct):
    epoch: int
    batches: deque[Written]


class Producers:
    """The producers of one partition."""

    def __init__(self) -> None:
        self._producers: dict[int, _State] = {}

    def look(self, batch: Producer) -> Code | Written:
        """Whether a batch may be written: NONE, or why not; or where it stands, if it does."""
        found = self._producers.get(batch.id)
        if found is None:
            return Code.NONE
        if batch.epoch < found.epoch:
            return Code.INVALID_PRODUCER_EPOCH
        if batch.epoch > found.epoch:
            return Code.NONE if batch.first == 0 else Code.OUT_OF_ORDER_SEQUENCE_NUMBER
        for written in found.batches:
            if written.first == batch.first and written.last == batch.last:
                return written
        due = (found.batches[-1].last + 1) % SEQUENCES
        return Code.NONE if batch.first == due else Code.OUT_OF_ORDER_SEQUENCE_NUMBER

    def wrote(self, batch: Producer, offset: int, time_ms: int) -> None:
        """A batch is in the log."""
        found = self._producers.get(batch.id)
        if found is None or found.epoch != batch.epoch:
            found = self._producers[batch.id] = _State(batch.epoch, deque(maxlen=KEPT))
        found.batches.append(Written(batch.first, batch.last, offset, time_ms))

    def expire(self, before_ms: int) -> None:
        """Forget producers that have written nothing since."""
        gone = [number for number, found in self._producers.items() if found.batches[-1].time_ms < before_ms]
        for number in gone:
            del self._producers[number]

    def active(self) -> list[tuple[int, int, Written]]:
        """Each producer's id, epoch and last batch."""
        return [(number, found.epoch, found.batches[-1]) for number, found in self._producers.items()]
