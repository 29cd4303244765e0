"""What the shell lends for logins: who its users are, and how it tells who signed a request or got a token."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from weirmq.iam.caller import Caller
from weirmq.wire.http import Request


class Refusal(NamedTuple):
    """Nobody to let in. `message` is for the client: Kafka's usual one if it is empty. `reason` is for the operator."""

    message: str
    reason: str = ""


class Proof(NamedTuple):
    """Somebody to let in, until `expires_ms` where it isn't None. `data` is the last thing that the client is told.

    `caller` is whose policies say what AWS identities may do. `is_by_token` says that it came with a delegation token.
    """

    name: str
    data: bytes = b""
    expires_ms: int | None = None
    caller: Caller | None = None
    is_by_token: bool = False


class Challenge(NamedTuple):
    """Something that the client is to answer first."""

    data: bytes


Outcome = Challenge | Proof | Refusal
Done = Callable[[Outcome], None]


class Identity(NamedTuple):
    """Who signed a request, for which service, and when their session ends, if it does."""

    caller: Caller
    service: str
    expires_ms: int | None = None


class Verifiers(msgspec.Struct):
    """`passwords` are those of users who need no cluster to know them, by name.

    `identify(request, now_ms)` tells who signed a request; raises ServiceError. `check_token(token, now_ms, done)`
    tells `done` whom a JSON Web Token is for, now or later; a refusal's message is empty.
    """

    passwords: Mapping[str, str] = msgspec.field(default_factory=dict)
    identify: Callable[[Request, int], Identity] | None = None
    check_token: Callable[[str, int, Done], None] | None = None
