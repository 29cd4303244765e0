"""A dict by numbers that grow, in blocks.

One dict of all would do as well, but for the moment when it grows: with 700,000 entries Python takes 30 ms to make a
larger one, with 1,400,000 70 ms, and everybody waits. A block never grows beyond what takes 0.2 ms.
"""

from collections.abc import Iterator, MutableMapping
from itertools import chain
from typing import Final, TypeVar

V = TypeVar("V")

BLOCK_BITS: Final = 12


class Blocks(MutableMapping[int, V]):
    """Values by number; they come in the order of their blocks."""

    __slots__ = ("_blocks", "_size")

    def __init__(self) -> None:
        self._blocks: dict[int, dict[int, V]] = {}
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int) and self.get(number) is not None

    def __iter__(self) -> Iterator[int]:
        return chain.from_iterable(self._blocks.values())

    def __getitem__(self, number: int) -> V:
        return self._blocks[number >> BLOCK_BITS][number]

    def __setitem__(self, number: int, value: V) -> None:
        self.put(number, value)

    def put(self, number: int, value: V) -> None:
        """The same as an assignment, for half the price: Python calls this one without a detour."""
        block = self._blocks.get(number >> BLOCK_BITS)
        if block is None:
            block = self._blocks[number >> BLOCK_BITS] = {}
        before = len(block)
        block[number] = value
        self._size += len(block) - before

    def __delitem__(self, number: int) -> None:
        self.take(number)

    def get(self, number: int) -> V | None:  # type: ignore[override]  # nobody needs another default
        """The value of this number, if it is there."""
        block = self._blocks.get(number >> BLOCK_BITS)
        return None if block is None else block.get(number)

    def items(self) -> Iterator[tuple[int, V]]:  # type: ignore[override]  # a view would look each up again
        """Numbers and values."""
        return chain.from_iterable([block.items() for block in self._blocks.values()])

    def take(self, number: int) -> V:
        """Take a value out. Raises KeyError."""
        block = self._blocks[number >> BLOCK_BITS]
        value = block.pop(number)
        self._size -= 1
        if not block:
            del self._blocks[number >> BLOCK_BITS]
        return value

    def take_block(self) -> dict[int, V]:
        """Take out some values, a whole block of them. Raises KeyError where there is none."""
        _, block = self._blocks.popitem()
        self._size -= len(block)
        return block
