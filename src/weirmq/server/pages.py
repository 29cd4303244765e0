"""What the server answers besides AWS requests: health, metrics, and a greeting."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from weirmq import __version__
from weirmq.server.http import Exchange
from weirmq.server.metrics import CONTENT_TYPE, Metrics, health
from weirmq.wire.http import Request, Response

_JSON: Final = b"application/json"
_PEM: Final = b"application/x-pem-file"
_TEXT: Final = b"text/plain; charset=utf-8"


class Pages:
    """A few fixed paths."""

    def __init__(
        self, metrics: Metrics, services: Sequence[str], certificates: Sequence[Callable[[str], bytes | None]] = ()
    ) -> None:
        """Each of `certificates` gives one of a service's at its path, and None at any other."""
        self._metrics = metrics
        self._certificates = certificates
        self._health = health(services)
        self._scrapes: set[asyncio.Task[None]] = set()

    def answer(self, request: Request, exchange: Exchange) -> None:
        """Answer a request that no AWS service is asked with."""
        if request.method not in (b"GET", b"HEAD"):
            exchange.answer(Response(404, b"No AWS operation is named here.\n", _TEXT))
        elif request.path in (b"/health", b"/_localstack/health"):
            exchange.answer(Response(200, self._health, _JSON))
        elif request.path == b"/metrics":
            task = asyncio.get_running_loop().create_task(self._scrape(exchange))
            self._scrapes.add(task)
            task.add_done_callback(self._scrapes.discard)
        elif request.path == b"/":
            exchange.answer(Response(200, f"WeirMQ {__version__}. Point an AWS SDK here.\n".encode(), _TEXT))
        elif (found := self._certificate(request.path.decode("latin-1"))) is not None:
            exchange.answer(Response(200, found, _PEM))
        else:
            exchange.answer(Response(404, b"There is nothing here. Point an AWS SDK at this server.\n", _TEXT))

    def _certificate(self, path: str) -> bytes | None:
        return next((found for certificate in self._certificates if (found := certificate(path)) is not None), None)

    async def _scrape(self, exchange: Exchange) -> None:
        exchange.answer(Response(200, await self._metrics.scrape(), CONTENT_TYPE))
