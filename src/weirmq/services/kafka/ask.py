"""What a Kafka port and the service know of each other: an Ask, and a table of APIs."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from weirmq.wire.kafka.head import Head


class Connection(Protocol):
    """Whom an answer goes to. `host` is ours, as the client reached it; `peer` is the client's IP address."""

    host: str
    peer: str

    def close(self) -> None:
        """End it."""
        ...


class Ask:
    """One request: who asks, of which broker, when. An answer that is made later is given to `answer`.

    A handler returns its answer; None says that it comes later, or with `is_over` that there is none.
    """

    __slots__ = ("answer", "broker", "cluster", "connection", "head", "is_over", "now_ms")

    def __init__(
        self, connection: Connection, place: tuple[int, int], head: Head, now_ms: int, answer: Callable[[Any], None]
    ) -> None:
        """`place` is the numbers of the cluster and of its broker."""
        self.connection = connection
        self.cluster, self.broker = place
        self.head = head
        self.now_ms = now_ms
        self.answer = answer
        self.is_over = False

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

    def unsupported(self) -> Any:
        """The answer to an ApiVersions of a version that isn't spoken (KIP-511)."""
        ...

    def left(self, connection: Connection) -> None:
        """A client is gone."""
        ...
