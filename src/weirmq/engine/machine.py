"""What a service must be, so that the engine can make it durable.

    command, now -> the service decides -> answer + facts
                                           facts -> Journal.commit -> log
                                                                   -> Machine.apply, at once
    restart: newest snapshot -> Machine.restore; the log's tail -> Machine.apply

Rules:
1. Only `apply` changes state, and the same facts at the same offsets and times give the same state.
2. What happens by time alone (a visibility timeout, a retention period) is a function of state and `now_ms`, without a
   fact of its own. `apply` brings what it touches up to `now_ms` before it changes it, as the commands do, so replay
   agrees.
3. A *payload* is a fact that the machine reads back later (a message with its body). The machine remembers its offset,
   not its content, and tells the journal's Holdings when it takes one up and when it lets go of it.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Protocol

import msgspec


class Fact(msgspec.Struct, array_like=True, gc=False):
    """A change of state, as the log holds it.

    A subclass sets `tag` to an integer of its machine. Fields are only ever added, at the end, with a default: logs of
    every released version must replay for ever.
    """


class Machine(Protocol):
    """A deterministic state machine."""

    name: ClassVar[str]
    """Marks its records in the log; never changes."""
    facts: ClassVar[Any]
    """The union of its Fact types."""
    payloads: ClassVar[tuple[type[Fact], ...]]
    """Those that are read back from the log."""
    parts: ClassVar[Any]
    """The union of the structs that its snapshots consist of."""

    def apply(self, fact: Any, offset: int, now_ms: int) -> None:
        """Change the state as `fact` says. It was decided at `now_ms` and stands in the log at `offset`."""
        ...

    def holds(self, fact: Any, offset: int) -> bool:
        """Whether the payload `fact`, standing at `offset`, may still be read from there."""
        ...

    def relocate(self, fact: Any, offset: int) -> None:
        """The payload `fact` now stands at `offset` as well, and is to be read from there."""
        ...

    def next_due_ms(self) -> int | None:
        """When `due` wants to be called next; None for never."""
        ...

    def due(self, now_ms: int) -> Sequence[Fact]:
        """Let time alone do what it does up to `now_ms`; returns the facts of what must be recorded, to be
        committed.
        """
        ...

    def snapshot(self) -> Iterable[Any]:
        """The whole state as a sequence of parts."""
        ...

    def restore(self, part: Any) -> None:
        """Take up one part of a snapshot; parts come in the order in which they were written."""
        ...
