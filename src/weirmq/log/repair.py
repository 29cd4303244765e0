"""Looking all through a log (`verify`), and making a damaged one fit to be opened again (`repair`).

Neither may run while the log is open. Repair follows three rules:

- No evidence is lost: a segment that is changed is kept beside it, as it was, under the name `*.log.damaged`.
- What is damaged is left out, what is sound before and behind it stays.
- No offset is given to another record: the offsets of what was lost stay taken up, by batches without records.

A batch after a damaged one is found by the length that the damaged one states or, if there is none, by looking for a
sound batch at every byte. In the second case a record whose value is itself a record batch could be taken for one of
the log's; the kept file tells.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final, NamedTuple

import msgspec

from weirmq.kernel.errors import LogDamaged
from weirmq.log import batch as batches
from weirmq.log import checkpoint as checkpoints
from weirmq.log import index as indexes
from weirmq.log.batch import BadBatch
from weirmq.log.checkpoint import Bounds, Checkpoint
from weirmq.log.disk import Disk, opened, path_of
from weirmq.log.opening import first_batch, free_name
from weirmq.log.rewriting import clear_up, swaps_in
from weirmq.log.segment import bases_in, index_name_of, name_of

_EVERYTHING: Final = 2**63
_BASE_OFFSET_BYTES: Final = 8
_MOST_OFFSETS: Final = 2**31 - 1  # of one batch: the last offset delta is a signed 32-bit number


class Finding(NamedTuple):
    """Something wrong: `size` bytes of a file from `position` on, and the offsets `lost_from`..`lost_to` - 1 with them.

    A `tail` was not covered by any sync; the log cuts it off by itself when it is opened. All else is damage.
    """

    path: str
    position: int
    size: int
    reason: str
    lost_from: int
    lost_to: int
    tail: bool = False

    def __str__(self) -> str:
        where = f"{self.path}: {self.size} bytes at byte {self.position}"
        if self.tail:
            return f"{where} were not synced, and are cut off when the log is opened: {self.reason}"
        lost = f", records {self.lost_from} to {self.lost_to - 1} are lost" if self.lost_to > self.lost_from else ""
        return f"{where} are damaged{lost}: {self.reason}"


@dataclass
class Report:
    """What is sound in a log, and what isn't. `size` is in bytes; `kept` are the files that repair has put aside."""

    folder: str
    start: int
    end: int
    batches: int = 0
    records: int = 0
    size: int = 0
    findings: list[Finding] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    @property
    def damaged(self) -> bool:
        """Whether the log couldn't be opened, or not be read all through, as it was found."""
        return any(not finding.tail for finding in self.findings)


def verify(disk: Disk, folder: str) -> Report:
    """Check every batch of the log in `folder`, and change nothing. Raises OSError."""
    return _gone_through(disk, folder, mend=False)


def repair(disk: Disk, folder: str) -> Report:
    """Make the log in `folder` sound, by the rules above; returns what was wrong with it.

    An interrupted repair can be started again. Raises LogDamaged where segments overlap, which no rule can put right,
    and OSError.
    """
    report = _gone_through(disk, folder, mend=True)
    if report.damaged:
        checkpoint = Checkpoint(disk, path_of(folder, checkpoints.NAME))
        if checkpoint.load() is None:
            checkpoint.settle(Bounds(report.start, report.end))
        checkpoint.close()
        disk.sync_folder(folder)
    return report


