"""What of the log is still needed: counted in blocks of offsets, so that a message costs nothing here.

The log is a river: new facts come in at the end, and space is won back at the start. A block that holds nothing can be
trimmed once a snapshot covers it. When more than half of the log's bytes are no longer needed, the oldest block's last
payloads are copied to the end. So the log is never much more than twice what is held, and each byte held is copied
about once for each byte won back.
"""

from typing import Final, NamedTuple

import msgspec

BLOCK_BITS: Final = 12
SLACK_BYTES: Final = 128 * 1024 * 1024  # below this much waste, copying isn't worth its writes
SHORT_BYTES: Final = 16 * 1024 * 1024  # nor below this much on a full disk


class Block(msgspec.Struct, array_like=True):
    """Offsets `index << BLOCK_BITS` and on: payloads still held, payloads ever, and what these take in the log."""

    held: int = 0
    payloads: int = 0
    payload_bytes: int = 0

    @property
    def held_bytes(self) -> int:
        """About how many bytes are held: those of an average payload of this block for each."""
        return self.held * self.payload_bytes // self.payloads if self.payloads else 0


class Held(NamedTuple):
    """What machines hold: how many payloads, and about how many bytes."""

    payloads: int
    size: int


class Holdings:
    """Counts which parts of one log its machines may still read. The journal sets `record_bytes`: what the record takes
    in the log that a machine is being told of, for the machine knows only what it makes of it.
    """

    def __init__(self, slack_bytes: int = SLACK_BYTES) -> None:
        self.slack_bytes = slack_bytes
        self.record_bytes = 0
        self.blocks: dict[int, Block] = {}

    def hold(self, offset: int, shares: int = 1) -> None:
        """A machine took up the payload at `offset`, or one of so many shares of it."""
        block = self.blocks.get(offset >> BLOCK_BITS)
        if block is None:
            block = self.blocks[offset >> BLOCK_BITS] = Block()
        block.held += 1
        block.payloads += 1
        block.payload_bytes += self.record_bytes // shares

    def release(self, offset: int) -> None:
        """A machine let go of the payload at `offset`."""
        self.blocks[offset >> BLOCK_BITS].held -= 1

    def first_held(self) -> int | None:
        """The first offset of the oldest block that is still needed; None where nothing is."""
        for index, block in self.blocks.items():  # in the order of the offsets, for they only grow
            if block.held:
                return index << BLOCK_BITS
        return None

    def forget(self, offset: int) -> None:
        """The log was trimmed to `offset`: whole blocks below it are gone.

        A block of which something is still counted as held stays: purged messages are let go of a slice at a time.
        """
        for index in list(self.blocks):
            if (index + 1) << BLOCK_BITS > offset or self.blocks[index].held:
                break
            del self.blocks[index]

    def held(self) -> Held:
        """Over all blocks."""
        blocks = self.blocks.values()
        return Held(sum(block.held for block in blocks), sum(block.held_bytes for block in blocks))

    def is_wasteful(self, log_bytes: int, *, is_short: bool = False) -> bool:
        """Whether so much of a log of `log_bytes` is no longer needed that copying the rest forward pays.

        Where the log is short of room less will do, for nothing else may make any.
        """
        held = self.held().size
        if is_short:
            return log_bytes - held > max(SHORT_BYTES, held // 4)
        return log_bytes - held > held + self.slack_bytes

    def held_below(self, offset: int) -> int:
        """About how many bytes are held below `offset`, the whole block counted that it lies in."""
        return sum(block.held_bytes for index, block in self.blocks.items() if index << BLOCK_BITS < offset)
