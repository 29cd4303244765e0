"""Streams being cleaned: what a service needs no more is taken out of the older parts of a log (log/rewriting.py).

    add(stream, work, done) -> take: the log is open, and stays so
                            -> step, in a thread -> settle, on the loop -> step ... -> done(whether it came to its end)

`work` goes through the log by the service's rules, in the thread, and yields what it has rewritten, piece by piece;
each is adopted on the loop before it goes on. One stream is cleaned at a time.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from weirmq.kernel.errors import LogDamaged, NoRoom
from weirmq.log.log import Log
from weirmq.log.rewriting import Keep, Pause, Piece, Rewritten

if TYPE_CHECKING:
    from weirmq.engine.stream import Stream
    from weirmq.engine.streams import Streams

__all__ = ["Cleaning", "Cleanings", "Keep", "Log", "Pause", "Piece", "Rewritten", "Work"]

Work = Callable[[Log, Pause], Iterator[Rewritten | None]]
Done = Callable[[bool], None]


class Cleaning:
    """One stream being cleaned."""

    def __init__(self, streams: "Streams", stream: "Stream", work: Work, done: Done) -> None:
        self.stream = stream
        self._streams = streams
        self._work = work
        self._done = done
        self._log: Log | None = None
        self._steps: Iterator[Rewritten | None] = iter(())
        self._is_over = False

    def begin(self, pause: Pause) -> None:
        """Have the log open, until it is over. Raises LogDamaged, NoRoom, LogFailed: then it is over at once."""
        try:
            self._log = self.stream.open()
        except (LogDamaged, NoRoom):
            self._done(False)
            raise
        self.stream.is_cleaning = True
        self._steps = self._work(self._log, pause)

    def step(self) -> Rewritten | None:
        """Do one step; may run in a thread. Raises LogDamaged, OSError, and what the pause raises."""
        for rewritten in self._steps:
            return rewritten
        self._is_over = True
        return None

    def settle(self, rewritten: Rewritten | None) -> bool:
        """Have what the step has done be so. Returns whether there is more to do. Raises LogFailed."""
        assert self._log is not None  # noqa: S101 - `begin` has opened it
        if self.stream.is_removed:
            self.end(is_whole=False)
        elif rewritten is not None and not self._log.adopt(rewritten):
            self.end(is_whole=False)  # the oldest records have been let go of meanwhile
        elif self._is_over:
            self.end(is_whole=True)
        else:
            if rewritten is not None:
                self.stream.shrunk()
                self._streams.mark_dirty(self.stream)
            return True
        return False

    def end(self, *, is_whole: bool) -> None:
        """It is over; what was adopted stays so."""
        self.stream.is_cleaning = False
        self._streams.released(self.stream)
        self._done(is_whole)


class Cleanings:
    """Those that wait for their turn. The shell sets `on_due`, which is called when there is one, and `pause`."""

    def __init__(self, streams: "Streams") -> None:
        self.on_due: Callable[[], None] = lambda: None
        self.pause: Pause = lambda: None
        self._streams = streams
        self._due: deque[Cleaning] = deque()

    def add(self, stream: "Stream", work: Work, done: Done) -> None:
        """Clean a stream, when it is its turn."""
        self._due.append(Cleaning(self._streams, stream, work, done))
        self.on_due()

    def take(self) -> Cleaning | None:
        """The next one, begun; None where there is none. Raises LogDamaged, NoRoom, LogFailed."""
        if not self._due:
            return None
        found = self._due.popleft()
        found.begin(self.pause)
        return found
