"""Receipt handles: which receive of which record, sealed so that none can be made up.

A handle needs no table, and survives a restart, for the key is in the journal.
"""

import hmac
import struct
from binascii import a2b_base64, b2a_base64
from typing import Final, NamedTuple

from weirmq.services.kinesis.tokens import SEAL_BYTES, seal_of

_FIELDS: Final = struct.Struct(">BQIQI?")
_VERSION: Final = 2  # 1 is a shard iterator
_LETTERS: Final = 4 * -(-(_FIELDS.size + SEAL_BYTES) // 3)


class Receipt(NamedTuple):
    """One receive of one record, the how-manieth of all, and whether it was handed out as a dead letter."""

    queue: int
    shard: int
    offset: int
    receives: int
    is_dead: bool


def seal(key: bytes, receipt: Receipt) -> str:
    """The handle that the receiver gets."""
    fields = _FIELDS.pack(_VERSION, *receipt)
    return b2a_base64(fields + seal_of(key, fields), newline=False).decode("ascii")


def unseal(key: bytes, handle: str) -> Receipt | None:
    """What a handle stands for; None where it isn't one of ours."""
    if not key or len(handle) != _LETTERS:
        return None
    try:
        data = a2b_base64(handle, strict_mode=True)
    except ValueError:  # letters that aren't base64's, or not even ASCII
        return None
    fields = data[: _FIELDS.size]
    if not hmac.compare_digest(seal_of(key, fields), data[_FIELDS.size :]):
        return None
    version, *receipt = _FIELDS.unpack(fields)
    return Receipt(*receipt) if version == _VERSION else None
