"""Unsigned varints, seven bits a byte, the lowest first.

Source: https://kafka.apache.org/protocol#protocol_types (UNSIGNED_VARINT)
"""

from typing import Final

from weirmq.wire.kafka.errors import Malformed

BYTES_MAX: Final = 5  # of 32 bits
SMALL: Final = [bytes((number,)) for number in range(128)]


def read(data: memoryview, at: int) -> tuple[int, int]:
    """The number at `at`, and where it ends. Raises Malformed, IndexError."""
    number = shift = 0
    while True:
        byte = data[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            break
        shift += 7
        if shift >= 7 * BYTES_MAX:
            raise Malformed("a varint of more than five bytes")
    if number > 0xFFFF_FFFF:
        raise Malformed("a varint of more than 32 bits")
    return number, at


def write(number: int) -> bytes:
    """The bytes of `number`."""
    if number < 128:
        return SMALL[number]
    out = bytearray()
    while number >= 128:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
