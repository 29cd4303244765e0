"""Throughput by wrk, which replays a pool of signed requests."""

import json
import resource
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Process
from bench.signed import write_pool

SCRIPT = Path(__file__).with_name("replay.lua")


@dataclass
class Outcome:
    """One run of wrk, with the server's and wrk's own CPU time. `bytes` are those of the answers, heads too."""

    requests: int
    bytes: int
    seconds: float
    cpu_us: float
    generator_cpu_us: float
    p50_ms: float
    p99_ms: float
    max_ms: float

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return self.requests / self.seconds


def available() -> bool:
    """Whether wrk is on the path."""
    return shutil.which("wrk") is not None


def run(server: Process, port: int, pool: list[bytes], connections: int, seconds: int, scratch: Path) -> Outcome:
    """One thread of wrk with so many keep-alive connections, for so long. Any refused request is an error."""
    file = scratch / "pool.bin"
    write_pool(pool, file)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT)]
    own, cpu = _own_cpu(), server.cpu_seconds()
    text = subprocess.run(
        [*command, f"http://127.0.0.1:{port}/", "--", str(file)],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    ).stdout
    cpu, own = server.cpu_seconds() - cpu, _own_cpu() - own
    said = json.loads(text.partition("RESULT ")[2])
    if said["refused"] or said["timeouts"] or not said["requests"]:
        raise RuntimeError(f"wrk: {said}")
    count = said["requests"]
    return Outcome(
        requests=count,
        bytes=said["bytes"],
        seconds=said["duration_us"] / 1e6,
        cpu_us=cpu / count * 1e6,
        generator_cpu_us=own / count * 1e6,
        p50_ms=said["p50_us"] / 1e3,
        p99_ms=said["p99_us"] / 1e3,
        max_ms=said["max_us"] / 1e3,
    )


def _own_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
