"""The way in at a listener that wants a login: SaslHandshake, SaslAuthenticate (KIP-43, KIP-152, KIP-368).

    START -- handshake --> TALKING -- the mechanism's last message --> IN -- handshake --> TALKING, once more
                              |                                         |
                              +-- anything wrong --> OUT                +-- its time is over --> closed

In START also ApiVersions is answered. OUT: the answer leaves a moment later, and the connection is closed behind it, so
that guessing takes time. A handshake of version 0 is followed by bare tokens in place of requests.
"""

from functools import partial
from typing import TYPE_CHECKING, Final

from weirmq.services.kafka.ask import Ask, Principal
from weirmq.services.kafka.exchanges import EXCHANGES, Exchange
from weirmq.services.kafka.verifiers import Challenge, Outcome, Proof, Refusal
from weirmq.wire.kafka.codes import Code
from weirmq.wire.kafka.head import API_VERSIONS
from weirmq.wire.kafka.messages.sasl_authenticate_request import SaslAuthenticateRequest
from weirmq.wire.kafka.messages.sasl_authenticate_response import SaslAuthenticateResponse
from weirmq.wire.kafka.messages.sasl_handshake_request import SaslHandshakeRequest
from weirmq.wire.kafka.messages.sasl_handshake_response import SaslHandshakeResponse
from weirmq.wire.sasl.errors import Malformed

if TYPE_CHECKING:
    from weirmq.services.kafka.service import Kafka

HANDSHAKE: Final = 17
AUTHENTICATE: Final = 36
AGAIN_MIN_MS: Final = 1_000  # between two logins of a connection, as in Kafka
USER: Final = "User"
START, TALKING, IN, OUT = range(4)
_SASL: Final = {HANDSHAKE, AUTHENTICATE}


class NotLoggedIn(Exception):  # noqa: N818 - says what is so
    """A request of somebody who isn't let in, or whose time is over: its connection is closed."""


