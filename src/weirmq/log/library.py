"""Many logs by name: those of all streams. A name is `group/log`, and a folder below the library's own.

streams/
  111122223333-us-east-1-orders-5mzt.../      a group: a stream, a topic
    000000000000/                             a log: its segments, see `files.py`
    000000000001/
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, Protocol

from weirmq.log.disk import Disk, path_of
from weirmq.log.files import SEGMENT_BYTES, FileLog
from weirmq.log.log import Log
from weirmq.log.memory import MemoryLog

FIRST_BYTES: Final = (
    256 * 1024
)  # most streams stay small: a log takes as much to begin with, and twice as much as it grows
OPEN_SEGMENTS: Final = 2  # of each log, besides the newest: a reader that catches up, and one that begins
MOST_OPEN: Final = 128  # logs; each takes up to five open files
THREADS: Final = 16  # that prepare logs; more don't make it faster


class Library(Protocol):
    """Where the logs of streams are kept."""

    @property
    def most_open(self) -> int:
        """How many logs should be open at a time."""
        ...

    def has(self, name: str) -> bool:
        """Whether there is such a log. Raises OSError."""
        ...

    def open(self, name: str, *, was_synced: bool = False) -> Log:
        """The log of this name, which is made if there is none. `was_synced`: this process has had it open, and has
        synced all of it. Raises as FileLog.
        """
        ...

    def prepare(self, names: Sequence[str]) -> None:
        """Have these logs on the disk, none of which is open: made where they aren't there, found sound and synced, so
        that `open` has little to wait for. Raises as FileLog.
        """
        ...

    def close(self, name: str, log: Log) -> None:
        """Let go of a log that is open. Raises LogFailed."""
        ...

    def remove(self, name: str) -> None:
        """Take a log away that isn't open; harmless where there is none. May run in another thread. Raises OSError."""
        ...

    def groups(self) -> list[str]:
        """The names of all groups. Raises OSError."""
        ...


class FileLibrary:
    """Logs in folders below `root`. `note` is told, in sentences, what a crash had left behind in a log. To prepare
    logs, so many `threads` wait for the disk side by side.
    """

    def __init__(
        self,
        disk: Disk,
        root: str,
        *,
        note: Callable[[str], None] = lambda _: None,
        most_open: int = MOST_OPEN,
        segment_bytes: int = SEGMENT_BYTES,
        threads: int = 1,
    ) -> None:
        self.most_open = most_open
        self._threads = threads
        self._disk = disk
        self._root = root
        self._note = note
        self._segment_bytes = segment_bytes

    def _folder(self, name: str) -> str:
        return path_of(self._root, name)

    def _names(self, folder: str) -> list[str]:
        try:
            return self._disk.names(folder)
        except FileNotFoundError:
            return []

    def has(self, name: str) -> bool:
        """Whether there is such a log. Raises OSError."""
        return bool(self._names(self._folder(name)))

    def open(self, name: str, *, was_synced: bool = False) -> Log:
        """The log of this name, which is made if there is none. Raises as FileLog."""
        log = self._opened(name, was_synced=was_synced)
        for note in log.notes:
            self._note(note)
        return log

    def _opened(self, name: str, *, was_synced: bool = False) -> FileLog:
        return FileLog(
            self._disk,
            self._folder(name),
            self._segment_bytes,
            first_bytes=min(FIRST_BYTES, self._segment_bytes),
            open_segments=OPEN_SEGMENTS,
            was_synced=was_synced,
        )

    def prepare(self, names: Sequence[str]) -> None:
        """Make or look at logs, and close them again; the disk lets many wait no longer than one. Raises as FileLog for
        one of them, when all were tried.
        """
        if self._threads == 1:
            for name in names:
                self.open(name).close()
            return
        with ThreadPoolExecutor(min(self._threads, len(names)), thread_name_prefix="weirmq-prepare") as pool:
            tried = [pool.submit(self._prepared, name) for name in names]
        for each in tried:
            for note in each.result() if each.exception() is None else ():
                self._note(note)
        for each in tried:
            each.result()

    def _prepared(self, name: str) -> list[str]:
        log = self._opened(name)
        log.close()
        return log.notes

    def close(self, name: str, log: Log) -> None:  # noqa: ARG002 - the other library needs the name
        """Let go of a log that is open. Raises LogFailed."""
        log.close()

    def remove(self, name: str) -> None:
        """Take a log away that isn't open, and its group with the last one. Raises OSError."""
        folder, group = self._folder(name), self._folder(name.partition("/")[0])
        for file in self._names(folder):
            self._disk.remove(path_of(folder, file))
        with suppress(FileNotFoundError):
            self._disk.remove_folder(folder)
            self._disk.sync_folder(group)
            if not self._names(group):
                self._disk.remove_folder(group)
                self._disk.sync_folder(self._root)

    def groups(self) -> list[str]:
        """The names of all groups. Raises OSError."""
        return self._names(self._root)


class MemoryLibrary:
    """Logs in memory: all of them stay open."""

    def __init__(self) -> None:
        self.most_open = 2**31
        self._logs: dict[str, MemoryLog] = {}

    def has(self, name: str) -> bool:
        """Whether there is such a log."""
        return name in self._logs

    def open(self, name: str, *, was_synced: bool = False) -> Log:  # noqa: ARG002 - memory is never synced
        """The log of this name, which is made if there is none."""
        return self._logs.setdefault(name, MemoryLog())

    def prepare(self, names: Sequence[str]) -> None:
        """Nothing: memory has nobody wait."""

    def close(self, name: str, log: Log) -> None:
        """Nothing: it would be forgotten."""

    def remove(self, name: str) -> None:
        """Take a log away; harmless where there is none."""
        self._logs.pop(name, None)

    def groups(self) -> list[str]:
        """The names of all groups."""
        return list({name.partition("/")[0] for name in self._logs})
