"""One server a data folder: two would write the same log, and ruin it.

The lock is the kernel's (flock on the file `lock`), so it goes with the process that holds it, however that ends. The
file stays; it names the process that took the lock last.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "lock"
_PID_BYTES = 20


class FolderUnusable(Exception):  # noqa: N818 - says what is so
    """The data folder can't be used; the message says why and what to do."""


class FolderInUse(FolderUnusable):
    """Another process holds the data folder."""


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold `folder`, made where it is missing, until the end of the block. Raises FolderInUse, FolderUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # messages are nobody else's business
        file = os.open(folder / _NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FolderUnusable(
            f"the data folder {folder} can't be used: {error.strerror}. Give another one with --data."
        ) from None
    try:
        _take(file, folder)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(file)  # lets go of the lock


def _take(file: int, folder: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(file, _PID_BYTES, 0).decode("ascii", "replace").strip() or "unknown"
        raise FolderInUse(
            f"the data folder {folder} is in use by another server (process {holder})."
            " Stop that one first, or give this one a folder of its own with --data."
        ) from None
    except OSError as error:
        raise FolderUnusable(f"the data folder {folder} can't be locked: {error.strerror}") from None
