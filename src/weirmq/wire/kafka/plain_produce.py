"""Produce as it nearly always is, by hand: one batch for one partition, acks=all, outside transactions.

That is what producers send all day, so its few fields are read and written where they lie, at a fraction of the cost
of the messages made from the schema (codec.py). Whatever looks different is left to them, what is malformed too.
Layout: https://kafka.apache.org/protocol#The_Messages_Produce
"""

import struct
from typing import Final

import msgspec

from weirmq.wire.kafka import varints

KEY: Final = 0
FIRST, LAST = 3, 13
_FLEXIBLE: Final = 9
BY_ID: Final = 13
_ALL: Final = -1
_NULL: Final = -1
_HEAD: Final = struct.Struct(">hhih")  # key, version, correlation, length of the client id
_FIXED_BODY: Final = struct.Struct(">hhiih")  # transactional id, acks, timeout, topics, length of the name
_FIXED_PARTITION: Final = struct.Struct(">iii")  # partitions, index, size of the records
_ACKS: Final = struct.Struct(">hi")
_INDEX: Final = struct.Struct(">i")
_TAGLESS: Final = b"\0\0\0"  # behind the records: the tagged fields of partition, topic and request
_UUID_BYTES: Final = 16

_PLACED: Final = struct.Struct(">ihqqq")  # index, error, base offset, append time, log start


class Plain(msgspec.Struct, frozen=True, gc=False):
    """One. `topic` is its name, or its id from version 13 on; `records` lie in the frame."""

    version: int
    correlation: int
    topic: bytes
    partition: int
    records: memoryview


def read(frame: memoryview) -> Plain | None:
    """The request, if it is a plain one."""
    try:
        key, version, correlation, size = _HEAD.unpack_from(frame)
        if key != KEY or not FIRST <= version <= LAST or size < _NULL:
            return None
        at = _HEAD.size + max(size, 0)  # what the client calls itself makes no difference
        if version >= _FLEXIBLE:
            return _flexible(frame, at, version, correlation)
        transactional, acks, _, topics, size = _FIXED_BODY.unpack_from(frame, at)
        if transactional != _NULL or acks != _ALL or topics != 1:
            return None
        begin = at + _FIXED_BODY.size
        at = begin + size
        partitions, index, length = _FIXED_PARTITION.unpack_from(frame, at)
        start = at + _FIXED_PARTITION.size
        if size < 0 or partitions != 1 or length < 0 or start + length != len(frame):
            return None
        return Plain(version, correlation, bytes(frame[begin:at]), index, frame[start:])
    except (struct.error, IndexError, ValueError):
        return None


def _flexible(frame: memoryview, at: int, version: int, correlation: int) -> Plain | None:
    """From version 9 on: the head ends with tagged fields, lengths are varints and one more than they are."""
    if frame[at] or frame[at + 1]:  # a tagged field, or a transactional id
        return None
    acks, _ = _ACKS.unpack_from(frame, at + 2)
    at += 2 + _ACKS.size
    if acks != _ALL or frame[at] != 2:  # one topic
        return None
    begin, size = at + 1, _UUID_BYTES
    if version < BY_ID:
        size, begin = varints.read(frame, begin)
        size -= 1
    at = begin + size
    if size < 0 or frame[at] != 2:  # one partition
        return None
    [index] = _INDEX.unpack_from(frame, at + 1)
    length, start = varints.read(frame, at + 1 + _INDEX.size)
    end = start + length - 1
    if not length or end + len(_TAGLESS) != len(frame) or bytes(frame[end:]) != _TAGLESS:
        return None
    return Plain(version, correlation, bytes(frame[begin:at]), index, frame[start:end])


def answer(asked: Plain, offset: int, start: int) -> bytes:
    """The frame of the answer: the batch got `offset`, in a log that begins at `start`. The time is the producer's."""
    version, correlation, topic = asked.version, asked.correlation, asked.topic
    placed = _PLACED.pack(asked.partition, 0, offset, -1, start)
    size = len(topic)
    if version < _FLEXIBLE:
        placed = placed if version >= 5 else placed[:-8]
        errors = b"\0\0\0\0\xff\xff" if version >= 8 else b""  # of records, none; and no message
        body = b"\0\0\0\1%b%b\0\0\0\1%b%b\0\0\0\0" % (size.to_bytes(2, "big"), topic, placed, errors)
        return b"%b%b%b" % ((4 + len(body)).to_bytes(4, "big"), correlation.to_bytes(4, "big", signed=True), body)
    named = topic if version >= BY_ID else varints.write(size + 1) + topic
    # Tagged fields of the head, one topic; one partition; no errors of records, no message, tagged fields; those of
    # the topic, the throttle time, those of the answer.
    body = b"\0\2%b\2%b\1\0\0\0\0\0\0\0\0" % (named, placed)
    return b"%b%b%b" % ((4 + len(body)).to_bytes(4, "big"), correlation.to_bytes(4, "big", signed=True), body)
