"""The disk as an argument: the few verbs that logs and snapshots use, and the operating system's answer to them.

Tests put `weirmq.testing.disk.SimulatedDisk` in its place, which loses what was not synced.
All verbs raise OSError. What survives a crash:

    data      written by `write`, `truncate`, `allocate`: after the next `sync` of the file
    names     made, moved or taken away by `open`, `rename`, `remove`: after the next `sync_folder`
"""

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

FULL: Final = (errno.ENOSPC, errno.EDQUOT)  # what an OSError says where there is no room
_ZEROS: Final = bytes(1 << 20)
_UNSUPPORTED: Final = (errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS)


class Disk(Protocol):
    """Files and folders by path; open files by number. Positions and sizes are bytes."""

    def open(self, path: str, *, create: bool = False) -> int:
        """Open for reading and writing; with `create`, also where there is no such file."""
        ...

    def close(self, file: int) -> None:
        """Let go of an open file; implies no sync."""
        ...

    def write(self, file: int, data: bytes | bytearray | memoryview, position: int) -> None:
        """Write all of `data`."""
        ...

    def read(self, file: int, size: int, position: int) -> bytes:
        """`size` bytes, fewer only at the end of the file."""
        ...

    def sync(self, file: int) -> None:
        """Make the file's data and size durable. May run in another thread than the other verbs."""
        ...

    def allocate(self, file: int, size: int) -> None:
        """Give the file at least `size` bytes that can be written without asking for room; new bytes are zeros."""
        ...

    def free(self, folder: str) -> int:
        """How many bytes can be written beside what is set aside."""
        ...

    def size(self, file: int) -> int:
        """The file's size."""
        ...

    def data_size(self, file: int) -> int:
        """A size behind which the file holds only zeros: a hint that spares reading room that was only set aside.

        The file's size is a right answer.
        """
        ...

    def truncate(self, file: int, size: int) -> None:
        """Cut the file at `size`."""
        ...

    def rename(self, old: str, new: str) -> None:
        """Move a file within its folder, over one that may be there."""
        ...

    def remove(self, path: str) -> None:
        """Take a file away."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names in a folder, in no order."""
        ...

    def make_folder(self, folder: str) -> None:
        """Make a folder with all above it, where they aren't there yet; durable at once."""
        ...

    def remove_folder(self, folder: str) -> None:
        """Take an empty folder away. Raises OSError where it isn't empty."""
        ...

    def sync_folder(self, folder: str) -> None:
        """Make the folder's names durable."""
        ...

    def lock(self, path: str) -> int:
        """Hold `path` for this process until the file is closed. Raises BlockingIOError where another one holds it."""
        ...


class SystemDisk:
    """The operating system's files.

    Reads are `pread`, not a memory map: an I/O error in a map is a signal that ends the process, in a read it is an
    exception; and a read of 16 KiB from the page cache costs two microseconds.
    """

    def open(self, path: str, *, create: bool = False) -> int:
        """Open for reading and writing; with `create`, also where there is no such file."""
        return os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600)

    def close(self, file: int) -> None:
        """Let go of an open file; implies no sync."""
        os.close(file)

    def write(self, file: int, data: bytes | bytearray | memoryview, position: int) -> None:
        """Write all of `data`, in one call unless the system takes less."""
        written = os.pwrite(file, data, position)
        if written != len(data):
            with memoryview(data) as view:
                while written < len(data):
                    with view[written:] as rest:
                        written += os.pwrite(file, rest, position + written)

    def read(self, file: int, size: int, position: int) -> bytes:
        """`size` bytes, fewer only at the end of the file."""
        data = os.pread(file, size, position)
        while 0 < len(data) < size:
            more = os.pread(file, size - len(data), position + len(data))
            if not more:
                break
            data += more
        return data

    def sync(self, file: int) -> None:
        """Make the file's data and size durable."""
        _datasync(file)

    def allocate(self, file: int, size: int) -> None:
        """Set room aside; where the file system can't, write zeros, which takes it as well, only slower."""
        held = os.fstat(file).st_size
        if held >= size:
            return
        if hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(file, held, size - held)
            except OSError as error:
                if error.errno not in _UNSUPPORTED:
                    raise
            else:
                return
        while held < size:
            held += os.pwrite(file, _ZEROS[: size - held], held)

    def free(self, folder: str) -> int:
        """How many bytes the file system lets this user write."""
        found = os.statvfs(folder)
        return found.f_bavail * found.f_frsize

    def size(self, file: int) -> int:
        """The file's size."""
        return os.fstat(file).st_size

    def data_size(self, file: int) -> int:
        """A size behind which the file holds only zeros: where the file system says that its last data ends."""
        end = 0
        try:
            while True:
                end = os.lseek(file, os.lseek(file, end, os.SEEK_DATA), os.SEEK_HOLE)
        except OSError as error:
            if error.errno == errno.ENXIO:  # no data from there on
                return end
            if error.errno in _UNSUPPORTED:
                return self.size(file)
            raise

    def truncate(self, file: int, size: int) -> None:
        """Cut the file at `size`."""
        os.ftruncate(file, size)

    def rename(self, old: str, new: str) -> None:
        """Move a file within its folder, over one that may be there."""
        Path(old).replace(new)

    def remove(self, path: str) -> None:
        """Take a file away."""
        Path(path).unlink()

    def names(self, folder: str) -> list[str]:
        """The names in a folder, in no order."""
        return os.listdir(folder)  # noqa: PTH208 - names, not paths

    def make_folder(self, folder: str) -> None:
        """Make a folder with all above it, where they aren't there yet; durable at once."""
        path = Path(folder)
        if not path.is_dir():
            if path != path.parent:
                self.make_folder(str(path.parent))
            path.mkdir(mode=0o700, exist_ok=True)
            self.sync_folder(str(path.parent))

    def remove_folder(self, folder: str) -> None:
        """Take an empty folder away. Raises OSError where it isn't empty."""
        Path(folder).rmdir()

    def sync_folder(self, folder: str) -> None:
        """Make the folder's names durable."""
        file = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(file)
        finally:
            os.close(file)

    def lock(self, path: str) -> int:
        """Hold `path` for this process until the file is closed. Raises BlockingIOError where another one holds it."""
        file = self.open(path, create=True)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(file)
            raise
        return file


def _datasync(file: int) -> None:
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone stops at the drive's cache
    if full is not None:
        fcntl.fcntl(file, full)
    else:
        os.fdatasync(file)


@contextmanager
def opened(disk: Disk, path: str, *, create: bool = False) -> Iterator[int]:
    """A file that is open for the length of a `with`."""
    file = disk.open(path, create=create)
    try:
        yield file
    finally:
        disk.close(file)


def path_of(folder: str, name: str) -> str:
    """The path of a name in a folder."""
    return f"{folder}/{name}"
