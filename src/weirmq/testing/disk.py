"""A disk in memory that can lose power, run full and break: for tests and simulations.

    disk = SimulatedDisk()
    log = FileLog(disk, "/data")      # any use of weirmq.log.disk.Disk
    ...
    disk.crash(SeededEntropy(7))      # what was not synced is lost, kept or torn, as the entropy has it
    log = FileLog(disk, "/data")      # must find all that was

What it takes from the real world: a write that was not synced may be there after a crash, or not, or in part, whatever
became of the ones before and after it; the same goes for sizes; and names stay as they were until their folder is
synced. A write that fails may have been done in part.
"""

import errno
import os
import sys
import threading
from typing import Final, NamedTuple

from weirmq.kernel.ids import Entropy

_SECTOR_BYTES: Final = 512  # what a disk writes whole or not at all
_ANY: Final = "any"


class PowerLost(Exception):  # noqa: N818 - it names what happened
    """The disk was told to lose power here; it answers nothing until `crash` or `kill`."""


class _Image:
    """The bytes of a file. Behind `data` there are zeros up to `size`, so that room set aside takes no memory."""

    __slots__ = ("data", "size")

    def __init__(self, data: bytes | bytearray = b"", size: int = 0) -> None:
        self.data = bytearray(data)
        self.size = size

    def write(self, data: bytes, position: int) -> None:
        self.data += bytes(max(0, position - len(self.data)))
        self.data[position : position + len(data)] = data
        self.size = max(self.size, position + len(data))

    def resize(self, size: int) -> None:
        del self.data[size:]
        self.size = size

    def read(self, size: int, position: int) -> bytes:
        wanted = max(0, min(size, self.size - position))
        found = bytes(self.data[position : position + wanted])
        return found + bytes(wanted - len(found))


