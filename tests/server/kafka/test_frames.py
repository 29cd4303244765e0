"""Frames on a Kafka connection: however they are cut, and whatever their length says."""

import asyncio
import random
import struct

import pytest

from tests.server.kafka.serving import SAY, VERSIONS, answer, frame, head, say, serving
from tests.server.serving import on_both_loops
from weirmq.server.kafka.budget import SCRATCH_BYTES
from weirmq.server.kafka.connection import IN_PROGRESS, LEAST_BYTES


@on_both_loops
async def test_one_request() -> None:
    async with serving() as it:
        client = await it.connect()
        assert await client.ask(b"hello") == b"hello"
        assert (it.listener.requests, it.touched) == (1, 1)
        assert it.listener.bytes_in == len(say(b"hello"))
        assert it.listener.bytes_out == len(frame(b"\0" * 4 + b"\0\0\xff\xff\0\0\0\5hello"))


@on_both_loops
async def test_frames_that_come_byte_by_byte() -> None:
    async with serving() as it:
        client = await it.connect()
        connection = await it.connection()
        data = say(b"first", 1) + say(b"second", 2)
        for number in range(len(data)):
            before = it.listener.bytes_in
            client.send(data[number : number + 1])
            await it.until(lambda: it.listener.bytes_in > before)  # noqa: B023 - called at once
        assert await client.hear() == (1, b"first")
        assert await client.hear() == (2, b"second")
        assert connection.is_idle


@on_both_loops
async def test_frames_cut_and_joined_anywhere() -> None:
    async with serving() as it:
        client = await it.connect()
        seed = random.Random(4)  # noqa: S311 - the same at each run
        words = [seed.randbytes(seed.choice((0, 1, 7, 300, LEAST_BYTES, 70_000))) for _ in range(60)]
        data = b"".join(say(each, number) for number, each in enumerate(words))

        async def send() -> None:
            at = 0
            while at < len(data):
                size = seed.choice((1, 3, 5, 1_000, 100_000))
                client.send(data[at : at + size])
                at += size
                await asyncio.sleep(0)

        sending = asyncio.ensure_future(send())
        for number, each in enumerate(words):
            assert await client.hear() == (number, each)
        await sending


@on_both_loops
async def test_frames_larger_than_all_buffers() -> None:
    async with serving() as it:
        client = await it.connect()
        for size in (SCRATCH_BYTES - 22, SCRATCH_BYTES, SCRATCH_BYTES + 1, 5_000_000):
            words = random.Random(size).randbytes(size)  # noqa: S311 - the same at each run
            client.send(say(b"small", 7) + say(words, 8) + say(b"small", 9))
            assert await client.hear() == (7, b"small")
            assert await client.hear() == (8, words)
            assert await client.hear() == (9, b"small")
        assert it.listener.budget.frames == 0  # what they took is given back


@on_both_loops
async def test_more_requests_than_one_read_brings_in_one_piece() -> None:
    async with serving() as it:
        client = await it.connect()
        count = 3 * SCRATCH_BYTES // len(say(b"x"))
        client.send(b"".join(say(b"x", number) for number in range(count)))
        for number in range(count):
            assert await client.hear() == (number, b"x")


@pytest.mark.parametrize("length", [-(2**31), -1, 0, 1_001, 2**31 - 1])
def test_impossible_lengths_close_the_connection(length: int) -> None:
    async def scenario() -> None:
        async with serving(frame_bytes=1_000) as it:
            client = await it.connect()
            client.send(say(b"before") + struct.pack(">i", length) + say(b"behind"))
            data = await client.at_end()
            assert answer(SAY, 0, data[4:]).auth_bytes == b"before"  # what came before is answered
            assert it.words.handled == [b"before"]
            (told,) = it.told
            assert told["reason"] == f"a frame of {length} bytes"
            assert it.errors == []

    on_both_loops(scenario)(asyncio.new_event_loop)


@on_both_loops
async def test_the_largest_frame() -> None:
    async with serving(frame_bytes=1_000) as it:
        client = await it.connect()
        words = b"x" * (1_000 - len(say(b"")) + 4)
        assert await client.ask(words) == words


