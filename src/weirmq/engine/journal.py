"""One log shared by all the machines of a process: append, apply, hold answers, commit; replay; read back.

    commit(machine, facts)   facts -> pending batch, applied at once; refused whole where the log has no room
    hold(done, answer)       an answer that may not leave before what it rests on is durable
    flush()                  the pending facts -> one batch -> the log; as soon as nothing more comes in
    synced(offset)           the log is durable up to there: answers leave

The shell turns the wheel: `flush` when a turn of its loop brought nothing more, then, where durability asks for it,
`log.sync()` in a thread and `synced` with what it returned. One batch is one write and atomic, so the facts of one
commit are replayed all or not at all.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from weirmq.engine.holdings import Block, Holdings
from weirmq.engine.machine import Fact, Machine
from weirmq.kernel.errors import LogDamaged, LogFailed, NoRoom
from weirmq.log.batch import HEADER_BYTES, BatchBuilder, Record, records
from weirmq.log.log import Log
from weirmq.log.replay import replay

MAX_BATCH_BYTES: Final = 4 * 1024 * 1024  # more than this isn't gathered before it is written
RECORD_OVERHEAD_BYTES: Final = 64  # more than a record's own lengths, deltas and key can take
RESERVE_STEP_BYTES: Final = 768 * 1024  # room is asked for in steps, not for each fact
SPARED_BYTES: Final = 256 * 1024  # of room that payloads leave to other facts: a batch of ten deletes takes some 250
SPARED_PART: Final = 64  # and such a part of a long log: its consumers write so much before they have made room
RECENT_BYTES: Final = 1024 * 1024  # a generation of payloads kept in memory because they were written last: to let
# go of it takes time at once, the more so while a snapshot's child shares its pages
PAGE_BYTES: Final = 16 * 1024  # read at once where a payload is no longer in memory
PAGED_BYTES: Final = 4 * 1024 * 1024  # of such reads kept

_MOVED: Final = b"/moved"  # appended to the machine's name in the key of a payload that was copied forward


class BlockPart(msgspec.Struct, array_like=True, tag=0):
    """A part of the journal's own in a snapshot: what Holdings knows of one block."""

    index: int
    block: Block


class TimePart(msgspec.Struct, array_like=True, tag=1):
    """Another one: the time of the newest fact, which may stand in no log any more."""

    latest_ms: int


