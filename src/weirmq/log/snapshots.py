"""Snapshot files: the state that a log's records led to, so that a restart need not replay them all.

`00000000000000001234.snapshot` is the state before record 1234. It holds key-value records in record batches of up to
1 MiB, numbered from 0, and at its end a batch without records, whose base offset is the number of the records before it
and whose timestamp is the snapshot's offset: only with that mark is it whole. It is written under another name first,
so a crash leaves no part of one under its own.

On a disk that runs full, a log wins back room by a snapshot alone. So room for one is set aside before, in the file
`spare`, which becomes the next snapshot.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from weirmq.log import batch as batches
from weirmq.log.batch import BadBatch, BatchBuilder
from weirmq.log.disk import FULL, Disk, opened, path_of

KEPT: Final = 2  # the newest, and the one before in case that is damaged
_NAME: Final = re.compile(r"\A[0-9]{20}\.snapshot\Z")
_UNFINISHED: Final = ".snapshot.part"
_SPARE: Final = "spare"
STEP_BYTES: Final = 8 * 1024 * 1024  # where the file system can't set room aside, it is written: 5 ms
_BATCH_BYTES: Final = 1 << 20


class Snapshot(NamedTuple):
    """The newest sound snapshot: the log is to be replayed from `offset`. Offset 0 and no parts where there is none.

    `refused` names newer ones that are damaged, each with the reason, for the operator.
    """

    offset: int
    parts: Iterator[tuple[bytes, bytes]]
    refused: list[str]


def write_snapshot(disk: Disk, folder: str, offset: int, parts: Iterable[tuple[bytes, bytes]]) -> str:
    """Write a snapshot of the state before record `offset`, and remove all but the newest two. Returns its path.

    May run in another process. Raises OSError; then there is no new snapshot and the old ones are as they were.
    """
    disk.make_folder(folder)
    path = path_of(folder, f"{offset:020}.snapshot")
    unfinished = path_of(folder, f"{offset:020}{_UNFINISHED}")
    with suppress(FileNotFoundError):
        disk.rename(path_of(folder, _SPARE), unfinished)
    held = 0
    try:
        with opened(disk, unfinished, create=True) as file:
            held = disk.size(file)
            disk.truncate(file, _fill(disk, file, offset, parts))
            disk.sync(file)
        disk.rename(unfinished, path)
    except OSError:
        with suppress(OSError):  # it takes room that others need; the error to tell of is the first one
            _give_back(disk, folder, unfinished, held)
        raise
    disk.sync_folder(folder)
    _tidy(disk, folder)
    return path


def set_aside(disk: Disk, folder: str, size: int) -> int:
    """Have room for a snapshot of `size` bytes, which nothing else can take; nobody else writes one meanwhile.

    Returns how much it is by now: a call takes STEP_BYTES at most, and nothing where the disk has no more. Raises
    OSError.
    """
    disk.make_folder(folder)
    for name in disk.names(folder):
        if name.endswith(_UNFINISHED):  # a killed process has left it
            disk.remove(path_of(folder, name))
    with opened(disk, path_of(folder, _SPARE), create=True) as file:
        held = disk.size(file)
        wanted = min(size, held + STEP_BYTES)
        if wanted <= held:
            return held
        try:
            disk.allocate(file, wanted)
        except OSError as error:
            disk.truncate(file, held)  # what was got of it goes back
            if error.errno not in FULL:
                raise
            return held
        return wanted


def _give_back(disk: Disk, folder: str, unfinished: str, held: int) -> None:
    """Let the next snapshot have what was set aside for the one that failed, and others the rest."""
    if not held:
        disk.remove(unfinished)
        return
    with opened(disk, unfinished) as file:
        disk.truncate(file, min(held, disk.size(file)))  # to make it longer would take no room
    disk.rename(unfinished, path_of(folder, _SPARE))


def _fill(disk: Disk, file: int, offset: int, parts: Iterable[tuple[bytes, bytes]]) -> int:
    """Write a snapshot; returns its size."""
    position = count = 0
    builder = BatchBuilder()
    for key, value in parts:
        if builder.count and builder.size + len(key) + len(value) > _BATCH_BYTES:
            position, count = _flush(disk, file, builder, position, count)
        builder.add(key, value, 0)
    if builder.count:
        position, count = _flush(disk, file, builder, position, count)
    mark = batches.hollow(count, 1, offset)
    disk.write(file, mark, position)
    return position + len(mark)


def _flush(disk: Disk, file: int, builder: BatchBuilder, position: int, count: int) -> tuple[int, int]:
    """Write the builder's batch; returns where the next one goes, and how many records there are then."""
    count_after = count + builder.count
    batch = builder.build()
    batches.stamp(batch, count)
    disk.write(file, batch, position)
    return position + len(batch), count_after


