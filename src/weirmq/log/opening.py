"""How a log is found again after a crash, and what counts as damage.

The checkpoint says below which offset all records were durable. Going over the segments in the order of their offsets:

1. A sealed segment is taken at its index's word, if its file has the size and the next segment the offset that the
   index says. Its batches are checked when they are read.
2. Any other segment is walked through, from where its index ends (an index never goes beyond what was durable). Each
   batch must be whole, its CRC right, and its base offset the one that was due; after the last one there are zeros, or
   nothing.
3. Where that breaks off *below* the durable offset, no crash explains it: the log is damaged, and stays closed until it
   is repaired. The same goes for a missing segment, and for one that is too short.
4. Where it breaks off *at or above* the durable offset, a crash took writes that no sync had covered. Not only the last
   ones: a disk may keep a later write and lose an earlier one, in the same file or in another. So the log ends at the
   first gap, and all after it is cut away, since it would otherwise come back when the log grows over it.
5. The checkpoint itself may lag behind after a power failure. So if sound batches are found in what rule 4 cuts away,
   a copy is kept in a file `*.cut`.
"""

from itertools import zip_longest
from typing import Final

from weirmq.kernel.errors import LogDamaged
from weirmq.log import index as indexes
from weirmq.log.batch import BadBatch, check
from weirmq.log.checkpoint import Bounds, Checkpoint
from weirmq.log.disk import Disk, opened, path_of
from weirmq.log.rewriting import clear_up
from weirmq.log.segment import Scan, Segment, bases_in, index_name_of, name_of

SPARE_NAME: Final = "spare"  # the next segment's file before it has a base offset
_MAGIC_AT: Final = 16  # where a batch has its magic byte, 2
_ZERO_BYTES: Final = 1 << 20
_NEAR: Final = 2**32  # offsets further on than this are chance


def bounds_of(disk: Disk, folder: str, checkpoint: Checkpoint, notes: list[str], *, was_synced: bool = False) -> Bounds:
    """The bounds of the log in `folder`; where there is no log yet, it begins here. Raises LogDamaged, OSError.

    `notes` gets a word where the checkpoint vouches for less than it may have.
    """
    bounds = checkpoint.load(was_synced=was_synced)
    if bounds is not None and checkpoint.is_half:
        notes.append(
            f"{checkpoint.path}: one of its two slots is not whole, as a power cut may leave it; by the other one, all"
            f" below offset {bounds.durable} was durable"
        )
    if bounds is None:
        if bases_in(disk, folder):
            raise LogDamaged(checkpoint.path, 0, "neither of its two slots is whole, and there are segments")
        bounds = Bounds(0, 0)
        checkpoint.settle(bounds)
    return bounds


def segments_of(disk: Disk, folder: str, bounds: Bounds, notes: list[str]) -> list[Segment]:
    """The segments that make up the log, by the rules above; the last one's file is open. Raises LogDamaged, OSError.

    What was cut away is said in `notes`.
    """
    bases = _sorted_out(disk, folder, bounds)
    segments: list[Segment] = []
    for base, following in zip_longest(bases, bases[1:]):
        segment = Segment(disk, folder, base)
        segments.append(segment)
        reason = "" if _is_sealed(disk, segment, following) else _walked(disk, segment, following)
        if reason:
            if segment.end < bounds.durable:
                raise LogDamaged(segment.path, segment.size, reason)
            later = [Segment(disk, folder, other) for other in bases[len(segments) :]]
            _cut(disk, folder, segment, later, notes)
            break
    if segments and segments[-1].end < bounds.durable:
        reason = f"ends with offset {segments[-1].end}, but all below {bounds.durable} was durable"
        raise LogDamaged(segments[-1].path, segments[-1].size, reason)
    return segments


def _sorted_out(disk: Disk, folder: str, bounds: Bounds) -> list[int]:
    """The base offsets of the segments from the log's start on; what a crash left of others is removed."""
    clear_up(disk, folder, bounds.start)
    bases = bases_in(disk, folder)
    while len(bases) > 1 and bases[1] <= bounds.start:
        Segment(disk, folder, bases.pop(0)).remove()
    if bounds.durable and (not bases or bases[0] != bounds.start):
        raise LogDamaged(path_of(folder, name_of(bounds.start)), 0, "the segment is missing")
    known = {index_name_of(base) for base in bases}
    for name in disk.names(folder):
        if name == SPARE_NAME or (name.endswith(".index") and name not in known):
            disk.remove(path_of(folder, name))
    return bases


