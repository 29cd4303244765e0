"""The heads of requests and answers: what stands between the length of a frame and its message.

A request: API key, version, correlation id (16, 16, 32 bits), client id; from the flexible versions on tagged fields.
An answer: correlation id; with flexible versions tagged fields, but for ApiVersions, whose answer a client reads
before it knows what the server speaks (KIP-511).
Source: https://kafka.apache.org/protocol#protocol_messages
"""

import struct
from typing import Final

import msgspec

from weirmq.wire.kafka.decoders import skip
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.schema import Message

API_VERSIONS: Final = 18
_FIXED: Final = struct.Struct(">hhih")
_INT32: Final = struct.Struct(">i")


class Head(msgspec.Struct, frozen=True, gc=False):
    """Who asks for what. `size` is how many bytes it has without tagged fields."""

    key: int
    version: int
    correlation: int
    client_id: str | None
    size: int


def read(data: memoryview) -> Head:
    """The head at the start of a request, without its tagged fields. Raises Malformed."""
    try:
        key, version, correlation, length = _FIXED.unpack_from(data)
        end = _FIXED.size + max(length, 0)
        if length < -1 or end > len(data):
            raise Malformed("a client id of impossible length")
        client_id = None if length < 0 else str(data[_FIXED.size : end], "utf-8")
    except (struct.error, UnicodeDecodeError) as error:
        raise Malformed(f"the head of a request: {error}") from None
    return Head(key, version, correlation, client_id, end)


def body_at(head: Head, message: Message, data: memoryview) -> int:
    """Where the message of a request begins. Raises Malformed."""
    if head.version < message.flexible:
        return head.size
    try:
        return skip(data, head.size)
    except IndexError:
        raise Malformed("the tagged fields of a head end too early") from None


def write(message: Message, version: int, correlation: int) -> bytearray:
    """The head of an answer; the message is to follow."""
    out = bytearray(_INT32.pack(correlation))
    if version >= message.flexible and message.key != API_VERSIONS:
        out.append(0)
    return out
