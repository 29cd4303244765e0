"""The clock of a test: it runs like any other, and can be turned."""

from weirmq.kernel.clock import ManualClock, SystemClock


class TurnableClock(ManualClock):
    """The machine's time, plus all that it was turned by.

    It runs, because much code under test waits for time to pass by itself: a long poll that finds nothing, a consumer's
    pause. It is turned, because nobody wants to wait for a visibility timeout. A `ManualClock` stands still instead.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self._system = SystemClock()

    def now_ms(self) -> int:
        """Milliseconds since the Unix epoch."""
        return self._system.now_ms() + super().now_ms()
