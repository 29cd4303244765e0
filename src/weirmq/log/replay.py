"""Reading a log record by record."""

from collections.abc import Iterator
from typing import Final

from weirmq.log.batch import BadBatch, Record, check, headers, records
from weirmq.log.disk import Disk, opened, path_of
from weirmq.log.log import Log
from weirmq.log.segment import bases_in, name_of

CHUNK_BYTES: Final = 1 << 20


def replay(log: Log, offset: int, chunk_bytes: int = CHUNK_BYTES, *, end: int | None = None) -> Iterator[Record]:
    """All records from `offset` to before `end`, or to what is the end when this begins. Raises as `Log.read`, and
    BadBatch.

    Offsets may be left out: a repaired log has batches without records where records were lost.
    """
    end = log.end if end is None else end
    while offset < end:
        data = log.read(offset, chunk_bytes)
        for record in records(data):
            if offset <= record.offset < end:
                yield record
        offset = max(header.next_offset for _, header in headers(data))


def peek(disk: Disk, folder: str, offset: int) -> Iterator[Record]:
    """The records from `offset` on of the log in `folder`, which nobody may have open, up to the first batch that isn't
    whole. Changes nothing, unlike opening it. Raises OSError.
    """
    try:
        bases = bases_in(disk, folder)
    except FileNotFoundError:
        return  # nothing was ever logged
    due = 0
    for number, base in enumerate(bases):
        if bases[number + 1 :] and bases[number + 1] <= offset:
            continue
        with opened(disk, path_of(folder, name_of(base))) as file:
            data, at = disk.read(file, disk.size(file), 0), 0
        if due and base != due:
            return
        due = base
        while at < len(data):
            try:
                found = check(data, at, due)
            except BadBatch:
                break
            yield from (each for each in records(memoryview(data)[at : at + found.size]) if each.offset >= offset)
            due, at = found.next_offset, at + found.size
