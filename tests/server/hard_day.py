"""A whole server in this loop, on a disk that can be full, break and lose power, and clients that keep their
connections: for the tests of hard days.
"""

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeVar
from urllib.parse import quote_plus

import uvloop

from tests.server.serving import Answer, Client
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.errors import LogFailed
from weirmq.kernel.ids import Entropy
from weirmq.server.app import App
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.testing.disk import SimulatedDisk

QUEUE = "/000000000000/orders"
FIFO = "/000000000000/orders.fifo"

T = TypeVar("T")

_HANDLE = re.compile("<ReceiptHandle>(.*?)<")
_BODY = re.compile("<Body>(.*?)<")
_CODE = re.compile("<Code>(.*?)<")


class Day:
    """A started server, what it logged, and its clients."""

    def __init__(self, disk: SimulatedDisk | None = None, **options: Any) -> None:
        self.clock = ManualClock()
        kept: dict[str, Any] = {"durability": "fsync", "data": "/data"} if disk else {"durability": "memory"}
        self.options = Options(**(kept | {"port": 0, "log_format": "json"} | options))
        self._lines = io.StringIO()
        logger = open_logger(self.options, self._lines)
        self.app = App(self.options, clock=self.clock, disk=disk, logger=logger)
        self.port = 0
        self.clients: list[Client] = []
        self.told: list[dict[str, Any]] = []  # what the loop had to complain of
        self._disk = disk
        self._is_over = False

    async def start(self) -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: self.told.append(context))
        self.port = (await self.app.start())[0][1]

    async def stop(self) -> None:
        for client in self.clients:
            client.writer.close()
        if not self._is_over:
            self._is_over = True
            await self.app.stop()

    async def kill(self, power: Entropy | None = None) -> None:
        """End the process at once; with `power`, the machine too."""
        assert self._disk is not None
        self._is_over = True
        if power is None:
            self._disk.kill()
        else:
            self._disk.crash(power)
        with suppress(OSError, LogFailed):  # its files are gone, so it can write nothing any more
            await self.app.stop()

    @property
    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self._lines.getvalue().splitlines()]

    @property
    def levels(self) -> list[str]:
        return [json.loads(line)["level"] for line in self._lines.getvalue().splitlines()]

    @property
    def log(self) -> str:
        return self._lines.getvalue()

    @property
    def waiting(self) -> int:
        """How many polls wait."""
        return len(self.app._dispatcher._waiting)

    async def connect(self, **arguments: Any) -> Client:
        return await self.connect_to(self.port, **arguments)

    async def connect_to(self, port: int, **arguments: Any) -> Client:
        client = Client(*await asyncio.open_connection("127.0.0.1", port, **arguments))
        self.clients.append(client)
        return client

    async def turn(self, **by: float) -> None:
        """Turn the clock, and let time do its part."""
        self.clock.advance(**by)
        await asyncio.sleep(0)


def form(action: str, path: str = "/", **parameters: Any) -> bytes:
    """A request in the Query protocol."""
    body = "&".join([f"Action={action}", *(f"{name}={quote_plus(str(value))}" for name, value in parameters.items())])
    return f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def create(name: str = "orders", **attributes: Any) -> bytes:
    parameters: dict[str, Any] = {}
    for number, (key, value) in enumerate(attributes.items(), 1):
        parameters |= {f"Attribute.{number}.Name": key, f"Attribute.{number}.Value": value}
    return form("CreateQueue", QueueName=name, **parameters)


def send(body: str, path: str = QUEUE, **parameters: Any) -> bytes:
    return form("SendMessage", path, MessageBody=body, **parameters)


def receive(path: str = QUEUE, **parameters: Any) -> bytes:
    return form("ReceiveMessage", path, **parameters)


def poll(wait_s: int = 20) -> bytes:
    return receive(WaitTimeSeconds=wait_s)


def delete(handle: str, path: str = QUEUE) -> bytes:
    return form("DeleteMessage", path, ReceiptHandle=handle)


def change(handle: str, visibility_s: int, path: str = QUEUE) -> bytes:
    return form("ChangeMessageVisibility", path, ReceiptHandle=handle, VisibilityTimeout=visibility_s)


def handles(answer: Answer) -> list[str]:
    return _HANDLE.findall(answer.body.decode())


def bodies(answer: Answer) -> list[str]:
    return _BODY.findall(answer.body.decode())


def code(answer: Answer) -> str:
    """AWS's error code, or `OK`."""
    found = _CODE.search(answer.body.decode())
    return found[1] if found else "OK" if answer.status == 200 else f"status {answer.status}"


async def until(so: Any) -> None:
    """Let the loop turn until it is so."""
    while not so():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)


@asynccontextmanager
async def day(disk: SimulatedDisk | None = None, **options: Any) -> AsyncIterator[Day]:
    """A server from its start to its stop; the loop must have nothing to complain of."""
    it = Day(disk, **options)
    await it.start()
    try:
        yield it
    finally:
        await it.stop()
    assert it.told == [], it.told


def spend(scenario: Coroutine[Any, Any, T]) -> T:
    """Run a scenario on the loop that a server has."""

    async def limited() -> T:
        async with asyncio.timeout(40):
            return await scenario

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(limited())
