"""From a request to its answer: route, authenticate, decode, decide, encode, and hold until it is durable."""

from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter
from typing import Any, Final

import msgspec

from weirmq.engine.flowing import Flow
from weirmq.engine.journal import Journal
from weirmq.engine.service import Call, Service
from weirmq.engine.service import Operation as Function
from weirmq.engine.waiting import Wait, Waiting
from weirmq.kernel.clock import MINUTE_MS, Clock
from weirmq.kernel.errors import LogFailed, NoRoom, ServiceError
from weirmq.kernel.ids import Entropy, uuid4
from weirmq.server.auth import Authenticated, Authenticator
from weirmq.server.flows import FlowWheel
from weirmq.server.http import Exchange
from weirmq.server.metrics import Meter, Metrics
from weirmq.server.wheel import Wheel
from weirmq.wire.aws.compression import inflate
from weirmq.wire.aws.events import events_of
from weirmq.wire.aws.model import Operation, load
from weirmq.wire.aws.routes import Route, Router
from weirmq.wire.http import Request

OnError = Callable[[str, BaseException], None]

FULL_SAID_EVERY_MS: Final = MINUTE_MS
REFUSAL_LETTERS: Final = 500  # of an error's message in a log line; it may repeat what the client sent
ORIGINS_KNOWN: Final = 1_024  # names that clients reach us by

_FULL: Final = "There is no room on the disk for this change. Nothing was changed; try again when there is room."
_BROKEN: Final = "The server failed on this request; its log says how."


class Plan(msgspec.Struct, frozen=True, gc=False):
    """All that is looked up for an operation once: how its callers are told, what answers it, for which service, and
    where it is counted.
    """

    authenticate: Callable[[Request, int], Authenticated]
    function: Function
    service: Service
    meter: Meter


