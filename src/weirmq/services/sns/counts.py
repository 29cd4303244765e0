"""What became of deliveries, counted by topic and protocol: the server's metrics show it.

Names after https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
"""

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Final

PUBLISHED: Final = "published"
DELIVERED: Final = "delivered"
FAILED: Final = "failed"
FILTERED_OUT: Final = "filtered_out"
REDRIVEN: Final = "redriven_to_dead_letter_queue"
REDRIVE_FAILED: Final = "failed_to_redrive_to_dead_letter_queue"
_STATES: Final = (PUBLISHED, DELIVERED, FAILED, FILTERED_OUT, REDRIVEN, REDRIVE_FAILED)


class Counts:
    """Since the server started."""

    def __init__(self) -> None:
        self.messages: Counter[tuple[str, str, str]] = Counter()  # topic's ARN, protocol ("" for all), what

    def add(self, topic_arn: str, protocol: str, what: str, count: int = 1) -> None:
        """Count `count` more messages."""
        self.messages[topic_arn, protocol, what] += count

    def forget(self, topic_arn: str, protocols: Iterable[str]) -> None:
        """A topic is gone: topics may come and go for ever, and what is counted of them must not grow with that."""
        for protocol, what in product(("", *protocols), _STATES):
            self.messages.pop((topic_arn, protocol, what), None)
