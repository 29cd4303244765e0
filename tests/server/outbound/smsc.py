"""An SMPP 3.4 message center for tests, by the specification's tables and nothing of the client's."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

HEADER = struct.Struct("!IIII")
GENERIC_NACK, SUBMIT, DELIVER, UNBIND, BIND, ENQUIRE = 0x80000000, 4, 5, 6, 9, 0x15
ANSWER = 0x80000000


class Submitted(NamedTuple):
    """The fields of a submit_sm (4.4.1), in its order."""

    service_type: str
    source_ton: int
    source_npi: int
    source: str
    destination_ton: int
    destination_npi: int
    destination: str
    esm_class: int
    protocol_id: int
    priority: int
    schedule: str
    validity: str
    registered_delivery: int
    replaces: int
    data_coding: int
    default_id: int
    message: bytes


def encode(command: int, status: int, number: int, body: bytes = b"") -> bytes:
    return HEADER.pack(HEADER.size + len(body), command, status, number) + body


def deliver(number: int, esm_class: int, message: bytes, more: bytes = b"") -> bytes:
    """A deliver_sm (4.6.1) from +491511234567."""
    head = b"\0" + b"\x01\x01491511234567\0" + b"\x05\0SHOP\0" + bytes([esm_class, 0, 0]) + b"\0\0" + bytes(4)
    return encode(DELIVER, 0, number, head + bytes([len(message)]) + message + more)


def read_submit(body: bytes) -> Submitted:
    values: list[Any] = []
    for kind in "siisiisiiissiiii":
        if kind == "i":
            values.append(body[0])
            body = body[1:]
        else:
            text, _, body = body.partition(b"\0")
            values.append(text.decode("ascii"))
    assert len(body) == 1 + body[0]
    return Submitted(*values, message=body[1:])


class Center:
    """What the message center does; `statuses` of the next submit_sm, one after the other."""

    def __init__(self) -> None:
        self.password = "hush"
        self.submitted: list[Submitted] = []
        self.statuses: list[int] = []
        self.binds = 0
        self.silent_about: set[int] = set()
        self.is_asked = asyncio.Event()  # something that it stays silent about
        self.answers: asyncio.Queue[tuple[int, int, int]] = asyncio.Queue()  # to its own requests
        self.unbound = asyncio.Event()
        self.writer: asyncio.StreamWriter

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        while True:
            length, command, status, number = HEADER.unpack(await reader.readexactly(HEADER.size))
            body = await reader.readexactly(length - HEADER.size)
            if command in self.silent_about:
                self.is_asked.set()
            elif command & ANSWER:
                self.answers.put_nowait((command, status, number))
            else:
                writer.write(self._answer(command, number, body))

    def _answer(self, command: int, number: int, body: bytes) -> bytes:
        if command == BIND:
            system_id, password, system_type, rest = body.split(b"\0", 3)
            assert (system_id, rest) == (b"weirmq", b"\x34\0\0\0")  # interface_version 3.4, no address range
            assert system_type in {b"", b"VMS"}
            if password.decode() != self.password:
                return encode(BIND | ANSWER, 0x0E, number)
            self.binds += 1
            return encode(BIND | ANSWER, 0, number, b"center\0")
        if command == SUBMIT:
            status = self.statuses.pop(0) if self.statuses else 0
            if status:
                return encode(SUBMIT | ANSWER, status, number)
            self.submitted.append(read_submit(body))
            return encode(SUBMIT | ANSWER, 0, number, f"id-{len(self.submitted)}\0".encode())
        if command == UNBIND:
            self.unbound.set()
        assert command in {UNBIND, ENQUIRE}
        return encode(command | ANSWER, 0, number)


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(serve: Serve, **fields: Any) -> AsyncIterator[int]:
    """A TCP server on a free port; at the end, all its connections are closed."""
    tasks: set[asyncio.Task[Any]] = set()

    async def closed_at_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())  # type: ignore[arg-type]
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await serve(reader, writer)
        finally:
            writer.transport.abort()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(closed_at_the_end, "127.0.0.1", 0, **fields)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def message_center(center: Center, **fields: Any) -> AsyncIterator[int]:
    """A center on a free port."""
    async with listening(center.serve, **fields) as port:
        yield port
