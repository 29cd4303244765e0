"""The frames of answers: a length of 32 bits, the head, the message."""

import struct
from typing import Any, Final

from weirmq.wire.kafka import apis, codec, head
from weirmq.wire.kafka.head import Head

_LENGTH: Final = struct.Struct(">i")
_CORRELATION: Final = struct.Struct(">i")  # comes first in every head


def answer(found: Head, told: Any) -> bytearray:
    """The frame of the answer to a request with that head. What is told is a message, or (bytes) the frame that one of
    the same API and version got before.
    """
    if isinstance(told, bytes):
        out = bytearray(told)
        _CORRELATION.pack_into(out, _LENGTH.size, found.correlation)
        return out
    message = apis.response(found.key)
    out = bytearray(_LENGTH.size)
    out += head.write(message, found.version, found.correlation)
    codec.encoder(message, found.version)(told, out)
    _LENGTH.pack_into(out, 0, len(out) - _LENGTH.size)
    return out
