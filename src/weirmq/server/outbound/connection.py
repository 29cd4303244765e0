"""One HTTP/1.1 connection to somebody else: a request, its answer, and again.

    idle -- ask --> asking -- the whole answer --> idle, or closed where either side wants that
                           -- too much, too late, broken, gone --> closed, with an error text

The peer is a stranger: it may send anything, at any speed, at any time, and close whenever it likes. Nothing of it may
reach further than the outcome of the request that it answers.
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Final, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

from weirmq.server.outbound.addresses import reason
from weirmq.server.outbound.patience import LATE

HEAD_BYTES: Final = 64 * 1024  # of an answer before its body, interim answers counted
FRAMING_BYTES: Final = 64 * 1024  # chunk headers and trailers, beyond the body that is kept


CLOSED: Final = "the connection was closed before the answer was whole"
UNHEARD: Final = "the connection was closed without an answer"


class Connection(asyncio.Protocol):
    """A connection whose end `on_lost` is told of.

    After `ask`, `status`, `headers`, `body` and `is_whole` say what came: also of an answer that went wrong halfway.
    """

    __slots__ = (
        "_answer", "_body", "_head_done", "_is_head_request", "_keeps", "_most", "_on_lost", "_parser", "_received",
        "_transport", "_until_end", "born", "due", "headers", "is_open", "is_whole", "looked_at", "status",
    )  # fmt: skip

    def __init__(self, on_lost: Callable[["Connection"], None], born: float) -> None:
        self.born = born  # in loop time
        self.due = inf
        self.looked_at = inf
        self.is_open = False
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.is_whole = True
        self._body = bytearray()
        self._on_lost = on_lost
        self._transport: asyncio.Transport
        self._parser = HttpResponseParser(self)
        self._answer: asyncio.Future[str] | None = None
        self._head_done = False
        self._is_head_request = False
        self._keeps = False
        self._most = 0
        self._received = 0
        self._until_end = False

    @property
    def body(self) -> bytes:
        """The answer's body, as far as it is kept."""
        return bytes(self._body)

    @property
    def is_reusable(self) -> bool:
        """Whether it may take another request."""
        return self._keeps and self.is_open

    def ask(self, head: bytes, body: bytes, answer_bytes: int, *, is_head: bool = False) -> "asyncio.Future[str]":
        """Send a request. The future gives an error text, empty where the answer is whole or cut at `answer_bytes`."""
        answer = self._answer = asyncio.get_running_loop().create_future()
        self.status = None
        self.headers = {}
        self._body = bytearray()
        self.is_whole = True
        self._head_done = self._keeps = self._until_end = False
        self._is_head_request = is_head
        self._most = answer_bytes
        self._received = 0
        if not self.is_open:
            self._finish(UNHEARD)
        elif len(body) <= 16 * 1024:  # below, one copy is cheaper than a second write
            self._transport.write(head + body)
        else:
            self._transport.writelines([head, body])
        return answer

    def abort(self) -> None:
        """Drop the connection at once."""
        self._keeps = False
        if self.is_open:
            self._transport.abort()

    def time_out(self, _now: float) -> None:
        """The answer, or the next request, took too long."""
        self._finish(LATE)
        self.abort()

    # asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone."""
        self.is_open = False
        if self._until_end and error is None:  # RFC 9112, 6.3: without a length, the end of the connection is the end
            self._finish("")
        elif self._received:
            self._finish(CLOSED)
        else:
            self._finish(UNHEARD if error is None else f"{UNHEARD}: {reason(error)}")
        self._on_lost(self)

    def eof_received(self) -> bool:
        """The peer sends nothing more; nor do we."""
        return False

    def data_received(self, data: bytes) -> None:
        """Some bytes of the answer."""
        if self._answer is None:  # an answer to nothing
            self.abort()
            return
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            # A second answer behind the one that we wait for is none of its faults: what follows is dropped.
            self._finish(f"not an HTTP answer: {error}" if isinstance(error, HttpParserError) else "switched protocols")
            self._keeps = False
        if self._answer is not None:
            self._watch_size()
        elif not self._keeps:
            self.abort()

    def _watch_size(self) -> None:
        """Stop reading an answer of which nobody wants to know more."""
        if not self._head_done:
            if self._received > HEAD_BYTES:
                self._finish("the answer's head is too long")
                self.abort()
        elif not self.is_whole or self._received > HEAD_BYTES + self._most + FRAMING_BYTES:
            self.is_whole = False
            self._finish("")
            self.abort()

    # The parser

    def on_message_begin(self) -> None:
        """An answer begins; behind the whole one, this is one too many."""
        if self._answer is None:
            self._keeps = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        if self._answer is None or self._head_done:
            return
        key = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        self.headers[key] = f"{self.headers[key]}, {text}" if key in self.headers else text

    def on_headers_complete(self) -> None:
        """The head is there: that of an interim answer (RFC 9110, 15.2), or of the real one."""
        if self._answer is None:
            return
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = {}
            return
        self.status = status
        self._head_done = True
        self._until_end = "content-length" not in self.headers and "chunked" not in self.headers.get(
            "transfer-encoding", ""
        )
        if self._is_head_request:  # RFC 9112, 6.3: it has no body, whatever its headers say; the parser can't know
            self._finish("")

    def on_body(self, data: bytes) -> None:
        """A piece of the body."""
        if self._answer is None:
            return
        room = self._most - len(self._body)
        if len(data) > room:
            self.is_whole = False
        self._body += data[:room]

    def on_message_complete(self) -> None:
        """An answer is whole."""
        if self._answer is None or not self._head_done:
            return
        # A peer that answers before it has the whole request won't read the rest of it.
        is_sent = not self._transport.get_write_buffer_size()
        self._keeps = is_sent and self.is_whole and self._parser.should_keep_alive()
        self._finish("")

    def _finish(self, error: str) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(error)
