"""From a request to its answer: route, authenticate, decode, decide, encode, and hold until it is durable."""

from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, Final

from weirmq.engine.journal import Journal
from weirmq.engine.service import Call, Service
from weirmq.engine.service import Operation as Function
from weirmq.engine.waiting import Wait, Waiting
from weirmq.kernel.clock import MINUTE_MS, Clock
from weirmq.kernel.errors import LogFailed, NoRoom, ServiceError
from weirmq.kernel.ids import Entropy, uuid4
from weirmq.server.auth import Authenticator
from weirmq.server.http import Exchange
from weirmq.server.metrics import Meter, Metrics
from weirmq.server.wheel import Wheel
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.model import Operation, load
from weirmq.wire.aws.routes import Route, Router
from weirmq.wire.http import Request, Response

OnError = Callable[[str, BaseException], None]

FULL_SAID_EVERY_MS: Final = MINUTE_MS

_FULL: Final = "There is no room on the disk for this change. Nothing was changed; try again when there is room."
_BROKEN: Final = "The server failed on this request; its log says how."


class Dispatcher:
    """Answers AWS requests. `pages(request)` answers those that are none."""

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        journal: Journal,
        waiting: Waiting,
        wheel: Wheel,
        authenticator: Authenticator,
        clock: Clock,
        entropy: Entropy,
        metrics: Metrics,
        pages: Callable[[Request, Exchange], None],
        on_error: OnError,
        on_room: Callable[[], None],
        on_failed: Callable[[BaseException], None],
    ) -> None:
        self._router = Router([load(name) for name in services])
        self._services = services
        self._functions = {
            (name, operation): function
            for name, service in services.items()
            for operation, function in service.operations.items()
        }
        self._journal = journal
        self._waiting = waiting
        self._wheel = wheel
        self._authenticator = authenticator
        self._clock = clock
        self._entropy = entropy
        self._metrics = metrics
        self._meters: dict[tuple[str, str], Meter] = {}
        self._pages = pages
        self._on_error = on_error
        self._on_room = on_room
        self._on_failed = on_failed
        self._failed = False
        self._is_stopping = False
        self._full_since: int | None = None  # where the journal ended when there was no room
        self._said_full_ms = 0

    def silence(self) -> None:
        """Answer nothing any more: memory may be ahead of the disk."""
        self._failed = True

    def end_polls(self) -> None:
        """Answer all that wait, and let nobody wait any more."""
        self._is_stopping = True
        self._waiting.end_all()

    def handle(self, request: Request, exchange: Exchange) -> None:
        """Answer `request` through `exchange`, now or later."""
        if self._failed:
            return
        route = self._router.route(request)
        if route is None:
            self._pages(request, exchange)
            return
        started_s = perf_counter()
        request_id = uuid4(self._entropy)
        now_ms = self._clock.now_ms()
        try:
            answer = self._decide(route, request, request_id, now_ms)
        except Exception as error:  # noqa: BLE001 - the door at which every exception becomes an answer
            answer = error
        reply = Reply(self, route, exchange, request_id, started_s)
        if isinstance(answer, Wait) and self._is_stopping:
            reply(answer.empty)
        elif isinstance(answer, Wait):
            number = self._waiting.add(answer, reply)
            exchange.on_gone(partial(self._waiting.cancel, number))
            self._wheel.expect()
        else:
            reply(answer)
        try:
            self._wheel.touch(now_ms)
        except LogFailed as error:
            self._fail(error)

    def _decide(self, route: Route, request: Request, request_id: str, now_ms: int) -> Any:
        """The operation's answer, or its Wait. Raises what it raises."""
        if route.refusal is not None or route.operation is None:
            raise route.refusal or ServiceError("UnknownOperationException", "No operation was named.")
        who = self._authenticator.authenticate(request)
        operation = route.operation
        function = self._function(route, operation)
        asked = route.codec.decode(operation, request)
        scheme = "https" if request.secure else "http"
        origin = f"{scheme}://{request.headers.get(b'host', b'localhost').decode('latin-1')}"
        call = Call(who.caller, who.region, now_ms, origin, request_id, request.peer, request.secure)
        return function(self._services[route.service.name], call, asked)

    def _function(self, route: Route, operation: Operation) -> Function:
        function = self._functions.get((route.service.name, operation.name))
        if function is None:
            raise ServiceError(
                "UnsupportedOperation", f"{operation.name} is not there yet; see the service's README.", status=501
            )
        return function

    def respond(self, reply: "Reply", answer: Any) -> None:
        """Encode an answer, or the exception in its place, and let it go when it is durable."""
        route, code = reply.route, "OK"
        if isinstance(answer, LogFailed):
            self._fail(answer)
            return
        if isinstance(answer, Exception):
            error = self._refusal(answer)
            code = error.code
            response = route.codec.encode_error(route.service, error, reply.request_id)
        else:
            try:
                response = self._encode(route.codec, route.operation, answer, reply.request_id)
            except Exception as failure:  # noqa: BLE001 - the caller gets an answer, and others go on
                self.respond(reply, failure)
                return
        if self._full_since is not None and self._journal.end > self._full_since:
            self._full_since = None
            self._on_room()
        if route.operation is not None:
            self._meter(route.service.name, route.operation.name).count(code, perf_counter() - reply.started_s)
        self._journal.hold(reply.exchange.answer, response)

    def _encode(self, codec: Codec, operation: Operation | None, answer: Any, request_id: str) -> Response:
        assert operation is not None, "without an operation there is a refusal"  # noqa: S101
        return codec.encode(operation, answer, request_id)

    def _refusal(self, error: Exception) -> ServiceError:
        """The answer that an exception becomes."""
        if isinstance(error, ServiceError):
            return error
        if isinstance(error, NoRoom):
            self._say_full(error)
            return ServiceError("InternalFailure", _FULL, status=503, sender=False)
        self._on_error("a request failed", error)
        return ServiceError("InternalFailure", _BROKEN, status=500, sender=False)

    def _say_full(self, error: NoRoom) -> None:
        now_ms = self._clock.now_ms()
        if self._full_since is None or now_ms - self._said_full_ms >= FULL_SAID_EVERY_MS:
            self._said_full_ms = now_ms
            self._on_error("no room on the disk; requests that change something are refused until there is", error)
        self._full_since = self._journal.end

    def _meter(self, service: str, operation: str) -> Meter:
        meter = self._meters.get((service, operation))
        if meter is None:
            meter = self._meters[service, operation] = self._metrics.meter(service, operation)
        return meter

    def _fail(self, error: BaseException) -> None:
        self._failed = True
        self._on_failed(error)


class Reply:
    """Where an answer goes. Called with the answer, or with the exception that took its place."""

    __slots__ = ("_dispatcher", "exchange", "request_id", "route", "started_s")

    def __init__(
        self, dispatcher: Dispatcher, route: Route, exchange: Exchange, request_id: str, started_s: float
    ) -> None:
        self._dispatcher = dispatcher
        self.route = route
        self.exchange = exchange
        self.request_id = request_id
        self.started_s = started_s

    def __call__(self, answer: Any) -> None:
        self._dispatcher.respond(self, answer)