class _Change(NamedTuple):
    """A write of `data` at `position`; or, with None, a change of the size to `position`."""

    position: int
    data: bytes | None

    def apply(self, image: _Image) -> None:
        if self.data is None:
            image.resize(self.position)
        else:
            image.write(self.data, self.position)

    def apply_torn(self, image: _Image, entropy: Entropy) -> None:
        """Apply some sectors of it, or its first bytes."""
        if self.data is None:
            return
        if entropy.take(1)[0] < 128:
            cut = int.from_bytes(entropy.take(4), "big") % len(self.data) if self.data else 0
            image.write(self.data[:cut], self.position)
            return
        end = self.position + len(self.data)
        for sector in range(self.position // _SECTOR_BYTES, end // _SECTOR_BYTES + 1):
            first = max(self.position, sector * _SECTOR_BYTES)
            last = min(end, (sector + 1) * _SECTOR_BYTES)
            if first < last and entropy.take(1)[0] < 128:
                image.write(self.data[first - self.position : last - self.position], first)


class _File:
    """A file: what a reader sees, what is durable of it, and the changes between the two."""

    __slots__ = ("durable", "now", "pending")

    def __init__(self) -> None:
        self.now = _Image()
        self.durable = _Image()
        self.pending: list[_Change] = []

    def change(self, position: int, data: bytes | None) -> None:
        change = _Change(position, data)
        change.apply(self.now)
        self.pending.append(change)

    def sync(self) -> None:
        for change in self.pending:
            change.apply(self.durable)
        self.pending.clear()

    def crash(self, entropy: Entropy) -> None:
        for change in self.pending:
            fate = entropy.take(1)[0] % 3
            if fate == 0:
                change.apply(self.durable)
            elif fate == 1:
                change.apply_torn(self.durable, entropy)
        self.pending.clear()
        self.now = _Image(self.durable.data, self.durable.size)


class _Naming(NamedTuple):
    """A name given to a file or, with None, taken away; `old` is the name it had before."""

    path: str
    file: _File | None
    old: str | None = None

    def apply(self, names: dict[str, _File]) -> None:
        if self.old is not None:
            names.pop(self.old, None)
        if self.file is None:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file


def _folder_of(path: str) -> str:
    return path.rpartition("/")[0] or "/"


class _Fault(NamedTuple):
    verb: str
    at_call: int
    error: int


class SimulatedDisk:
    """A `weirmq.log.disk.Disk` in memory. `capacity_bytes` limits the sum of the sizes of all files, if given.

    `calls` counts the calls that change something or sync; `lose_power_at` and `fail` refer to it. Safe for threads.
    """

    def __init__(self, capacity_bytes: int | None = None) -> None:
        self.capacity_bytes = capacity_bytes
        self.calls = 0
        self.lose_power_at: int | None = (
            None  # PowerLost is raised in the call with this number, which may be half done
        )
        self._faults: list[_Fault] = []
        self._calls_of: dict[str, int] = {}
        self._names: dict[str, _File] = {}
        self._durable_names: dict[str, _File] = {}
        self._renaming: list[_Naming] = []
        self._folders: set[str] = {"/"}
        self._files: dict[int, _File] = {}
        self._locks: dict[int, str] = {}
        self._next_file = 3
        self._dark = False
        self._mutex = threading.RLock()

    def fail(self, verb: str = _ANY, *, nth: int = 1, error: int = errno.EIO) -> None:
        """Let the `nth` call of `verb` from now on raise OSError with `error`; "any": any that `calls` counts."""
        calls = self.calls if verb == _ANY else self._calls_of.get(verb, 0)
        self._faults.append(_Fault(verb, calls + nth, error))

    def crash(self, entropy: Entropy) -> None:
        """Lose power and come back: what was not synced is kept, lost or torn; open files and locks are gone."""
        with self._mutex:
            for naming in self._renaming:
                if entropy.take(1)[0] < 128:
                    naming.apply(self._durable_names)
            self._names = dict(self._durable_names)
            for file in {id(file): file for file in self._names.values()}.values():
                file.crash(entropy)
            self._renaming.clear()
            self.kill()

    def kill(self) -> None:
        """End the process that uses the disk, not the machine: open files and locks are gone, all writes are there."""
        with self._mutex:
            self._files.clear()
            self._locks.clear()
            self._faults.clear()
            self._dark = False
            self.lose_power_at = None

    def contents(self, path: str) -> bytes:
        """The bytes of a file, zeros of room set aside included."""
        image = self._named(path).now
        return image.read(image.size, 0)

    def put(self, path: str, data: bytes) -> None:
        """Make the bytes of a file, durable at once: for damage, and for files from elsewhere."""
        self._folders.add(_folder_of(path))
        file = self._names.get(path) or _File()
        file.now, file.durable = _Image(data, len(data)), _Image(data, len(data))
        file.pending.clear()
        self._names[path] = self._durable_names[path] = file

    # The verbs of Disk

    def open(self, path: str, *, create: bool = False) -> int:
        """Open for reading and writing; with `create`, also where there is no such file."""
        with self._mutex:
            self._look()
            if path not in self._names:
                if not create or _folder_of(path) not in self._folders:
                    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
                self._count("open")
                self._rename(_Naming(path, _File()))
                self._power()
            self._next_file += 1
            self._files[self._next_file] = self._names[path]
            return self._next_file

    def close(self, file: int) -> None:
        """Let go of an open file; implies no sync."""
        with self._mutex:
            self._look()
            self._opened(file)
            del self._files[file]
            self._locks.pop(file, None)

    def write(self, file: int, data: bytes | bytearray | memoryview, position: int) -> None:
        """Write all of `data`; where there is room for a part only, or it is told to fail, half of it."""
        with self._mutex:
            self._look()
            opened = self._opened(file)
            grown = max(0, position + len(data) - opened.now.size)
            try:
                self._count("write")
                self._take(grown)
            except OSError:
                opened.change(position, bytes(data[: max(0, len(data) - grown) // 2]))
                raise
            opened.change(position, bytes(data))
            self._power()

    def read(self, file: int, size: int, position: int) -> bytes:
        """`size` bytes, fewer only at the end of the file."""
        with self._mutex:
            self._look()
            opened = self._opened(file)
            self._strike("read")
            return opened.now.read(size, position)

    def sync(self, file: int) -> None:
        """Make the file's data and size durable."""
        with self._mutex:
            self._look()
            opened = self._opened(file)
            self._count("sync")
            self._power()
            opened.sync()

    def allocate(self, file: int, size: int) -> None:
        """Give the file at least `size` bytes; new bytes are zeros."""
        with self._mutex:
            self._look()
            opened = self._opened(file)
            self._count("allocate")
            if size > opened.now.size:
                self._take(size - opened.now.size)
                opened.change(size, None)
            self._power()

    def free(self, folder: str) -> int:  # noqa: ARG002 - all folders share it
        """How much room is left."""
        with self._mutex:
            return self._free()

    def size(self, file: int) -> int:
        """The file's size."""
        with self._mutex:
            self._look()
            return self._opened(file).now.size

    def data_size(self, file: int) -> int:
        """A size behind which the file holds only zeros."""
        with self._mutex:
            self._look()
            return min(len(self._opened(file).now.data), self._opened(file).now.size)

    def truncate(self, file: int, size: int) -> None:
        """Cut the file at `size`."""
        with self._mutex:
            self._look()
            opened = self._opened(file)
            self._count("truncate")
            opened.change(size, None)
            self._power()

    def rename(self, old: str, new: str) -> None:
        """Move a file within its folder, over one that may be there."""
        with self._mutex:
            self._look()
            file = self._named(old)
            self._count("rename")
            self._rename(_Naming(new, file, old))
            self._power()

    def remove(self, path: str) -> None:
        """Take a file away."""
        with self._mutex:
            self._look()
            self._named(path)
            self._count("remove")
            self._rename(_Naming(path, None))
            self._power()

    def names(self, folder: str) -> list[str]:
        """The names in a folder, in no order."""
        with self._mutex:
            self._look()
            if folder not in self._folders:
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
            paths = (*self._names, *(self._folders - {"/"}))
            return [path.rpartition("/")[2] for path in paths if _folder_of(path) == folder]

    def make_folder(self, folder: str) -> None:
        """Make a folder with all above it; durable at once."""
        with self._mutex:
            self._look()
            while folder not in self._folders:
                self._folders.add(folder)
                folder = _folder_of(folder)

    def remove_folder(self, folder: str) -> None:
        """Take an empty folder away; durable at once."""
        with self._mutex:
            if self.names(folder):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), folder)
            self._folders.remove(folder)

    def sync_folder(self, folder: str) -> None:
        """Make the folder's names durable."""
        with self._mutex:
            self._look()
            self._count("sync_folder")
            self._power()
            for naming in self._renaming:
                if _folder_of(naming.path) == folder:
                    naming.apply(self._durable_names)
            self._renaming = [naming for naming in self._renaming if _folder_of(naming.path) != folder]

    def lock(self, path: str) -> int:
        """Hold `path` until the file is closed. Raises BlockingIOError where it is held."""
        with self._mutex:
            if path in self._locks.values():
                raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK), path)
            file = self.open(path, create=True)
            self._locks[file] = path
            return file

    # What the verbs are made of

    def _look(self) -> None:
        if self._dark:
            raise PowerLost

    def _count(self, verb: str) -> None:
        self.calls += 1
        self._strike(verb)

    def _strike(self, verb: str) -> None:
        """Raise the fault that is due in this call, if one is."""
        calls = self._calls_of[verb] = self._calls_of.get(verb, 0) + 1
        for fault in self._faults:
            if fault.at_call == (self.calls if fault.verb == _ANY else calls) and fault.verb in (verb, _ANY):
                self._faults.remove(fault)
                raise OSError(fault.error, os.strerror(fault.error))

    def _power(self) -> None:
        """Go dark in the call that was named for it. It comes last: the change is there, though not durable."""
        if self.calls == self.lose_power_at:
            self._dark = True
            raise PowerLost

    def _opened(self, file: int) -> _File:
        if file not in self._files:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return self._files[file]

    def _named(self, path: str) -> _File:
        if path not in self._names:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        return self._names[path]

    def _rename(self, naming: _Naming) -> None:
        naming.apply(self._names)
        self._renaming.append(naming)

    def _take(self, size: int) -> None:
        """Refuse `size` more bytes than the disk has."""
        if size > self._free():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _free(self) -> int:
        if self.capacity_bytes is None:
            return sys.maxsize
        held = {id(file): file.now.size for file in (*self._names.values(), *self._files.values())}
        return max(0, self.capacity_bytes - sum(held.values()))
