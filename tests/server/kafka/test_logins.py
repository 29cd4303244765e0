"""Logins on the wire: frames, order, limits, time, and those who mean harm."""

import random
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.server.kafka.serving import Client, Serving, answer, frame, head, request, serving
from tests.server.serving import on_both_loops
from tests.services.kafka.world import World
from weirmq.server.kafka import listener
from weirmq.server.kafka.security import Security
from weirmq.services.kafka.verifiers import Done, Proof
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.listeners import ListenerKind
from weirmq.wire.kafka.messages.api_versions_request import ApiVersionsRequest
from weirmq.wire.kafka.messages.metadata_request import MetadataRequest
from weirmq.wire.kafka.messages.sasl_authenticate_request import SaslAuthenticateRequest
from weirmq.wire.kafka.messages.sasl_handshake_request import SaslHandshakeRequest

METADATA, HANDSHAKE, VERSIONS, AUTHENTICATE = 3, 17, 18, 36
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "OAUTHBEARER")
SECURITY = Security(ListenerKind("SASL_PLAINTEXT", 0, MECHANISMS))
GOOD = b"\0ann\0hush"


class Slow:
    """An issuer whose keys are a long way off."""

    def __init__(self) -> None:
        self.waiting: list[Done] = []

    def check(self, _token: str, _now_ms: int, done: Done) -> None:
        self.waiting.append(done)


@asynccontextmanager
async def waiting(**limits: Any) -> AsyncIterator[tuple[Serving, World]]:
    """A port at which `ann` may log in."""
    world = World()
    world.kafka.verifiers.passwords = {"ann": "hush"}
    async with serving(SECURITY, world.kafka, **limits) as it:
        yield it, world
        assert it.errors == []


def shake(mechanism: str = "PLAIN", version: int = 1) -> bytes:
    return request(HANDSHAKE, version, SaslHandshakeRequest(mechanism))


def token(data: bytes = GOOD) -> bytes:
    return request(AUTHENTICATE, 1, SaslAuthenticateRequest(data))


METADATA_ASKED = request(METADATA, 1, MetadataRequest([]))


async def hear(client: Client, key: int, version: int) -> Any:
    return answer(key, version, await client.receive())


async def log_in(client: Client) -> None:
    client.send(shake() + token())
    assert not (await hear(client, HANDSHAKE, 1)).error_code
    assert not (await hear(client, AUTHENTICATE, 1)).error_code


@on_both_loops
async def test_all_in_one_go() -> None:
    """Answers come in their order, and what comes behind a login is handled as one of who has logged in."""
    async with waiting() as (it, _):
        client = await it.connect()
        versions = request(VERSIONS, 3, ApiVersionsRequest("c", "1"))
        client.send(versions + shake() + token() + METADATA_ASKED)
        assert {HANDSHAKE, AUTHENTICATE} <= {each.api_key for each in (await hear(client, VERSIONS, 3)).api_keys}
        assert (await hear(client, HANDSHAKE, 1)).mechanisms == list(MECHANISMS)
        assert not (await hear(client, AUTHENTICATE, 1)).error_code
        assert (await hear(client, METADATA, 1)).controller_id == 1
        assert str((await it.connection()).principal) == "User:ann"


@on_both_loops
async def test_bare_tokens() -> None:
    """Clients from before SaslAuthenticate: behind a handshake of version 0, frames are tokens, and so are answers."""
    async with waiting() as (it, _):
        client = await it.connect()
        client.send(shake(version=0) + frame(GOOD) + METADATA_ASKED)
        assert not (await hear(client, HANDSHAKE, 0)).error_code
        assert await client.receive() == b""
        assert (await hear(client, METADATA, 1)).controller_id == 1


@on_both_loops
async def test_bare_tokens_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "TURNED_AWAY_S", 0)
    async with waiting() as (it, _):
        client = await it.connect()
        client.send(shake(version=0) + frame(b"\0ann\0wrong") + METADATA_ASKED)
        assert not (await hear(client, HANDSHAKE, 0)).error_code
        assert await client.at_end() == b""