def _tidy(disk: Disk, folder: str) -> None:
    """Remove all snapshots but the newest two, and what was left unfinished."""
    names = disk.names(folder)
    old = _newest_first(names)[KEPT:]
    for name in old + [name for name in names if name.endswith(_UNFINISHED)]:
        disk.remove(path_of(folder, name))


def _newest_first(names: list[str]) -> list[str]:
    return sorted((name for name in names if _NAME.match(name)), reverse=True)


def newest_snapshot(disk: Disk, folder: str) -> Snapshot:
    """The newest snapshot that is whole, its CRCs checked to the end before a part is handed out. Raises OSError."""
    refused: list[str] = []
    for name in _newest_first(_names(disk, folder)):
        path = path_of(folder, name)
        offset = int(name[:20])
        try:
            end = _checked(disk, path, offset)
        except BadBatch as bad:
            refused.append(f"{path}: damaged at byte {bad.position}: {bad.reason}")
        else:
            return Snapshot(offset, _parts(disk, path, end), refused)
    return Snapshot(0, iter(()), refused)


def newest_bytes(disk: Disk, folder: str) -> int:
    """The size of the newest snapshot, sound or not; 0 where there is none. Raises OSError."""
    for name in _newest_first(_names(disk, folder)):
        with opened(disk, path_of(folder, name)) as file:
            return disk.size(file)
    return 0


def older_offset(disk: Disk, folder: str, offset: int) -> int:
    """The offset of the newest snapshot before `offset`, sound or not; 0 where there is none. Raises OSError."""
    offsets = (int(name[:20]) for name in _newest_first(_names(disk, folder)))
    return next((older for older in offsets if older < offset), 0)


def _names(disk: Disk, folder: str) -> list[str]:
    try:
        return disk.names(folder)
    except FileNotFoundError:
        return []


def _checked(disk: Disk, path: str, offset: int) -> int:
    """Go through a snapshot; returns where its end mark is. Raises BadBatch."""
    due = position = 0
    with opened(disk, path) as file:
        size = disk.size(file)
        while True:
            found, _ = _batch_at(disk, file, position, size, due)
            if not found.count:
                break
            due = found.next_offset
            position += found.size
    if position + found.size != size or found.base_timestamp_ms != offset:
        raise BadBatch(position, f"an end mark for {found.base_timestamp_ms}, {size - position} bytes before the end")
    return position


def _batch_at(disk: Disk, file: int, position: int, size: int, due: int) -> tuple[batches.Header, bytes]:
    """The batch at `position`, checked. Raises BadBatch with its position in the file."""
    data = disk.read(file, batches.HEADER_BYTES, position)
    try:
        data = disk.read(file, min(batches.size_at(data, 0), size - position), position)
        return batches.check(data, 0, due), data
    except BadBatch as bad:
        raise BadBatch(position, bad.reason) from None


def _parts(disk: Disk, path: str, end: int) -> Iterator[tuple[bytes, bytes]]:
    due = position = 0
    with opened(disk, path) as file:
        while position < end:
            found, batch = _batch_at(disk, file, position, end, due)
            for record in batches.records(batch):
                yield record.key, record.value
            due = found.next_offset
            position += found.size
