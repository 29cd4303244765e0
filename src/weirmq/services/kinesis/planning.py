"""How the shards of a stream become as many as are wanted, all of a size: by splits and merges of two, as AWS does."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

from weirmq.kernel.ids import Entropy
from weirmq.services.kinesis.facts import NewShard, Resharded
from weirmq.services.kinesis.model import Stream, even_ranges

KEY_BYTES: Final = 16  # of a hash key
MARK_BYTES: Final = 4

Piece = tuple[int, int, int]
"""First and last hash key of a shard, and its index."""


class Plan:
    """Splits and merges of two, in order; shards that don't exist yet go by the indexes that they will get."""

    def __init__(self, next_index: int) -> None:
        self.closed: list[int] = []
        self.made: list[NewShard] = []
        self._next_index = next_index

    def make(self, start: int, end: int, parent: int, adjacent: int | None = None) -> Piece:
        """A shard with a part of its parent's keys, or with those of two."""
        self.made.append(new_shard(start, end, parent, adjacent))
        self._next_index += 1
        return start, end, self._next_index - 1

    def cut(self, piece: Piece, bounds: Sequence[int]) -> list[Piece]:
        """Split a piece at each of some ascending bounds within it."""
        pieces = []
        for bound in bounds:
            start, end, index = piece
            self.closed.append(index)
            pieces.append(self.make(start, bound - 1, index))
            piece = self.make(bound, end, index)
        return [*pieces, piece]

    def join(self, first: Piece, second: Piece) -> Piece:
        """Merge two neighbours."""
        self.closed += (first[2], second[2])
        return self.make(first[0], second[1], first[2], second[2])


def plan_for(stream: Stream, target: int) -> Plan:
    """How the open shards become `target` of a size: cut at all of the new bounds, then joined between two of them."""
    plan = Plan(stream.next_shard)
    bounds = [start for start, _ in even_ranges(target)]
    wanted = set(bounds)
    joined: list[Piece] = []
    for shard in stream.open:
        inner = bounds[bisect_right(bounds, shard.start) : bisect_right(bounds, shard.end)]
        for piece in plan.cut((shard.start, shard.end, shard.index), inner):
            joined.append(piece if piece[0] in wanted else plan.join(joined.pop(), piece))
    return plan


def new_shard(start: int, end: int, parent: int, adjacent: int | None = None) -> NewShard:
    """A shard that is to be made, as the log holds it."""
    return NewShard(start.to_bytes(KEY_BYTES, "big"), end.to_bytes(KEY_BYTES, "big"), parent, adjacent)


def draw_mark(entropy: Entropy) -> str:
    """What tells the logs of a change's shards from those of a change that a crash undid."""
    return entropy.take(MARK_BYTES).hex()


def resharded(stream: Stream, target: int, entropy: Entropy, *, is_asked_for: bool = False) -> Resharded:
    """The fact that a stream has `target` open shards; `is_asked_for` by UpdateShardCount."""
    plan = plan_for(stream, target)
    return Resharded(stream.number, plan.closed, plan.made, draw_mark(entropy), target if is_asked_for else None)
