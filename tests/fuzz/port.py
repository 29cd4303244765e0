"""A whole server on a real port, and what may come out of it whatever goes in.

An answer is a whole HTTP response: 200, a refusal in the words of a protocol, or a plain one of the port's own. Nothing
is ever answered with 500, nothing is told to the log, and a refusal leaves the state as it was.
"""

import asyncio
import io
import json
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import cbor2
import httptools
import uvloop

from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.app import App
from weirmq.server.config import Options
from weirmq.server.http import PIPELINED_LIMIT
from weirmq.server.logs import open_logger

PROBE = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
PROBE_TURNS = 200  # of the loop; it takes about three, and both ends of every connection turn in it
CBOR = ("application/x-amz-cbor-1.1", "application/cbor")
PORTS_OWN = {400, 404, 408, 413, 414, 417, 431, 501, 503, 505}  # refusals that no protocol of AWS words


class Answer(NamedTuple):
    status: int
    kind: str
    body: bytes

    @property
    def code(self) -> str:
        """AWS's error code; empty for an answer that is none of AWS's refusals."""
        if self.status < 400 or self.kind.startswith("text/plain"):
            return ""
        if self.kind in CBOR:
            return str(read_cbor(self.body).get("__type", ""))
        if self.kind == "text/xml":
            return ET.fromstring(self.body).findtext(".//{*}Code", "")  # noqa: S314 - our own
        return str(json.loads(self.body)["__type"]).rpartition("#")[2]


class Answers:
    """The responses in a run of bytes, read by llhttp."""

    def __init__(self, data: bytes) -> None:
        self.all: list[Answer] = []
        self.is_partial = False
        self._kind = ""
        self._body = b""
        self._parser = httptools.HttpResponseParser(self)
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._kind, self._body, self.is_partial = "", b"", True

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-type":
            self._kind = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.is_partial = False
        status = self._parser.get_status_code()
        if status != 100:
            self.all.append(Answer(status, self._kind, self._body))


def read_cbor(body: bytes) -> Any:
    """AWS has milliseconds under tag 1, which cbor2 would take for seconds, and for years beyond all calendars."""
    return cbor2.loads(body, semantic_decoders={1: lambda moment, _immutable: moment})


def check(answer: Answer) -> None:
    """Raises AssertionError for an answer that no client should ever see."""
    assert answer.status < 500 or answer.status in PORTS_OWN, answer
    if answer.kind == "text/xml":
        ET.fromstring(answer.body)  # noqa: S314 - our own
    elif answer.kind.startswith("application/x-amz-json") or answer.kind == "application/json":
        json.loads(answer.body)
    elif answer.kind in CBOR:
        assert isinstance(read_cbor(answer.body), dict), answer
    else:
        assert answer.kind.startswith("text/plain"), answer
        assert answer.status in PORTS_OWN | {200}, answer
    if answer.status >= 400 and not answer.kind.startswith("text/plain"):
        assert answer.code, answer


class Port:
    """A started server in memory."""

    def __init__(self, **options: Any) -> None:
        self.clock = ManualClock()
        defaults: dict[str, Any] = {"port": 0, "durability": "memory", "log_format": "json"}
        chosen = Options(**(defaults | options))
        self._lines = io.StringIO()
        self.app = App(chosen, clock=self.clock, entropy=SeededEntropy(1), logger=open_logger(chosen, self._lines))
        self.port = 0
        self.told: list[Any] = []  # what the event loop had to complain of
        self._probe: tuple[asyncio.StreamReader, asyncio.StreamWriter]

    async def start(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.told.append(context))
        self.port = (await self.app.start())[0][1]
        self._probe = await asyncio.open_connection("127.0.0.1", self.port)

    async def stop(self) -> None:
        self._probe[1].close()
        await self.app.stop()

    def state(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Where the log ends, and everything that a restart would find, once time has done its part."""
        journal = self.app._journal
        wheel = self.app._wheel
        assert wheel is not None
        machine: Any = journal._machines[b"sqs"][0]
        while (due_ms := machine.next_due_ms()) is not None and due_ms <= self.clock.now_ms():
            wheel.tick()
        journal.flush()
        for queue in machine.queues.values():
            machine.advance(queue, self.clock.now_ms())
        return journal.end, list(journal.snapshot())

    async def turn_clock(self, **by: float) -> None:
        """Turn the clock, and let time do its part."""
        self.clock.advance(**by)
        await asyncio.sleep(0)

    def complaints(self) -> list[Any]:
        lines = [json.loads(line) for line in self._lines.getvalue().splitlines()]
        return [line for line in lines if line["level"] != "info"] + self.told

    async def talk(self, *pieces: bytes) -> list[Answer]:
        """What is answered to these bytes, with a turn of the loop between the pieces, and checked."""
        loop = asyncio.get_running_loop()
        with socket.create_connection(("127.0.0.1", self.port)) as client:
            client.setblocking(False)
            received = asyncio.ensure_future(_all_of(client))
            with suppress(ConnectionError):
                for piece in pieces:
                    await loop.sock_sendall(client, piece)
                    await asyncio.sleep(0)
            with suppress(OSError):  # it was refused, and the connection is gone
                client.shutdown(socket.SHUT_WR)
            await self.probe()
            while not received.done():  # so many polls that nothing more is read have to be waited for
                await asyncio.sleep(0)
                if len(self.app._dispatcher._waiting) >= PIPELINED_LIMIT:
                    await self.turn_clock(seconds=20)
            data = await received
        answers = Answers(data)
        assert not answers.is_partial, data
        for answer in answers.all:
            check(answer)
        return answers.all

    async def probe(self) -> None:
        """Somebody else is answered meanwhile."""
        reader, writer = self._probe
        writer.write(PROBE)
        answer = asyncio.ensure_future(reader.readuntil(b"here.\n"))
        for _ in range(PROBE_TURNS):
            await asyncio.sleep(0)
            if answer.done():
                break
        else:
            raise AssertionError(f"nobody else was served for {PROBE_TURNS} turns of the loop")
        assert (await answer).startswith(b"HTTP/1.1 200")

    async def refused_or_done(self, *pieces: bytes) -> list[Answer]:
        """`talk`; where everything was refused, the state must be as it was."""
        before = self.state()
        answers = await self.talk(*pieces)
        if all(answer.status >= 400 for answer in answers):
            assert self.state() == before, answers
        assert not self.complaints(), self.complaints()
        return answers


def on_uvloop(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario on the loop that a server has."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(scenario())


async def _all_of(client: socket.socket) -> bytes:
    """What comes until the server closes."""
    data = b""
    with suppress(ConnectionError):
        while piece := await asyncio.get_running_loop().sock_recv(client, 1 << 16):
            data += piece
    return data


@asynccontextmanager
async def open_port(**options: Any) -> AsyncIterator[Port]:
    port = Port(**options)
    await port.start()
    loop_says = _Kept()
    logging.getLogger("asyncio").addHandler(loop_says)
    try:
        yield port
    finally:
        logging.getLogger("asyncio").removeHandler(loop_says)
        await port.stop()
    assert loop_says.lines == []


class _Kept(logging.Handler):
    """What the event loop says by `logging`."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