def _gone_through(disk: Disk, folder: str, *, mend: bool) -> Report:
    """Look at the segments, one at a time, and put right those that are damaged, if told to."""
    bounds = checkpoints.bounds_in(disk, path_of(folder, checkpoints.NAME))
    if mend and bounds:
        clear_up(disk, folder, bounds.start)
    swaps = {swap.base: swap for swap in swaps_in(disk, folder) if bounds and swap.base >= bounds.start}
    bases = [base for base in bases_in(disk, folder) if not any(s.base <= base < s.end for s in swaps.values())]
    bases = sorted([*bases, *swaps])
    start, durable = bounds or (bases[0] if bases else 0, 0)
    for base in bases:  # an index never goes beyond what was durable, so it vouches for that too
        summary = indexes.summary(disk, path_of(folder, index_name_of(base)))
        durable = max(durable, summary.end if summary else 0)
    while len(bases) > 1 and bases[1] <= start:
        bases.pop(0)
    if durable > start and bases[:1] != [start]:
        bases.insert(0, start)
    report = Report(folder, start, start)
    if bounds is None and bases:
        report.findings.append(
            Finding(path_of(folder, checkpoints.NAME), 0, 0, "neither of its two slots is whole", 0, 0)
        )
    for base, following in zip_longest(bases, bases[1:]):
        segment = _Segment(disk, folder, base, swaps[base].path if base in swaps else "")
        segment.walk(following, durable if bounds else _EVERYTHING, durable)
        goes_on = segment.judge_end(following, durable if bounds or following is None else _EVERYTHING)
        segment.add_to(report)
        if mend and any(not finding.tail for finding in segment.findings):
            report.kept += segment.mend(folder)
        if not goes_on:
            break
    return report