@on_both_loops
async def test_a_request_before_the_login_closes() -> None:
    async with waiting() as (it, _):
        for before in (b"", shake(), shake("SCRAM-SHA-256") + token(b"n,,n=ann,r=x")):
            client = await it.connect()
            client.send(before + METADATA_ASKED)
            await client.at_end()
        assert it.told[0]["reason"] == "it asks for API 3 before it has logged in"


@on_both_loops
async def test_a_failed_login_is_answered_a_moment_later(monkeypatch: pytest.MonkeyPatch) -> None:
    later: list[Any] = []
    async with waiting() as (it, _):
        monkeypatch.setattr(it.listener, "after_a_moment", later.append)
        client = await it.connect()
        client.send(shake() + token(b"\0ann\0wrong") + shake() + token() + METADATA_ASKED)
        assert not (await hear(client, HANDSHAKE, 1)).error_code
        await it.until(lambda: bool(later))
        await it.rest()
        assert it.listener.requests == 2  # what comes behind isn't looked at
        later.pop()()
        found = await hear(client, AUTHENTICATE, 1)
        assert (found.error_code, found.error_message) == (
            Code.SASL_AUTHENTICATION_FAILED,
            "Authentication failed: Invalid username or password",
        )
        assert await client.at_end() == b""
        assert "hush" not in str(it.told)
        assert it.listener.failed_logins == 1


@on_both_loops
async def test_requests_are_small_before_the_login() -> None:
    async with waiting(login_bytes=1000, frame_bytes=5000) as (it, _):
        for size in (1001, 100_000_000, -1, 0):
            client = await it.connect()
            client.send(struct.pack(">i", size) + b"x")
            assert await client.at_end() == b""
        client = await it.connect()
        await log_in(client)
        client.send(request(METADATA, 1, MetadataRequest([])) + frame(head(VERSIONS, 99) + bytes(4000)))
        assert (await hear(client, METADATA, 1)).controller_id == 1
        assert (await client.receive())[4:6] == b"\0\x23"  # UNSUPPORTED_VERSION, in an answer of version 0
        client.send(struct.pack(">i", 5001) + b"x")
        assert await client.at_end() == b""


@on_both_loops
async def test_logins_that_stop_half_way() -> None:
    async with waiting(login_s=30) as (it, _):
        stages = (b"", shake()[:7], shake(), shake() + token()[:9], shake("SCRAM-SHA-256") + token(b"n,,n=ann,r=x"))
        halted = [await it.connect() for _ in range(10) for _ in stages]
        for number, client in enumerate(halted):
            client.send(stages[number % len(stages)])
        inside = await it.connect()
        await log_in(inside)
        await it.until(lambda: len(it.listener.connections) == len(halted) + 1)
        it.sweep(29)
        assert len(it.listener.connections) == len(halted) + 1
        it.sweep(31)
        await it.until(lambda: len(it.listener.connections) == 1)
        inside.send(METADATA_ASKED)
        assert (await hear(inside, METADATA, 1)).controller_id == 1


@on_both_loops
async def test_outsiders_do_not_take_the_room_of_others() -> None:
    """An eighth of the memory is theirs; who is in has the rest, and what one has sent counts as one's own then."""
    async with waiting(buffered_bytes=800_000) as (it, _):
        inside = await it.connect()
        inside.send(shake())
        assert not (await hear(inside, HANDSHAKE, 1)).error_code
        for piece in (token()[:9], token()[9:] + METADATA_ASKED[:9]):
            inside.send(piece)
            await it.until(lambda: bool(it.listener.budget.frames))
            await it.rest()
        assert not (await hear(inside, AUTHENTICATE, 1)).error_code
        await it.until(lambda: not it.listener.budget.outside)
        outsiders = [await it.connect() for _ in range(10)]
        for client in outsiders:
            client.send(struct.pack(">i", 40_000) + bytes(30_000))
        await it.until(lambda: len(it.listener.connections) == 3)
        assert 0 < it.listener.budget.outside <= 100_000
        inside.send(METADATA_ASKED[9:] + struct.pack(">i", 500_000) + bytes(499_000))
        assert (await hear(inside, METADATA, 1)).controller_id == 1
        await it.until(lambda: it.listener.budget.frames >= 500_000)
        assert len(it.listener.connections) == 3


