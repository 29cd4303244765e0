"""Readers and writers of messages: straight-line Python, made from the schema when a version is first used.

    decoder(message, version)(data, at)   -> the message, and where it ends
    encoder(message, version)(value, out) appends its bytes

A server meets a few of the some 500 pairs of message and version, so they are made one at a time: a millisecond each,
once. Neighbouring fields of fixed size, and the length that follows them, take one call of `struct`.

Rules of the wire (https://kafka.apache.org/protocol#protocol_types, KIP-482):
1. Before the flexible versions a string has a length of 16 bits, bytes and lists one of 32; -1 is null.
2. From there on the length is a varint, and one more than it is; 0 is null. Each struct ends with its tagged fields.
3. A struct that may be null has a byte before it: -1 is null.
4. Null where the version doesn't know it is malformed, here as there.
"""

import linecache
import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias

from weirmq.wire.kafka.decoders import DecoderSource
from weirmq.wire.kafka.encoders import EncoderSource
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.schema import Message

Decoder: TypeAlias = Callable[[memoryview, int], tuple[Any, int]]
Encoder: TypeAlias = Callable[[Any, bytearray], None]

KEPT: Final = 1024  # more than there are


@lru_cache(KEPT)
def decoder(message: Message, version: int) -> Decoder:
    """What reads `message` in `version`; raises as `decode`."""
    made: Decoder = _made(DecoderSource(message, version).source(), message, version, "decode")
    return made


@lru_cache(KEPT)
def encoder(message: Message, version: int) -> Encoder:
    """What writes `message` in `version`. Raises TypeError for null where the version has none, struct.error."""
    made: Encoder = _made(EncoderSource(message, version).source(), message, version, "encode")
    return made


def decode(message: Message, version: int, data: memoryview, at: int = 0) -> Any:
    """The message at `at`. Raises Malformed.

    What follows it is ignored, as Kafka does: librdkafka 2.16 ends a request for all topics with bytes too many.
    """
    try:
        return decoder(message, version)(data, at)[0]
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise Malformed(f"{message.name} of version {version}: {error}") from None


def _made(made: tuple[str, dict[str, Any]], message: Message, version: int, name: str) -> Any:
    text, names = made
    file = f"<{name} {message.name} {version}>"
    exec(compile(text, file, "exec"), names)  # noqa: S102 - from our own schema; nothing of a client's is in it
    linecache.cache[file] = len(text), None, text.splitlines(keepends=True), file  # so tracebacks show its lines
    return names[name]
