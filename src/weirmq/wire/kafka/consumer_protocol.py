"""What consumers of the classic protocol tell each other through their group: what they read, and who is to read what.

It is a version of 16 bits, and then the value in that version. A version that is newer than those known here is read as
the newest of them: as Kafka has it, a version only ever adds to the one before.
"""

import struct
from typing import Any

from weirmq.wire.kafka import codec
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.messages import consumer_protocol_assignment, consumer_protocol_subscription
from weirmq.wire.kafka.messages.consumer_protocol_assignment import ConsumerProtocolAssignment
from weirmq.wire.kafka.messages.consumer_protocol_subscription import ConsumerProtocolSubscription
from weirmq.wire.kafka.schema import Message

_VERSION = struct.Struct(">h")


def version(data: bytes) -> int:
    """The version of a value, or the newest one known here. Raises Malformed."""
    try:
        (found,) = _VERSION.unpack_from(data)
    except struct.error:
        raise Malformed("a value of the consumer protocol without its version") from None
    if found < 0:
        raise Malformed(f"a value of the consumer protocol in version {found}")
    return int(min(found, consumer_protocol_subscription.MESSAGE.versions[1]))


def subscription(data: bytes) -> ConsumerProtocolSubscription:
    """What a member wants, and what it has. Raises Malformed."""
    found: ConsumerProtocolSubscription = _decoded(consumer_protocol_subscription.MESSAGE, data)
    return found


def assignment(data: bytes) -> ConsumerProtocolAssignment:
    """What a member is to have. Raises Malformed."""
    found: ConsumerProtocolAssignment = _decoded(consumer_protocol_assignment.MESSAGE, data)
    return found


def _decoded(message: Message, data: bytes) -> Any:
    return codec.decode(message, version(data), memoryview(data), _VERSION.size)


def encoded(value: ConsumerProtocolAssignment, in_version: int) -> bytes:
    """An assignment as a member reads it that speaks this version."""
    out = bytearray(_VERSION.pack(in_version))
    codec.encoder(consumer_protocol_assignment.MESSAGE, in_version)(value, out)
    return bytes(out)
