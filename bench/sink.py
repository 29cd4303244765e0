"""An HTTP endpoint as fast as Python allows, in a process of its own, and the bench's end of it.

It answers 200 to each POST and counts; under `/busy/` it answers 503 to all but confirmations. It keeps the tokens by
which subscriptions are confirmed, for whoever asks. A request costs it some 8 us of CPU.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, cast

import uvloop

from bench import generator
from bench.processes import Process, free_port
from bench.servers import HERE, START_SECONDS, Place

CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
POLL_SECONDS = 0.02


class Seen(NamedTuple):
    """Notifications that got 200, the time of the last by `time.perf_counter`, and those that got 503."""

    taken: int
    last_at: float
    refused: int


class Sink:
    """A started sink."""

    def __init__(self, place: Place) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "bench.sink", str(self.port)]
        self.process = Process(command, {}, place.scratch / "sink.log", cwd=HERE.parent)
        deadline = time.perf_counter() + START_SECONDS
        while not generator.answers_yet(self.port, _get("/seen")):
            if not self.process.alive() or time.perf_counter() > deadline:
                self.process.stop()
                raise RuntimeError(f"the sink does not answer:\n{self.process.last_words()}")
            time.sleep(POLL_SECONDS)

    def close(self) -> None:
        """Stops it."""
        self.process.stop()

    def url(self, path: str) -> str:
        """Where one subscription's messages go."""
        return f"http://127.0.0.1:{self.port}{path}"

    def seen(self) -> Seen:
        """What came until now."""
        return Seen(*json.loads(generator.once(self.port, _get("/seen"))))

    def tokens(self) -> list[str]:
        """Tokens of confirmations that came since the last call."""
        found: list[str] = json.loads(generator.once(self.port, _get("/tokens")))
        return found

    def wait(self, enough: Callable[[Seen], bool], seconds: float) -> Seen:
        """What came, once it is enough. Raises TimeoutError."""
        deadline = time.perf_counter() + seconds
        while not enough(seen := self.seen()):
            if time.perf_counter() > deadline:
                raise TimeoutError(f"after {seconds:.0f} s the sink has {seen}")
            time.sleep(POLL_SECONDS)
        return seen


def _get(path: str) -> bytes:
    return b"GET %b HTTP/1.1\r\nHost: sink\r\n\r\n" % path.encode()


class _Record:
    """What all connections have got together."""

    def __init__(self) -> None:
        self.taken = self.refused = 0
        self.last_at = 0.0
        self.tokens: list[str] = []

    def post(self, head: bytes, body: bytes) -> bytes:
        """The answer to what a server delivers."""
        if b"SubscriptionConfirmation" in head:
            self.tokens.append(json.loads(body)["Token"])
            return OK
        if head.startswith(b"POST /busy/"):
            self.refused += 1
            return BUSY
        self.taken += 1
        self.last_at = time.perf_counter()
        return OK

    def get(self, head: bytes) -> bytes:
        """The answer to what the bench asks."""
        if head.startswith(b"GET /tokens"):
            body, self.tokens = json.dumps(self.tokens), []
        else:
            body = json.dumps([self.taken, self.last_at, self.refused])
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body.encode())


class _Connection(asyncio.Protocol):
    def __init__(self, record: _Record) -> None:
        self._record = record
        self._rest = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        data = self._rest + data
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[: end + 2]
            length = CONTENT_LENGTH.search(head)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(data) < size:
                break
            is_get = head.startswith(b"GET ")
            self._transport.write(self._record.get(head) if is_get else self._record.post(head, data[end + 4 : size]))
            data = data[size:]
        self._rest = data


async def _serve(port: int) -> None:
    record = _Record()
    server = await asyncio.get_running_loop().create_server(
        lambda: _Connection(record), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
