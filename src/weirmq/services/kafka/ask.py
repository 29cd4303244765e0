"""What a Kafka port and the service know of each other: an Ask, and a table of APIs."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from weirmq.iam.caller import Caller
from weirmq.wire.kafka.head import Head
from weirmq.wire.kafka.listeners import PLAINTEXT

if TYPE_CHECKING:
    from weirmq.services.kafka.login import Login


class Place(NamedTuple):
    """A port: the numbers of its cluster and of its broker, and which of its listeners it is."""

    cluster: int
    broker: int
    listener: str = PLAINTEXT


class Principal(NamedTuple):
    """Who somebody is, as ACLs name it: `User:alice` (KIP-11)."""

    type: str
    name: str

    def __str__(self) -> str:
        return f"{self.type}:{self.name}"


SOFTWARE_LETTERS: Final = 100

ANONYMOUS: Final = Principal("User", "ANONYMOUS")  # of a port where nobody says who they are


class PortOpener(Protocol):
    """The shell, which has the sockets."""

    def open(self, place: Place, port: int) -> int:
        """Take connections there, at once: at `port`, or with 0 at one that is free. Returns which. Raises OSError."""
        ...

    def close(self, place: Place) -> None:
        """Take none any more, and close those that are open."""
        ...


class Connection(Protocol):
    """Whom an answer goes to. `host` is ours, as the client reached it; `peer` is the client's IP address.

    `principal` is who the client has proved to be. `caller` is who that is in AWS, where it was proved AWS's way: then
    IAM's policies say what it may do, and ACLs don't.
    `software` are the name and the version that the client gives itself (KIP-511), at most SOFTWARE_LETTERS each.
    `is_encrypted` says TLS. `login` is where it stands on its way in; None at a listener that wants no login.
    """

    host: str
    peer: str
    peer_port: int
    software: tuple[str, str]
    principal: Principal
    caller: Caller | None
    is_encrypted: bool
    login: "Login | None"

    def let_in(self, principal: Principal, caller: Caller | None) -> None:
        """It has logged in."""
        ...

    def turn_away(self, answer: Callable[[], None], reason: str) -> None:
        """It has failed to: `answer` it a moment later, and close it. `reason` is for the operator."""
        ...

    def close(self) -> None:
        """End it."""
        ...

    def mute(self) -> None:
        """Hear nothing more of it for now."""
        ...

    def unmute(self) -> None:
        """Hear it again."""
        ...


WhenAnswered = Callable[[Head, Any], None]
"""Called with the head of a request and with its answer: a message, or a frame that another request got before."""


class Ask:
    """One request: who asks, of which broker, when. An answer that is made later is given to `answer`.

    A handler returns its answer; None says that it comes later, or with `is_over` that there is none. `frame` is the
    request as it came, which stays there while the handler runs, and no longer.
    """

    __slots__ = (
        "answer", "broker", "cluster", "connection", "frame", "head", "is_over", "listener", "now_ms", "throttle_ms",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        place: Place,
        head: Head,
        now_ms: int,
        answer: Callable[[Any], None],
        frame: memoryview | None = None,
    ) -> None:
        self.connection = connection
        self.cluster, self.broker, self.listener = place
        self.head = head
        self.now_ms = now_ms
        self.answer = answer
        self.frame = frame
        self.is_over = False
        self.throttle_ms = 0  # for how long whoever asks is to wait, for what a handler found

    @property
    def version(self) -> int:
        """The version of the API that is spoken."""
        return self.head.version


class Api(msgspec.Struct, frozen=True):
    """An API that is offered: its function, and its first and last version.

    `advertised` is the first version that ApiVersions tells of, where that is another.
    """

    function: Callable[[Any, Ask, Any], Any]
    first: int
    last: int
    advertised: int | None = None


class Service(Protocol):
    """What a port asks."""

    @property
    def apis(self) -> Mapping[int, Api]:
        """All APIs, by key."""
        ...

    def run(self, api: Api, ask: Ask, request: Any) -> Any:
        """The answer to a request; None where it comes later, or not at all."""
        ...

    def quick(self, connection: Connection, place: Place, frame: memoryview, now_ms: int) -> bytes | None:
        """The frame of the answer to a request that is so common that it has a way of its own; None for any other, and
        where it must go the long way after all. Answers rest on what was appended, as others.
        """
        ...

    def waits_again(
        self, connection: Connection, place: Place, frame: memoryview, now_ms: int, answered: WhenAnswered
    ) -> bool:
        """Whether the request is a fetch that waits as it did the last time; then `answered` is called later."""
        ...

    def came(self, connection: Connection, place: Place, now_ms: int) -> None:
        """A client is there."""
        ...

    def unsupported(self) -> Any:
        """The answer to an ApiVersions of a version that isn't spoken (KIP-511)."""
        ...

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        ...
