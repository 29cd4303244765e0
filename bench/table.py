"""The rows of the result: which figure each shows, what it must be, and the Markdown that tells it."""

import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass

from bench.kafka import BATCHES
from bench.run import Result, Step
from bench.streams import FORMATS, KINDS
from bench.topics import FILTERS

ABOVE, BELOW = "at least the best peer's", "less than any peer's"
FSYNC_RATIO = "fsync / os, 64 connections"
LEGEND = "Each figure: median (least..most) over the rounds; for peers also the median as a multiple of WeirMQ's."


@dataclass(frozen=True)
class Limit:
    """What WeirMQ's median must be: at most or at least a figure."""

    words: str
    holds: Callable[[float], bool]


def at_most(most: float, unit: str) -> Limit:
    """A limit from above."""
    return Limit(f"<= {most:g} {unit}".strip(), lambda value: value <= most)


def at_least(least: float, unit: str) -> Limit:
    """A limit from below."""
    return Limit(f">= {least:g} {unit}".strip(), lambda value: value >= least)


@dataclass(frozen=True)
class Row:
    """One line of the table. WeirMQ is shown with this durability; peers have none.

    `peers` says what it must be beside theirs. `alone`: peers have nothing of the kind.
    """

    what: str
    durability: str
    measure: str
    figure: str
    limit: Limit | None = None
    peers: str = ""  # ABOVE or BELOW
    alone: bool = False