class Login:
    """Where a connection stands. `mechanisms` are those of its listener; nobody stays in for more than `lasts_ms`."""

    __slots__ = (
        "_exchange",
        "_expires_ms",
        "_is_raw",
        "_since_ms",
        "_wanted",
        "is_by_token",
        "lasts_ms",
        "mechanism",
        "mechanisms",
        "state",
    )

    def __init__(self, mechanisms: tuple[str, ...], lasts_ms: int | None = None) -> None:
        self.mechanisms = mechanisms
        self.lasts_ms = lasts_ms
        self.mechanism = ""
        self.state = START
        self.is_by_token = False  # a delegation token
        self._exchange: Exchange | None = None
        self._expires_ms: int | None = None
        self._since_ms: int | None = None
        self._is_raw = False
        self._wanted = ""  # the mechanism of the newest handshake

    @property
    def has_been_in(self) -> bool:
        """Whether somebody has logged in, who may be about to do so again."""
        return self._since_ms is not None

    @property
    def takes_tokens(self) -> bool:
        """Whether frames are bare tokens now."""
        return self._is_raw and self.state == TALKING

    def require(self, key: int, now_ms: int) -> None:
        """Take note of a request for an API. Raises NotLoggedIn where it must not be answered."""
        if self.state == IN:
            if self._expires_ms is not None and now_ms > self._expires_ms and key not in _SASL:
                raise NotLoggedIn("its session is over, and it hasn't logged in again")
        elif key not in _SASL and (key != API_VERSIONS or self.state != START):
            raise NotLoggedIn(f"it asks for API {key} before it has logged in")

    def shake(self, kafka: "Kafka", ask: Ask, mechanism: str) -> Code:
        """Begin with a mechanism."""
        is_again = self._since_ms is not None and self.state == IN and ask.now_ms >= self._since_ms + AGAIN_MIN_MS
        if self.state != START and not is_again:
            return Code.ILLEGAL_SASL_STATE
        if mechanism not in self.mechanisms:
            return Code.UNSUPPORTED_SASL_MECHANISM
        self.state = TALKING
        self._is_raw = ask.version == 0
        self._wanted = mechanism
        is_other = is_again and mechanism != self.mechanism
        self._exchange = None if is_other else EXCHANGES[mechanism](kafka, ask.cluster, self.mechanisms)
        if not is_other:
            self.mechanism = mechanism
        return Code.NONE

    def step(self, kafka: "Kafka", ask: Ask, data: bytes) -> None:
        """Take a token; the answer goes to `ask`, now or later."""
        if self._exchange is None:
            refusal = (
                f"SASL mechanism '{self._wanted}' requested by client is not supported for re-authentication of "
                f"mechanism '{self.mechanism}'"
            )
            self._turn_away(ask, Refusal(refusal))
            return
        try:
            self._exchange.step(data, ask.now_ms, partial(self._tell, kafka, ask))
        except Malformed as error:
            self._turn_away(ask, Refusal("", str(error)))

    def _tell(self, kafka: "Kafka", ask: Ask, outcome: Outcome) -> None:
        principal = ask.connection.principal
        if isinstance(outcome, Challenge):
            ask.answer(SaslAuthenticateResponse(0, None, outcome.data))
        elif isinstance(outcome, Refusal):
            self._turn_away(ask, outcome)
        elif self.has_been_in and principal != Principal(USER, outcome.name):
            both = f"from {principal.type}.{principal.name}: {USER}.{outcome.name}"
            self._turn_away(ask, Refusal(f"Cannot change principals during re-authentication {both}"))
        elif outcome.caller is not None and not kafka.authorizer.may_connect(ask, outcome.caller):
            self._turn_away(ask, Refusal("Access denied", f"{outcome.name} may not kafka-cluster:Connect"))
        else:
            self._let_in(ask, outcome)

    def _let_in(self, ask: Ask, proof: Proof) -> None:
        left_ms = None if proof.expires_ms is None else max(proof.expires_ms - ask.now_ms, 0)
        lasts_ms = min((each for each in (left_ms, self.lasts_ms) if each is not None), default=None)
        self.state, self._exchange = IN, None
        self._since_ms, self.is_by_token = ask.now_ms, proof.is_by_token
        self._expires_ms = None if lasts_ms is None else ask.now_ms + lasts_ms
        ask.connection.let_in(Principal(USER, proof.name), proof.caller)
        ask.answer(SaslAuthenticateResponse(0, None, proof.data, lasts_ms or 0))

    def _turn_away(self, ask: Ask, refusal: Refusal) -> None:
        how = "re-authentication" if self.has_been_in else "authentication"
        message = refusal.message or (
            f"Authentication failed during {how} due to invalid credentials with SASL mechanism {self.mechanism}"
        )
        answer = SaslAuthenticateResponse(Code.SASL_AUTHENTICATION_FAILED, message)
        self.turn_out(ask, answer, refusal.reason or message)

    def turn_out(self, ask: Ask, answer: SaslAuthenticateResponse | SaslHandshakeResponse, reason: str) -> None:
        """Answer a moment later, and close."""
        self.state, self._exchange = OUT, None
        ask.connection.turn_away(partial(ask.answer, answer), f"it failed to log in: {reason}")


def sasl_handshake(kafka: "Kafka", ask: Ask, request: SaslHandshakeRequest) -> SaslHandshakeResponse | None:
    """Begin to log in by a mechanism."""
    login = ask.connection.login
    if login is None:  # a listener that wants none
        return SaslHandshakeResponse(Code.ILLEGAL_SASL_STATE)
    code = login.shake(kafka, ask, request.mechanism)
    answer = SaslHandshakeResponse(code, list(login.mechanisms))
    if not code or login.state == IN:
        return answer
    login.turn_out(ask, answer, f"{code.name} with the mechanism {request.mechanism!r}")
    return None


def sasl_authenticate(kafka: "Kafka", ask: Ask, request: SaslAuthenticateRequest) -> SaslAuthenticateResponse | None:
    """Go on with it."""
    login = ask.connection.login
    if login is None or login.state == IN:
        reason = "SaslAuthenticate request received after successful authentication"
        return SaslAuthenticateResponse(Code.ILLEGAL_SASL_STATE, reason)
    if login.state == TALKING:
        login.step(kafka, ask, request.auth_bytes)
    else:
        reason = "SaslAuthenticate request received before a SaslHandshake"
        login.turn_out(ask, SaslAuthenticateResponse(Code.ILLEGAL_SASL_STATE, reason), reason)
    return None
