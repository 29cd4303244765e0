"""The codecs of record batches, by their number in a batch's attributes: 1 gzip, 2 snappy, 3 lz4, 4 zstd.

Source: https://kafka.apache.org/documentation/#recordbatch; KIP-110 (zstd).

What unpacks to more than UNPACKED_BYTES_MAX is refused: a megabyte of zeros takes a few bytes, and a gigabyte not many
more. Snappy comes as a stream of blocks, as Java's clients write it, or as a single block, as librdkafka does:

    82 "SNAPPY" 00 | version 4 | oldest compatible version 4 | length of a block 4 | block | length ...

Lz4 is its frame format with independent blocks: Java's clients read no other.
"""

import struct
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from weirmq.kernel.lazy import LazyModule
from weirmq.wire.kafka.batch import Refused
from weirmq.wire.kafka.codes import Code

if TYPE_CHECKING:
    import cramjam
else:
    cramjam = LazyModule("cramjam")

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
UNPACKED_BYTES_MAX: Final = 64 * 1024 * 1024  # our own: of one batch

_FIRST_BYTES: Final = 64 * 1024  # of the first try to unpack, or four times what is packed; then eight times as much
_STREAM: Final = b"\x82SNAPPY\0"
_STREAM_HEAD: Final = _STREAM + struct.pack(">ii", 1, 1)
_BLOCK_BYTES: Final = 32 * 1024  # of what is packed as one block: as Java's clients do
_LENGTH: Final = struct.Struct(">i")


def unpack(codec: int, data: bytes | memoryview, most: int | None = None) -> bytes:
    """What was packed with `codec`; 0 is none. Raises Refused, also for more than `most` bytes."""
    most = UNPACKED_BYTES_MAX if most is None else most
    if not codec:
        return bytes(data)
    try:
        return _unsnapped(memoryview(data), most) if codec == SNAPPY else _unpacked(_unpacker(codec), data, most)
    except (cramjam.DecompressionError, struct.error) as error:
        raise Refused(Code.INVALID_RECORD, f"the records of a batch can't be unpacked: {error}") from None


def _unpacker(codec: int) -> Callable[[Any, Any], int]:
    match codec:
        case 1:
            return cramjam.gzip.decompress_into
        case 3:
            return cramjam.lz4.decompress_into
    return cramjam.zstd.decompress_into


def _unpacked(unpack_into: Callable[[Any, Any], int], data: bytes | memoryview, most: int) -> bytes:
    """No codec tells how much will come out, or none that one could trust: room is made as it is needed."""
    size = max(_FIRST_BYTES, 4 * len(data))
    while True:
        room = bytearray(min(size, most))
        try:
            return bytes(memoryview(room)[: unpack_into(data, room)])
        except cramjam.DecompressionError:  # that there is no more room, or something worse
            if len(room) == most:
                raise
        size *= 8


def _unsnapped(data: memoryview, most: int) -> bytes:
    blocks = list(_blocks(data)) if bytes(data[: len(_STREAM)]) == _STREAM else [data]
    if sum(cramjam.snappy.decompress_raw_len(block) for block in blocks) > most:
        raise Refused(Code.INVALID_RECORD, f"the records of a batch unpack to more than {most} bytes")
    return b"".join(bytes(cramjam.snappy.decompress_raw(block)) for block in blocks)


def _blocks(data: memoryview) -> Iterator[memoryview]:
    at = len(_STREAM_HEAD)
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if not 0 < length <= len(data) - at:
            raise Refused(Code.INVALID_RECORD, f"a snappy block of {length} bytes, where {len(data) - at} are left")
        yield data[at : at + length]
        at += length


def pack(codec: int, data: bytes, level: int | None = None) -> bytes:
    """`data`, packed with `codec`. `level` is the codec's own notion of effort; snappy has none."""
    match codec:
        case 1:
            return bytes(cramjam.gzip.compress(data, level))
        case 2:
            return _snapped(data)
        case 3:
            compressor = cramjam.lz4.Compressor(level, content_checksum=False, block_linked=False)
            compressor.compress(data)
            return bytes(compressor.finish())
        case 4:
            return bytes(cramjam.zstd.compress(data, level))
    return data


def _snapped(data: bytes) -> bytes:
    pieces = [_STREAM_HEAD]
    for at in range(0, len(data), _BLOCK_BYTES):
        block = bytes(cramjam.snappy.compress_raw(data[at : at + _BLOCK_BYTES]))
        pieces += [_LENGTH.pack(len(block)), block]
    return b"".join(pieces)
