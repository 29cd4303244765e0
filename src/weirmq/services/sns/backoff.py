"""When a delivery that failed is tried again: four phases, and what grows in the third.

    tries:   first | no delay | min delay | backoff: min -> max | max delay | given up

Sources: https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html and, for the policies of HTTP,
https://docs.aws.amazon.com/sns/latest/dg/creating-delivery-policy.html
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from weirmq.kernel.clock import SECOND_MS


class Schedule(msgspec.Struct, frozen=True):
    """How often, and with which pauses, a delivery is tried again. Delays in seconds."""

    no_delay: int
    min_delay: int
    backoff: int
    max_delay: int
    min_delay_s: float
    max_delay_s: float
    function: str = "linear"

    @property
    def retries(self) -> int:
        """All tries after the first."""
        return self.no_delay + self.min_delay + self.backoff + self.max_delay

    def delay_ms(self, attempts: int) -> int | None:
        """How long to wait after `attempts` (1, 2, ...) failed; None: there is no further try."""
        retry = attempts - self.no_delay
        if retry <= 0:
            return 0
        if retry <= self.min_delay:
            return round(self.min_delay_s * SECOND_MS)
        step = retry - self.min_delay
        if step <= self.backoff:
            return round(self._growing_s(step) * SECOND_MS)
        return round(self.max_delay_s * SECOND_MS) if step - self.backoff <= self.max_delay else None

    def total_s(self) -> float:
        """All pauses together."""
        growing_s = sum(self._growing_s(step) for step in range(1, self.backoff + 1))
        return self.min_delay * self.min_delay_s + growing_s + self.max_delay * self.max_delay_s

    def _growing_s(self, step: int) -> float:
        """The pause number `step` of the backoff: it begins at the shortest and ends at the longest."""
        if self.backoff == 1:
            return self.min_delay_s
        return FUNCTIONS[self.function](step - 1, self.backoff - 1, self.min_delay_s, self.max_delay_s)


Growth = Callable[[int, int, float, float], float]
"""From step 0 (the shortest) to step `last` (the longest)."""


def _linear(step: int, last: int, least: float, most: float) -> float:
    """By the same amount at each step."""
    return least + (most - least) * step / last


def _arithmetic(step: int, last: int, least: float, most: float) -> float:
    """By an amount that itself grows by the same amount."""
    return least + (most - least) * step * (step + 1) / (last * (last + 1))


def _geometric(step: int, last: int, least: float, most: float) -> float:
    """By the same factor at each step."""
    return float(least * (most / least) ** (step / last)) if least else _linear(step, last, least, most)


def _exponential(step: int, last: int, least: float, most: float) -> float:
    """By an amount that doubles at each step."""
    share = 2.0 ** (step - last) - 2.0**-last
    return least + (most - least) * share / (1 - 2.0**-last)


FUNCTIONS: Final[Mapping[str, Growth]] = {
    "linear": _linear,
    "arithmetic": _arithmetic,
    "geometric": _geometric,
    "exponential": _exponential,
}

# "Delivery policies of AWS managed endpoints": 100,015 tries over 23 days.
AWS_MANAGED: Final = Schedule(3, 2, 10, 100_000, 1, 20, "exponential")
# "... of customer managed endpoints": SMTP, SMS, mobile push: 50 tries over 6 hours.
CUSTOMER_MANAGED: Final = Schedule(0, 2, 10, 38, 10, 600, "exponential")
# A function that was invoked and failed: Lambda's own rule for asynchronous invocations, two more tries.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
FUNCTION_FAILED: Final = Schedule(0, 1, 0, 1, 60, 120)