class Dispatcher:
    """Answers AWS requests. `pages(request)` answers those that are none.

    `on_refused` gets the fields of a log line for each answer that is an error.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        journal: Journal,
        hold: Callable[[Callable[[Any], None], Any], None] | None = None,
        waiting: Waiting,
        flows: FlowWheel,
        wheel: Wheel,
        authenticator: Authenticator,
        clock: Clock,
        entropy: Entropy,
        metrics: Metrics,
        pages: Callable[[Request, Exchange], None],
        on_error: OnError,
        on_refused: Callable[[Mapping[str, Any]], None],
        on_room: Callable[[], None],
        on_failed: Callable[[BaseException], None],
    ) -> None:
        self._router = Router([load(name) for name in services])
        self._services = services
        self._plans: dict[Operation, Plan] = {}
        self._journal = journal
        self._hold = hold or journal.hold
        self._waiting = waiting
        self._flows = flows
        self._wheel = wheel
        self._authenticator = authenticator
        self._clock = clock
        self._metrics = metrics
        self._origins: dict[tuple[bytes, bool], str] = {}
        self._request_ids = uuid4(entropy)[:24]  # their number follows
        self._requests = 0x8000_0000_0000  # so that it has always as many digits
        self._pages = pages
        self._on_error = on_error
        self._on_refused = on_refused
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
        """Answer all that wait, end what goes on, and let nobody wait any more."""
        self._is_stopping = True
        self._waiting.end_all()
        self._flows.end_all()

    def handle(self, request: Request, exchange: Exchange) -> None:
        """Answer `request` through `exchange`, now or later."""
        if self._failed:
            return
        flaw = _inflate(request) if b"content-encoding" in request.headers else None
        route = self._router.route(request)
        if route is None:
            self._pages(request, exchange)
            return
        started_s = perf_counter()
        self._requests += 1
        request_id = f"{self._request_ids}{self._requests:x}"
        now_ms = self._clock.now_ms()
        try:
            answer = self._decide(route, request, flaw, request_id, now_ms)
        except Exception as error:  # noqa: BLE001 - the door at which every exception becomes an answer
            answer = error
        kind = type(answer)
        if kind is not Wait and kind is not Flow:
            self.respond(route, exchange, request_id, request.peer, started_s, answer)
        elif kind is Flow:
            self._begin(route, exchange, request_id, started_s, answer)
        elif self._is_stopping:
            self.respond(route, exchange, request_id, request.peer, started_s, answer.empty)
        else:
            respond = partial(self.respond, route, exchange, request_id, request.peer, started_s)
            number = self._waiting.add(answer, respond)
            exchange.on_gone(partial(self._waiting.cancel, number))
            self._wheel.expect()
        try:
            self._wheel.touch(now_ms)
        except LogFailed as error:
            self._fail(error)

    def _decide(self, route: Route, request: Request, flaw: ServiceError | None, request_id: str, now_ms: int) -> Any:
        """The operation's answer, or its Wait. Raises what it raises, and `flaw`, which the body has."""
        operation = route.operation
        if operation is None:
            raise flaw or route.refusal or ServiceError("UnknownOperationException", "No operation was named.")
        plan = self._plans.get(operation) or self._plan(operation)
        who = plan.authenticate(request, now_ms)
        if flaw is not None:
            raise flaw
        asked = route.codec.decode(operation, request)
        named = (request.headers.get(b"host", b"localhost"), request.secure)
        origin = self._origins.get(named) or self._origin(named)
        call = Call(who.caller, who.region, now_ms, origin, request_id, request.peer, request.secure)
        return plan.function(plan.service, call, asked)

    def _plan(self, operation: Operation) -> Plan:
        service = self._services[operation.service.name]
        function = service.operations.get(operation.name) or partial(_not_there, operation.name)
        meter = self._metrics.meter(service.name, operation.name)
        may_be_unsigned = operation.name in service.unsigned
        tell = self._authenticator.authenticate_if_signed if may_be_unsigned else self._authenticator.authenticate
        plan = self._plans[operation] = Plan(tell, function, service, meter)
        return plan

    def _origin(self, named: tuple[bytes, bool]) -> str:
        host, secure = named
        if len(self._origins) >= ORIGINS_KNOWN:
            self._origins.clear()
        origin = self._origins[named] = f"{'https' if secure else 'http'}://{host.decode('latin-1')}"
        return origin

    def respond(
        self, route: Route, exchange: Exchange, request_id: str, peer: str, started_s: float, answer: Any
    ) -> None:
        """Encode an answer, or the exception in its place, and let it go when it is durable."""
        code = "OK"
        operation = route.operation
        if isinstance(answer, Exception):
            if isinstance(answer, LogFailed):
                self._fail(answer)
                return
            error = self._refusal(answer)
            code = error.code
            self._tell_refusal(route, error, request_id, peer)
            response = route.codec.encode_error(route.service, error, request_id)
        else:
            assert operation is not None, "without an operation there is a refusal"  # noqa: S101
            try:
                response = route.codec.encode(operation, answer, request_id)
            except Exception as failure:  # noqa: BLE001 - the caller gets an answer, and others go on
                self.respond(route, exchange, request_id, peer, started_s, failure)
                return
        if self._full_since is not None and self._journal.end > self._full_since and not self._journal.is_short:
            self._full_since = None
            self._on_room()
        if operation is not None:
            self._plans[operation].meter.count(code, perf_counter() - started_s)
        self._hold(exchange.answer, response)

    def _begin(self, route: Route, exchange: Exchange, request_id: str, started_s: float, flow: Flow) -> None:
        """Let an answer go on."""
        operation = route.operation
        assert operation is not None, "without an operation there is a refusal"  # noqa: S101
        self._plans[operation].meter.count("OK", perf_counter() - started_s)
        self._flows.begin(flow, exchange, events_of(route.codec, operation), request_id, self._refusal)

    def _refusal(self, error: Exception) -> ServiceError:
        """The answer that an exception becomes."""
        if isinstance(error, ServiceError):
            return error
        if isinstance(error, NoRoom):
            self._say_full(error)
            return ServiceError("InternalFailure", _FULL, status=503, sender=False)
        self._on_error("a request failed", error)
        return ServiceError("InternalFailure", _BROKEN, status=500, sender=False)

    def _tell_refusal(self, route: Route, error: ServiceError, request_id: str, peer: str) -> None:
        fields = {
            "service": route.service.name,
            "operation": route.operation.name if route.operation is not None else "",
            "code": error.code,
            "message": error.message[:REFUSAL_LETTERS],
            "peer": peer,
            "request_id": request_id,
        }
        self._on_refused(fields)

    def _say_full(self, error: NoRoom) -> None:
        now_ms = self._clock.now_ms()
        if self._full_since is None or now_ms - self._said_full_ms >= FULL_SAID_EVERY_MS:
            self._said_full_ms = now_ms
            self._on_error("no room on the disk; requests that change something are refused until there is", error)
        self._full_since = self._journal.end

    def _fail(self, error: BaseException) -> None:
        self._failed = True
        self._on_failed(error)


def _inflate(request: Request) -> ServiceError | None:
    """Put a compressed body as it was before; returns what is said of one that can't be."""
    try:
        inflate(request)
    except ServiceError as error:
        return error
    return None


def _not_there(name: str, _service: Service, _call: Call, _request: Any) -> None:
    raise ServiceError("UnsupportedOperation", f"{name} is not there yet; see the service's README.", status=501)
