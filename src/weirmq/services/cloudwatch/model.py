"""Metrics as they are kept: what came of each, since the server started."""

from typing import NamedTuple

import msgspec


class Metric(NamedTuple):
    """Which metric a datum is of. `dimensions` are pairs of names and values, by name."""

    account: str
    region: str
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    unit: str


class Statistics(msgspec.Struct, frozen=True):
    """Of some samples: how many, their sum, the least and the greatest of them."""

    count: float
    sum: float
    minimum: float
    maximum: float

    def plus(self, other: "Statistics") -> "Statistics":
        """Of the samples of both."""
        return Statistics(
            self.count + other.count,
            self.sum + other.sum,
            min(self.minimum, other.minimum),
            max(self.maximum, other.maximum),
        )
