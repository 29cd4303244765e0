"""The errors that cross rooms.

    Exception
    ├── ServiceError      what an operation refuses, as AWS words it: an answer, not a fault
    ├── NoRoom            the disk has no room for a change: refused before anything changed, taken again later
    ├── LogDamaged        a log holds bytes that were never written so: start refused, file and position named
    └── LogFailed         a write or sync failed after its change was applied: the process must end

The wire room translates ServiceError into each protocol; the server translates the other three.
"""

from typing import Any


class ServiceError(Exception):
    """A refusal that the caller is told about.

    `code` is the code of the service's newest model, e.g. `QueueDoesNotExist`; the wire room knows what older protocols
    call it. `fields` are further members of the error's shape, if it has any.
    """

    def __init__(
        self, code: str, message: str, *, status: int = 400, sender: bool = True, fields: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.sender = sender
        self.fields = fields

    def __repr__(self) -> str:
        return f"ServiceError({self.code!r}, {self.message!r}, status={self.status})"


class NoRoom(Exception):  # noqa: N818 - says what is so, not that something went wrong
    """There is no room on the disk for the next change; nothing has changed."""


class LogDamaged(Exception):  # noqa: N818
    """A log file holds damage that no crash explains. `path` and `position` (bytes) say where."""

    def __init__(self, path: str, position: int, reason: str) -> None:
        super().__init__(f"{path}: damaged at byte {position}: {reason}")
        self.path = path
        self.position = position
        self.reason = reason


class LogFailed(Exception):  # noqa: N818
    """Memory and disk may not agree any more, so nothing more is answered: the disk refused a write or sync that had
    room, or a fact could not be applied.
    """
