"""Messages of a FIFO topic that the log of its archive hasn't got yet: the journal has them meanwhile."""

from bisect import bisect_left, bisect_right
from operator import attrgetter
from typing import Final

import msgspec

_SLACK: Final = 1_024  # entries that are gone and still take up room: moving the rest isn't worth it for fewer


class Archived(msgspec.Struct, array_like=True, gc=False):
    """One message: where its payload stands, its number in the topic, when it was published, and how large it is."""

    offset: int
    seq: int
    at_ms: int
    size: int


_SEQ: Final = attrgetter("seq")
_AT_MS: Final = attrgetter("at_ms")


class Unarchived:
    """These messages, in the order of their numbers, which is that of their times."""

    __slots__ = ("_entries", "_first")

    def __init__(self) -> None:
        self._entries: list[Archived] = []
        self._first = 0  # entries before it are gone

    def __len__(self) -> int:
        return len(self._entries) - self._first

    def add(self, entry: Archived) -> None:
        """One more message, the newest."""
        self._entries.append(entry)

    def find(self, seq: int) -> Archived | None:
        """The message of this number."""
        index = self._index(seq)
        if index < len(self._entries) and self._entries[index].seq == seq:
            return self._entries[index]
        return None

    def some(self, from_ms: int, seq: int, most: int) -> list[Archived]:
        """Up to `most` messages of `from_ms` or later, from number `seq` on."""
        start = max(self._index(seq), bisect_left(self._entries, from_ms, self._first, key=_AT_MS))
        return self._entries[start : start + most]

    def _index(self, seq: int) -> int:
        return bisect_left(self._entries, seq, self._first, key=_SEQ)

    def drop(self, seq: int) -> list[Archived]:
        """Let go of all messages up to number `seq`; returns them."""
        entries, first = self._entries, self._first
        self._first = bisect_right(entries, seq, first, key=_SEQ)
        gone = entries[first : self._first]
        if self._first >= max(_SLACK, len(entries) // 2):
            del entries[: self._first]
            self._first = 0
        return gone

    def clear(self) -> list[Archived]:
        """Let go of all messages; returns them."""
        gone, self._entries, self._first = self._entries[self._first :], [], 0
        return gone

    def rows(self) -> list[Archived]:
        """All messages, for a snapshot."""
        return self._entries[self._first :]
