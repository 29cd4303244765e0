"""How fast something goes, as Kafka measures it: over eleven windows of a second, the last of which isn't over yet.

Source: https://kafka.apache.org/documentation/#brokerconfigs (`quota.window.num`, `quota.window.size.seconds`)
"""

from collections import deque
from typing import Final

SAMPLES: Final = 11
WINDOW_MS: Final = 1_000
SPAN_MS: Final = SAMPLES * WINDOW_MS


class Rate:
    """Amounts a second. Whoever goes beyond a bound is to wait until, by then, they would have kept to it."""

    __slots__ = ("_samples", "_total")

    def __init__(self) -> None:
        self._samples: deque[list[float]] = deque()  # [begin, amount]
        self._total = 0.0

    def add(self, amount: float, now_ms: int) -> None:
        """So much happened."""
        self._forget(now_ms)
        if not self._samples or now_ms - self._samples[-1][0] >= WINDOW_MS:
            self._samples.append([now_ms, 0.0])
        self._samples[-1][1] += amount
        self._total += amount

    def wait_ms(self, bound: float, now_ms: int) -> int:
        """For how long to wait for the rate to be `bound` a second."""
        self._forget(now_ms)
        if not self._samples:
            return 0
        elapsed_ms = max(now_ms - int(self._samples[0][0]), 0)
        missing = max(SAMPLES - 1 - elapsed_ms // WINDOW_MS, 0)
        span_ms = max(elapsed_ms + missing * WINDOW_MS, 1)
        rate = self._total * 1000 / span_ms
        return round((rate - bound) / bound * span_ms) if rate > bound else 0

    def is_idle(self, now_ms: int) -> bool:
        """Nothing has happened for so long that nothing of it is known any more."""
        self._forget(now_ms)
        return not self._samples

    def _forget(self, now_ms: int) -> None:
        while self._samples and now_ms - self._samples[0][0] >= SPAN_MS:
            self._total -= self._samples.popleft()[1]
        if not self._samples:
            self._total = 0.0


class TokenBucket:
    """Permits that come at a rate and are saved up for eleven seconds (KIP-599). It may owe some."""

    __slots__ = ("_tokens", "_used_ms")

    def __init__(self, bound: float, now_ms: int) -> None:
        self._tokens = bound * SPAN_MS / 1000
        self._used_ms = now_ms

    def wait_ms(self, bound: float, now_ms: int) -> int:
        """How long it takes until it owes nothing."""
        most = bound * SPAN_MS / 1000
        self._tokens = min(most, self._tokens + max(now_ms - self._used_ms, 0) * bound / 1000)
        self._used_ms = max(now_ms, self._used_ms)
        return round(-self._tokens / bound * 1000) if self._tokens < 0 else 0

    def take(self, permits: float) -> None:
        """Use some up."""
        self._tokens -= permits
