"""The codecs of record batches: what they pack they unpack, up to a limit, and nonsense is refused."""

import gzip
import os

import cramjam
import pytest

from weirmq.wire.kafka.batch import Refused
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import GZIP, LZ4, SNAPPY, ZSTD, pack, unpack

CODECS = (GZIP, SNAPPY, LZ4, ZSTD)
every_codec = pytest.mark.parametrize("codec", CODECS)


@every_codec
@pytest.mark.parametrize("data", [b"", b"a", b"abc" * 100_000, os.urandom(70_000)], ids=["none", "one", "even", "odd"])
def test_there_and_back(codec: int, data: bytes) -> None:
    packed = pack(codec, data)
    assert unpack(codec, packed) == unpack(codec, memoryview(packed)) == data


def test_no_codec() -> None:
    assert pack(0, b"abc") == unpack(0, memoryview(b"abc")) == b"abc"


def test_what_other_programs_pack() -> None:
    assert unpack(GZIP, gzip.compress(b"abc")) == b"abc"
    assert unpack(SNAPPY, bytes(cramjam.snappy.compress_raw(b"abc"))) == b"abc"  # librdkafka's: a single block
    assert unpack(LZ4, bytes(cramjam.lz4.compress(b"abc"))) == b"abc"  # blocks that depend on each other


def test_javas_clients_read_what_is_packed() -> None:
    assert pack(LZ4, b"abc")[4] >> 5 == 0b011  # version 1, independent blocks
    assert pack(SNAPPY, b"abc")[:16] == b"\x82SNAPPY\0\0\0\0\1\0\0\0\1"


@every_codec
@pytest.mark.parametrize("data", [b"", b"nonsense", b"\x82SNAPPY\0\0\0\0\1\0\0\0\1\x7f\xff\xff\xff", b"\xff" * 50])
def test_nonsense(codec: int, data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        unpack(codec, data)
    assert caught.value.code == Code.INVALID_RECORD


@every_codec
def test_a_part(codec: int) -> None:
    with pytest.raises(Refused):
        unpack(codec, pack(codec, os.urandom(100))[:-20])


@every_codec
def test_what_unpacks_to_too_much(codec: int) -> None:
    assert len(unpack(codec, pack(codec, bytes(300_000)), 300_000)) == 300_000
    with pytest.raises(Refused) as caught:
        unpack(codec, pack(codec, bytes(300_001)), 300_000)
    assert caught.value.code == Code.INVALID_RECORD
