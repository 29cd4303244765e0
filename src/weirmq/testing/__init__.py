"""WeirMQ inside a test: a server in a thread, and a clock that the test turns.

    from weirmq.testing import Server

    with Server() as server:
        sqs = server.client("sqs")
        ...
        server.clock.advance(minutes=5)

Pytest has it as the fixture `weirmq`. Nothing is imported before it is asked for: pytest reads this at its start.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weirmq.kernel.clock import ManualClock as ManualClock
    from weirmq.testing.clock import TurnableClock as TurnableClock
    from weirmq.testing.server import Server as Server

_HOMES = {
    "ManualClock": "weirmq.kernel.clock",
    "Server": "weirmq.testing.server",
    "TurnableClock": "weirmq.testing.clock",
}
__all__ = ["ManualClock", "Server", "TurnableClock"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
