"""An HTTP endpoint such as a subscriber runs: it keeps what it is sent, and answers as it is told."""

import json
import queue
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple


class Delivery(NamedTuple):
    """One POST. `headers` have lower-case names."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The body, read as JSON."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Sink(ThreadingHTTPServer):
    """Listens on a free port of this machine from its making to `close`.

    `statuses` are those of the next answers, one after the other; after them, or without any, it is 200. `answer` is
    the body of them all.
    """

    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.deliveries: queue.Queue[Delivery] = queue.Queue()
        self.statuses: list[int] = []
        self.answer = b""
        self._connections: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def next(self, kind: str = "", timeout_s: float = 20) -> Delivery:
        """The next delivery. Raises queue.Empty; and AssertionError where it isn't of the `kind` of message."""
        found = self.deliveries.get(timeout=timeout_s)
        if kind:
            assert found.headers["x-amz-sns-message-type"] == kind, found
        return found

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, which is known until it ends."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End a connection."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that was cut."""

    def close(self) -> None:
        """Listen no more, and cut all connections."""
        self.shutdown()
        self._thread.join()
        for connection in list(self._connections):
            with suppress(OSError):  # it is closed already
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Sink

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.server.deliveries.put(Delivery(self.path, headers, body))
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""
