"""What a handler gets with a request, whichever HTTP carries it, and what the server asks of every connection."""

from asyncio import BaseTransport
from collections.abc import Callable
from typing import Protocol

from weirmq.wire.http import Request, Response


class Writer(Protocol):
    """An answer that goes on: what is written leaves as fast as the client reads."""

    @property
    def unsent(self) -> int:
        """Bytes written that haven't left."""
        ...

    @property
    def is_full(self) -> bool:
        """The client is slow: write more when `on_room` says so. What is written all the same is kept, in memory."""
        ...

    def write(self, data: bytes) -> None:
        """Send `data`. Nothing happens if the client is gone. Raises RuntimeError after `close`."""
        ...

    def on_room(self, callback: Callable[[], None]) -> None:
        """Call `callback` each time that the writer has been full and has room again."""
        ...

    def close(self) -> None:
        """End the answer behind what is written."""
        ...


class Exchange(Protocol):
    """One request in progress."""

    def answer(self, response: Response) -> None:
        """Send `response`, now or later, once. Nothing happens if the client is gone. Raises RuntimeError."""
        ...

    def stream(self, head: Response) -> Writer:
        """Send the status and the headers of an answer that goes on, and the body of `head`; in place of `answer`.

        Raises RuntimeError, ValueError where `head` can't be sent.
        """
        ...

    def on_gone(self, callback: Callable[[], None]) -> None:
        """Call `callback` if the client leaves before the answer has ended; at once if it has."""
        ...


Handler = Callable[[Request, Exchange], None]


class Peer(Protocol):
    """A connection, as the server and its budget see it."""

    @property
    def half_sent(self) -> bool:
        """A request is on its way in."""
        ...

    @property
    def idle(self) -> bool:
        """Nothing is in progress: it may be closed without anybody missing an answer."""
        ...

    def room(self) -> None:
        """The budget has room again."""
        ...

    def refuse(self, status: int, reason: str) -> None:
        """Answer and close."""
        ...

    def wind_up(self) -> None:
        """The server stops: take no new requests, as far as the protocol can say so."""
        ...

    def stop(self) -> None:
        """Close if idle."""
        ...

    def abort(self) -> None:
        """Close now; what isn't sent is lost."""
        ...


def address_of(transport: BaseTransport) -> str:
    """The client's IP address. An IPv4 client of a dual-stack socket (RFC 4291, 2.5.5.2) has its IPv4 address: policies
    name that one.
    """
    name = transport.get_extra_info("peername")
    address: str = name[0] if name else ""
    return address[7:] if address.startswith("::ffff:") and "." in address else address
