"""Lists that write themselves, because making them of Structs would take too long."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec


class Prewritten(ABC):
    """A list of an answer. The codecs of AWS JSON and AWS CBOR ask for its bytes; the others iterate it."""

    __slots__ = ()

    @abstractmethod
    def __iter__(self) -> Iterator[msgspec.Struct]:
        """The Structs that the list stands for."""

    @abstractmethod
    def as_json(self) -> Sequence[bytes]:
        """The list in AWS JSON, in pieces."""

    @abstractmethod
    def as_cbor(self) -> bytes:
        """The list in AWS CBOR 1.1."""


CBOR_BYTES: Final = 0x40
CBOR_TEXT: Final = 0x60
CBOR_LIST: Final = 0x80
CBOR_MAP: Final = 0xA0


def cbor_head(kind: int, length: int) -> bytes:
    """What stands in CBOR before bytes, a text, or the entries of a list or map (RFC 8949, 3)."""
    if length < 24:
        return bytes((kind + length,))
    if length < 1 << 8:
        return bytes((kind + 24, length))
    if length < 1 << 16:
        return bytes((kind + 25,)) + length.to_bytes(2, "big")
    return bytes((kind + 26,)) + length.to_bytes(4, "big")


def cbor_text(text: bytes) -> bytes:
    """A text, given in UTF-8, in CBOR."""
    return cbor_head(CBOR_TEXT, len(text)) + text
