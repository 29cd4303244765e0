"""Frames of application/vnd.amazon.eventstream.

A frame: total length u32, length of headers u32, CRC-32 of those eight bytes; headers; payload; CRC-32 of all before.
Source: https://smithy.io/2.0/aws/amazon-eventstream.html
"""

import struct
import uuid
from collections.abc import Iterator, Mapping
from typing import TypeAlias
from zlib import crc32

import msgspec

from weirmq.wire.aws.scalars import Timestamp

_PRELUDE = struct.Struct(">II")
_PRELUDE_BYTES = 12
_CRC = struct.Struct(">I")
_FRAME_MIN = 16
# "Amazon Event Stream", limits: 128 KiB of headers, 16 MiB of payload.
HEADERS_MAX = 128 * 1024
PAYLOAD_MAX = 16 * 1024 * 1024

Value: TypeAlias = bool | int | bytes | str | Timestamp | uuid.UUID

_TRUE, _FALSE, _BYTE, _SHORT, _INTEGER, _LONG, _BYTES, _STRING, _TIMESTAMP, _UUID = range(10)
_NUMBERS = {_BYTE: ">b", _SHORT: ">h", _INTEGER: ">i", _LONG: ">q", _TIMESTAMP: ">q"}


class FrameDamaged(Exception):  # noqa: N818 - says what is so
    """The bytes are no frame, or changed on their way."""


class Frame(msgspec.Struct, frozen=True):
    """One message. `headers` by name; an int is written as a long unless it is a Timestamp."""

    headers: dict[str, Value]
    payload: bytes = b""


def event(kind: str, payload: bytes, content_type: str = "application/json") -> Frame:
    """An event of the union's member `kind`."""
    return Frame({":message-type": "event", ":event-type": kind, ":content-type": content_type}, payload)


def exception(kind: str, payload: bytes, content_type: str = "application/json") -> Frame:
    """An exception of the union's member `kind`, which ends the stream."""
    return Frame({":message-type": "exception", ":exception-type": kind, ":content-type": content_type}, payload)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. Raises ValueError where it is over the limits."""
    return put_together(encode_headers(frame.headers), frame.payload)


def encode_headers(headers: Mapping[str, Value]) -> bytes:
    """The bytes of a frame's headers. Raises ValueError where one is over the limits."""
    return b"".join(_encode_header(name, value) for name, value in headers.items())


def put_together(headers: bytes, payload: bytes) -> bytes:
    """The frame of encoded headers and a payload. Raises ValueError where it is over the limits."""
    if len(headers) > HEADERS_MAX or len(payload) > PAYLOAD_MAX:
        raise ValueError("a frame has at most 128 KiB of headers and 16 MiB of payload")
    prelude = _PRELUDE.pack(_FRAME_MIN + len(headers) + len(payload), len(headers))
    start = b"".join((prelude, _CRC.pack(crc32(prelude)), headers))
    return b"".join((start, payload, _CRC.pack(crc32(payload, crc32(start)))))


def _encode_header(name: str, value: Value) -> bytes:
    raw = name.encode()
    if not 0 < len(raw) < 256:  # its length is one byte
        raise ValueError("the name of a header has 1 to 255 bytes")
    return bytes((len(raw),)) + raw + _encode_value(value)


def _encode_value(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes((_TRUE if value else _FALSE,))
    if isinstance(value, int):
        return struct.pack(">Bq", _TIMESTAMP if isinstance(value, Timestamp) else _LONG, value)
    if isinstance(value, uuid.UUID):
        return bytes((_UUID,)) + value.bytes
    kind, raw = (_STRING, value.encode()) if isinstance(value, str) else (_BYTES, value)
    if len(raw) > 0x7FFF:  # "Amazon Event Stream": a value has at most 2^15 - 1 bytes
        raise ValueError("the value of a header has at most 32767 bytes")
    return struct.pack(">BH", kind, len(raw)) + raw


class Decoder:
    """Takes bytes as they come, gives frames. Raises FrameDamaged, after which nothing more can be read."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that `data` completes."""
        self._buffer += data
        while len(self._buffer) >= _PRELUDE_BYTES:
            total, headers = _PRELUDE.unpack_from(self._buffer)
            if _CRC.unpack_from(self._buffer, 8)[0] != crc32(self._buffer[:8]):
                raise FrameDamaged("the checksum of a prelude is wrong")
            if headers > HEADERS_MAX or not headers + _FRAME_MIN <= total <= headers + PAYLOAD_MAX + _FRAME_MIN:
                raise FrameDamaged("a prelude's lengths are impossible")
            if len(self._buffer) < total:
                return
            raw = bytes(self._buffer[:total])
            del self._buffer[:total]
            if _CRC.unpack_from(raw, total - 4)[0] != crc32(raw[:-4]):
                raise FrameDamaged("the checksum of a message is wrong")
            end = _PRELUDE_BYTES + headers
            yield Frame(_decode_headers(raw[_PRELUDE_BYTES:end]), raw[end:-4])


def _decode_headers(raw: bytes) -> dict[str, Value]:
    headers: dict[str, Value] = {}
    at = 0
    try:
        while at < len(raw):
            start = at + 1
            at = start + raw[at]
            name = _take(raw, start, at).decode()
            headers[name], at = _decode_value(raw, at)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise FrameDamaged("the headers of a message are malformed") from error
    return headers


def _decode_value(raw: bytes, at: int) -> tuple[Value, int]:
    kind, at = raw[at], at + 1
    if kind in {_TRUE, _FALSE}:
        return kind == _TRUE, at
    if kind in _NUMBERS:
        (number,) = struct.unpack_from(_NUMBERS[kind], raw, at)
        return (Timestamp(number) if kind == _TIMESTAMP else number), at + struct.calcsize(_NUMBERS[kind])
    if kind in {_BYTES, _STRING}:
        end = at + 2 + struct.unpack_from(">H", raw, at)[0]
        value = _take(raw, at + 2, end)
        return (value.decode() if kind == _STRING else value), end
    if kind == _UUID:
        return uuid.UUID(bytes=_take(raw, at, at + 16)), at + 16
    raise FrameDamaged(f"there is no header type {kind}")


def _take(raw: bytes, start: int, end: int) -> bytes:
    if end > len(raw):
        raise IndexError("past the end of the headers")
    return raw[start:end]