@dataclass(frozen=True)
class Cell:
    """A figure over the rounds."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{_short(self.median)} ({_short(self.least)}..{_short(self.most)})"


def rows(depths: tuple[int, ...], waiting: int, stream_sizes: tuple[int, ...]) -> list[Row]:
    """All rows, for backlogs of these depths, so many subscriptions that wait, and streams of these sizes."""
    return [*_queue_rows(depths), *_topic_rows(waiting), *_stream_rows(stream_sizes), *_kafka_rows()]


def _queue_rows(depths: tuple[int, ...]) -> list[Row]:
    small_8, small_64 = "send 200 B, 8 connections", "send 200 B, 64 connections"
    large_8, large_64 = "send 10 KB, 8 connections", "send 10 KB, 64 connections"
    batch, cycle = "batch of 10, 8 connections", "cycle, 8 connections"
    deepest = f"{depths[-1]:,}"
    return [
        Row("SendMessage 200 B, CPU us, 8 connections", "os", small_8, "cpu_us", at_most(45, "us")),
        Row("SendMessage 200 B, CPU us, 64 connections", "os", small_64, "cpu_us"),
        Row("SendMessage 10 KB, CPU us, 8 connections", "os", large_8, "cpu_us"),
        Row("SendMessage 200 B, requests/s, 8 connections", "memory", small_8, "per_second", peers=ABOVE),
        Row("SendMessage 200 B, requests/s, 64 connections", "memory", small_64, "per_second", peers=ABOVE),
        Row("SendMessage 10 KB, requests/s, 8 connections", "memory", large_8, "per_second"),
        Row("SendMessage 10 KB, requests/s, 64 connections", "memory", large_64, "per_second"),
        Row("SendMessage 200 B, p99 ms, 64 connections", "memory", small_64, "p99_ms"),
        Row("SendMessageBatch of 10, CPU us a message", "os", batch, "cpu_us_message", at_most(8, "us")),
        Row("SendMessageBatch of 10, messages/s", "os", batch, "messages_per_second"),
        Row("send + receive + delete, CPU us a request", "os", cycle, "cpu_us", at_most(60, "us")),
        Row("send + receive + delete, requests/s", "os", cycle, "per_second"),
        *[Row(f"receive, {depth:,} deep, ms", "os", f"receive at {depth:,}", "ms") for depth in depths],
        *[Row(f"receive, {depth:,} deep, CPU us", "os", f"receive at {depth:,}", "cpu_us") for depth in depths],
        Row("receive, deepest / shallowest, time", "os", "receive, flatness", "ms_ratio", at_most(1.3, "")),
        Row("receive, deepest / shallowest, CPU", "os", "receive, flatness", "cpu_ratio"),
        *[_memory_row(depth, None) for depth in depths[2:-1]],
        _memory_row(depths[-1], at_most(300, "bytes")),
        Row("start to first CreateQueue, empty, s", "os", "start, empty", "seconds", at_most(0.35, "s")),
        Row(
            f"start with {deepest} messages after a stop, s",
            "os",
            f"start after SIGTERM with {deepest}",
            "seconds",
            at_most(3, "s"),
        ),
        Row(f"start with {deepest} messages after kill -9, s", "os", f"start after SIGKILL with {deepest}", "seconds"),
        Row("idle memory, resident MB", "os", "idle", "rss_mb", at_most(45, "MB")),
        Row("SendMessage 200 B, requests/s, 64 connections", "os", small_64, "per_second", alone=True),
        Row("SendMessage 200 B, requests/s, 64 connections", "fsync", small_64, "per_second", alone=True),
        Row("requests/s of fsync / of os, 64 connections", "fsync", FSYNC_RATIO, "ratio", at_least(0.5, "")),
        Row(
            f"longest stall of the loop, {deepest} deep, ms",
            "os",
            f"stalls up to {deepest}",
            "loop_stall_max_ms",
            at_most(20, "ms"),
        ),
        Row(f"slowest answer to a client, {deepest} deep, ms", "os", f"churn at {deepest}", "max_ms"),
    ]


def _topic_rows(waiting: int) -> list[Row]:
    one, many = "publish to 1 queue", "publish to 100 queues"
    return [
        Row("Publish 200 B to 1 queue, CPU us", "os", one, "cpu_us", at_most(70, "us")),
        Row("Publish 200 B to 1 queue, requests/s", "os", one, "per_second"),
        Row("Publish 200 B to 100 queues, CPU us a message in a queue", "os", many, "cpu_us_message", at_most(6, "us")),
        Row("Publish 200 B to 100 queues, messages in queues/s", "os", many, "messages_per_second"),
        *[
            Row(f"Publish, 1 of {count:,} filters matches, CPU us", "os", f"publish, filters {count:,}", "cpu_us")
            for count in FILTERS
        ],
        *[
            Row(
                f"Publish, {count:,} filters / 1 filter, CPU",
                "os",
                f"filters, {count:,} over 1",
                "cpu_ratio",
                at_most(2, ""),
            )
            for count in FILTERS[1:]
        ],
        Row("HTTP deliveries/s, envelope", "os", "HTTP, envelope", "per_second", at_least(5_000, "/s")),
        Row("HTTP delivery, envelope, CPU us", "os", "HTTP, envelope", "cpu_us"),
        Row("HTTP deliveries/s, raw", "os", "HTTP, raw", "per_second", at_least(5_000, "/s")),
        Row("HTTP delivery, raw, CPU us", "os", "HTTP, raw", "cpu_us"),
        Row(
            f"{waiting:,} subscriptions in back-off, CPU, % of a core",
            "os",
            f"waiting, {waiting:,}",
            "cpu_percent",
            at_most(1, "%"),
        ),
    ]


def _stream_rows(sizes: tuple[int, ...]) -> list[Row]:
    largest = f"{sizes[-1]:,}"
    by_cpu = "records_per_cpu_second"
    return [
        *[
            Row(
                f"PutRecords of 500 x 1 KB over 4 shards, {spoken}, records a CPU second",
                "os",
                f"PutRecords, {spoken}",
                by_cpu,
                at_least(150_000, "/s"),
            )
            for spoken in FORMATS
        ],
        Row("PutRecords, JSON, records/s", "os", "PutRecords, JSON", "records_per_second"),
        Row("PutRecord 1 KB, requests a CPU second", "os", "PutRecord", by_cpu, at_least(16_000, "/s")),
        Row("PutRecord 1 KB, requests/s", "os", "PutRecord", "per_second"),
        *[
            Row(
                f"GetRecords of 1,000 x 1 KB, {spoken}, records a CPU second",
                "os",
                f"GetRecords, {spoken}",
                by_cpu,
                at_least(300_000, "/s"),
            )
            for spoken in FORMATS
        ],
        Row("GetRecords, JSON, records/s", "os", "GetRecords, JSON", "records_per_second"),
        Row("SubscribeToShard, put to push, p50 ms", "os", "SubscribeToShard", "p50_ms", at_most(5, "ms"), alone=True),
        Row("SubscribeToShard, put to push, p99 ms", "os", "SubscribeToShard", "p99_ms", alone=True),
        *[row for kind in KINDS for row in _seek_rows(kind, sizes)],
        *[
            Row(f"memory a 1 KB record, {size:,} in the stream, bytes", "os", _memory_at(size), "pss_bytes_record")
            for size in sizes[1:]
        ],
        Row(f"resident MB, {largest} records of 1 KB", "os", _memory_at(sizes[-1]), "mb", at_most(100, "MB")),
        Row(
            f"longest stall of the loop, {largest} records, ms",
            "os",
            f"stream stalls up to {largest}",
            "loop_stall_max_ms",
        ),
    ]


def _kafka_rows() -> list[Row]:
    return [
        *[row for durability in ("fsync", "os") for row in _produce_rows(durability)],
        Row("Kafka: fetch 1 KB, CPU s a GB", "os", "fetch 1 KB", "cpu_s_gb", at_most(0.6, "s")),
        Row("Kafka: fetch 1 KB, MB/s", "os", "fetch 1 KB", "mb_per_second"),
        Row("Kafka: produce to consume, p50 ms", "os", "latency", "p50_ms", at_most(1, "ms")),
        Row("Kafka: produce to consume, p99 ms", "os", "latency", "p99_ms", at_most(5, "ms")),
        Row("Kafka: produce to consume, p50 ms", "fsync", "latency", "p50_ms"),
        Row("Kafka: one record a request, 50 connections, CPU us", "os", "single records", "cpu_us", at_most(60, "us")),
        Row("Kafka: one record a request, 50 connections, requests/s", "os", "single records", "per_second"),
        Row("Kafka: start to first produce, s", "os", "first produce", "seconds", at_most(0.5, "s")),
        Row("Kafka: memory after it, resident MB", "os", "first produce", "rss_mb", at_most(60, "MB")),
        Row(
            "Kafka: 1,000 partitions, 100 groups idle, members paused, % of a core",
            "os",
            "idle groups",
            "paused_cpu_percent",
            at_most(1, "%"),
        ),
        Row(
            "Kafka: the same, asking for records, % of a core",
            "os",
            "idle groups",
            "cpu_percent",
            at_most(1, "%"),
        ),
        Row("Kafka: start after kill -9 to first fetch, s", "os", "restart", "seconds", at_most(3, "s"), alone=True),
        Row("Kafka: GB in the logs then", "os", "restart", "gb", alone=True),
    ]


def _produce_rows(durability: str) -> list[Row]:
    limits = dict(zip(BATCHES, (2.5, 1.2), strict=True))
    found = []
    for name in BATCHES:
        what, measure = f"Kafka: produce 1 KB, batches of {name}", f"produce 1 KB, {name}"
        limit = at_most(limits[name], "s")
        found.append(Row(f"{what}, CPU s a GB", durability, measure, "cpu_s_gb", limit, peers=BELOW))
        found.append(Row(f"{what}, MB/s", durability, measure, "mb_per_second"))
    small = "produce 100 B"
    found.append(Row(f"Kafka: {small}, messages/s", durability, small, "messages_per_second", peers=ABOVE))
    return [*found, Row(f"Kafka: {small}, CPU s a GB", durability, small, "cpu_s_gb")]


def _seek_rows(kind: str, sizes: tuple[int, ...]) -> list[Row]:
    """What it costs to find a place and read 10 records from it, in a small stream and in the largest."""
    what = f"GetShardIterator {kind} + GetRecords"
    ends = (sizes[0], sizes[-1])
    return [
        *[Row(f"{what}, {size:,} records, CPU us", "os", f"{kind} at {size:,}", "cpu_us") for size in ends],
        Row(f"{what}, largest / smallest stream, CPU", "os", f"{kind}, flatness", "cpu_ratio", at_most(1.5, "")),
    ]


def _memory_at(size: int) -> str:
    return f"stream memory at {size:,}"


def _memory_row(depth: int, limit: Limit | None) -> Row:
    what = f"memory a queued 1 KB message, {depth:,} deep, bytes"
    return Row(what, "os", f"memory at {depth:,}", "pss_bytes_message", limit)


def cell(steps: list[Step], server: str, measure: str, figure: str) -> Cell | None:
    """The median and the spread of one figure of one server over all rounds."""
    values = [step.found[measure][figure] for step in steps if step.server == server and measure in step.found]
    values = [value for value in values if not math.isnan(value)]
    if not values:
        return None
    return Cell(statistics.median(values), min(values), max(values))


def _with_fsync_ratio(steps: list[Step]) -> list[Step]:
    """Adds fsync's throughput over that of os in the same round."""
    measure = "send 200 B, 64 connections"
    os_rate = {s.round: s.found[measure]["per_second"] for s in steps if s.server == "weirmq os" and measure in s.found}
    added = [
        Step(step.round, step.server, {FSYNC_RATIO: {"ratio": step.found[measure]["per_second"] / os_rate[step.round]}})
        for step in steps
        if step.server == "weirmq fsync" and measure in step.found and step.round in os_rate
    ]
    return [*steps, *added]


