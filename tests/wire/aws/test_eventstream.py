"""Frames of application/vnd.amazon.eventstream."""

import uuid
from zlib import crc32

import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given
from hypothesis import strategies as st

from weirmq.wire.aws.eventstream import Decoder, Frame, FrameDamaged, Value, encode, event, exception
from weirmq.wire.aws.scalars import Timestamp

# https://smithy.io/2.0/aws/amazon-eventstream.html and botocore's tests have this message without headers and payload.
EMPTY = bytes.fromhex("00000010 00000000 05c248eb 7d98c8ff")

VALUES = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.integers(-(2**63), 2**63 - 1).map(Timestamp)
    | st.binary(max_size=20)
    | st.text(max_size=20)
    | st.uuids()
)
NAMES = st.text(min_size=1, max_size=20)
FRAMES = st.builds(Frame, st.dictionaries(NAMES, VALUES, max_size=5), st.binary(max_size=50))


def test_the_empty_frame() -> None:
    assert encode(Frame({})) == EMPTY
    assert list(Decoder().feed(EMPTY)) == [Frame({})]


@given(st.lists(FRAMES, max_size=3), st.integers(1, 30))
def test_frames_come_back_however_they_are_cut(frames: list[Frame], size: int) -> None:
    data = b"".join(map(encode, frames))
    decoder = Decoder()
    found = [frame for at in range(0, len(data), size) for frame in decoder.feed(data[at : at + size])]
    assert found == frames
    kinds = [[type(value) for value in frame.headers.values()] for frame in found]
    assert kinds == [[type(value) for value in frame.headers.values()] for frame in frames]


def test_botocore_reads_our_events() -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(encode(event("SubscribeToShardEvent", b"{}")) + encode(exception("Expired", b"[]")))
    first, second = buffer
    assert first.headers == {
        ":message-type": "event",
        ":event-type": "SubscribeToShardEvent",
        ":content-type": "application/json",
    }
    assert first.payload == b"{}"
    assert second.headers[":exception-type"] == "Expired"
    assert second.headers[":message-type"] == "exception"


def test_botocore_reads_every_kind_of_header() -> None:
    identifier = uuid.UUID(int=5)
    headers: dict[str, Value] = {
        "a": True,
        "b": False,
        "c": 2**40,
        "d": b"\x00",
        "e": "€",
        "f": Timestamp(7),
        "g": identifier,
    }
    buffer = EventStreamBuffer()
    buffer.add_data(encode(Frame(headers)))
    (read,) = buffer
    assert read.headers == {**headers, "g": identifier.bytes}


@pytest.mark.parametrize("at", range(len(EMPTY)))
def test_a_flipped_bit_is_noticed(at: int) -> None:
    damaged = bytearray(EMPTY)
    damaged[at] ^= 1
    with pytest.raises(FrameDamaged):
        list(Decoder().feed(bytes(damaged)))


def framed(headers: bytes) -> bytes:
    """A frame with right checksums around any bytes for headers."""
    prelude = (16 + len(headers)).to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    body = prelude + crc32(prelude).to_bytes(4, "big") + headers
    return body + crc32(body).to_bytes(4, "big")


@given(st.binary(max_size=40))
def test_any_headers_are_read_or_damaged(headers: bytes) -> None:
    try:
        (frame,) = Decoder().feed(framed(headers))
    except FrameDamaged:
        return
    assert isinstance(frame.headers, dict)


@pytest.mark.parametrize("total", [0, 15, 2**32 - 1])
def test_impossible_lengths_are_refused_at_once(total: int) -> None:
    prelude = total.to_bytes(4, "big") + bytes(4)
    with pytest.raises(FrameDamaged):
        list(Decoder().feed(prelude + crc32(prelude).to_bytes(4, "big")))


@pytest.mark.parametrize(
    "frame", [Frame({"": 1}), Frame({"n" * 256: 1}), Frame({"n": "v" * 32_768}), Frame({"n": b"v" * 32_768})]
)
def test_what_is_over_the_limits_is_not_written(frame: Frame) -> None:
    with pytest.raises(ValueError):
        encode(frame)
