"""The hot cache of what readers get: whole batches as they stand in answers.

Consumers of a stream follow its tip, several of them, one shortly after the other: what the first one had put together
for it, the others get as it is. A batch of a log never changes, so nothing here ever becomes wrong.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final

CACHE_BYTES: Final = 32 * 1024 * 1024  # the last few seconds of a busy stream


class Rendered:
    """Texts by what they are made of; those that weren't used for the longest go first."""

    __slots__ = ("_most_bytes", "_texts", "size")

    def __init__(self, most_bytes: int = CACHE_BYTES) -> None:
        self._most_bytes = most_bytes
        self._texts: OrderedDict[Hashable, bytes] = OrderedDict()
        self.size = 0

    def get(self, key: Hashable) -> bytes | None:
        """The text, if it is still here."""
        text = self._texts.get(key)
        if text is not None:
            self._texts.move_to_end(key)
        return text

    def put(self, key: Hashable, text: bytes) -> None:
        """Keep a text that wasn't here."""
        self._texts[key] = text
        self.size += len(text)
        while self.size > self._most_bytes:
            _, gone = self._texts.popitem(last=False)
            self.size -= len(gone)