def markdown(result: Result) -> str:
    """The whole report."""
    peers = [name for name in result.servers if not name.startswith("weirmq")]
    steps = _with_fsync_ratio(result.steps)
    lines = [*_table(steps, rows(result.depths, result.waiting, result.stream_sizes), peers), "", LEGEND, ""]
    lines += [f"- {name} {result.servers[name]}" for name in result.servers]
    lines += [f"- {name}: not measured: {reason}" for name, reason in result.missing.items()]
    lines += [f"- failed: {failure}" for failure in result.failures]
    lines += [f"- {fact}: {value}" for fact, value in result.machine.items()]
    lines += [f"- command: `{result.command}`, {result.when}", ""]
    return "\n".join(lines)


def _table(steps: list[Step], shown: list[Row], peers: list[str]) -> list[str]:
    heads = ["what", "durability", "must", "WeirMQ", "met", *peers]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for row in shown:
        own = cell(steps, f"weirmq {row.durability}", row.measure, row.figure)
        others = {peer: cell(steps, peer, row.measure, row.figure) for peer in peers if not row.alone}
        if own is None and not any(others.values()):
            continue
        must, met = _verdict(row, own, others)
        cells = [_of_peer(others.get(peer), own) for peer in peers]
        lines.append("| " + " | ".join([row.what, row.durability, must, str(own or "-"), met, *cells]) + " |")
    return lines


def _verdict(row: Row, own: Cell | None, others: dict[str, Cell | None]) -> tuple[str, str]:
    limits = [row.limit] if row.limit else []
    theirs = [other.median for other in others.values() if other]
    if row.peers == ABOVE:
        limits.append(Limit(">= the best peer", lambda value: value >= max(theirs)))
    elif row.peers == BELOW:
        limits.append(Limit("< any peer", lambda value: value < min(theirs)))
    if not limits:
        return "", ""
    words = ", ".join(limit.words for limit in limits)
    if own is None or (row.peers and not theirs):
        return words, "-"
    return words, "yes" if all(limit.holds(own.median) for limit in limits) else "**no**"


def _of_peer(other: Cell | None, own: Cell | None) -> str:
    if other is None:
        return "-"
    return f"{other}, {_short(other.median / own.median)}x" if own and own.median else str(other)


def _short(value: float) -> str:
    """Three significant digits, without an exponent."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"
