"""One request over HTTP/1.1 and its answer: a whole one, or one that goes on."""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec

from weirmq.wire import http1
from weirmq.wire.http import Request, Response

if TYPE_CHECKING:
    from weirmq.server.connection import Connection
    from weirmq.server.http import Server

# What stands in the queue with the answer to something that is no request.
NO_REQUEST: Final = http1.Incoming(Request(b"", b"", b"", b"", {}, b""), keep_alive=False, minor=1, size=0)
FAILED: Final = Response(500, b"The server failed.\n", b"text/plain; charset=utf-8")
_LAST_CHUNK: Final = b"0\r\n\r\n"


class Http1Exchange(msgspec.Struct, eq=False):
    """One request in progress. `answer` it once, or `stream` an answer to it, now or later."""

    _connection: "Connection"
    incoming: http1.Incoming
    response: Response | None = None
    writer: "Http1Writer | None" = None
    _gone_callback: Callable[[], None] | None = None
    _gone: bool = False

    def answer(self, response: Response) -> None:
        """Send `response` once those before it are out. Nothing happens if the client is gone.

        Raises RuntimeError for a second answer.
        """
        if self.response is not None or self.writer is not None:
            raise RuntimeError("a request is answered once")
        self.response = response
        self._gone_callback = None
        if not self._gone:
            self._connection.answered(self)

    def stream(self, head: Response) -> "Http1Writer":
        """Send the status and the headers of an answer once those before it are out; its body (that of `head` first)
        follows by the writer: in chunks, or to an HTTP/1.0 client up to the close of the connection.

        `on_gone` goes on to hold. Raises RuntimeError for a second answer, ValueError where `head` can't be sent.
        """
        if self.response is not None or self.writer is not None:
            raise RuntimeError("a request is answered once")
        incoming = self.incoming
        if not incoming.minor:
            incoming.keep_alive = False
        start = http1.encode_start(head, incoming.keep_alive, self._connection.date, incoming.minor)
        writer = self.writer = Http1Writer(self._connection, self, start, is_chunked=incoming.minor > 0)
        if self._gone:
            writer.leave()
        elif incoming.request.method == b"HEAD":
            writer.end_without_body()
            self.leave()  # from the body
        else:
            writer.write(head.body)
        if not self._gone or writer.is_closed:
            self._connection.streams(self)
        return writer

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call `callback` if the client disconnects before the answer has ended; at once if it has. No answer is needed
        then. Of a whole answer nobody is told whether it arrived.

        A client that merely ends its sending side counts as gone here, because one that was killed looks the same, and
        a message handed to it would be lost to others for its visibility timeout. Requests without a callback are
        answered to it all the same.
        """
        if self._gone:
            callback()
        elif self.response is None and (self.writer is None or not self.writer.is_closed):
            self._gone_callback = callback

    @property
    def cares(self) -> bool:
        """Somebody asked to be told of the client's going."""
        return self._gone_callback is not None

    def leave(self) -> None:
        """The client is gone."""
        self._gone = True
        callback, self._gone_callback = self._gone_callback, None
        if self.writer is not None:
            self.writer.leave()
        if callback is not None:
            callback()

    def end(self) -> None:
        """The answer is given to the end: the client's going is of no interest any more."""
        self._gone_callback = None


def take_answers(queue: deque[Http1Exchange], server: "Server") -> tuple[bytes, int, http1.Incoming, bool]:
    """Take from the queue the exchanges whose turn it is and that have an answer; there is one at least.

    Returns the answers' bytes, the size of their requests, the last of these, and whether none is to follow it.
    """
    answers: list[bytes] = []
    size = 0
    while True:
        exchange = queue.popleft()
        incoming, response = exchange.incoming, exchange.response or FAILED
        size += incoming.size
        last = not incoming.keep_alive or (server.stopping and not queue)
        head_only = incoming.request.method == b"HEAD"
        try:
            answers.append(http1.encode(response, not last, server.date, head_only, incoming.minor))
        except ValueError as error:
            server.on_error("a response can't be sent", error)
            answers.append(http1.encode(FAILED, not last, server.date, head_only, incoming.minor))
        if last or not queue or queue[0].response is None:
            return answers[0] if len(answers) == 1 else b"".join(answers), size, incoming, last


class Http1Writer:
    """The body of an answer that goes on. Made by `Http1Exchange.stream`."""

    __slots__ = ("_connection", "_exchange", "_gone", "_is_chunked", "_on_room", "_waiting", "is_closed")

    def __init__(self, connection: "Connection", exchange: Http1Exchange, start: bytes, *, is_chunked: bool) -> None:
        self._connection = connection
        self._exchange = exchange
        self._is_chunked = is_chunked
        self._waiting: list[bytes] | None = [start]  # for the answers before it to leave; None: they have
        self._on_room: Callable[[], None] | None = None
        self._gone = False
        self.is_closed = False

    @property
    def unsent(self) -> int:
        """Bytes written that haven't left, because the client is slow to read them, or has older answers to read."""
        if self._gone:
            return 0
        return self._connection.unsent if self._waiting is None else sum(map(len, self._waiting))

    @property
    def is_full(self) -> bool:
        """Write more when `on_room` says so. What is written all the same is kept, in memory."""
        return not self._gone and (self._waiting is not None or self._connection.is_paused)

    @property
    def has_begun(self) -> bool:
        """Its turn has come."""
        return self._waiting is None

    def write(self, data: bytes) -> None:
        """Send `data`. Nothing happens if the client is gone. Raises RuntimeError after `close`."""
        if self.is_closed:
            raise RuntimeError("nothing is written behind the end")
        if data:  # an empty chunk would be the last (RFC 9112, 7.1)
            self._send(b"%x\r\n%b\r\n" % (len(data), data) if self._is_chunked else data)

    def close(self) -> None:
        """End the answer behind what is written."""
        if not self.is_closed:
            self.is_closed = True
            self._on_room = None
            self._exchange.end()
            if self._is_chunked:
                self._send(_LAST_CHUNK)
            if self._waiting is None and not self._gone:
                self._connection.stream_ended()

    def end_without_body(self) -> None:
        """The answer is to a HEAD: it has ended with its head (RFC 9110, 9.3.2)."""
        self.is_closed = True

    def _send(self, data: bytes) -> None:
        if self._gone:
            return
        if self._waiting is None:
            self._connection.send(data)
        else:
            self._waiting.append(data)

    def begin(self) -> bytes:
        """It is its turn: what is written goes straight out from now on. Returns what was written so far."""
        waiting, self._waiting = self._waiting or [], None
        return b"".join(waiting)

    def on_room(self, callback: Callable[[], None]) -> None:
        """Call `callback` each time that the writer has been full and has room again."""
        self._on_room = callback

    def tell_of_room(self) -> None:
        """Most of what was written has left."""
        if self._on_room is not None:
            self._on_room()

    def leave(self) -> None:
        """The client is gone."""
        self._gone = True
        self._on_room = None