@on_both_loops
async def test_a_length_alone_takes_no_memory() -> None:
    async with serving() as it:
        clients = [await it.connect() for _ in range(20)]
        for client in clients:
            client.send(struct.pack(">i", 100_000_000) + b"x")
        await it.until(lambda: it.listener.bytes_in == 20 * 5)
        assert it.listener.budget.frames == 20 * LEAST_BYTES


@on_both_loops
async def test_frames_that_never_end_can_not_take_all_memory() -> None:
    async with serving(buffered_bytes=1_000_000) as it:
        good = await it.connect()
        clients = [await it.connect() for _ in range(10)]
        for client in clients:
            client.send(struct.pack(">i", 100_000_000) + bytes(300_000))
        await it.until(lambda: len(it.listener.connections) < 11)
        assert it.listener.budget.frames <= 1_000_000
        assert await good.ask(b"hello") == b"hello"
        assert it.told[0]["reason"] == "there is no memory left for its request"


@on_both_loops
async def test_no_request_at_all() -> None:
    for data in (
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        frame(b"\0"),
        frame(b"\xff" * 30),
    ):
        async with serving() as it:
            client = await it.connect()
            client.send(data + bytes(70_000))
            assert await client.at_end() == b""
            assert len(it.told) == 1
            assert it.errors == []


@on_both_loops
async def test_a_body_that_is_malformed_closes_the_connection() -> None:
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"before") + frame(head(SAY, 0) + struct.pack(">i", 1_000) + b"short") + say(b"behind"))
        data = await client.at_end()
        assert answer(SAY, 0, data[4:]).auth_bytes == b"before"
        assert it.words.handled == [b"before"]


@on_both_loops
async def test_what_is_not_spoken_closes_the_connection() -> None:
    for key, version in ((SAY, 2), (SAY, -1), (0, 3), (999, 0), (-1, 0)):
        async with serving() as it:
            client = await it.connect()
            client.send(frame(head(key, version)))
            assert await client.at_end() == b""
            assert it.told[0]["reason"].endswith(f"API key {key} of version {version} is not spoken here")


@on_both_loops
async def test_an_unknown_version_of_api_versions_is_answered() -> None:
    """In version 0, whatever the body is: KIP-511."""
    async with serving() as it:
        client = await it.connect()
        for version in (5, 99, 32_767, -1):
            client.send(frame(head(VERSIONS, version, 3) + b"\xff\xff\xff"))
            data = await client.receive()
            assert data[:4] == b"\0\0\0\3"
            found = answer(VERSIONS, 0, data)
            assert found.error_code == 35
            assert [each.api_key for each in found.api_keys] == [VERSIONS]
        assert await client.ask(b"go on") == b"go on"


@on_both_loops
async def test_complaints_are_told_once_a_second() -> None:
    async with serving() as it:
        for _ in range(20):
            client = await it.connect()
            client.send(frame(b"\xff"))
            assert await client.at_end() == b""
        assert len(it.told) == 1
        it.listener._remarked_s -= 1
        client = await it.connect()
        client.send(frame(b"\xff"))
        assert await client.at_end() == b""
        assert [each.get("others") for each in it.told] == [None, 19]


@on_both_loops
async def test_held_frames_that_fill_a_buffer_are_read_on() -> None:
    """More frames than may be in progress, of which the last one fills the buffer to its very end."""
    async with serving() as it:
        client = await it.connect()
        client.send(say(b"wait"))
        await it.until(lambda: bool(it.words.waiting))
        words = bytes(2 * SCRATCH_BYTES)
        client.send(b"".join(say(b"x", number) for number in range(2 * IN_PROGRESS)) + say(words, 1_000))
        await it.until(lambda: it.listener.budget.frames > 0)
        it.words.waiting[0].answer(answer(SAY, 0, b"\0" * 10 + b"\0\0\0\0"))
        await client.hear()
        for number in range(2 * IN_PROGRESS):
            assert await client.hear() == (number, b"x")
        assert await client.hear() == (1_000, words)