class Journal:
    """The durable history of some machines. One thread calls everything here."""

    def __init__(self, log: Log, *, holdings: Holdings, waits_for_sync: bool) -> None:
        self.log = log
        self.holdings = holdings
        self.waits_for_sync = waits_for_sync
        self.durable = 0  # answers may rest on what lies below
        self.on_disk = 0  # what lies below is synced, whatever answers rest on
        self.critical = 0  # what was decided so far rests on what lies below
        self.snapshot_offset = 0  # replay starts here
        self.fallback_offset = 0  # or here, should the newest snapshot turn out damaged
        self.bytes_since_snapshot = 0
        self.bytes_since_sync = 0  # written since the last sync that was begun; whoever syncs sets it back
        self._keys: dict[Machine, bytes] = {}  # of the records of a machine
        self._machines: dict[bytes, tuple[Machine, msgspec.msgpack.Decoder[Any]]] = {}
        self._moved: dict[bytes, tuple[Machine, msgspec.msgpack.Decoder[Any]]] = {}
        self._encode = msgspec.msgpack.Encoder().encode
        self._builder = BatchBuilder()
        self._base = 0  # offset of the pending batch
        self.is_short = False  # of room: there is none for a payload
        self.kept_bytes = 0  # of room that payloads leave to the next snapshot
        self._room = 0  # bytes that the log has promised to take, beside what is pending and the header of its batch
        self._latest_ms = 0
        self._held: deque[tuple[int, Callable[[Any], None], Any]] = deque()
        self._facts: list[Fact] = []  # pending ones, and what is needed to make a batch of them
        self._runs: list[tuple[bytes, Sequence[bytes], int]] = []
        self._pending_bytes = 0  # no less than what they take
        self._recent: dict[int, Fact] = {}
        self._older: dict[int, Fact] = {}  # the generation of payloads before
        self._recent_bytes = 0
        self._pages: dict[int, tuple[bytes, bytes]] = {}
        self._paged_bytes = 0
        self._copied = 0  # payloads below were copied forward, or needed no copy
        self._scan: Iterator[Record] | None = None  # goes on at `_copied`, up to `_scan_end`
        self._scan_end = 0
        self._failure: LogFailed | None = None

    @property
    def end(self) -> int:
        """The offset that the next fact gets."""
        return self._base + len(self._facts)

    @property
    def is_pending(self) -> bool:
        """Whether `flush` has something to write, or answers wait for it."""
        return bool(self._facts or self._held)

    @property
    def is_settled(self) -> bool:
        """Whether all that was urgently committed so far is durable."""
        return self.critical <= self.durable

    @property
    def latest_ms(self) -> int:
        """The time of the newest fact: a clock that starts again must not start before it."""
        return self._latest_ms

    def join(self, machine: Machine) -> None:
        """Let `machine` keep its facts here. Before `replay`."""
        decoder = msgspec.msgpack.Decoder(machine.facts)
        key = self._keys[machine] = machine.name.encode()
        self._machines[key] = (machine, decoder)
        self._moved[key + _MOVED] = (machine, decoder)

    # Commit

    def commit(
        self,
        machine: Machine,
        facts: Sequence[Fact],
        now_ms: int,
        *,
        urgent: bool = True,
        also: Sequence[tuple[Machine, Sequence[Fact]]] = (),
    ) -> None:
        """Record and apply `facts`, all or (NoRoom) none; with them, atomically, those that other machines `also` have.
        Raises LogFailed where one can't be applied: it isn't written, and neither is anything after it.

        Answers held from now on wait until they are durable; not for those of a commit that isn't `urgent`, whose loss
        does no more harm than a redelivery.
        """
        parts = [(machine, facts, list(map(self._encode, facts)))]
        for other, theirs in also:
            parts.append((other, theirs, list(map(self._encode, theirs))))
        size = 0
        for _, _, values in parts:
            size += len(values) * RECORD_OVERHEAD_BYTES
            for value in values:
                size += len(value)
        if size > self._room:
            self._reserve(size, has_payloads=bool(also) or any(type(fact) in machine.payloads for fact in facts))
        self._room -= size
        self._pending_bytes += size
        if now_ms < self._latest_ms:
            now_ms = self._latest_ms
        self._latest_ms = now_ms
        offset = self._base + len(self._facts)
        holdings = self.holdings
        try:
            for each, its_facts, values in parts:
                self._facts += its_facts
                self._runs.append((self._keys[each], values, now_ms))
                apply = each.apply
                for fact, value in zip(its_facts, values, strict=True):
                    holdings.record_bytes = len(value) + RECORD_OVERHEAD_BYTES
                    apply(fact, offset, now_ms)
                    offset += 1
        except Exception as error:
            raise self._broken(error) from error
        if urgent:
            self.critical = offset

    def _broken(self, error: Exception) -> LogFailed:
        """A fact couldn't be applied: nobody knows what the state is now, and the log must not get the fact either."""
        self._runs.clear()
        self._held.clear()
        self._failure = LogFailed(f"a fact could not be applied: {type(error).__name__}: {error}")
        return self._failure

    def hold(self, done: Callable[[Any], None], answer: Any) -> None:
        """Call `done(answer)` as soon as all that was urgently committed so far is durable: at once, if it is."""
        if self.critical <= self.durable:
            done(answer)
        else:
            self._held.append((self.critical, done, answer))

    def flush(self) -> None:
        """Write what is pending. Raises LogFailed, after which nothing may be answered any more."""
        if self._failure is not None:
            raise self._failure
        if self._facts:
            self._builder.extend(self._runs)
            batch = self._builder.build()
            self.bytes_since_snapshot += len(batch)
            self.bytes_since_sync += len(batch)
            self.log.append(batch)
            self._written()
        if not self.waits_for_sync:
            self._release(self._base)

    def _written(self) -> None:
        """What was pending is in the log: keep it in the recent payloads, and begin anew."""
        first, self._base = self._base, self.log.end
        self._recent.update(zip(range(first, self._base), self._facts, strict=True))
        self._recent_bytes += self._pending_bytes
        if self._recent_bytes > RECENT_BYTES:
            self._older, self._recent, self._recent_bytes = self._recent, {}, 0
        self._facts, self._runs, self._pending_bytes = [], [], 0
        self._room = max(0, self._room - HEADER_BYTES)  # the next batch has a header, too

    def synced(self, offset: int) -> None:
        """The log is synced up to `offset`."""
        self.on_disk = max(offset, self.on_disk)
        self._release(offset)

    def _release(self, offset: int) -> None:
        """Let the answers go that rest on no more than what lies below `offset`."""
        if offset > self.durable:
            self.durable = offset
        held = self._held
        while held and held[0][0] <= self.durable:
            _, done, answer = held.popleft()
            done(answer)

    def _reserve(self, size: int, *, has_payloads: bool) -> None:
        """Make sure of room for `size` more bytes and some to spare. Raises NoRoom.

        Payloads leave the last of it alone: a queue on a full disk could not be emptied if deletes had no room, and
        nothing would be won by that if the few messages left in between had no room to be copied to.
        """
        needed = self._needed(size)
        try:
            self._set_aside(needed + RESERVE_STEP_BYTES + SPARED_BYTES)
            self._room = size + RESERVE_STEP_BYTES
            if has_payloads:
                self.is_short = False
        except NoRoom:
            self.is_short = True
            if has_payloads:
                raise
            self.log.reserve(needed)
            self._room = size

    def _needed(self, size: int) -> int:
        """The room that the pending batch takes with `size` more bytes; written first, if it would grow too large."""
        if self._pending_bytes + size > MAX_BATCH_BYTES:
            self.flush()
        return HEADER_BYTES + self._pending_bytes + size

    def _reserve_for_copy(self, size: int) -> None:
        """The same for a payload that is copied forward, which may have what payloads leave alone for it."""
        try:
            self.log.reserve(self._needed(size) + SPARED_BYTES)
        except NoRoom:
            self.flush()  # two small batches find room where a large one doesn't
            self.log.reserve(self._needed(size) + SPARED_BYTES)
        self._room = size

    def _set_aside(self, size: int) -> None:
        self.log.reserve(size)
        if not self.log.has_room(size + self.log.size // SPARED_PART + self._copying_bytes() + self.kept_bytes):
            raise NoRoom("the room that the disk still has is kept for winning back space")

    @property
    def is_pressed(self) -> bool:
        """Whether what payloads leave to other facts is half used up. Raises OSError."""
        return self.is_short and not self.log.has_room(
            SPARED_BYTES + self.log.size // (2 * SPARED_PART) + self._copying_bytes()
        )

    def _copying_bytes(self) -> int:
        """What is held of the log's oldest segment: once that much is copied forward, the segment can be let go of."""
        segments = iter(self.log.segments())
        oldest = next(segments, None)
        if oldest is None or next(segments, None) is None:  # the newest stays
            return 0
        return min(oldest.size, self.holdings.held_below(oldest.end))

    # Read back

    def read(self, machine: Machine, offset: int) -> Any:
        """The payload at `offset`."""
        if offset >= self._base:
            return self._facts[offset - self._base]
        fact = self._recent.get(offset) or self._older.get(offset)
        if fact is not None:
            return fact
        record = self._pages.get(offset)
        if record is None:
            record = self._page_in(offset)
        key, value = record
        decode = self._machines.get(key) or self._moved[key]
        if decode[0] is not machine:
            raise LogDamaged("journal", offset, f"{machine.name} was told to read a payload of {decode[0].name} here")
        return decode[1].decode(value)

    def _page_in(self, offset: int) -> tuple[bytes, bytes]:
        """Read `offset` and its neighbours, which are likely wanted next."""
        if self._paged_bytes > PAGED_BYTES:
            self._pages.clear()
            self._paged_bytes = 0
        for record in records(self.log.read(offset, PAGE_BYTES)):
            self._paged_bytes += len(record.value) + RECORD_OVERHEAD_BYTES
            self._pages[record.offset] = (record.key, record.value)
        page = self._pages.get(offset)
        if page is None:
            raise LogDamaged("journal", offset, "a payload was lost here when the log was repaired")
        return page

    # Replay

    def replay(self, parts: Iterable[tuple[bytes, bytes]], snapshot_offset: int, fallback_offset: int = 0) -> int:
        """Bring the machines to where the log ends: a snapshot taken at `snapshot_offset`, then the facts after it.

        What comes after `fallback_offset`, where an older snapshot was taken, isn't let go of before there is a newer.
        Returns how many facts were applied. Raises LogDamaged.
        """
        if not self.log.start <= snapshot_offset <= self.log.end:
            held = f"{self.log.start} to {self.log.end}"
            reason = f"it has the facts {held}, but its newest snapshot ends at {snapshot_offset}"
            raise LogDamaged("journal", 0, reason)
        self._restore(parts)
        self.snapshot_offset = snapshot_offset
        self.fallback_offset = fallback_offset
        count = 0
        for record in replay(self.log, max(snapshot_offset, self.log.start)):
            self._latest_ms = record.timestamp_ms
            self.bytes_since_snapshot += len(record.value)
            self.holdings.record_bytes = len(record.value) + RECORD_OVERHEAD_BYTES
            if (known := self._machines.get(record.key)) is not None:
                known[0].apply(known[1].decode(record.value), record.offset, record.timestamp_ms)
            elif (moved := self._moved.get(record.key)) is not None:
                moved[0].relocate(moved[1].decode(record.value), record.offset)
            else:
                whose = record.key.decode(errors="replace")
                raise LogDamaged("journal", record.offset, f"facts of {whose!r}, which this version doesn't know")
            count += 1
        self.holdings.forget(self.log.start)
        self._base = self.durable = self.on_disk = self.critical = self.log.end
        return count

    def _restore(self, parts: Iterable[tuple[bytes, bytes]]) -> None:
        decoders = {key: msgspec.msgpack.Decoder(machine.parts) for key, (machine, _) in self._machines.items()}
        own = msgspec.msgpack.Decoder(BlockPart | TimePart)
        for key, value in parts:
            if key == b"journal":
                part = own.decode(value)
                if isinstance(part, BlockPart):
                    self.holdings.blocks[part.index] = part.block
                else:
                    self._latest_ms = part.latest_ms
            else:
                self._machines[key][0].restore(decoders[key].decode(value))

    # Snapshots and winning back space

    def snapshot(self) -> Iterator[tuple[bytes, bytes]]:
        """Everything that `replay` needs besides the facts from `end` on. Nothing may be pending: `flush` first."""
        for key, (machine, _) in self._machines.items():
            for part in machine.snapshot():
                yield key, self._encode(part)
        yield b"journal", self._encode(TimePart(self._latest_ms))
        for index, block in self.holdings.blocks.items():  # last: a machine may let go of payloads on the way
            yield b"journal", self._encode(BlockPart(index, block))

    def snapshot_taken(self, offset: int, bytes_before: int) -> None:
        """A snapshot of the state at `offset` is durable, taken when `bytes_since_snapshot` was `bytes_before`."""
        self.fallback_offset, self.snapshot_offset = self.snapshot_offset, offset
        self.bytes_since_snapshot -= bytes_before
        self.trim()

    def nothing_to_replay(self) -> None:
        """Nobody will replay this log (it is in memory): all of it is as good as covered by a snapshot."""
        self.snapshot_offset = self.fallback_offset = self.log.end
        self.bytes_since_snapshot = 0

    def trim(self) -> None:
        """Let go of the log's start, as far as no replay and no machine needs it. Raises LogFailed.

        What was copied forward is written first: until then the log's start has the only copy.
        """
        self.flush()
        first_held = self.holdings.first_held()
        offset = self.fallback_offset
        if first_held is not None:
            offset = min(offset, max(first_held, self._copied))
        if offset > self.log.start:
            self.log.trim(offset)
            self.holdings.forget(self.log.start)

    def wasted(self) -> int:
        """About how many bytes of the log no machine needs."""
        return self.log.size - self.holdings.held().size

    def copy_forward(self, most: int) -> bool:
        """If the log is wasteful, look at up to `most` of its oldest records and copy the payloads that are still held
        to the end. Returns whether there is more to do. Raises NoRoom.

        It stops where a replay would start, because behind that no copy lets anything be trimmed.
        """
        first = self.holdings.first_held()
        is_wasteful = self.holdings.is_wasteful(self.log.size, is_short=self.is_short)
        if first is None or max(first, self._copied) >= self.fallback_offset or not is_wasteful:
            self._scan = None
            return False
        if self._scan is None or self._copied < first:  # what lies between is no longer held, and perhaps trimmed
            self._copied = max(first, self._copied, self.log.start)
            self._scan_end = self.fallback_offset
            self._scan = replay(self.log, self._copied, end=self._scan_end)
        try:
            count = self._copy(islice(self._scan, most))
        except NoRoom:
            self._scan = None  # it has gone past a record that wasn't copied
            raise
        if count < most:
            self._copied, self._scan = self._scan_end, None
        return True

    def _copy(self, found: Iterator[Record]) -> int:
        """Move those of the records that are payloads and still held. Returns how many records there were."""
        count = 0
        for count, record in enumerate(found, 1):  # noqa: B007 - used afterwards
            machine, decoder = self._machines.get(record.key) or self._moved[record.key]
            fact = decoder.decode(record.value)
            if type(fact) in machine.payloads and machine.holds(fact, record.offset):
                self._move(machine, fact, record)
            self._copied = record.offset + 1
        return count

    def _move(self, machine: Machine, fact: Fact, record: Record) -> None:
        """Append a payload again and let its machine read it from there."""
        size = len(record.value) + RECORD_OVERHEAD_BYTES
        if size > self._room:
            self._reserve_for_copy(size)
        self._room -= size
        self._pending_bytes += size
        offset = self._base + len(self._facts)
        self._facts.append(fact)
        self._runs.append((self._keys[machine] + _MOVED, (record.value,), self._latest_ms))
        self.holdings.record_bytes = size
        machine.relocate(fact, offset)
