"""Topics with cleanup.policy=compact: what may be written to them."""

import struct

import pytest
from crc32c import crc32c

from tests.services.kafka.world import World, batch_of
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.compression import pack

KEYLESS = (
    bytes((14, 0, 0, 0, 1, 2)) + b"v\0"
)  # a record of its length, no times, offset 0, no key, one byte, no headers


def packed(codec: int, body: bytes = KEYLESS, count: int = 1) -> bytes:
    """A batch of records, compressed."""
    tail = batch_of(b"v")[21:61] + pack(codec, body)
    tail = struct.pack(">h", codec) + tail[2:36] + struct.pack(">i", count) + tail[40:]
    return struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail)) + tail


@pytest.mark.parametrize("policy", ["compact", "compact,delete", "delete,compact"])
@pytest.mark.parametrize("codec", range(5))
def test_records_must_have_a_key(world: World, policy: str, codec: int) -> None:
    topic = world.topic(cleanup_policy=policy)
    found = world.produce(topic, data=packed(codec))
    assert (found.error_code, found.base_offset) == (Code.INVALID_RECORD, -1)
    assert found.error_message
    ((index, reason),) = [(each.batch_index, each.batch_index_error_message) for each in found.record_errors]
    assert index == 0
    assert "key" in str(reason)
    assert world.produce(topic, b"a").error_code == 0
    assert world.values(topic) == [b"a"]


def test_other_topics_take_them(world: World) -> None:
    assert world.produce(world.topic(), data=packed(4)).error_code == 0


def test_what_is_not_well_formed(world: World) -> None:
    topic = world.topic(cleanup_policy="compact")
    for data in (packed(0, b"\xff" * 8), packed(4, bytes(65 * 1024 * 1024)), packed(2, b"")):
        found = world.produce(topic, data=data)
        assert (found.error_code, found.record_errors) == (Code.INVALID_RECORD, [])
