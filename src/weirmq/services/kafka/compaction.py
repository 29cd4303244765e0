"""Compaction: of the records of a partition with the same key, the newest one stays.

Rules (https://kafka.apache.org/documentation/#compaction, KIP-58, KIP-534):
1. The newest offset of each key is found in what isn't clean yet, as far as MAP_KEYS go; then the log is gone through
   from its start. A record goes if there is a later one of its key. Offsets stay as they are.
2. A record without a value, a tombstone, is kept for delete.retention.ms from the first time that it is gone through:
   its batch gets a delete horizon then. When that is over it goes.
3. Records of aborted transactions go. A marker stays as long as there is a batch of its transaction, and as long as
   readers are told of the transaction; then it gets a delete horizon, and goes when that is over.
4. A batch stays, if without its records, as long as it is the one that tells where its producer has got to.
5. Records without a key go: they come from before the topic was compacted. A batch that can't be read stays.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

from weirmq.engine.cleaning import Log, Pause, Piece, Rewritten
from weirmq.services.kafka.producers import Aborted, Producers
from weirmq.wire.kafka.batch import CONTROL, Batch, Refused, heads
from weirmq.wire.kafka.records import Record, body_of, emptied, read, thinned

MAP_KEYS: Final = 400_000  # at a time: up to 80 MB while a log is cleaned
_SHORT_KEY: Final = 32  # bytes; of a longer one there is a digest
_DIGEST: Final = _SHORT_KEY + 1  # bytes; so that it is no short key


class Plan(NamedTuple):
    """What is to be cleaned. All `pieces` may be rewritten; below `clean` there is one record a key. Pieces become one,
    up to `group_bytes`.
    """

    pieces: Sequence[Piece]
    clean: int
    now_ms: int
    delete_retention_ms: int
    group_bytes: int
    aborted: Sequence[Aborted]
    kept: frozenset[int]
    """The base offsets of batches that tell of producers."""
    epochs: Mapping[int, int]
    """Of producers that only a marker tells of."""


def told_of(producers: Producers) -> tuple[frozenset[int], dict[int, int]]:
    """What of a log tells of producers: the batches, and the epochs of markers."""
    kept = frozenset(each.offset for state in producers.states.values() for each in state.batches)
    epochs = {number: state.epoch for number, state in producers.states.items() if not state.batches}
    return kept, epochs


class Compaction:
    """A pass over a partition's log, in a thread."""

    def __init__(self, plan: Plan) -> None:
        self.upto = plan.clean  # all below is clean, when it is over
        self._plan = plan
        self._newest: dict[bytes, int] = {}
        self._seen: set[int] = set()  # producers of transactions of which there are batches, up to their markers
        self._markers = frozenset(each.last for each in plan.aborted)
        self._aborted: dict[int, list[tuple[int, int]]] = {}
        for each in plan.aborted:
            self._aborted.setdefault(each.producer, []).append((each.first, each.last))

    @property
    def is_complete(self) -> bool:
        """Whether nothing of what was planned is left to be done, when it is over."""
        return self.upto >= self._plan.pieces[-1].end

    def work(self, log: Log, pause: Pause) -> Iterator[Rewritten | None]:
        """Go through the log; what is rewritten is yielded."""
        self._look(log, pause)
        yield None
        for group in self._groups():
            yield log.rewrite(group, self._keep, pause)

    def _groups(self) -> Iterator[list[Piece]]:
        group: list[Piece] = []
        size = 0
        for piece in self._plan.pieces:
            if piece.base >= self.upto:
                break
            if group and size + piece.size > self._plan.group_bytes:
                yield group
                group, size = [], 0
            group.append(piece)
            size += piece.size
        if group:
            yield group

    # The newest offset of each key

    def _look(self, log: Log, pause: Pause) -> None:
        for piece in self._plan.pieces:
            if piece.end > self._plan.clean:
                for data in log.walk(piece, pause):
                    ((base, batch),) = heads(data)
                    if self._newest and len(self._newest) + batch.records > MAP_KEYS:
                        return
                    self._note(base, batch)
                    self.upto = max(self.upto, base + batch.span)

    def _note(self, base: int, batch: Batch) -> None:
        if batch.attributes & CONTROL or self._is_aborted(base, batch):
            return
        newest, clean = self._newest, self._plan.clean
        try:
            records = read(body_of(batch), batch.records, batch.span)
        except Refused:
            return
        for record in records:
            key, offset = record.key, base + record.offset_delta
            if key is not None and offset >= clean:
                newest[key if len(key) <= _SHORT_KEY else _short(key)] = offset

    def _is_aborted(self, base: int, batch: Batch) -> bool:
        if not batch.is_transactional:
            return False
        known = self._aborted.get(batch.producer.id, ())
        at = bisect_right(known, (base, base)) - 1  # those of one producer don't overlap
        if at + 1 < len(known) and known[at + 1][0] == base:
            at += 1
        return at >= 0 and base < known[at][1]

    # What is kept

    def _keep(self, data: memoryview) -> bytes | memoryview | None:
        """What is to be left of a batch."""
        ((base, batch),) = heads(data)
        if batch.attributes & CONTROL:
            return self._marker(base, batch, data)
        if batch.is_transactional:
            self._seen.add(batch.producer.id)
        body, kept = b"", list[Record]()
        if not self._is_aborted(base, batch):
            try:
                body = body_of(batch)
                records = read(body, batch.records, batch.span)
            except Refused:
                return data
            kept = self._kept(base, batch, records)
        if not kept:
            if base not in self._plan.kept:
                return None
            return emptied(batch) if batch.records else data
        horizon_ms = None
        if batch.horizon_ms is None and not all(record.has_value for record in kept):
            horizon_ms = self._plan.now_ms + self._plan.delete_retention_ms
        if horizon_ms is None and len(kept) == batch.records:
            return data
        return thinned(batch, body, kept, horizon_ms)

    def _kept(self, base: int, batch: Batch, records: Sequence[Record]) -> list[Record]:
        """The records that stay. All pass here, so keys are looked up in line."""
        newest, horizon_ms = self._newest, batch.horizon_ms
        is_over = horizon_ms is not None and horizon_ms <= self._plan.now_ms
        kept = []
        for record in records:
            key, offset = record.key, base + record.offset_delta
            if offset < self.upto:
                if key is None or newest.get(key if len(key) <= _SHORT_KEY else _short(key), -1) > offset:
                    continue
                if is_over and not record.has_value:
                    continue
            kept.append(record)
        return kept

    def _marker(self, base: int, batch: Batch, data: memoryview) -> bytes | memoryview | None:
        producer = batch.producer
        is_needed = producer.id in self._seen or base in self._markers
        self._seen.discard(producer.id)
        if is_needed or self._plan.epochs.get(producer.id) == producer.epoch:
            return data
        if batch.horizon_ms is not None:
            return data if self._plan.now_ms < batch.horizon_ms else None
        body = body_of(batch)
        horizon_ms = self._plan.now_ms + self._plan.delete_retention_ms
        return thinned(batch, body, read(body, batch.records, batch.span), horizon_ms)


def _short(key: bytes) -> bytes:
    """What stands for a long key: a digest that no two keys share."""
    return blake2b(key, digest_size=_DIGEST).digest()


def aborted_below(known: Iterable[Aborted], end: int) -> list[Aborted]:
    """The aborted transactions that may have records below `end`."""
    return [each for each in known if each.first < end]
