"""What purged and deleted queues leave behind.

To free a million entries in one go takes 100 ms, and everybody waits: so they are let go of a slice at a time.
"""

from collections import deque
from typing import Any

from weirmq.engine.holdings import Holdings
from weirmq.kernel.blocks import Blocks
from weirmq.kernel.deadlines import Deadlines
from weirmq.kernel.pieces import Pieces
from weirmq.services.sqs.model import Message, Queue

Piled = Pieces[Any, Any] | Deadlines[int] | list[Any] | deque[Any]


class Debris:
    """All of it. Of messages the holdings are told; the rest, such as lanes, just takes long to free."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self.messages: list[Blocks[Message]] = []
        self._piles: list[Piled] = []

    def __bool__(self) -> bool:
        return bool(self.messages or self._piles)

    def purge(self, queue: Queue) -> None:
        """Take all messages, and let the queue start with none."""
        self.messages.append(queue.messages)
        self._piles += (queue.lanes, queue.order, queue.late, queue.noisy, queue.deadlines, queue.old)
        queue.clear()

    def delete(self, queue: Queue) -> None:
        """The same of a queue that is no more."""
        self.purge(queue)
        self._piles += (queue.deduplication, queue.forget)
        queue.deduplication, queue.forget = Pieces(), deque()

    def let_go(self, most: int) -> None:
        """Let go of `most` entries, or some more. Those of messages come first: a snapshot waits for them."""
        while self.messages and most > 0:
            if self.messages[-1]:
                block = self.messages[-1].take_block()
                for message in block.values():
                    self._holdings.release(message.offset)
                most -= len(block)
            else:
                self.messages.pop()
        while self._piles and most > 0:
            size = _shrink(self._piles[-1], most)
            if not size:
                self._piles.pop()
            most -= size


def _shrink(pile: Piled, most: int) -> int:
    """Make it smaller; returns by how many entries, leftovers among them; 0 where nothing is left."""
    if not isinstance(pile, list | deque):
        try:
            return len(pile.take_block())
        except KeyError:
            return 0
    size = min(most, len(pile))
    for _ in range(size):
        pile.pop()
    return size
