"""Receipt handles: which receive of which message, sealed so that none can be made up.

A handle is base64 of queue, message number, receive count and a keyed BLAKE2b over them (RFC 7693). It needs no table,
and survives a restart, for the key is in the log.
"""

import hashlib
import hmac
import struct
from base64 import b64encode
from binascii import Error, a2b_base64
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


def seal(key: bytes, queue: int, seq: int, receive_count: int) -> str:
    """The handle that the receiver gets."""
    fields = _FIELDS.pack(_VERSION, queue, seq, receive_count)
    return b64encode(fields + hashlib.blake2b(fields, digest_size=_SEAL_BYTES, key=key).digest()).decode()


def unseal(key: bytes, handle: str) -> Receipt | None:
    """What a handle stands for; None where it isn't one of ours."""
    if not key or len(handle) != _HANDLE_LETTERS or not handle.isascii():
        return None
    try:
        data = a2b_base64(handle, strict_mode=True)
    except Error:
        return None
    fields, found = data[: _FIELDS.size], data[_FIELDS.size :]
    if not hmac.compare_digest(hashlib.blake2b(fields, digest_size=_SEAL_BYTES, key=key).digest(), found):
        return None
    version, queue, seq, receive_count = _FIELDS.unpack(fields)
    return Receipt(queue, seq, receive_count) if version == _VERSION else None
