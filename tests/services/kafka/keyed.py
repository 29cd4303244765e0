"""Records with keys, as producers write them to compacted topics, and what readers make of them."""

import struct
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from crc32c import crc32c

from tests.services.kafka.world import World
from weirmq.log.batch import NULL, records
from weirmq.wire.kafka.batch import COMPRESSION, CONTROL, Batch, heads, rewritten
from weirmq.wire.kafka.compression import pack
from weirmq.wire.kafka.markers import commits
from weirmq.wire.kafka.records import body_of

Pair = tuple[bytes | None, bytes | None]


class Read(NamedTuple):
    """What a reader gets of a record."""

    offset: int
    key: bytes | None
    value: bytes | None
    time_ms: int


def _number(value: int) -> bytes:
    rest, out = value << 1 ^ value >> 63, bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    return bytes(out) + bytes((rest,))


def _record(delta: int, pair: Pair) -> bytes:
    body = b"\0\0" + _number(delta)
    for each in pair:
        body += _number(-1) if each is None else _number(len(each)) + each
    return _number(len(body) + 1) + body + b"\0"


def keyed(
    pairs: Sequence[Pair],
    now_ms: int,
    *,
    codec: int = 0,
    attributes: int = 0,
    producer: int = -1,
    epoch: int = -1,
    first: int = -1,
) -> bytes:
    """A batch of these keys and values."""
    body = pack(codec, b"".join(_record(delta, pair) for delta, pair in enumerate(pairs)))
    count = len(pairs)
    tail = struct.pack(
        ">hiqqqhii", codec | attributes, count - 1, now_ms, now_ms, producer, epoch, first, count
    ) + body  # fmt: skip
    return struct.pack(">qiibI", 0, len(tail) + 9, 0, 2, crc32c(tail)) + tail


def put(world: World, topic: bytes, *pairs: Pair, codec: int = 0) -> int:
    """Write a batch; its offset."""
    found = world.produce(topic, data=keyed(pairs, world.clock.now_ms(), codec=codec))
    assert not found.error_code, found.error_message
    return found.base_offset


def batches_of(world: World, topic: bytes, *, isolation: int = 0) -> Iterator[tuple[int, Batch, frozenset[int]]]:
    """All batches with their offsets, as a reader gets on from each to the next; and whose transaction is aborted."""
    offset = 0
    while (found := world.fetch(topic, offset, most=3_000, isolation=isolation)).records:
        assert not found.error_code
        due = deque(sorted((each.first_offset, each.producer_id) for each in found.aborted_transactions or ()))
        aborted: set[int] = set()
        for base, batch in heads(memoryview(bytes(found.records))):
            assert base <= offset < base + batch.span  # no offset is missing
            offset = base + batch.span
            while due and due[0][0] < offset:
                aborted.add(due.popleft()[1])
            if batch.attributes & CONTROL and not commits(batch):
                aborted.discard(batch.producer.id)
            yield base, batch, frozenset(aborted)


def all_read(world: World, topic: bytes, *, isolation: int = 0) -> list[Read]:
    """What a reader gets, who leaves aborted records out as Kafka's consumer does."""
    found = []
    for _, batch, aborted in batches_of(world, topic, isolation=isolation):
        if batch.attributes & CONTROL or (batch.is_transactional and batch.producer.id in aborted):
            continue
        plain = rewritten(batch, body_of(batch), batch.records, attributes=batch.attributes & ~COMPRESSION)
        found += [
            Read(each.offset, *(None if text is NULL else text for text in (each.key, each.value)), each.timestamp_ms)
            for each in records(plain)
        ]
    return found


def table(read: Sequence[Read]) -> dict[bytes | None, bytes]:
    """The newest value of each key."""
    found: dict[bytes | None, bytes] = {}
    for each in read:
        found.pop(each.key, None)
        if each.value is not None:
            found[each.key] = each.value
    return found


def clean(world: World) -> int:
    """Let time bring what the cleaner does; how many logs it has gone through."""
    passes = 0
    world.sync()
    world.clock.advance(minutes=1)
    for _ in range(4):
        world.clock.advance(seconds=1)
        world.tick()
        world.sync()
        while (cleaning := world.streams.cleanings.take()) is not None:
            while cleaning.settle(cleaning.step()):
                pass
            passes += 1
            world.sync()
    return passes
