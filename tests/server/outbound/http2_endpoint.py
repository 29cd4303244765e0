"""An HTTP/2 endpoint that behaves as it is told, over TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, cast

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.settings import SettingCodes, Settings


class Request:
    """One stream: what came, and ways to answer."""

    def __init__(self, peer: "Peer", number: int, headers: dict[str, str]) -> None:
        self.peer = peer
        self.number = number
        self.headers = headers
        self.body = b""
        self.was_reset = False

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        fields = [(":status", str(status)), *((name.replace("_", "-"), value) for name, value in headers.items())]
        self.peer.h2.send_headers(self.number, fields, end_stream=not body)
        if body:
            self.peer.h2.send_data(self.number, body, end_stream=True)
        self.peer.flush()


Handler = Callable[[Request], None]


class Peer(asyncio.Protocol):
    """The endpoint's side of one connection. `on_head` is called before a request's body came, `on_request` after."""

    def __init__(self, endpoint: "Http2Endpoint") -> None:
        self.endpoint = endpoint
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self.requests: dict[int, Request] = {}
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.endpoint.peers.append(self)
        if self.endpoint.garbage:
            self.transport.write(self.endpoint.garbage)
            return
        self.h2.local_settings = Settings(client=False, initial_values=self.endpoint.settings)
        self.h2.initiate_connection()
        self.flush()

    def data_received(self, data: bytes) -> None:
        if self.endpoint.garbage:
            return
        for event in self.h2.receive_data(data):
            self.handle(event)
        self.flush()

    def handle(self, event: Any) -> None:
        match event:
            case RequestReceived():
                request = self.requests[event.stream_id] = Request(self, event.stream_id, dict(event.headers))
                self.endpoint.requests.append(request)
                self.endpoint.on_head(request)
            case DataReceived():
                self.requests[event.stream_id].body += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case StreamEnded():
                self.endpoint.on_request(self.requests[event.stream_id])
                self.endpoint.came.set()
            case StreamReset():
                self.requests[event.stream_id].was_reset = True

    def flush(self) -> None:
        data = self.h2.data_to_send()
        if data:
            self.transport.write(data)


class Http2Endpoint:
    def __init__(
        self, on_request: Handler, on_head: Handler, settings: dict[SettingCodes, int], garbage: bytes
    ) -> None:
        self.on_request = on_request
        self.on_head = on_head
        self.settings = settings
        self.garbage = garbage
        self.requests: list[Request] = []
        self.peers: list[Peer] = []
        self.came = asyncio.Event()
        self.port = 0

    def url(self, path: str = "/3/device/1") -> str:
        return f"https://127.0.0.1:{self.port}{path}"


def accepted(request: Request) -> None:
    request.answer(200, apns_id="7")


def ignored(_request: Request) -> None:
    """No answer."""


@asynccontextmanager
async def http2_endpoint(
    tls: ssl.SSLContext,
    on_request: Handler = accepted,
    *,
    on_head: Handler = ignored,
    settings: dict[SettingCodes, int] | None = None,
    garbage: bytes = b"",
) -> AsyncIterator[Http2Endpoint]:
    it = Http2Endpoint(on_request, on_head, settings or {}, garbage)
    server = await asyncio.get_running_loop().create_server(lambda: Peer(it), "127.0.0.1", 0, ssl=tls)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()
        for peer in it.peers:
            peer.transport.abort()
        await asyncio.sleep(0)
