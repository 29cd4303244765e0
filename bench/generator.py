"""A load generator for what can't be signed beforehand: receive, then delete what was received.

Each connection follows a script, a Python generator: it yields a request and is handed the body of the answer. One
thread, one request under way on each connection, keep-alive. It costs 25-40 us of its own CPU a request, on the other
core than the server's: so the server's CPU time is exact, the requests/s are a lower bound.
"""

import contextlib
import itertools
import re
import select
import socket
import time
from array import array
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, field

Script = Generator[bytes, bytes, None]
RECEIPT_HANDLE = re.compile(rb'"ReceiptHandle"\s*:\s*"((?:[^"\\]|\\.)*)"')
ITERATOR = re.compile(rb'"ShardIterator"\s*:\s*"([^"]+)"')
NEXT_ITERATOR = re.compile(rb'"NextShardIterator"\s*:\s*"([^"]+)"')
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
CLOSING = re.compile(rb"\r\nconnection:\s*close", re.IGNORECASE)
ANSWER_SECONDS = 60
_TAIL = 4096


class RefusedError(Exception):
    """The server answered something other than 200."""


@dataclass
class Totals:
    """What a drive did."""

    requests: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies_us: "array[float]" = field(default_factory=lambda: array("d"))


def answer_body(data: bytes | bytearray) -> bytes | None:
    """The body of a whole HTTP answer, or None while some of it is missing. Raises RefusedError."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head = bytes(data[:end])
    length = CONTENT_LENGTH.search(head)
    if length:
        if len(data) < end + 4 + int(length[1]):
            return None
        body = bytes(data[end + 4 :])
    elif CHUNKED.search(head):
        if not data.endswith(b"0\r\n\r\n"):
            return None
        body = _joined(bytes(data[end + 4 :]))
    else:
        raise RefusedError(f"an answer without a length: {head!r}")
    if not data.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise RefusedError((head.partition(b"\r\n")[0] + b" " + body[:300]).decode(errors="replace"))
    return body


def _joined(chunks: bytes) -> bytes:
    parts = []
    while chunks:
        size, _, chunks = chunks.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        parts.append(chunks[:length])
        chunks = chunks[length + 2 :]
    return b"".join(parts)


class _Connection:
    def __init__(self, port: int, script: Script) -> None:
        self.port = port
        self.script = script
        self.buffer = bytearray()
        self.sent_at = 0.0
        self.socket = self._open()

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self.port), ANSWER_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def reopen(self) -> None:
        self.socket.close()
        self.socket = self._open()


def drive(scripts: Iterable[Script], port: int, seconds: float) -> Totals:
    """Runs each script on a connection of its own until all have ended or the time is up. Raises RefusedError."""
    totals = Totals()
    poll = select.epoll()
    open_now: dict[int, _Connection] = {}
    begun, cpu = time.perf_counter(), time.process_time()
    try:
        for script in scripts:
            connection = _Connection(port, script)
            open_now[connection.socket.fileno()] = connection
            poll.register(connection.socket, select.EPOLLIN)
            connection.send(next(script))
        while open_now and time.perf_counter() < begun + seconds:
            for fd, _ in poll.poll(1):
                _on_readable(fd, open_now, poll, totals)
    finally:
        for connection in open_now.values():
            connection.script.close()
            connection.socket.close()
        poll.close()
    totals.seconds = time.perf_counter() - begun
    totals.cpu_seconds = time.process_time() - cpu
    return totals


def _on_readable(fd: int, open_now: dict[int, _Connection], poll: select.epoll, totals: Totals) -> None:
    connection = open_now[fd]
    data = connection.socket.recv(1 << 20)
    if not data:
        raise RefusedError(f"the server closed a connection after {connection.buffer[:300]!r}")
    connection.buffer += data
    body = answer_body(connection.buffer)
    if body is None:
        return
    totals.requests += 1
    totals.latencies_us.append((time.perf_counter() - connection.sent_at) * 1e6)
    closing = CLOSING.search(connection.buffer, 0, connection.buffer.find(b"\r\n\r\n") + 2)
    connection.buffer = bytearray()
    if closing:
        poll.unregister(fd)
        del open_now[fd]
        connection.reopen()
        open_now[connection.socket.fileno()] = connection
        poll.register(connection.socket, select.EPOLLIN)
    try:
        connection.send(connection.script.send(body))
    except StopIteration:
        poll.unregister(connection.socket)
        del open_now[connection.socket.fileno()]
        connection.socket.close()


def replay(pool: list[bytes], take: Callable[[], int | None]) -> Script:
    """Sends requests of a pool, as long as `take` hands out numbers."""
    while (number := take()) is not None:
        yield pool[number % len(pool)]


def counter(count: int) -> Callable[[], int | None]:
    """Hands out the numbers below `count` once each, then None."""
    numbers = iter(range(count))
    return lambda: next(numbers, None)


def iterator_of(answer: bytes) -> bytes:
    """The ShardIterator in the answer of GetShardIterator. Raises RefusedError."""
    found = ITERATOR.search(answer)
    if not found:
        raise RefusedError(f"no iterator in {answer[:300]!r}")
    return found[1]


def next_iterator(answer: bytes) -> bytes | None:
    """The NextShardIterator in the answer of GetRecords, wherever it stands; None at the end of a closed shard."""
    found = NEXT_ITERATOR.search(answer, max(0, len(answer) - _TAIL)) or NEXT_ITERATOR.search(answer)
    return found[1] if found else None


def cycles(pool: list[bytes], receive: bytes, delete: Callable[[bytes], bytes]) -> Script:
    """Send, receive, delete, without end."""
    for number in itertools.count():
        yield pool[number % len(pool)]
        found = None
        while not found:
            found = RECEIPT_HANDLE.search((yield receive))
        yield delete(found[1])


def churn(batch: list[bytes], receive: bytes, delete: Callable[[list[bytes]], bytes], keep: int) -> Script:
    """Sends 10, receives 10 and deletes all but `keep` of them, without end: old segments stay sparsely used."""
    for number in itertools.count():
        yield batch[number % len(batch)]
        handles = RECEIPT_HANDLE.findall((yield receive))
        if len(handles) > keep:
            yield delete(handles[keep:])


def once(port: int, request: bytes) -> bytes:
    """Sends one request on a connection of its own and returns the answer's body. Raises RefusedError or OSError."""
    kept: list[bytes] = []

    def script() -> Script:
        kept.append((yield request))

    drive([script()], port, ANSWER_SECONDS)
    if not kept:
        raise RefusedError("no answer")
    return kept[0]


def answers_yet(port: int, request: bytes) -> bool:
    """Whether the server at this port answers this request with 200 now."""
    with contextlib.suppress(OSError, RefusedError):
        once(port, request)
        return True
    return False
