"""A dict in pieces.

For the same reason as `Blocks`, of keys that aren't numbers which grow: one large dict takes 30 ms to grow with 700,000
entries, and as long to go. Here each of many small ones does so in its own time.
"""

from collections.abc import Hashable, Iterator, MutableMapping
from itertools import chain
from typing import Final, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

PIECES: Final = 256
"""A power of 2. With a million entries a piece has 4,000."""


class Pieces(MutableMapping[K, V]):
    """Values by key; they come in no order."""

    __slots__ = ("_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: dict[int, dict[K, V]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[K]:
        return chain.from_iterable(self._pieces.values())

    def __getitem__(self, key: K) -> V:
        return self._pieces[hash(key) % PIECES][key]

    def __setitem__(self, key: K, value: V) -> None:
        number = hash(key) % PIECES
        piece = self._pieces.get(number)
        if piece is None:
            piece = self._pieces[number] = {}
        before = len(piece)
        piece[key] = value
        self._size += len(piece) - before

    def __delitem__(self, key: K) -> None:
        number = hash(key) % PIECES
        piece = self._pieces[number]
        del piece[key]
        self._size -= 1
        if not piece:
            del self._pieces[number]

    def get(self, key: K) -> V | None:  # type: ignore[override]  # nobody needs another default
        """The value of this key, if it is there."""
        piece = self._pieces.get(hash(key) % PIECES)
        return None if piece is None else piece.get(key)

    def take_block(self) -> dict[K, V]:
        """Take out some entries, a whole piece of them. Raises KeyError where there is none."""
        _, piece = self._pieces.popitem()
        self._size -= len(piece)
        return piece
