"""A small HTTP/2 server over TLS, such as the push services are."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded


class Asked(NamedTuple):
    """One request. `subject` is the user id of the client's certificate, if it showed one."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    subject: str


Answer = Callable[[Asked], tuple[int, bytes]]


class _Connection(asyncio.Protocol):
    def __init__(self, answer: Answer, transports: list[Any]) -> None:
        self._answer = answer
        self._transports = transports
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._requests: dict[int, tuple[dict[str, str], bytearray]] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._transports.append(transport)
        self._h2.initiate_connection()
        transport.write(self._h2.data_to_send())

    def data_received(self, data: bytes) -> None:
        for event in self._h2.receive_data(data):
            if isinstance(event, RequestReceived):
                self._requests[event.stream_id] = dict(event.headers), bytearray()  # type: ignore[arg-type]
            elif isinstance(event, DataReceived):
                self._requests[event.stream_id][1].extend(event.data)
                self._h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, StreamEnded):
                self._serve(event.stream_id)
        self._transport.write(self._h2.data_to_send())

    def _serve(self, stream: int) -> None:
        headers, body = self._requests.pop(stream)
        certificate = self._transport.get_extra_info("peercert") or {}
        subject = {name: value for ((name, value),) in certificate.get("subject", ())}.get("userId", "")
        status, answer = self._answer(Asked(headers[":method"], headers[":path"], headers, bytes(body), subject))
        self._h2.send_headers(stream, [(":status", str(status))])
        self._h2.send_data(stream, answer, end_stream=True)


@asynccontextmanager
async def http2_service(answer: Answer, tls: ssl.SSLContext) -> AsyncIterator[str]:
    """Its base URL."""
    tls.set_alpn_protocols(["h2"])
    transports: list[Any] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(answer, transports), "127.0.0.1", 0, ssl=tls)
    try:
        yield f"https://localhost:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for transport in transports:
            transport.abort()
        await asyncio.sleep(0)
