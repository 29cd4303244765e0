"""Receipt handles: which receive of which message, sealed so that none can be made up.

A handle is base64 of queue, message number, receive count and a keyed BLAKE2b over them (RFC 7693). It needs no table,
and survives a restart, for the key is in the log.
"""

import hashlib
import hmac
import struct
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from typing import Final, NamedTuple

_FIELDS: Final = struct.Struct(">BQQI")
_VERSION: Final = 1
_SEAL_BYTES: Final = 18  # a handle is then whole groups of base64: no padding, no spare bits
_HANDLE_LETTERS: Final = 4 * -(-(_FIELDS.size + _SEAL_BYTES) // 3)


class Receipt(NamedTuple):
    """One receive of one message."""

    queue: int
    seq: int
    receive_count: int


@lru_cache(maxsize=1)
def _keyed(key: bytes) -> "hashlib.blake2b":
    """The start of all seals of a key: a copy costs less than taking up the key does."""
    return hashlib.blake2b(digest_size=_SEAL_BYTES, key=key)


def _seal_of(key: bytes, fields: bytes) -> bytes:
    digest = _keyed(key).copy()
    digest.update(fields)
    return digest.digest()


def seal(key: bytes, queue: int, seq: int, receive_count: int) -> str:
    """The handle that the receiver gets."""
    fields = _FIELDS.pack(_VERSION, queue, seq, receive_count)
    return b2a_base64(fields + _seal_of(key, fields), newline=False).decode("ascii")


def unseal(key: bytes, handle: str) -> Receipt | None:
    """What a handle stands for; None where it isn't one of ours."""
    if not key or len(handle) != _HANDLE_LETTERS:
        return None
    try:
        data = a2b_base64(handle, strict_mode=True)
    except ValueError:  # letters that aren't base64's, or not even ASCII
        return None
    fields = data[: _FIELDS.size]
    if not hmac.compare_digest(_seal_of(key, fields), data[_FIELDS.size :]):
        return None
    version, queue, seq, receive_count = _FIELDS.unpack(fields)
    return Receipt(queue, seq, receive_count) if version == _VERSION else None
