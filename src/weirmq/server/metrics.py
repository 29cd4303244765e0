"""What the server counts, and how Prometheus reads it at /metrics.

On the hot path there are plain dicts and lists; prometheus-client comes in at the first scrape (its import takes 55 ms,
so it is done in a thread). What other parts know anyway, such as the depth of a queue, is asked for at each scrape.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple

import msgspec

from weirmq import __version__

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"

# Seconds. From a request answered out of memory (50 us) to a long poll that waits its 20 s.
BOUNDS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)

SAMPLES_AT_ONCE: Final = 500  # in one turn of the loop: about 2 ms


class Histogram:
    """How often which duration came. `counts` has one more entry than BOUNDS_S, for all that is longer."""

    __slots__ = ("counts", "sum_s")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.sum_s = 0.0

    def observe(self, duration_s: float) -> None:
        """Count one duration in seconds."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.sum_s += duration_s


class Meter:
    """The requests for one operation of one service. Look it up once, and keep it beside the operation."""

    __slots__ = ("codes", "durations")

    def __init__(self) -> None:
        self.codes: dict[str, int] = {}
        self.durations = Histogram()

    def count(self, code: str, duration_s: float) -> None:
        """Count one answer: `code` is `OK` or AWS's error code, never text of the client's own."""
        try:
            self.codes[code] += 1
        except KeyError:
            self.codes[code] = 1
        durations = self.durations  # observe() to the letter: a call of it costs as much as all of this
        durations.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        durations.sum_s += duration_s


class Sample(NamedTuple):
    """One value, of the labels that its family names."""

    labels: tuple[str, ...]
    value: float | Histogram


class Family(NamedTuple):
    """One metric, as a source gives it at a scrape. A counter's name ends in `_total`."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    labels: tuple[str, ...]
    samples: Iterable[Sample]


Source = Callable[[], Iterable[Family]]


def single(name: str, kind: Literal["counter", "gauge", "histogram"], meaning: str, value: float | Histogram) -> Family:
    """A family of one sample without labels."""
    return Family(name, kind, meaning, (), [Sample((), value)])


class Metrics:
    """Everything that one server counts."""

    def __init__(self) -> None:
        self.stalls = StallWatch()
        self._meters: dict[tuple[str, str], Meter] = {}
        self._sources: list[Source] = [self._requests, self.stalls.families]
        self._registry: Any = None

    def meter(self, service: str, operation: str) -> Meter:
        """The meter of an operation, e.g. `sqs`, `SendMessage`; the same one each time."""
        return self._meters.setdefault((service, operation), Meter())

    def add(self, source: Source) -> None:
        """Ask `source` at each scrape too."""
        self._sources.append(source)

    async def scrape(self) -> bytes:
        """The body of /metrics. The first scrape begins to watch the loop for stalls.

        Others have their turns meanwhile: of 100,000 queues there are 30 MB to say, which takes over a second.
        """
        if self._registry is None:
            await asyncio.to_thread(__import__, "prometheus_client")
        self.stalls.watch()
        parts = []
        for part in self._parts():
            parts.append(part)
            await asyncio.sleep(0)
        return b"".join(parts)

    def render(self) -> bytes:
        """All metrics in Prometheus's text format."""
        return b"".join(self._parts())

    def _parts(self) -> Iterator[bytes]:
        from prometheus_client import generate_latest

        if self._registry is None:
            self._registry = _registry()
        yield generate_latest(self._registry)
        for family in self.families():
            samples = iter(family.samples)
            yield _text_of(family, list(islice(samples, SAMPLES_AT_ONCE)))
            while some := list(islice(samples, SAMPLES_AT_ONCE)):
                yield _text_of(family, some).split(b"\n", 2)[2]  # behind what the family means and what it is

    def families(self) -> Iterator[Family]:
        """All that there is now."""
        for source in self._sources:
            yield from source()

    def _requests(self) -> Iterator[Family]:
        counts = [
            Sample((*key, code), count) for key, meter in self._meters.items() for code, count in meter.codes.items()
        ]
        meaning = "Answered requests; code is OK or the error code."
        yield Family("weirmq_requests_total", "counter", meaning, ("service", "operation", "code"), counts)
        durations = [Sample(key, meter.durations) for key, meter in self._meters.items()]
        meaning = "From a whole request to its answer, the wait of a long poll included."
        yield Family("weirmq_request_seconds", "histogram", meaning, ("service", "operation"), durations)


