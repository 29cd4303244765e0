"""Sequence numbers: 56 decimal digits that say which shard a record is in, where, and when it came.

    bits   4  the digit 2
          36  when the shard was created, seconds
           4  the shard's number, its last hexadecimal digit
          64  the record's number in the shard, from 1; 0 in a shard's first number, 2^63 - 1 in its last
           8  zero
          36  when the record came, seconds
          32  the shard's number
           4  the digit 2, the version

So all but two fields are the same for a shard's records: a number is one shift and two additions.
"""

from typing import Final, NamedTuple

from weirmq.kernel.clock import SECOND_MS

DIGITS: Final = 56  # of every number: the first field, 2, is the highest
LAST_INDEX: Final = 2**63 - 1  # of a closed shard's EndingSequenceNumber

_CREATED_AT: Final = 148
_NIBBLE_AT: Final = 144
INDEX_AT: Final = 80
TIME_AT: Final = 36
_SHARD_AT: Final = 4
_FIRST_DIGIT_AT: Final = 184
_VERSION: Final = 2
_MASK_36: Final = 2**36 - 1
_MASK_32: Final = 2**32 - 1
_MASK_64: Final = 2**64 - 1


class SequenceNumber(NamedTuple):
    """One number, taken apart. `ordinal` is the record's offset in its shard plus one."""

    created_s: int
    shard: int
    ordinal: int
    time_s: int


def base_of(created_ms: int, shard: int) -> int:
    """What all sequence numbers of a shard have in common: add index and time, shifted."""
    return (
        2 << _FIRST_DIGIT_AT
        | (created_ms // SECOND_MS & _MASK_36) << _CREATED_AT
        | (shard & 15) << _NIBBLE_AT
        | shard << _SHARD_AT
        | _VERSION
    )


def value(base: int, offset: int, time_ms: int) -> int:
    """The sequence number of the record at `offset` of a shard, which came at `time_ms`."""
    return base + (offset + 1 << INDEX_AT) + (time_ms // SECOND_MS << TIME_AT)


def number(base: int, offset: int, time_ms: int) -> str:
    """The same as text, as it is in all requests and answers."""
    return str(value(base, offset, time_ms))


def first(base: int, created_ms: int) -> str:
    """The StartingSequenceNumber of a shard."""
    return number(base, -1, created_ms)


def last(base: int, closed_ms: int) -> str:
    """The EndingSequenceNumber of a shard that was closed."""
    return number(base, LAST_INDEX - 1, closed_ms)


def parse(text: str) -> SequenceNumber | None:
    """The parts of a sequence number; None for a number that isn't one."""
    found = int(text) if len(text) <= 60 else 0
    if found >> _FIRST_DIGIT_AT != 2 or found & 15 != _VERSION or found >> 72 & 255:
        return None
    shard = found >> _SHARD_AT & _MASK_32
    if found >> _NIBBLE_AT & 15 != shard & 15:
        return None
    return SequenceNumber(
        found >> _CREATED_AT & _MASK_36, shard, found >> INDEX_AT & _MASK_64, found >> TIME_AT & _MASK_36
    )
