"""Who gets what next: records that came back first, then those that nobody has received.

Records that came back are handed out in the order in which they became visible. Of the others, a shard's come in their
order; shards that have some take turns, and a shard is begun when its parents were received to their end. Only shards
that were stirred (something came, or a parent ended) are looked at, so neither a backlog nor idle shards cost anything.

This only decides: what it finds is in flight when RecordsReceived says so.
"""

from collections import OrderedDict
from itertools import islice
from typing import Final, NamedTuple

from weirmq.engine.streams import Row
from weirmq.engine.streams import Stream as Log
from weirmq.kernel.errors import LogDamaged
from weirmq.services.kinesis.limits import GOT_BYTES
from weirmq.services.kinesis.model import Shard
from weirmq.services.kinesis.queues.facts import Run
from weirmq.services.kinesis.queues.model import Held, Queue, key_of, place_of
from weirmq.services.kinesis.service import Kinesis
from weirmq.services.kinesis.sweeping import cutoff

AGAIN_BYTES: Final = 64 * 1024  # of records that are read along with one that came back


class Found(NamedTuple):
    """A record to hand out; `held` is there if it was handed out before."""

    shard: Shard
    row: Row
    held: Held | None = None


class Delivery:
    """One look for up to `most` records. Raises LogDamaged, LogFailed, and NoRoom where that can't be recorded."""

    def __init__(self, service: Kinesis, queue: Queue, most: int, now_ms: int) -> None:
        self._service = service
        self._queue = queue
        self._most = most
        self._now_ms = now_ms
        self._left_bytes = GOT_BYTES
        self._rows_read: dict[int, Row] = {}  # by key
        self.found: list[Found] = []
        self.runs: list[Run] = []  # those of `found` that are handed out for the first time

    def again(self, visible: "OrderedDict[int, None]") -> None:
        """Find records among those of the queue that are visible again. Those past their retention go on the way.

        A log that can't be read fails one receive; its records keep up no other.
        """
        damaged = self._queue.damaged
        while not self.found:
            keys = list(islice((key for key in visible if place_of(key)[0] not in damaged), self._most))
            if not keys:
                return
            for key in keys:
                if key in visible and not self._take_again(*place_of(key)):
                    return

    def _take_again(self, index: int, offset: int) -> bool:
        """Take a record, if it is still there. Returns whether there is room for more."""
        queue, service = self._queue, self._service
        shard = queue.stream.shards[index]
        log = service.log(shard)
        try:
            below = service.horizon(queue.stream, log, self._now_ms)
            row = self._read_again(log, index, offset) if offset >= below else None
        except LogDamaged:
            queue.damaged.add(index)
            raise
        if row is None:
            facts = service.machine.queues.expired(queue.stream, index, below)
            service.commit(self._now_ms, *facts, urgent=False)
            return True
        if not self._has_room(row):
            return False
        self.found.append(Found(shard, row, queue.held(index, offset)))
        return True

    def _read_again(self, log: Log, index: int, offset: int) -> Row:
        """A record by its place. Those behind it are read with it, for they have often come back with it."""
        key = key_of(index, offset)
        if key not in self._rows_read:
            self._rows_read |= {key_of(index, row[0]): row for row in log.rows(offset, self._most, AGAIN_BYTES)}
        return self._rows_read[key]

    def _has_room(self, row: Row) -> bool:
        """Whether the answer has room for a record; it has for the first."""
        self._left_bytes -= len(row[2]) + len(row[3])
        return self._left_bytes >= 0 or not self.found

    def fresh(self) -> None:
        """Find records that nobody has received."""
        stirred = self._queue.stirred
        seen: set[int] = set()
        while len(self.found) < self._most and self._left_bytes > 0:
            index = next((index for index in stirred if index not in seen), None)
            if index is None:
                return
            seen.add(index)
            del stirred[index]  # a log that can't be read is left out until something comes
            shard = self._queue.stream.shards.get(index)
            if shard is None or not self._may_begin(shard):
                continue
            if self._take(shard):
                stirred[index] = None  # the last now: there may be more
            elif self._is_done(shard):
                stirred |= dict.fromkeys(shard.children)

    def _take(self, shard: Shard) -> bool:
        """Take records of a shard. Returns whether there was one."""
        cursor = self._queue.cursors.get(shard.index)
        ahead = cursor.ahead if cursor is not None else ()
        rows = [row for row in self._rows(shard, len(ahead)) if row[0] not in ahead]
        rows = rows[: self._most - len(self.found)]
        if not rows:
            return False
        end = 0
        for row in rows:
            if not self._has_room(row):
                break
            self.found.append(Found(shard, row))
            end = row[0] + 1
        if end:
            self.runs.append((shard.index, rows[0][0], end))
        return True

    def _rows(self, shard: Shard, more: int) -> list[Row]:
        """The next records of a shard that are within their retention, and `more`."""
        stream, log = self._queue.stream, self._service.log(shard)
        most = self._most - len(self.found) + more
        rows = log.rows(self._place(shard, log), most, self._left_bytes)
        if rows and rows[0][1] < cutoff(stream, self._now_ms):
            self._service.horizon(stream, log, self._now_ms)  # which is the log's first from now on
            rows = log.rows(self._place(shard, log), most, self._left_bytes)
        return rows

    def _place(self, shard: Shard, log: Log) -> int:
        """The offset of a shard's next record: neither received, nor acknowledged, nor gone."""
        cursor = self._queue.cursors.get(shard.index)
        if cursor is None:
            return log.first
        offset = max(cursor.position, log.first)
        while offset in cursor.ahead:
            offset += 1
        return offset

    def _may_begin(self, shard: Shard) -> bool:
        """Whether a shard's parents were received to their end, and theirs."""
        return all(self._is_done(parent) for parent in self._parents(shard))

    def _parents(self, shard: Shard) -> list[Shard]:
        shards = self._queue.stream.shards
        return [shards[index] for index in (shard.parent, shard.adjacent) if index is not None and index in shards]

    def _is_done(self, shard: Shard) -> bool:
        """Whether a shard was received to its end, and its parents before it. (A lineage may be long: no recursion.)"""
        done, path = self._queue.done, [shard]
        while path:
            last = path[-1]
            if last.index not in done:
                if not self._is_at_end(last):
                    return False
                before = [parent for parent in self._parents(last) if parent.index not in done]
                if before:
                    path += before
                    continue
                done.add(last.index)
            path.pop()
        return True

    def _is_at_end(self, shard: Shard) -> bool:
        """Whether a shard was closed, and has no record that nobody has received."""
        log = self._service.log(shard)
        return bool(shard.closed_ms) and self._place(shard, log) >= log.end
