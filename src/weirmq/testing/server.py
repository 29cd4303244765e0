"""A server in a thread of the test's own process."""

import asyncio
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import uvloop
from msgspec import structs

from weirmq.kernel.clock import ManualClock
from weirmq.server import config, lock
from weirmq.server.app import App
from weirmq.server.config import Options
from weirmq.testing.clock import TurnableClock

_START_S = _STOP_S = 30.0  # far beyond what either takes, so that a fault ends the test and not the day


class Server(AbstractContextManager["Server"]):
    """A WeirMQ server on a free port, from the beginning of a `with` block to its end.

    `options` are those of `weirmq serve` (see docs/configuration.md) with other defaults: port 0 (any free one),
    durability memory, log level error. With `durability="fsync", data=folder`, what a test wrote is there for the next
    server on that folder. `clock` is turned with `server.clock.advance(minutes=5)`; it also runs by itself, unless it
    is a `ManualClock`. Raises what a start can raise: ConfigError, FolderUnusable, LogDamaged, OSError.
    """

    def __init__(self, *, clock: ManualClock | None = None, **options: Any) -> None:
        defaults: dict[str, Any] = {"port": 0, "durability": "memory", "log_level": "error"}
        self.options = Options(**(defaults | options))
        self._folder: TemporaryDirectory[str] | None = None
        self.clock = clock or TurnableClock()
        self.endpoint_url = ""
        self._clients: list[Any] = []
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="weirmq", daemon=True)

    def __enter__(self) -> Self:
        config.check(self.options)
        if not self.options.outbox:
            self._folder = TemporaryDirectory(prefix="weirmq-")
            self.options = structs.replace(self.options, outbox=self._folder.name)
        self._thread.start()
        if not self._ready.wait(_START_S):
            raise TimeoutError(f"the server did not start within {_START_S:.0f} s")
        if self._failed:
            self._thread.join()
            self._clear()
            raise self._failed
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        for client in self._clients:
            client.close()
        if self._loop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._told.set)
        self._thread.join(_STOP_S)
        self._clear()
        if self._failed:
            raise self._failed

    def _clear(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    @property
    def outbox(self) -> Path:
        """Where mails (`*.eml`) and text messages (`*.json`) are written, while the options name no receiver."""
        return config.outbox_folder(self.options)

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point an AWS SDK or the AWS CLI at this server."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": self.options.region,
            "AWS_REGION": self.options.region,
        }

    def client(self, service: str, **arguments: Any) -> Any:
        """A boto3 client of `service` for this server; `arguments` are those of `boto3.client`. Needs boto3."""
        import boto3

        own = {
            "endpoint_url": self.endpoint_url,
            "region_name": self.options.region,
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        client = boto3.session.Session().client(service, **(own | arguments))
        self._clients.append(client)
        return client

    def _run(self) -> None:
        """What the thread does."""
        try:
            folder = lock.hold(Path(self.options.data)) if self.options.durability != "memory" else nullcontext()
            with folder, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised again in the test's thread
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        app = App(self.options, clock=self.clock)
        addresses = await app.start()
        self.endpoint_url = config.endpoint(self.options, addresses)
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        told = asyncio.ensure_future(self._told.wait())
        either: list[asyncio.Future[Any]] = [told, app.failed]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        await app.stop()
        if not app.failed.cancelled():
            app.failed.result()
