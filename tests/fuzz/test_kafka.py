"""Any bytes, any message and spoilt requests at a Kafka port: an answer or a closed connection, and no defect told."""

import asyncio
import random
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.port import Port, on_uvloop, open_port
from tests.server.kafka.serving import KEYS, frame, request
from tests.services.kafka.world import batch_of, fetching
from tests.wire.kafka import drawn
from weirmq.services.kafka.apis import APIS
from weirmq.wire.kafka import apis
from weirmq.wire.kafka.messages.create_topics_request import CreatableTopic, CreateTopicsRequest
from weirmq.wire.kafka.messages.produce_request import PartitionProduceData, ProduceRequest, TopicProduceData

CLOSED = "the connection of a Kafka client is closed"
REQUESTS = 400  # a seed
TURNS = 50  # of the loop, in which a request has its answer if it has one


async def send(port: Port, *pieces: bytes) -> int:
    """Send these bytes, and leave. Returns how many were answered; somebody else is served meanwhile."""
    (listener,) = port.app._kafka_ports[0].listeners
    before = listener.bytes_out
    with suppress(ConnectionError, RuntimeError):  # it was refused, and the connection is gone
        _, writer = await asyncio.open_connection("127.0.0.1", port.app.kafka_port)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        await port.probe()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        writer.close()
    while listener.connections:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    await port.turn_clock(seconds=1)
    for complaint in port.complaints():
        assert isinstance(complaint, dict), complaint
        assert (complaint["event"], "exception" in complaint) == (CLOSED, False), complaint
    return listener.bytes_out - before


def requests(seed: random.Random) -> Iterator[bytes]:
    """Requests of all APIs, in all versions, with any contents."""
    while True:
        key, api = seed.choice(list(APIS.items()))
        version = seed.randint(api.first, api.last)
        message = apis.request(key)
        yield request(key, version, drawn.message(seed, message, version))


def produced(seed: random.Random) -> bytes:
    """A batch for a topic that is there, or a fetch."""
    if seed.random() < 0.3:
        fetch = fetching(b"", seed.choice((0, 1, -1, 2**62)), wait_ms=seed.choice((0, 100)))
        fetch.topics[0].topic = "orders"
        return request(KEYS["fetch"], 12, fetch)
    data = bytearray(batch_of(b"value", b"another", producer=seed.choice((-1, 1)), epoch=0, first=seed.choice((0, 2))))
    if seed.random() < 0.5:
        data[seed.randrange(len(data))] ^= 1 << seed.randrange(8)
    topics = [TopicProduceData("orders", partition_data=[PartitionProduceData(0, bytes(data))])]
    return request(KEYS["produce"], 9, ProduceRequest(None, seed.choice((-1, 0, 1)), 1_000, topics))


def spoilt(seed: random.Random, data: bytes) -> bytes:
    """A request of which some bytes are others, or gone; its length says so, or lies."""
    body = bytearray(data[4:])
    for _ in range(seed.randint(1, 4)):
        at = seed.randrange(len(body)) if body else 0
        match seed.randrange(4):
            case 0:
                body[at : at + 1] = bytes((seed.choice((0, 1, 0x7F, 0x80, 0xFF)),))
            case 1:
                del body[at : at + seed.randint(1, 8)]
            case 2:
                body[at:at] = seed.randbytes(seed.randint(1, 8))
            case _:
                body[at : at + 4] = struct.pack(">i", seed.choice((-2, -1, 2**31 - 1, 100_000)))
    if seed.random() < 0.1:
        return struct.pack(">i", seed.choice((-1, 0, len(body) - 1, 2**31 - 1))) + bytes(body)
    return frame(bytes(body))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("is_spoilt", [False, True], ids=["right", "spoilt"])
def test_requests(seed: int, is_spoilt: bool) -> None:
    async def scenario() -> None:
        draw = random.Random(seed)  # noqa: S311 - the same at each run
        answered = 0
        made = requests(draw)
        async with open_port() as port:
            await send(port, request(KEYS["create_topics"], 5, CreateTopicsRequest([CreatableTopic("orders", 1, 1)])))
            for number in range(REQUESTS):
                data = produced(draw) if draw.random() < 0.3 else next(made)
                data = spoilt(draw, data) if is_spoilt else data
                try:
                    answered += bool(await send(port, data))
                except BaseException:
                    print(f"seed {seed}, request {number}: {data!r:.5000}")  # noqa: T201 - shown where it fails
                    raise
        assert answered > REQUESTS // (20 if is_spoilt else 2)  # else this would test refusals alone

    on_uvloop(scenario)


@settings(max_examples=20)
@given(
    st.lists(
        st.binary(max_size=60) | st.sampled_from((b"\0\0\0\x0a", b"\0\x12\0\4\0\0\0\1\xff\xff", b"\xff")), max_size=9
    )
)
def test_any_bytes(pieces: list[bytes]) -> None:
    async def scenario() -> None:
        async with open_port() as port:
            await send(port, *pieces)

    on_uvloop(scenario)
