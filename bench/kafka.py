"""What is measured of Kafka: producing, fetching, single records, latency, idleness, and the first steps after a start.

Producers are idempotent everywhere. Where nothing else is said the client is librdkafka, in a process of its own, the
same for every broker; only the broker's CPU is counted.
"""

import json
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from bench import kafka_wire, peers
from bench.measures import SETTLE_SECONDS, Figures, Plan
from bench.servers import HERE, START_SECONDS, Running

PARTITIONS = 8
KILO = 1024
GIGA = 1e9
MEGA = 1e6
BATCHES = {"16 KB": 16 * KILO, "64 KB": 64 * KILO}
SMALL_BYTES = 100
CONNECTIONS = 50
LATENCIES = 1_000
IDLE_PARTITIONS = 1_000
IDLE_GROUPS = 100
FILL_BATCH = 900  # records of 1 KB in a batch of just under 1 MB
CLIENT_SECONDS = 180


def kafka(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """All of it. Raises RuntimeError at the end if some of it failed."""
    failures: list[str] = []

    def measure(name: str, how: Callable[[], Figures]) -> None:
        try:
            found[name] = how()
        except (RuntimeError, OSError, kafka_wire.BrokenError) as error:
            failures.append(f"{name}: {error}")

    measure("first produce", partial(_first, running))
    _client(running, "topics", *[part for name in _TOPICS for part in (name, str(PARTITIONS))])
    _produced(running, "warm-up", KILO, running.server.warm_up_seconds)
    for name, size in BATCHES.items():
        settings = f"batch.size={size}", "linger.ms=20"
        measure(f"produce 1 KB, {name}", partial(_produces, running, f"batches-{size}", KILO, plan.seconds, settings))
    measure("produce 100 B", partial(_produces, running, "small", SMALL_BYTES, plan.seconds))
    measure("fetch 1 KB", partial(_fetches, running, f"batches-{BATCHES['64 KB']}"))
    measure("single records", partial(_singles, running, plan.seconds))
    measure("latency", partial(_client, running, "latency", "latency", str(LATENCIES)))
    measure("idle groups", partial(_idle, running, plan.idle_seconds))
    if not running.server.is_peer and running.server.durability == "os":
        measure("restart", partial(_restart, running, plan.kafka_gigabytes))
    if failures:
        raise RuntimeError("; ".join(failures))


_TOPICS = ("warm-up", "small", "singles", "latency", *(f"batches-{size}" for size in BATCHES.values()))


@cache
def _python() -> Path:
    """A Python that has librdkafka."""
    return peers.kafka_clients()


def _client(running: Running, *arguments: str) -> Figures:
    """What a command of kafka_client.py found. Raises RuntimeError."""
    command = [str(_python()), str(HERE / "kafka_client.py"), str(running.place.kafka_port), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=CLIENT_SECONDS, check=False)
    if done.returncode:
        raise RuntimeError(f"{arguments[0]}: {(done.stderr or done.stdout).strip()[-300:]}")
    found: Figures = json.loads(done.stdout)
    return found


def _first(running: Running) -> Figures:
    """From a start on empty data to the first record, and what the broker holds then."""
    running.restart(signal.SIGTERM)
    begun = running.process.started_at
    took = kafka_wire.first_produce(running.place.kafka_port, "first", begun + START_SECONDS) - begun
    time.sleep(SETTLE_SECONDS)
    return {"seconds": took, "rss_mb": running.process.memory().rss / MEGA}


def _produced(
    running: Running, topic: str, size: int, seconds: float, settings: tuple[str, ...] = ()
) -> tuple[Figures, float]:
    cpu = running.process.cpu_seconds()
    found = _client(running, "produce", topic, str(size), str(seconds), *settings)
    return found, running.process.cpu_seconds() - cpu


def _produces(running: Running, topic: str, size: int, seconds: float, settings: tuple[str, ...] = ()) -> Figures:
    found, cpu = _produced(running, topic, size, seconds, settings)
    held = found["messages"] * size
    return {
        "cpu_s_gb": cpu / held * GIGA,
        "mb_per_second": held / MEGA / found["seconds"],
        "messages_per_second": found["messages"] / found["seconds"],
        "messages": found["messages"],
    }


def _fetches(running: Running, topic: str) -> Figures:
    """Reads what one of the loads has produced."""
    messages = int(_client(running, "count", topic)["messages"])
    cpu = running.process.cpu_seconds()
    found = _client(running, "fetch", topic, str(messages))
    cpu = running.process.cpu_seconds() - cpu
    return {"cpu_s_gb": cpu / found["bytes"] * GIGA, "mb_per_second": found["bytes"] / MEGA / found["seconds"]}


def _singles(running: Running, seconds: float) -> Figures:
    port = running.place.kafka_port
    kafka_wire.single_records(port, "singles", PARTITIONS, CONNECTIONS, SMALL_BYTES, running.server.warm_up_seconds)
    cpu = running.process.cpu_seconds()
    sent = kafka_wire.single_records(port, "singles", PARTITIONS, CONNECTIONS, SMALL_BYTES, seconds)
    cpu = running.process.cpu_seconds() - cpu
    latencies = sorted(sent.latencies_ms)
    return {
        "cpu_us": cpu / sent.requests * 1e6,
        "per_second": sent.requests / sent.seconds,
        "p99_ms": latencies[len(latencies) * 99 // 100],
    }


def _idle(running: Running, seconds: float) -> Figures:
    """CPU of a broker with so many partitions and groups, while nobody produces or commits anything: with members that
    ask for records, and with members that only say that they are there.
    """
    partitions = str(IDLE_PARTITIONS // IDLE_GROUPS)
    _client(running, "topics", *[part for n in range(IDLE_GROUPS) for part in (f"idle-{n}", partitions)])
    command = [str(_python()), str(HERE / "kafka_client.py"), str(running.place.kafka_port)]
    process = subprocess.Popen(
        [*command, "groups", "idle", str(IDLE_GROUPS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        reading = _share(running, process, seconds)
        assert process.stdin is not None
        process.stdin.write("pause\n")
        process.stdin.flush()
        paused = _share(running, process, seconds)
    finally:
        with suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=CLIENT_SECONDS)
        process.kill()
    return {"cpu_percent": 100 * reading, "paused_cpu_percent": 100 * paused}


def _share(running: Running, client: "subprocess.Popen[str]", seconds: float) -> float:
    """How much of a core the broker uses, once the client has said that it is where it should be."""
    assert client.stdout is not None
    if client.stdout.readline().strip() != "{}":
        raise RuntimeError("the groups did not come to rest")
    time.sleep(SETTLE_SECONDS)
    cpu, begun = running.process.cpu_seconds(), time.perf_counter()
    time.sleep(seconds)
    return (running.process.cpu_seconds() - cpu) / (time.perf_counter() - begun)


def _restart(running: Running, gigabytes: float) -> Figures:
    """From a start after kill -9, with so much in the logs, to the first record fetched."""
    port, size = running.place.kafka_port, 0
    request = kafka_wire.produce("restart", 0, kafka_wire.batch([bytes(KILO)] * FILL_BATCH))
    _client(running, "topics", "restart", "1")
    client = kafka_wire.Client(port)
    while size < gigabytes * GIGA:
        kafka_wire.produced(client.ask(request), "restart")
        size += len(request)
    client.close()
    running.restart(signal.SIGKILL)
    begun = running.process.started_at
    kafka_wire.first_fetch(port, "restart", begun + START_SECONDS)
    return {"seconds": time.perf_counter() - begun, "gb": size / GIGA}
