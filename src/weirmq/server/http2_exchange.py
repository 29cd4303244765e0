"""One request over HTTP/2 and its answer: a whole one, or one that goes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from weirmq.wire.http import Response

if TYPE_CHECKING:
    from weirmq.server.http2 import Http2Connection

FULL_BYTES = 64 * 1024  # unsent, at which a writer is full: a few events
ROOM_BYTES = FULL_BYTES // 2  # unsent, at which it has room again


class Http2Exchange(msgspec.Struct, eq=False):
    """One request in progress. `answer` it once, or `stream` an answer to it, now or later."""

    _connection: "Http2Connection"
    number: int
    size: int  # of the request, as the budget counts it
    head_only: bool
    writer: "Http2Writer | None" = None
    _is_answered: bool = False
    _gone_callback: Callable[[], None] | None = None
    _gone: bool = False

    def answer(self, response: Response) -> None:
        """Send `response`. Nothing happens if the client is gone. Raises RuntimeError for a second answer."""
        self._once()
        self._gone_callback = None
        if not self._gone:
            self._connection.answered(self, response)

    def stream(self, head: Response) -> "Http2Writer":
        """Send the status and the headers of an answer; its body (that of `head` first) follows by the writer.

        `on_gone` goes on to hold. Raises RuntimeError for a second answer, ValueError where `head` can't be sent.
        """
        self._once()
        self.writer = Http2Writer(self._connection, self.number)
        if self._gone:
            self.writer.leave()
        else:
            self._connection.streams(self, self.writer, head)
        return self.writer

    def _once(self) -> None:
        if self._is_answered:
            raise RuntimeError("a request is answered once")
        self._is_answered = True

    @property
    def is_answered(self) -> bool:
        """An answer has been given, or begun."""
        return self._is_answered

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call `callback` if the client leaves, or takes its request back, before the answer has ended.

        Of a whole answer nobody is told whether it arrived.
        """
        if self._gone:
            callback()
        elif not self._is_answered or (self.writer is not None and not self.writer.is_closed):
            self._gone_callback = callback

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


class Http2Writer:
    """The body of an answer that goes on. Made by `Http2Exchange.stream`."""

    __slots__ = ("_connection", "_gone", "_number", "_on_room", "is_closed")

    def __init__(self, connection: "Http2Connection", number: int) -> None:
        self._connection = connection
        self._number = number
        self._on_room: Callable[[], None] | None = None
        self._gone = False
        self.is_closed = False

    @property
    def unsent(self) -> int:
        """Bytes written that haven't left, because the client is slow to read them."""
        return 0 if self._gone else self._connection.unsent_of(self._number)

    @property
    def is_full(self) -> bool:
        """The client is slow: write more when `on_room` says so. What is written all the same is kept, in memory."""
        return self.unsent >= FULL_BYTES

    def write(self, data: bytes) -> None:
        """Send `data`. Nothing happens if the client is gone. Raises RuntimeError after `close`."""
        if self.is_closed:
            raise RuntimeError("nothing is written behind the end")
        if not self._gone:
            self._connection.write(self._number, data, last=False)
            if self.is_full:
                self._connection.fills(self)

    def close(self) -> None:
        """End the answer behind what is written."""
        if not self.is_closed:
            self.is_closed = True
            self._on_room = None
            if not self._gone:
                self._connection.write(self._number, b"", last=True)

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