class StallWatch:
    """The longest time for which the loop did nothing else, while somebody scrapes.

    A tick every 10 ms measures how late it comes, so a stall is told to about 10 ms. It goes on for five minutes after
    a scrape: a server that nobody watches has no timer for it.
    """

    TICK_S = 0.01
    WATCH_S = 300.0

    def __init__(self, now_s: Callable[[], float] = perf_counter) -> None:
        self._now_s = now_s
        self._longest_s = 0.0
        self._until = 0.0
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """Watch from now on, or for longer. Called in the loop."""
        now = self._now_s()
        self._until = now + self.WATCH_S
        if self._timer is None:
            self._due = now + self.TICK_S
            self._timer = asyncio.get_running_loop().call_later(self.TICK_S, self.tick)

    def stop(self) -> None:
        """Watch no longer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def is_on(self) -> bool:
        """Whether it watches."""
        return self._timer is not None

    def tick(self) -> None:
        """Note how late this is; come again, unless nobody has scraped for long."""
        now = self._now_s()
        self._longest_s = max(self._longest_s, now - self._due)
        if now > self._until:
            self._timer = None
            return
        self._due = now + self.TICK_S
        self._timer = asyncio.get_running_loop().call_later(self.TICK_S, self.tick)

    def families(self) -> Iterator[Family]:
        """The longest stall since the scrape before."""
        meaning = "Longest time since the scrape before for which the event loop was held up."
        longest_s, self._longest_s = self._longest_s, 0.0
        yield single("weirmq_loop_stall_seconds_max", "gauge", meaning, longest_s)


def _registry() -> Any:
    """A registry of prometheus-client that reads the process."""
    from prometheus_client import CollectorRegistry, GCCollector, Info, ProcessCollector

    registry = CollectorRegistry()
    Info("weirmq", "The server's version.", registry=registry).info({"version": __version__})
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class _One(NamedTuple):
    """What prometheus-client takes for a registry: a single metric, as it is now."""

    metric: Any

    def collect(self) -> list[Any]:
        return [self.metric]


def _text_of(family: Family, samples: Iterable[Sample]) -> bytes:
    from prometheus_client import generate_latest

    return generate_latest(_One(_metric_of(family, samples)))


def _metric_of(family: Family, samples: Iterable[Sample]) -> Any:
    from prometheus_client.core import HistogramMetricFamily, Metric

    if family.kind == "histogram":
        histograms = HistogramMetricFamily(family.name, family.meaning, labels=family.labels)
        for labels, value in samples:
            if isinstance(value, Histogram):
                histograms.add_metric(labels, _cumulated(value), value.sum_s)
        return histograms
    metric = Metric(family.name.removesuffix("_total"), family.meaning, family.kind)
    for labels, value in samples:
        if not isinstance(value, Histogram):
            metric.add_sample(family.name, dict(zip(family.labels, labels, strict=True)), value)
    return metric


def _cumulated(histogram: Histogram) -> list[tuple[str, float]]:
    """Prometheus's buckets: how many took at most so long."""
    total = 0
    buckets = []
    for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), histogram.counts, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets


def health(services: Iterable[str]) -> bytes:
    """The body of /health and /_localstack/health: LocalStack's members, for tools that wait for them."""
    running = dict.fromkeys(services, "running")
    return msgspec.json.encode({"services": running, "edition": "weirmq", "version": __version__})
