"""Shard iterators and NextTokens: sealed, so that none can be made up, and stateless, so that they survive a restart.

Base64 of the fields and of a keyed BLAKE2b over them (RFC 7693); the key is in the journal.
"""

import hashlib
import hmac
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

_FIELDS: Final = struct.Struct(">BQIQQ")
_VERSION: Final = 1
SEAL_BYTES: Final = 19  # an iterator is then whole groups of base64: no padding, no spare bits
_LETTERS: Final = 4 * -(-(_FIELDS.size + SEAL_BYTES) // 3)


class Iterator(NamedTuple):
    """A position in a shard, and when it was given out."""

    stream: int
    shard: int
    offset: int
    made_ms: int


@lru_cache(maxsize=1)
def _keyed(key: bytes) -> "hashlib.blake2b":
    """The start of all seals of a key: a copy costs less than taking up the key does."""
    return hashlib.blake2b(digest_size=SEAL_BYTES, key=key)


def seal_of(key: bytes, fields: bytes) -> bytes:
    digest = _keyed(key).copy()
    digest.update(fields)
    return digest.digest()


def seal(key: bytes, position: Iterator) -> str:
    """The ShardIterator of a position."""
    fields = _FIELDS.pack(_VERSION, *position)
    return b2a_base64(fields + seal_of(key, fields), newline=False).decode("ascii")


def unseal(key: bytes, text: str) -> Iterator | None:
    """What a ShardIterator stands for; None where it isn't one of ours. AWS takes it with quotes around it as well."""
    if len(text) == _LETTERS + 2 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if not key or len(text) != _LETTERS:
        return None
    try:
        data = a2b_base64(text, strict_mode=True)
    except ValueError:  # letters that aren't base64's, or not even ASCII
        return None
    fields = data[: _FIELDS.size]
    if not hmac.compare_digest(seal_of(key, fields), data[_FIELDS.size :]):
        return None
    version, *position = _FIELDS.unpack(fields)
    return Iterator(*position) if version == _VERSION else None


def seal_token(key: bytes, kind: str, made_ms: int, *values: Any) -> str:
    """A NextToken of an operation, `kind`, with what it needs to go on."""
    fields = msgspec.msgpack.encode((kind, made_ms, *values))
    return urlsafe_b64encode(seal_of(key, fields) + fields).decode("ascii")


def unseal_token(key: bytes, kind: str, text: str) -> tuple[int, list[Any]] | None:
    """When a NextToken was made, and its values; None where it isn't one of ours, or of another operation."""
    try:
        data = urlsafe_b64decode(text)
    except ValueError:
        return None
    fields = data[SEAL_BYTES:]
    if not key or not hmac.compare_digest(seal_of(key, fields), data[:SEAL_BYTES]):
        return None
    found, made_ms, *values = msgspec.msgpack.decode(fields)
    return (made_ms, values) if found == kind else None
