"""One run: every server in every round, one at a time, in an order that turns from round to round."""

import dataclasses
import datetime as dt
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from bench import disk, peers
from bench.kafka import kafka
from bench.measures import Figures, Plan, backlog, load
from bench.servers import Running, Server, prove, running, weirmq
from bench.streams import streams
from bench.topics import topics

Part = Callable[[Running, Plan, dict[str, Figures]], None]


@dataclass(frozen=True)
class Step:
    """What one server gave in one round."""

    round: int
    server: str
    found: dict[str, Figures]


@dataclass
class Result:
    """Everything that a run found; written to disk after each step, so that an interrupted run is not lost."""

    command: str
    when: str
    depths: tuple[int, ...]
    waiting: int
    stream_sizes: tuple[int, ...]
    machine: dict[str, str]
    servers: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def write(self, folder: Path, markdown: Callable[["Result"], str]) -> Path:
        """Writes `latest.json` and `latest.md`; returns the Markdown file."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "latest.json").write_text(json.dumps(dataclasses.asdict(self), indent=1))
        text = folder / "latest.md"
        text.write_text(markdown(self))
        return text


def start_result(plan: Plan, data: Path) -> Result:
    """An empty result that knows the machine and the disk."""
    data.mkdir(parents=True, exist_ok=True)
    return Result(
        command=f"script/bench {' '.join(sys.argv[1:])}".strip(),
        when=dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC"),
        depths=plan.depths,
        waiting=plan.waiting,
        stream_sizes=plan.stream_sizes,
        machine={
            "machine": f"{os.cpu_count()} cores of {_processor()}, Linux {platform.release()}",
            "python": platform.python_version(),
            "others on the machine before the start": f"{_busy_percent():.0f} % of its CPU time",
        },
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(": ")[2]
    return platform.machine()


def _busy_percent() -> float:
    """How much of all cores' time went to anybody in two seconds."""

    def ticks() -> tuple[int, int]:
        numbers = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
        return sum(numbers), numbers[3] + numbers[4]

    total, idle = ticks()
    time.sleep(2)
    later_total, later_idle = ticks()
    return 100 * (1 - (later_idle - idle) / (later_total - total))


def chosen_servers(names: list[str], durabilities: list[str], result: Result) -> list[Server]:
    """The servers by name, installed where need be; what can't be had is noted in the result."""
    found = []
    for name in names:
        if name == "weirmq":
            found += [weirmq(durability) for durability in durabilities]
            continue
        try:
            found.append(peers.ALL[name]())
        except peers.NotAvailableError as reason:
            result.missing[name] = str(reason)
    return found


def prove_all(servers: list[Server], data: Path, result: Result) -> list[Server]:
    """Those servers that pass a boto3 round trip; the others are noted in the result."""
    working = []
    for server in servers:
        try:
            with running(server, data) as started:
                checks = "checks signatures" if prove(started) else "takes any signature"
        except Exception:  # noqa: BLE001  whatever is wrong with one server must not stop the others
            result.missing[server.name] = traceback.format_exc(limit=0).strip()
        else:
            result.servers[server.name] = f"({server.version}), {checks}"
            working.append(server)
    return working


def measure(
    servers: list[Server], part: Part, rounds: int, plan: Plan, data: Path, result: Result, save: Callable[[], object]
) -> None:
    """One part of the measures, for all servers in all rounds."""
    for number in range(rounds):
        turn = number % len(servers) if servers else 0
        for server in servers[turn:] + servers[:turn]:
            os.sync()  # what the one before has left to be written is none of the next one's affair
            begun = time.perf_counter()
            step = Step(number, server.name, {})
            result.steps.append(step)
            try:
                with running(server, data) as started:
                    part(started, plan, step.found)
            except Exception as error:  # noqa: BLE001  noted; the others go on
                result.failures.append(f"{server.name}, {part.__name__}, round {number + 1}: {error!r}")
            took = time.perf_counter() - begun
            print(f"round {number + 1}/{rounds} {part.__name__:8} {server.name:16} {took:5.0f} s", flush=True)
            save()


def measure_disk(data: Path, result: Result, save: Callable[[], object]) -> None:
    """The disk's own speed, noted beside the figures that rest on it."""
    for preallocated in (True, False):
        median, p99 = disk.fdatasync_ms(data, preallocated=preallocated)
        kind = "preallocated" if preallocated else "growing"
        result.machine[f"fdatasync of 4 KiB, {kind} file"] = f"median {median:.2f} ms, p99 {p99:.2f} ms"
    save()


PARTS: dict[str, Part] = {"load": load, "backlog": backlog, "topics": topics, "streams": streams, "kafka": kafka}
SERVICES = {"load": "sqs", "backlog": "sqs", "topics": "sns", "streams": "kinesis", "kafka": "kafka"}


def takes_part(server: Server, part: str) -> bool:
    """Whether a server is measured in a part. The load and Kafka tell WeirMQ's durabilities apart."""
    if SERVICES[part] not in server.services:
        return False
    if part == "kafka":
        return server.durability != "memory"
    return part == "load" or server.is_peer or server.durability == "os"
