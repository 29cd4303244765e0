"""Randomness as an argument, and the identifiers made of it."""

import os
import random
from typing import Protocol

UUID_BYTES = 16
_POOL_BYTES = 4096  # one system call for 256 UUIDs


class Entropy(Protocol):
    """A source of random bytes."""

    def take(self, count: int) -> bytes:
        """`count` random bytes."""
        ...


class SystemEntropy:
    """The operating system's generator, read a pool at a time because a system call costs more than a UUID."""

    def __init__(self) -> None:
        self._pool = b""
        self._used = 0

    def take(self, count: int) -> bytes:
        """`count` random bytes, fit for keys."""
        start = self._used
        if start + count > len(self._pool):
            if count > _POOL_BYTES:
                return os.urandom(count)
            self._pool = os.urandom(_POOL_BYTES)
            start = 0
        self._used = start + count
        return self._pool[start : start + count]


class SeededEntropy:
    """The same bytes for the same seed: for tests and simulations, never for keys."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def take(self, count: int) -> bytes:
        """`count` bytes of the seed's sequence."""
        return self._random.randbytes(count)


_LAST_DIGITS = [f"{number:02x}" for number in range(256)]
_VARIANTS = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def uuid4(entropy: Entropy) -> str:
    """A random UUID in its text form (RFC 9562, 5.4). Every request needs one or two, so no number is made of it."""
    return uuid_of(entropy.take(UUID_BYTES))


def uuids(entropy: Entropy, count: int) -> list[str]:
    """Up to 256 random UUIDs that differ in their last two digits alone: as good as others, and made at once."""
    first = uuid4(entropy)
    if count == 1:
        return [first]
    start, number = first[:-2], int(first[-2:], 16)
    return [start + _LAST_DIGITS[(number + step) & 0xFF] for step in range(count)]


def uuid_of(random_bytes: bytes) -> str:
    """The random UUID that `UUID_BYTES` random bytes make."""
    digits = random_bytes.hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANTS[digits[16]]}{digits[17:20]}-{digits[20:]}"