def _is_sealed(disk: Disk, segment: Segment, following: int | None) -> bool:
    """Whether rule 1 holds; if so, `segment` knows its size and end. Raises LogDamaged for a file that is too short."""
    summary = indexes.summary(disk, segment.index_path)
    if summary is None or not summary.sealed or summary.end != following:
        return False
    with opened(disk, segment.path) as file:
        size = disk.size(file)
    if size < summary.size:
        raise LogDamaged(segment.path, size, f"{summary.size - size} of {summary.size} bytes are missing")
    segment.size = segment.synced = summary.size
    segment.end, segment.latest_ms = summary.end, summary.latest_ms
    segment.sealed = size == summary.size
    return segment.sealed


def _walked(disk: Disk, segment: Segment, following: int | None) -> str:
    """Rule 2: find out the segment's size and end. Returns what is wrong there, or nothing."""
    segment.file = file = disk.open(segment.path)
    size = disk.size(file)
    scan = Scan(disk, file, segment.base)
    known = indexes.load(disk, segment.index_path)
    if known is not None:
        if known[1].size > size:  # an index never goes beyond what was durable
            raise LogDamaged(
                segment.path, size, f"{known[1].size - size} of at least {known[1].size} bytes are missing"
            )
        scan.resume(*known)
        segment.indexed = known[1].size
    data_size = disk.data_size(file)
    scan.run(size, data_size)
    segment.index, segment.size, segment.end = scan.index, scan.position, scan.end
    segment.latest_ms = scan.latest_ms
    if following is not None:
        reason = scan.reason or "the file ends"
        return "" if scan.end == following else f"{reason}, and the next segment begins with offset {following}"
    return scan.reason if scan.reason and not _only_zeros(disk, file, scan.position, data_size) else ""


def _only_zeros(disk: Disk, file: int, position: int, size: int) -> bool:
    for at in range(position, size, _ZERO_BYTES):
        data = disk.read(file, min(_ZERO_BYTES, size - at), at)
        if data.count(0) != len(data):
            return False
    return True


def _cut(disk: Disk, folder: str, segment: Segment, later: list[Segment], notes: list[str]) -> None:
    """Rules 4 and 5: end the log where `segment` ends, and say so. What is kept is kept before anything is cut."""
    file = segment.open()
    dropped = disk.size(file) - segment.size
    kept = keep(disk, folder, segment.path, file, segment.size, segment.end)
    for other in later:
        with opened(disk, other.path) as other_file:
            dropped += disk.size(other_file)
            kept += keep(disk, folder, other.path, other_file, 0, segment.end)
    disk.sync_folder(folder)
    # The last first: should this be interrupted, the log has the same first gap as before.
    for other in reversed(later):
        other.remove()
    disk.truncate(file, segment.size)
    disk.sync(file)
    disk.sync_folder(folder)
    said = f"{segment.path}: cut at byte {segment.size}, offset {segment.end}: {dropped} bytes that no sync had covered"
    notes.append(said + (f"; a copy is in {', '.join(kept)}" if kept else ""))


def keep(disk: Disk, folder: str, path: str, file: int, position: int, due: int) -> list[str]:
    """Copy the end of a file from `position` on to a file `*.cut`, if there is a sound batch in it. Raises OSError.

    Returns the copy's path, or nothing. The copy's name isn't durable before the folder is synced.
    """
    data = disk.read(file, disk.size(file) - position, position)
    if first_batch(data, 0, due) is None:
        return []
    copy = free_name(disk, folder, f"{path}.cut")
    with opened(disk, copy, create=True) as copied:
        disk.write(copied, data.rstrip(b"\0"), 0)
        disk.sync(copied)
    return [copy]


def free_name(disk: Disk, folder: str, path: str) -> str:
    """`path`, or `path.1`, `path.2`, ...: the first that isn't taken."""
    taken = {path_of(folder, name) for name in disk.names(folder)}
    tries = (path if not number else f"{path}.{number}" for number in range(len(taken) + 1))
    return next(name for name in tries if name not in taken)


def first_batch(data: bytes, position: int, due: int) -> int | None:
    """Where in `data`, from `position` on, the first sound batch starts whose offset is `due` or somewhat more."""
    at = data.find(2, position + _MAGIC_AT)
    while at >= 0:
        start = at - _MAGIC_AT
        base = int.from_bytes(data[start : start + 8], "big")
        if due <= base < due + _NEAR:
            try:
                check(data, start)
            except BadBatch:
                pass
            else:
                return start
        at = data.find(2, at + 1)
    return None
