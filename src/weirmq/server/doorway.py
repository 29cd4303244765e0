"""TLS clients are known from when they connect, not only once their handshake is done, which may take them seconds.

A server of asyncio tells of nobody before. So whoever connects and says nothing would hold a descriptor that no limit
counts.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, Final

AT_ONCE: Final = 128  # accepted in a turn of the loop, before those who are in have theirs
PAUSE_S: Final = 1.0  # where the process has no descriptors left


class Guest(asyncio.BaseProtocol):
    """A connection that is told of its handshake. When that succeeds, `connection_made` follows."""

    __slots__ = ()

    def knock(self, peer: str, send_away: Callable[[], object]) -> None:
        """Somebody is there, from that IP address. `send_away` ends the handshake and closes the connection."""

    def turned_back(self) -> None:
        """The handshake is over without success, or was ended: nothing more comes of it."""


class Doorway:
    """Lets clients of one listening socket in by TLS. The socket is its own from now on."""

    def __init__(
        self,
        door: socket.socket,
        tls: ssl.SSLContext,
        guest: Callable[[], Guest],
        on_error: Callable[[str, BaseException], None],
        *,
        handshake_s: float,
        goodbye_s: float,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._door = door
        self._guest = guest
        self._on_error = on_error
        self._handshakes: set[asyncio.Task[Any]] = set()
        self._again: asyncio.TimerHandle | None = None
        self._shake_hands = partial(
            self._loop.connect_accepted_socket,
            ssl=tls,
            ssl_handshake_timeout=handshake_s,
            ssl_shutdown_timeout=goodbye_s,
        )
        self._open()

    def _open(self) -> None:
        self._again = None
        self._loop.add_reader(self._door, self._accept)

    def _accept(self) -> None:
        for _ in range(AT_ONCE):
            try:
                client, address = self._door.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                self._on_error("a connection can't be accepted", error)
                self._loop.remove_reader(self._door)
                self._again = self._loop.call_later(PAUSE_S, self._open)
                return
            client.setblocking(False)
            self._welcome(client, str(address[0]))

    def _welcome(self, client: socket.socket, peer: str) -> None:
        guest = self._guest()
        has_begun = False

        def begin() -> Guest:
            nonlocal has_begun
            has_begun = True
            return guest

        def done(task: asyncio.Task[Any]) -> None:
            self._handshakes.discard(task)
            if not has_begun:
                client.close()  # else it is the transport's
            error = None if task.cancelled() else task.exception()
            if task.cancelled() or error:
                guest.turned_back()
            if error and not isinstance(error, OSError):  # as ssl.SSLError is: the client's affair
                self._on_error("a TLS handshake failed", error)

        task = self._loop.create_task(self._shake_hands(begin, client))
        self._handshakes.add(task)
        task.add_done_callback(done)
        guest.knock(peer, task.cancel)

    def close(self) -> None:
        """Let nobody in any more, those who shake hands included."""
        if self._again is not None:
            self._again.cancel()
        if self._door.fileno() >= 0:
            self._loop.remove_reader(self._door)
            self._door.close()
        for task in list(self._handshakes):
            task.cancel()
