"""HTTP/2 against an endpoint made of the same library's server side."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from h2.errors import ErrorCodes
from h2.settings import SettingCodes

from tests.server.outbound.endpoints import OK, Authority, answering, authority, endpoint
from tests.server.outbound.http2_endpoint import Handler, Http2Endpoint, Request, http2_endpoint, ignored
from weirmq.engine.errands import HttpErrand, Outcome
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.trust import Trust


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def tls(own: Authority) -> ssl.SSLContext:
    return own.server("127.0.0.1", alpn="h2")


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 - an event would have to be set by the code under test
        await asyncio.sleep(0)


@asynccontextmanager
async def sending(ca_file: str) -> AsyncIterator[HttpSender]:
    sender = HttpSender(Guard(allows_private=True), Trust(ca_file))
    try:
        yield sender
    finally:
        await sender.close()
        await asyncio.sleep(0)


def push(it: Http2Endpoint, body: bytes = b"{}", **options: int) -> HttpErrand:
    headers = [("APNs-Topic", "app"), ("authorization", "bearer token"), ("Connection", "close")]
    return HttpErrand(url=it.url(), headers=headers, body=body, h2=True, **options)


async def sent(
    own: Authority, tls: ssl.SSLContext, handler: Handler, *, count: int = 1, body: bytes = b"{}"
) -> tuple[list[Outcome], Http2Endpoint]:
    async with http2_endpoint(tls, handler) as it, sending(own.ca_file) as sender:
        return [await sender.send(push(it, body)) for _ in range(count)], it


async def test_posts_share_a_connection(own: Authority, tls: ssl.SSLContext) -> None:
    outcomes, it = await sent(
        own, tls, lambda request: request.answer(410, b'{"reason":"Unregistered"}', apns_id="7"), count=3
    )
    assert [(o.status, o.body, o.error, o.is_whole) for o in outcomes] == [
        (410, b'{"reason":"Unregistered"}', "", True)
    ] * 3
    assert outcomes[0].headers == {"apns-id": "7"}
    assert len(it.peers) == 1
    assert [request.body for request in it.requests] == [b"{}"] * 3
    assert it.requests[0].headers == {
        ":method": "POST", ":scheme": "https", ":authority": f"127.0.0.1:{it.port}", ":path": "/3/device/1",
        "apns-topic": "app", "authorization": "bearer token", "content-length": "2",
    }  # fmt: skip


async def test_many_at_a_time_share_it_too(own: Authority, tls: ssl.SSLContext) -> None:
    held: list[Request] = []
    async with http2_endpoint(tls, held.append) as it, sending(own.ca_file) as sender:
        waiting = [asyncio.ensure_future(sender.send(push(it))) for _ in range(50)]
        await until(lambda: len(held) == 50)
        for request in reversed(held):
            request.answer(200, str(request.number).encode())
        outcomes = await asyncio.gather(*waiting)
        assert sorted(int(o.body) for o in outcomes) == sorted(request.number for request in held)
        assert len(it.peers) == 1


async def test_a_peer_that_takes_few_at_a_time_gets_more_connections(own: Authority, tls: ssl.SSLContext) -> None:
    held: list[Request] = []
    few = {SettingCodes.MAX_CONCURRENT_STREAMS: 2}
    async with http2_endpoint(tls, held.append, settings=few) as it, sending(own.ca_file) as sender:
        waiting = [asyncio.ensure_future(sender.send(push(it))) for _ in range(5)]
        await until(lambda: len(held) == 5)
        assert len(it.peers) == 3
        for request in held:
            request.answer(200)
        assert [o.status for o in await asyncio.gather(*waiting)] == [200] * 5


async def test_large_bodies_wait_for_the_peers_window(own: Authority, tls: ssl.SSLContext) -> None:
    body = bytes(range(256)) * 2000
    (outcome,), it = await sent(own, tls, lambda request: request.answer(200), body=body)
    assert (outcome.status, outcome.error) == (200, "")
    assert it.requests[0].body == body


async def test_an_early_answer_counts(own: Authority, tls: ssl.SSLContext) -> None:
    small = {SettingCodes.INITIAL_WINDOW_SIZE: 10}
    refuse = lambda request: request.answer(413)  # noqa: E731
    async with http2_endpoint(tls, ignored, on_head=refuse, settings=small) as it, sending(own.ca_file) as sender:
        outcomes = [await sender.send(push(it, bytes(100_000))) for _ in range(2)]
        assert [(o.status, o.error) for o in outcomes] == [(413, "")] * 2
        assert len(it.peers) == 1, "the connection is good for others"


async def test_an_answer_is_cut(own: Authority, tls: ssl.SSLContext) -> None:
    async with (
        http2_endpoint(tls, lambda request: request.answer(200, bytes(5000))) as it,
        sending(own.ca_file) as sender,
    ):
        outcomes = [await sender.send(push(it, answer_bytes=1000)) for _ in range(40)]
        assert [(o.status, len(o.body), o.is_whole) for o in outcomes] == [(200, 1000, False)] * 40
        assert len(it.peers) == 1


async def test_a_stream_that_hangs_is_given_up_and_no_other(own: Authority, tls: ssl.SSLContext) -> None:
    async with http2_endpoint(tls, ignored) as it, sending(own.ca_file) as sender:
        hung = asyncio.ensure_future(sender.send(push(it, timeout_ms=5000)))
        await it.came.wait()
        other = asyncio.ensure_future(sender.send(push(it, timeout_ms=60_000)))
        await until(lambda: len(it.requests) == 2)
        sender.patience.sweep(asyncio.get_running_loop().time() + 6)
        assert (await hung).error == "no whole answer in time"
        it.requests[1].answer(204)
        assert (await other).status == 204
        assert it.requests[0].was_reset


async def test_a_stream_that_is_refused_is_tried_once_more(own: Authority, tls: ssl.SSLContext) -> None:
    def refuse(request: Request) -> None:
        request.peer.h2.reset_stream(request.number, ErrorCodes.REFUSED_STREAM)

    (outcome,), it = await sent(own, tls, refuse)
    assert outcome.error == "the connection was closed without an answer: REFUSED_STREAM"
    assert len(it.requests) == 2


async def test_a_stream_that_is_reset(own: Authority, tls: ssl.SSLContext) -> None:
    def reset(request: Request) -> None:
        request.peer.h2.reset_stream(request.number, ErrorCodes.INTERNAL_ERROR)

    (outcome,), it = await sent(own, tls, reset)
    assert (outcome.status, outcome.error) == (
        None,
        "the connection was closed before the answer was whole: INTERNAL_ERROR",
    )
    assert len(it.requests) == 1


async def test_a_peer_that_goes_away_takes_no_more(own: Authority, tls: ssl.SSLContext) -> None:
    def leave(request: Request) -> None:
        if len(it.peers) == 1:
            request.peer.h2.close_connection(ErrorCodes.NO_ERROR, last_stream_id=0)
        else:
            request.answer(200)

    async with http2_endpoint(tls, leave) as it, sending(own.ca_file) as sender:
        outcome = await sender.send(push(it))
        assert (outcome.status, outcome.error) == (200, "")
        assert len(it.peers) == 2


async def test_a_connection_that_is_cut(own: Authority, tls: ssl.SSLContext) -> None:
    (outcome,), it = await sent(own, tls, lambda request: request.peer.transport.abort())
    assert outcome.status is None
    assert outcome.error.startswith("the connection was closed without an answer")
    assert len(it.peers) == 2


@pytest.mark.parametrize(
    "garbage", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 100, b"\xff" * 100], ids=["http1", "zeros", "ones"]
)
async def test_what_is_no_http2(own: Authority, tls: ssl.SSLContext, garbage: bytes) -> None:
    async with http2_endpoint(tls, garbage=garbage) as it, sending(own.ca_file) as sender:
        outcome = await sender.send(push(it))
        assert outcome.status is None
        assert outcome.error == f"no connection to 127.0.0.1:{it.port}: it was closed before any HTTP/2 settings came"


async def test_a_peer_that_never_says_its_settings(own: Authority, tls: ssl.SSLContext) -> None:
    async with http2_endpoint(tls, garbage=b"\x00") as it, sending(own.ca_file) as sender:
        hung = asyncio.ensure_future(sender.send(push(it)))
        await until(lambda: bool(it.peers))
        sender.patience.sweep(asyncio.get_running_loop().time() + 17)
        assert (await hung).error.endswith("no whole answer in time")


async def test_a_peer_that_speaks_http1_only(own: Authority, tmp_path: Path) -> None:
    async with endpoint(answering(OK), tls=own.server("127.0.0.1")) as it, sending(own.ca_file) as sender:
        outcome = await sender.send(HttpErrand(url=f"https://127.0.0.1:{it.port}/", h2=True))
        assert outcome.error == f"no connection to 127.0.0.1:{it.port}: it doesn't speak HTTP/2"


async def test_a_certificate_that_is_not_believed(own: Authority, tls: ssl.SSLContext) -> None:
    async with http2_endpoint(tls) as it, sending("") as sender:
        outcome = await sender.send(push(it))
        assert "is not trusted" in outcome.error
        assert it.requests == []


async def test_a_send_that_is_cancelled_ends_its_stream_only(own: Authority, tls: ssl.SSLContext) -> None:
    async with http2_endpoint(tls, ignored) as it, sending(own.ca_file) as sender:
        first = asyncio.ensure_future(sender.send(push(it)))
        await it.came.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        await until(lambda: bool(it.requests[0].was_reset))
        assert len(it.peers) == 1
        it.on_request = lambda request: request.answer(200)
        assert (await sender.send(push(it))).status == 200
        assert len(it.peers) == 1


async def test_line_breaks_never_get_there(own: Authority, tls: ssl.SSLContext) -> None:
    async with http2_endpoint(tls) as it, sending(own.ca_file) as sender:
        outcome = await sender.send(HttpErrand(url=it.url(), headers=[("x", "a\r\nb: c")], h2=True))
        assert outcome.is_permanent
        assert it.peers == []