@on_both_loops
async def test_outsiders_go_first_where_there_are_too_many() -> None:
    async with waiting(connections=3) as (it, _):
        halted = [await it.connect() for _ in range(2)]
        for client in halted:
            client.send(shake())
            assert not (await hear(client, HANDSHAKE, 1)).error_code
        inside = []
        for _ in range(3):
            inside.append(await it.connect())
            await log_in(inside[-1])
        for client in halted:
            assert await client.at_end() == b""
        one_too_many = await it.connect()
        assert await one_too_many.at_end() == b""
        for client in inside:
            client.send(METADATA_ASKED)
            assert (await hear(client, METADATA, 1)).controller_id == 1
        assert not it.listener.budget.outsiders


@on_both_loops
async def test_a_client_that_keeps_sending_while_it_logs_in() -> None:
    """It takes all of its time from the first moment on, whatever it sends."""
    async with waiting(login_s=30) as (it, _):
        client = await it.connect()
        for _ in range(3):
            client.send(request(VERSIONS, 3, ApiVersionsRequest("c", "1")))
            await client.receive()
        it.sweep(31)
        assert await client.at_end() == b""


@on_both_loops
async def test_a_client_that_leaves_while_its_token_is_looked_at() -> None:
    async with waiting() as (it, world):
        slow = Slow()
        world.kafka.verifiers.check_token = slow.check
        client = await it.connect()
        client.send(shake("OAUTHBEARER") + token(b"n,,\x01auth=Bearer x\x01\x01"))
        await it.until(lambda: bool(slow.waiting))
        stays = await it.connect()
        stays.send(shake("OAUTHBEARER") + token(b"n,,\x01auth=Bearer x\x01\x01") + METADATA_ASKED)
        await it.until(lambda: len(slow.waiting) == 2)
        await it.rest()
        assert it.listener.requests == 4  # nothing is handled behind them
        client.reset()
        await it.until(lambda: len(it.listener.connections) == 1)
        for done in slow.waiting:
            done(Proof("ann"))
        await stays.receive()
        assert not (await hear(stays, AUTHENTICATE, 1)).error_code
        assert (await hear(stays, METADATA, 1)).controller_id == 1


@on_both_loops
async def test_no_bytes_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is said, if it isn't the password: nobody gets in, nothing is left, nothing breaks."""
    monkeypatch.setattr(listener, "TURNED_AWAY_S", 0)
    seed = random.Random(17)  # noqa: S311 - the same at each run
    async with waiting() as (it, _):
        pieces = [
            shake(), shake(version=0), shake("SCRAM-SHA-256"), shake("OAUTHBEARER"), shake("GSSAPI"), token(b""),
            token(b"n,,n=ann,r=x"), token(b"c=biws,r=x,p=eA=="), token(b"\x01"), token(b"\0ann\0"), frame(GOOD[:-1]),
            METADATA_ASKED, frame(b"\0"), frame(head(AUTHENTICATE, 9)), token(bytes(70_000)), token(b"\0ann\0" * 9000),
        ]  # fmt: skip
        for _ in range(150):
            client = await it.connect()
            data = bytearray(b"".join(seed.choices(pieces, k=seed.randint(1, 6))))
            for _ in range(seed.choice((0, 0, 1, 5))):
                data[seed.randrange(len(data))] = seed.randrange(256)
            client.send(bytes(data))
            client.writer.write_eof()
            await client.at_end()
        assert it.errors == []
        assert all(connection.is_outside for connection in it.listener.connections)
