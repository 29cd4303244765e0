"""What is measured of one running server, as named figures; the units are in the names.

(Of topics: `topics.py`; of streams: `streams.py`.) A part (`load`, `backlog`, `topics`, `streams`) writes into the
`found` that it is given, so that what was found before a failure is kept.
"""

import re
import signal
import statistics
import time
import urllib.request
from dataclasses import dataclass

from bench import generator, signed, wrk
from bench.servers import Running

Figures = dict[str, float]

SMALL_BYTES = 200
LARGE_BYTES = 10 * 1024
BACKLOG_BYTES = 1024
POOL = 1024  # distinct signed requests in a pool: no cache of the server's can live on seeing the same one again
BATCH_POOL = 256
LARGE_POOL = 512
SETTLE_SECONDS = 1.0
PRELOAD_CONNECTIONS = 4
PHASE = 50  # receives in a row; half of the shallowest backlog, so that it never runs dry
PHASES = 10
CHURN_KEEP = 1
STALL_GAUGE = re.compile(r"^weirmq_loop_stall_seconds_max (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Plan:
    """How much of everything. `seconds` is the length of one load."""

    seconds: int
    depths: tuple[int, ...]
    peer_depths: tuple[int, ...]
    preload_seconds: float
    depth_seconds: float
    churn_seconds: float
    large: bool
    stream_sizes: tuple[int, ...]
    peer_stream_sizes: tuple[int, ...]
    fill_seconds: float
    http_publishes: int
    http_seconds: float
    waiting: int
    idle_seconds: float
    kafka_gigabytes: float


def load(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """Throughput and CPU of sends, batches and send-receive-delete cycles."""
    _warm_up(running)
    found["send 200 B, 8 connections"] = _sends(running, SMALL_BYTES, POOL, 8, plan.seconds)
    found["send 200 B, 64 connections"] = _sends(running, SMALL_BYTES, POOL, 64, plan.seconds)
    if plan.large:
        found["send 10 KB, 8 connections"] = _sends(running, LARGE_BYTES, LARGE_POOL, 8, plan.seconds)
        found["send 10 KB, 64 connections"] = _sends(running, LARGE_BYTES, LARGE_POOL, 64, plan.seconds)
    found["batch of 10, 8 connections"] = _batches(running, plan.seconds)
    found["cycle, 8 connections"] = _cycles(running, 8, plan.seconds)


def _warm_up(running: Running) -> None:
    _cycles(running, 8, running.server.warm_up_seconds)
    _sends(running, SMALL_BYTES, POOL, 8, running.server.warm_up_seconds)


def _sends(running: Running, size: int, pool_size: int, connections: int, seconds: int) -> Figures:
    with running.queue(f"send-{size}-{connections}") as url:
        pool = signed.sends(running.recorder, url, pool_size, size)
        return by_wrk(running, pool, connections, seconds)


def _batches(running: Running, seconds: int) -> Figures:
    with running.queue("batch") as url:
        pool = signed.batches(running.recorder, url, BATCH_POOL, SMALL_BYTES)
        figures = by_wrk(running, pool, 8, seconds)
    return figures | {"messages_per_second": figures["per_second"] * 10, "cpu_us_message": figures["cpu_us"] / 10}


def by_wrk(running: Running, pool: list[bytes], connections: int, seconds: int) -> Figures:
    """Throughput and CPU of a replayed pool."""
    return of_outcome(wrk.run(running.process, running.place.port, pool, connections, seconds, running.place.scratch))


def of_outcome(outcome: wrk.Outcome) -> Figures:
    """What a run of wrk says, as figures."""
    return {
        "requests": outcome.requests,
        "per_second": outcome.per_second,
        "cpu_us": outcome.cpu_us,
        "generator_cpu_us": outcome.generator_cpu_us,
        "p50_ms": outcome.p50_ms,
        "p99_ms": outcome.p99_ms,
        "max_ms": outcome.max_ms,
    }


def _receive(running: Running, url: str, count: int) -> bytes:
    return running.recorder.record("receive_message", QueueUrl=url, MaxNumberOfMessages=count)


def _cycles(running: Running, connections: int, seconds: int) -> Figures:
    with running.queue("cycle") as url:
        pool = signed.sends(running.recorder, url, BATCH_POOL, SMALL_BYTES)
        receive, delete = _receive(running, url, 1), signed.deleter(running.recorder, url)
        scripts = [generator.cycles(pool, receive, delete) for _ in range(connections)]
        cpu = running.process.cpu_seconds()
        totals = generator.drive(scripts, running.place.port, seconds)
        cpu = running.process.cpu_seconds() - cpu
    return {
        "per_second": totals.requests / totals.seconds,
        "cpu_us": cpu / totals.requests * 1e6,
        "generator_cpu_us": totals.cpu_seconds / totals.requests * 1e6,
        "p50_ms": statistics.median(totals.latencies_us) / 1e3,
        "p99_ms": statistics.quantiles(totals.latencies_us, n=100)[98] / 1e3,
        "max_ms": max(totals.latencies_us) / 1e3,
    }


def backlog(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """Start, idle memory, then receives from ever deeper queues, memory a message, restarts, and stalls."""
    time.sleep(SETTLE_SECONDS)
    idle = running.process.memory()
    found["start, empty"] = {"seconds": running.start_seconds}
    found["idle"] = {"rss_mb": idle.rss / 1e6, "pss_mb": idle.pss / 1e6}
    stalls = Stalls(running)
    sqs = running.sqs()
    url = sqs.create_queue(QueueName="backlog")["QueueUrl"]
    _warm_up(running)
    before, depth = running.process.memory(), 0
    for wanted in plan.peer_depths if running.server.is_peer else plan.depths:
        preloaded = _preload(running, url, wanted - depth, plan.preload_seconds)
        depth += int(preloaded["messages"])
        stalls.note()
        if depth < wanted:
            found[f"preload stopped at {depth:,}"] = preloaded
            break
        found[f"preload to {wanted:,}"] = preloaded
        time.sleep(SETTLE_SECONDS)
        memory = running.process.memory()
        found[f"memory at {wanted:,}"] = {
            "rss_bytes_message": (memory.rss - before.rss) / depth,
            "pss_bytes_message": (memory.pss - before.pss) / depth,
            "rss_mb": memory.rss / 1e6,
        }
        found[f"receive at {wanted:,}"] = _receives(running, url, plan.depth_seconds)
        stalls.note()
    receives = [found[name] for name in found if name.startswith("receive at ")]
    if len(receives) > 1:
        found["receive, flatness"] = _flatness(receives)
    if not running.server.is_peer:
        found[f"churn at {depth:,}"] = _churn(running, url, plan.churn_seconds)
        stalls.note()
        found[f"stalls up to {depth:,}"] = {"loop_stall_max_ms": stalls.longest_ms}
        _restarts(running, url, depth, found)


def _flatness(receives: list[Figures]) -> Figures:
    """What the deepest receive takes over what the shallowest takes."""
    shallow, deep = receives[0], receives[-1]
    return {"ms_ratio": deep["ms"] / shallow["ms"], "cpu_ratio": deep["cpu_us"] / shallow["cpu_us"]}


def _preload(running: Running, url: str, count: int, seconds: float) -> Figures:
    """Sends `count` messages of 1 KB in batches of 10, by a few connections, for so long at most."""
    pool = signed.batches(running.recorder, url, BATCH_POOL, BACKLOG_BYTES)
    take = generator.counter(count // 10)
    scripts = [generator.replay(pool, take) for _ in range(min(PRELOAD_CONNECTIONS, count // 10))]
    cpu = running.process.cpu_seconds()
    totals = generator.drive(scripts, running.place.port, seconds)
    cpu = running.process.cpu_seconds() - cpu
    messages = totals.requests * 10
    return {
        "messages": messages,
        "messages_per_second": messages / totals.seconds,
        "cpu_us_message": cpu / messages * 1e6,
        "max_ms": max(totals.latencies_us) / 1e3,
    }


def _receives(running: Running, url: str, seconds: float) -> Figures:
    """Receives one by one on one connection, then deletes what came and sends as many again, some times over."""
    pool = signed.sends(running.recorder, url, BATCH_POOL, BACKLOG_BYTES)
    receive, delete = _receive(running, url, 1), signed.deleter(running.recorder, url)
    cpu_seconds, took_us = 0.0, []

    def script() -> generator.Script:
        nonlocal cpu_seconds
        for _ in range(PHASES):
            handles: list[bytes] = []
            cpu = running.process.cpu_seconds()
            for _ in range(PHASE):
                begun = time.perf_counter()
                handles += generator.RECEIPT_HANDLE.findall((yield receive))
                took_us.append((time.perf_counter() - begun) * 1e6)
            cpu_seconds += running.process.cpu_seconds() - cpu
            for number, handle in enumerate(handles):
                yield delete(handle)
                yield pool[number]

    generator.drive([script()], running.place.port, seconds)
    if len(took_us) < PHASE:  # too slow for even one phase: the times stand, the CPU figure doesn't
        cpu_seconds = float("nan")
    whole = len(took_us) // PHASE * PHASE or 1
    return {"ms": statistics.median(took_us) / 1e3, "max_ms": max(took_us) / 1e3, "cpu_us": cpu_seconds / whole * 1e6}


def _churn(running: Running, url: str, seconds: float) -> Figures:
    """Sends, receives and deletes on the deep queue so that old segments are copied forward."""
    batch = signed.batches(running.recorder, url, BATCH_POOL, BACKLOG_BYTES)
    receive, delete = _receive(running, url, 10), signed.batch_deleter(running.recorder, url)
    scripts = [generator.churn(batch, receive, delete, CHURN_KEEP) for _ in range(PRELOAD_CONNECTIONS)]
    totals = generator.drive(scripts, running.place.port, seconds)
    return {
        "per_second": totals.requests / totals.seconds,
        "p99_ms": statistics.quantiles(totals.latencies_us, n=100)[98] / 1e3,
        "max_ms": max(totals.latencies_us) / 1e3,
    }


def _restarts(running: Running, url: str, depth: int, found: dict[str, Figures]) -> None:
    """A clean and an unclean restart. Raises RuntimeError where a message is lost or comes back."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        time.sleep(SETTLE_SECONDS)  # what a closed connection still had under way
        held = _held(running, url)
        stop_seconds, start_seconds = running.restart(how)
        now_held = _held(running, url)
        if now_held != held:
            raise RuntimeError(f"{held:,} messages before {how.name}, {now_held:,} after the restart")
        found[f"start after {how.name} with {depth:,}"] = {
            "seconds": start_seconds,
            "stop_seconds": stop_seconds,
            "messages": now_held,
        }


def _held(running: Running, url: str) -> int:
    """Messages of a queue, visible or in flight: a count that a visibility timeout doesn't change."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    attributes = running.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(attributes[name]) for name in names)


class Stalls:
    """The longest stall of the event loop that WeirMQ's /metrics tells; 0 for a peer, which tells nothing.

    The gauge says the longest since the scrape before, and is kept only while somebody scrapes.
    """

    def __init__(self, running: Running) -> None:
        self._url = "" if running.server.is_peer else f"{running.place.endpoint}/metrics"
        self.longest_ms = 0.0
        self.note()
        self.longest_ms = 0.0  # the start isn't what is asked for

    def note(self) -> None:
        """Scrapes."""
        if not self._url:
            return
        with urllib.request.urlopen(self._url, timeout=10) as answer:  # noqa: S310  loopback
            found = STALL_GAUGE.search(answer.read().decode())
        if not found:
            raise RuntimeError("no weirmq_loop_stall_seconds_max at /metrics")
        self.longest_ms = max(self.longest_ms, float(found[1]) * 1e3)
