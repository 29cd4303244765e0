"""What an HTTP/2 connection holds of each stream, and what it tells of them."""

from collections import deque

import msgspec

from weirmq.wire import http2
from weirmq.wire.http import Request


class Incoming(msgspec.Struct, gc=False):
    """A whole request has come on stream `number`; `size` counts the bytes that it holds."""

    number: int
    request: Request
    size: int


class Refusal(msgspec.Struct, gc=False):
    """Answer `status` on stream `number`; what else comes of its request is dropped."""

    number: int
    status: int
    reason: str


class Gone(msgspec.Struct, gc=False):
    """The peer wants no answer on stream `number` any more, or broke its request."""

    number: int


Happening = Incoming | Refusal | Gone


class Half:
    """A request on its way in."""

    __slots__ = ("came", "length", "pieces", "request", "size")

    def __init__(self, head: http2.Head, size: int) -> None:
        self.request = head.request
        self.length = head.length
        self.size = size  # with its head
        self.came = 0  # of its body
        self.pieces: list[bytes] = []


class Outlet:
    """An answer on its way out."""

    __slots__ = ("is_whole", "pieces", "sent", "size")

    def __init__(self) -> None:
        self.pieces: deque[memoryview] = deque()
        self.size = 0  # bytes that wait
        self.sent = 0
        self.is_whole = False


class Stream:
    """One that is open: the peer may still send, or waits for its answer."""

    __slots__ = ("owed", "receives", "room", "window")

    def __init__(self, window: int) -> None:
        self.receives = True  # END_STREAM hasn't come
        self.window = window  # bytes that may be sent
        self.room = http2.WINDOW_BYTES  # bytes that may come
        self.owed = 0  # bytes of it that have come and were taken