class _Segment:
    """A segment as it was found: its bytes, the batches in them that are sound, and what is wrong between these."""

    def __init__(self, disk: Disk, folder: str, base: int, path: str = "") -> None:
        """`path` is where it is, while it doesn't have its name yet."""
        self._disk = disk
        self._base = base
        self._path = path or path_of(folder, name_of(base))
        self._data = b""
        self._position = 0  # where the walk is
        self._due = base  # the offset that is due there
        self._reason = "the file ends"
        self._sound: list[tuple[int, bytes | bytearray]] = []  # position and bytes
        self._batches = 0
        self._records = 0
        self._last = 0  # the offset with which the segment should end
        self._overlaps = False
        self.findings: list[Finding] = []
        try:
            with opened(disk, self._path) as file:
                self._data = disk.read(file, disk.size(file), 0)
        except FileNotFoundError:
            self._reason = "the segment is missing"

    def walk(self, following: int | None, durable: int, last: int) -> None:
        """Go through the batches, over what is damaged, but stop at what isn't `durable`.

        The next segment begins with offset `following`; if this is the last one, it ends with `last`, as far as known.
        """
        limit, self._last = (_EVERYTHING, last) if following is None else (following, following)
        while self._position < len(self._data):
            try:
                found = batches.check(self._data, self._position, self._due)
            except BadBatch as bad:
                self._reason = bad.reason
                if self._due >= durable or not self._skip(limit):
                    return
            else:
                self._take(found)
        if self._data:
            self._reason = "the file ends"

    def _take(self, found: batches.Header) -> None:
        start, end = self._position, self._position + found.size
        self._sound.append((start, self._data[start:end]))
        self._batches += 1
        self._records += found.count
        self._position, self._due = end, found.next_offset

    def _skip(self, limit: int) -> bool:
        """Take the next batch that is sound and ends by offset `limit`, if there is one."""
        for at in self._candidates():
            found = self._placed(at)
            if found is not None and self._due <= found.base_offset and found.next_offset <= limit:
                self._note(at - self._position or _BASE_OFFSET_BYTES, found.base_offset)
                self._position = at
                self._take(found)
                batch = bytearray(self._sound[-1][1])
                batches.stamp(batch, found.base_offset)
                self._sound[-1] = (at, batch)
                return True
        return False

    def _candidates(self) -> Iterator[int]:
        """Where the next sound batch may be: here with another base offset, behind this one, or anywhere."""
        yield self._position
        yield self._position + batches.size_at(self._data, self._position)
        at: int | None = self._position
        while at is not None:
            at = first_batch(self._data, at + 1, self._due)
            if at is not None:
                yield at

    def _placed(self, at: int) -> batches.Header | None:
        """The header of the batch at `at`, if its CRC is right, with the base offset that it must have.

        The CRC doesn't cover base offsets, and this one lies next to damage, so it takes two witnesses: what the batch
        itself says, each of those behind it, the offset with which the segment ends, and what was due here if no byte
        lies between. Where no two agree, it is given up rather than put in a wrong place.
        """
        found = batch = self._crc_right(at)
        said = {self._due} if at == self._position else set()
        before, position = 0, at  # offsets and bytes from `at` to `batch`
        while found is not None:
            base = (batch.base_offset if batch else self._end_at(position)) - before
            if base in said:
                return msgspec.structs.replace(found, base_offset=base)
            if batch is None:
                break
            said.add(base)
            before += batch.last_offset_delta + 1
            position += batch.size
            batch = self._crc_right(position)
        return None

    def _end_at(self, position: int) -> int:
        """The offset with which the segment ends, if there is nothing more at `position`; else one that can't be."""
        return -_EVERYTHING if self._data[position:].rstrip(b"\0") else self._last

    def _crc_right(self, at: int) -> batches.Header | None:
        try:
            return batches.check(self._data, at)
        except BadBatch:
            return None

    def _note(self, size: int, lost_to: int, *, tail: bool = False) -> None:
        self.findings.append(Finding(self._path, self._position, size, self._reason, self._due, lost_to, tail))

    def judge_end(self, following: int | None, durable: int) -> bool:
        """Say what is wrong behind the last sound batch, where the next segment begins with offset `following`.

        Returns whether the log goes on with the next segment.
        """
        size = len(self._data[self._position :].rstrip(b"\0"))
        due_to = durable if following is None else following
        if self._due > due_to and following is not None:
            self._reason = f"goes on to offset {self._due}, but the next segment begins with {following}"
            self._overlaps = True
            self._note(0, self._due)
        elif self._due < min(due_to, durable):
            self._note(size, due_to)
        elif size or (following is not None and self._due < following):
            goes_on = self._due == following
            if following is not None and not goes_on:
                self._reason += f"; the segments from offset {following} on go with them"
            self._note(size, self._due, tail=True)
            return goes_on
        return True

    def add_to(self, report: Report) -> None:
        """Count this segment in."""
        report.findings += self.findings
        report.batches += self._batches
        report.records += self._records
        report.size += sum(len(batch) for _, batch in self._sound)
        report.end = max(self._due, *(finding.lost_to for finding in self.findings), self._base)

    def mend(self, folder: str) -> list[str]:
        """Write the segment anew: its sound batches, and batches without records where offsets are lost.

        Returns where it is kept as it was. Raises LogDamaged where it overlaps with the next one, and OSError.
        """
        if self._overlaps:
            raise LogDamaged(self._path, self._position, self._reason)
        kept = []
        if self._data:
            kept.append(free_name(self._disk, folder, f"{self._path}.damaged"))
            self._write(kept[0], self._data)
        self._write(f"{self._path}.mended", self._mended())
        self._disk.sync_folder(folder)  # the evidence is safe before the segment is replaced
        index_name = index_name_of(self._base)
        if index_name in self._disk.names(folder):
            self._disk.remove(path_of(folder, index_name))
        self._disk.sync_folder(folder)  # and the index gone: it would be taken at its word
        self._disk.rename(f"{self._path}.mended", self._path)
        self._disk.sync_folder(folder)
        return kept

    def _write(self, path: str, data: bytes) -> None:
        with opened(self._disk, path, create=True) as file:
            self._disk.truncate(file, 0)
            self._disk.write(file, data, 0)
            self._disk.sync(file)

    def _mended(self) -> bytes:
        # Where a sound batch begins at a finding, what was lost comes before it: sorting keeps that order.
        pieces = [(f.position, _hollows(f.lost_from, f.lost_to)) for f in self.findings if not f.tail] + self._sound
        return b"".join(piece for _, piece in sorted(pieces, key=lambda piece: piece[0]))


def _hollows(start: int, end: int) -> bytes | bytearray:
    """Batches without records that take up the offsets from `start` to before `end`."""
    steps = range(start, end, _MOST_OFFSETS)
    return b"".join(batches.hollow(at, min(_MOST_OFFSETS, end - at)) for at in steps)
