"""The HTTP client against endpoints that behave well, badly, and not at all. Each scenario runs on both loops; time is
handed to `sweep`, and nothing sleeps.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.server.outbound.endpoints import OK, Asked, Endpoint, Peer, Script, answering, authority, endpoint, silent
from tests.server.serving import on_both_loops
from weirmq.engine.errands import HttpErrand, Outcome
from weirmq.server.outbound import http
from weirmq.server.outbound.addresses import Guard
from weirmq.server.outbound.http import HttpSender
from weirmq.server.outbound.trust import Trust


@asynccontextmanager
async def sending(guard: Guard | None = None, ca_file: str = "") -> AsyncIterator[HttpSender]:
    sender = HttpSender(guard or Guard(allows_private=True), Trust(ca_file))
    try:
        yield sender
    finally:
        await sender.close()
        while sender.connections:  # noqa: ASYNC110 - their ends are on their way
            await asyncio.sleep(0)


async def sent(script: Script, *, count: int = 1, body: bytes = b"hello") -> tuple[list[Outcome], Endpoint]:
    """What comes of some posts, one after the other."""
    async with endpoint(script) as it, sending() as sender:
        return [await sender.send(HttpErrand(url=it.url("/in"), body=body)) for _ in range(count)], it


async def late(sender: HttpSender, came: asyncio.Event, errand: HttpErrand) -> Outcome:
    """What comes of an errand whose time runs out."""
    sending = asyncio.ensure_future(sender.send(errand))
    await came.wait()
    assert not sending.done()
    sender.patience.sweep(asyncio.get_running_loop().time() + errand.timeout_ms / 1000 - 2)
    await asyncio.sleep(0)
    assert not sending.done(), "it is not late yet"
    sender.patience.sweep(asyncio.get_running_loop().time() + errand.timeout_ms / 1000 + 1)
    return await sending


# What goes well


@on_both_loops
async def test_posts_share_a_connection() -> None:
    outcomes, it = await sent(answering(OK), count=3)
    assert [(o.status, o.body, o.error, o.is_whole) for o in outcomes] == [(200, b"ok", "", True)] * 3
    host = {"Host": f"127.0.0.1:{it.port}", "Content-Length": "5"}
    assert it.asked == [Asked(1, "POST /in HTTP/1.1", host, b"hello")] * 3


@on_both_loops
async def test_large_bodies_go_out_whole() -> None:
    body = bytes(range(256)) * 4096
    outcomes, it = await sent(answering(OK), count=2, body=body)
    assert [o.status for o in outcomes] == [200, 200]
    assert [asked.body == body for asked in it.asked] == [True, True]


@on_both_loops
async def test_chunked_answers_and_their_trailers() -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nTrailer: x\r\n\r\n"
    outcomes, it = await sent(answering(answer), count=2)
    assert [(o.status, o.body, o.headers) for o in outcomes] == [(200, b"abcde", {"transfer-encoding": "chunked"})] * 2
    assert it.connections == 1


@on_both_loops
async def test_headers_come_in_lower_case_and_repeated_ones_together() -> None:
    answer = b"HTTP/1.1 202 Accepted\r\nX-Id: 7\r\nx-list: a\r\nX-List: b\r\nContent-Length: 0\r\n\r\n"
    (outcome,), _ = await sent(answering(answer))
    assert (outcome.status, outcome.body) == (202, b"")
    assert outcome.headers == {"x-id": "7", "x-list": "a, b", "content-length": "0"}


@on_both_loops
async def test_interim_answers_are_passed_over() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    (outcome, _), it = await sent(answering(interim + OK), count=2)
    assert (outcome.status, outcome.body, outcome.headers) == (200, b"ok", {"content-length": "2"})
    assert it.connections == 1


@on_both_loops
async def test_no_content() -> None:
    outcomes, it = await sent(answering(b"HTTP/1.1 204 No Content\r\n\r\n"), count=2)
    assert [(o.status, o.body, o.error) for o in outcomes] == [(204, b"", "")] * 2
    assert it.connections == 1


@on_both_loops
async def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.0 200 OK\r\n\r\nuntil ")
        peer.say(b"the end")
        peer.writer.close()

    outcomes, it = await sent(script, count=2)
    assert [(o.status, o.body, o.error) for o in outcomes] == [(200, b"until the end", "")] * 2
    assert it.connections == 2


@on_both_loops
async def test_the_answer_to_head_has_no_body() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        await peer.gone()

    async with endpoint(script) as it, sending() as sender:
        outcome = await sender.send(HttpErrand(url=it.url(), method="HEAD"))
    assert (outcome.status, outcome.body, outcome.error) == (200, b"", "")


@on_both_loops
async def test_errors_and_redirects_are_outcomes_like_any_other() -> None:
    async with endpoint(answering(OK)) as other:
        moved = f"HTTP/1.1 307 Moved\r\nLocation: {other.url()}\r\nContent-Length: 0\r\n\r\n".encode()
        broken = b"HTTP/1.1 503 Down\r\nContent-Length: 4\r\n\r\nlate"
        (first, second), _ = await sent(answering(moved, broken), count=2)
        assert (first.status, first.headers["location"], first.error) == (307, other.url(), "")
        assert (second.status, second.body, second.error) == (503, b"late", "")
        assert other.connections == 0


@on_both_loops
async def test_many_at_a_time_have_a_connection_each_and_few_are_kept() -> None:
    async with endpoint(answering(OK)) as it, sending() as sender:
        await asyncio.gather(*(sender.send(HttpErrand(url=it.url())) for _ in range(20)))
        assert it.connections == 20
        for _ in range(20):
            await sender.send(HttpErrand(url=it.url()))
        assert it.connections == 20


@on_both_loops
async def test_idle_connections_end_after_a_while_and_there_are_never_many() -> None:
    async with endpoint(answering(OK)) as it, sending() as sender:
        await asyncio.gather(*(sender.send(HttpErrand(url=it.url())) for _ in range(http.MOST_IDLE + 9)))
        while len(sender.connections) > http.MOST_IDLE:  # noqa: ASYNC110 - the ends of some are on their way
            await asyncio.sleep(0)
        sender.patience.sweep(asyncio.get_running_loop().time() + http.IDLE_S + 2)
        while sender.connections:  # noqa: ASYNC110
            await asyncio.sleep(0)
        assert (await sender.send(HttpErrand(url=it.url()))).status == 200


# What goes wrong


@on_both_loops
async def test_an_endpoint_that_hangs() -> None:
    async with endpoint(silent) as it, sending() as sender:
        outcome = await late(sender, it.came, HttpErrand(url=it.url()))
        assert (outcome.status, outcome.error) == (None, "no whole answer in time")


@on_both_loops
async def test_an_endpoint_that_drips() -> None:
    """A byte now and then is no reason to wait any longer."""

    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(10):
            peer.say(b".")
            await peer.writer.drain()
            await asyncio.sleep(0)
        peer.endpoint.came.set()
        await peer.gone()

    async with endpoint(script) as it, sending() as sender:
        outcome = await late(sender, it.came, HttpErrand(url=it.url()))
        assert (outcome.status, outcome.error, outcome.is_whole) == (200, "no whole answer in time", False)


@on_both_loops
async def test_an_endpoint_that_sends_ten_gigabytes() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        written = 0
        try:
            while True:
                peer.say(bytes(65536))
                written += 65536
                await peer.writer.drain()
        finally:
            sizes.append(written)

    sizes: list[int] = []
    async with endpoint(script) as it, sending() as sender:
        outcome = await sender.send(HttpErrand(url=it.url()))
        assert (outcome.status, outcome.error, outcome.is_whole) == (200, "", False)
        assert outcome.body == bytes(65536)
        while not sizes:  # noqa: ASYNC110 - until the endpoint notices
            await asyncio.sleep(0)
    assert sizes[0] < 50_000_000, "the rest fills sockets at most"


@on_both_loops
async def test_an_answer_without_an_end_in_tiny_chunks() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            peer.say(b"1;" + b"e" * 1000 + b"\r\nx\r\n")
            await peer.writer.drain()

    (outcome,), _ = await sent(script)
    assert (outcome.status, outcome.error, outcome.is_whole) == (200, "", False)
    assert 0 < len(outcome.body) < 65536


@on_both_loops
async def test_a_head_without_an_end() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.say(b"X-More: " + b"x" * 1000 + b"\r\n")
            await peer.writer.drain()

    (outcome,), _ = await sent(script)
    assert (outcome.status, outcome.error) == (None, "the answer's head is too long")


@on_both_loops
async def test_interim_answers_without_an_end() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        while True:
            peer.say(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)
            await peer.writer.drain()

    (outcome,), _ = await sent(script)
    assert (outcome.status, outcome.error) == (None, "the answer's head is too long")


@on_both_loops
async def test_an_endpoint_that_resets() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.reset()

    (outcome,), it = await sent(script)
    assert outcome.status is None
    assert outcome.error.startswith("the connection was closed without an answer")
    assert it.connections == 1, "a new connection that fails is no reason for another one"


@on_both_loops
async def test_an_endpoint_that_closes_halfway() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        peer.writer.close()

    (outcome,), it = await sent(script)
    assert (outcome.status, outcome.body, outcome.is_whole) == (200, b"half", False)
    assert outcome.error == "the connection was closed before the answer was whole"
    assert it.connections == 1


@on_both_loops
async def test_an_idle_connection_that_was_closed_is_tried_once_more_on_a_new_one() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(OK)
        if peer.number == 1:
            await peer.asked()  # and closes in the face of the second
        else:
            await peer.gone()

    outcomes, it = await sent(script, count=2)
    assert [o.status for o in outcomes] == [200, 200]
    assert [asked.connection for asked in it.asked] == [1, 1, 2]


@on_both_loops
async def test_but_not_when_something_came_back() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(OK)
        await peer.asked()
        peer.say(b"HTTP/1.1 2")
        peer.writer.close()

    (_, outcome), it = await sent(script, count=2)
    assert (outcome.status, outcome.error) == (None, "the connection was closed before the answer was whole")
    assert it.connections == 1


@on_both_loops
async def test_an_early_answer_counts_and_ends_the_connection() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.readuntil(b"\r\n\r\n")
        peer.say(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        peer.endpoint.came.set()
        await asyncio.get_running_loop().create_future()  # reads no more

    async with endpoint(script) as it, sending() as sender:
        outcome = await sender.send(HttpErrand(url=it.url(), body=bytes(20_000_000)))
        assert (outcome.status, outcome.error) == (413, "")
        while sender.connections:  # noqa: ASYNC110 - it is not kept
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    "answer",
    [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 OK\r\n\r\n", b"\x00" * 100, b"220 mail\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
     b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc"],
)  # fmt: skip
@pytest.mark.parametrize("count", [1, 2])
async def test_what_is_no_http(answer: bytes, count: int) -> None:
    """The second errand gets a connection of its own."""
    outcomes, it = await sent(answering(answer), count=count)
    assert all(o.error.startswith(("not an HTTP answer", "switched protocols")) for o in outcomes)
    assert it.connections == count


@on_both_loops
async def test_what_comes_unasked_is_never_taken_for_an_answer() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(OK + b"HTTP/1.1 500 Not Asked For\r\nContent-Length: 0\r\n\r\n")
        await peer.asked()
        peer.say(OK)

    outcomes, it = await sent(script, count=3)
    assert [o.status for o in outcomes] == [200, 200, 200]
    assert it.connections == 3


@on_both_loops
async def test_data_on_an_idle_connection_ends_it() -> None:
    async def script(peer: Peer) -> None:
        await peer.asked()
        peer.say(OK)
        await said.wait()
        peer.say(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")
        await peer.gone()

    said = asyncio.Event()
    async with endpoint(script) as it, sending() as sender:
        assert (await sender.send(HttpErrand(url=it.url()))).status == 200
        said.set()
        while sender.connections:  # noqa: ASYNC110 - until the client hears it
            await asyncio.sleep(0)


@on_both_loops
async def test_nobody_listens() -> None:
    async with endpoint(silent) as it:
        pass
    async with sending() as sender:
        outcome = await sender.send(HttpErrand(url=it.url()))
    assert outcome.status is None
    assert outcome.error == f"no connection to 127.0.0.1:{it.port}: Connection refused"


@on_both_loops
async def test_errands_that_can_never_be_sent() -> None:
    async with sending() as sender:
        for errand in (
            HttpErrand(url="gopher://example.com/"),
            HttpErrand(url="http://example.com/", headers=[("X", "a\r\nb")]),
            HttpErrand(url="http://example.com/", h2=True),
        ):
            outcome = await sender.send(errand)
            assert outcome.is_permanent
            assert outcome.error


@on_both_loops
async def test_a_send_that_is_cancelled_closes_its_connection() -> None:
    async with endpoint(silent) as it, sending() as sender:
        sending_it = asyncio.ensure_future(sender.send(HttpErrand(url=it.url())))
        await it.came.wait()
        sending_it.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending_it
        while sender.connections:  # noqa: ASYNC110
            await asyncio.sleep(0)


# Names and addresses


@on_both_loops
async def test_what_is_checked_is_what_is_connected_to() -> None:
    """A name leads to an endpoint, and the next time to a private address: DNS rebinding."""
    found = [["127.0.0.1"], ["10.0.0.1"]]

    async def lookup(host: str, _port: int) -> list[str]:
        asked.append(host)
        return found.pop(0)

    asked: list[str] = []
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    guard = Guard(allows_private=True, lookup=lookup)
    async with endpoint(answering(closing)) as it, sending(guard) as sender:
        url = f"http://rebinding.example:{it.port}/"
        assert (await sender.send(HttpErrand(url=url))).status == 200
        guard.allows_private = False
        outcome = await sender.send(HttpErrand(url=url))
        assert outcome.status is None
        assert "rebinding.example (10.0.0.1) is a private address" in outcome.error
        assert asked == ["rebinding.example"] * 2
        assert it.asked[0].headers["Host"] == f"rebinding.example:{it.port}"


@on_both_loops
async def test_private_endpoints_are_refused_unless_the_operator_named_them() -> None:
    async with endpoint(answering(OK)) as it, sending(Guard(allows_private=False)) as sender:
        refused = await sender.send(HttpErrand(url=it.url()))
        assert refused.error == "127.0.0.1 is a loopback address, and private endpoints are not allowed"
        assert it.connections == 0
        assert (await sender.send(HttpErrand(url=it.url(), is_trusted=True))).status == 200
        refused = await sender.send(HttpErrand(url=it.url()))
        assert refused.status is None, "a connection for trusted errands is not for others"


@on_both_loops
async def test_the_next_address_is_tried() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["127.0.0.3", "127.0.0.1"]  # nobody listens at the first

    async with endpoint(answering(OK)) as it, sending(Guard(allows_private=True, lookup=lookup)) as sender:
        outcome = await sender.send(HttpErrand(url=f"http://two.example:{it.port}/"))
        assert outcome.status == 200


@on_both_loops
async def test_a_name_that_nobody_knows() -> None:
    async with sending() as sender:
        outcome = await sender.send(HttpErrand(url="http://nowhere.invalid/"))
    assert outcome.error.startswith("nowhere.invalid is not known")


@on_both_loops
async def test_a_lookup_that_hangs() -> None:
    async def lookup(_host: str, _port: int) -> list[str]:
        came.set()
        return await asyncio.get_running_loop().create_future()

    came = asyncio.Event()
    async with sending(Guard(allows_private=True, lookup=lookup)) as sender:
        outcome = await late(sender, came, HttpErrand(url="http://slow.example/"))
        assert outcome.error == "no connection to slow.example:80: no whole answer in time"


# TLS


async def _to(tls: ssl.SSLContext, ca_file: str, name: str = "good.example") -> tuple[Outcome, Endpoint]:
    async def lookup(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    guard = Guard(allows_private=True, lookup=lookup)
    async with endpoint(answering(OK), tls=tls) as it, sending(guard, ca_file) as sender:
        return await sender.send(HttpErrand(url=f"https://{name}:{it.port}/", body=b"x")), it


@pytest.mark.parametrize("name", ["good.example", "127.0.0.1"])
async def test_tls_with_a_certificate_that_is_believed(tmp_path: Path, name: str) -> None:
    own = authority(tmp_path)
    outcome, it = await _to(own.server(name), own.ca_file, name)
    assert (outcome.status, outcome.body, outcome.error) == (200, b"ok", "")
    assert it.asked[0].body == b"x"


async def test_the_name_is_told_to_the_server(tmp_path: Path) -> None:
    names: list[str | None] = []
    own = authority(tmp_path)
    tls = own.server("good.example")
    tls.sni_callback = lambda _session, name, _context: names.append(name)
    await _to(tls, own.ca_file)
    assert names == ["good.example"]


@pytest.mark.parametrize(
    ("name", "until", "trusted", "why"),
    [
        ("other.example", 2120, True, "Hostname mismatch, certificate is not valid for 'good.example'."),
        ("good.example", 2021, True, "certificate has expired"),
        ("good.example", 2120, False, "unable to get local issuer certificate"),
    ],
)
async def test_bad_certificates(tmp_path: Path, name: str, until: int, trusted: bool, why: str) -> None:
    own = authority(tmp_path)
    outcome, it = await _to(own.server(name, until=until), own.ca_file if trusted else "")
    assert outcome.status is None
    assert outcome.error == f"the certificate of good.example:{it.port} is not trusted: {why}"
    assert it.asked == []


async def test_a_plain_endpoint_is_no_tls_endpoint() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.read(1)
        peer.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with endpoint(script) as it, sending() as sender:
        outcome = await sender.send(HttpErrand(url=f"https://127.0.0.1:{it.port}/"))
        assert outcome.status is None
        assert outcome.error.startswith(f"no TLS connection to 127.0.0.1:{it.port}")


@on_both_loops
async def test_a_handshake_that_hangs() -> None:
    async def script(peer: Peer) -> None:
        await peer.reader.read(1)
        peer.endpoint.came.set()
        await peer.gone()

    async with endpoint(script) as it, sending() as sender:
        outcome = await late(sender, it.came, HttpErrand(url=f"https://127.0.0.1:{it.port}/"))
        assert outcome.error.endswith("no whole answer in time")


async def test_large_bodies_over_tls(tmp_path: Path) -> None:
    own = authority(tmp_path)
    body = bytes(range(256)) * 2000
    async with endpoint(answering(OK), tls=own.server("127.0.0.1")) as it, sending(ca_file=own.ca_file) as sender:
        post = partial(HttpErrand, url=f"https://127.0.0.1:{it.port}/")
        assert [(await sender.send(post(body=body))).status for _ in range(2)] == [200, 200]
        assert [asked.body == body for asked in it.asked] == [True, True]
