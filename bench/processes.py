"""A server's processes: started, weighed, and always stopped."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 30
REST_SECONDS = 1.25  # WeirMQ looks every second whether there is something to tidy up
REST_CPU = 0.05  # of a core
UNREST_SECONDS = 30
PR_SET_PDEATHSIG = 1  # prctl(2)
CPUCLOCK_SCHED = 2  # the kernel's number for "run time of a process", see clock_getcpuclockid(3)
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Memory:
    """Bytes held by a tree of processes, from /proc/PID/smaps_rollup."""

    rss: int
    pss: int
    anonymous: int


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _die_with_parent() -> None:
    """Run in the child before exec: a bench that is killed outright must not leave servers behind."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A started program, with whatever it starts itself."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], output: Path, cwd: Path) -> None:
        self.started_at = time.perf_counter()
        with output.open("ab") as sink:
            self._popen = subprocess.Popen(
                command,
                # An installed program has its bytecode; without it, a start would be that of a compiler.
                env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **env},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.pid = self._popen.pid
        self.output = output

    def alive(self) -> bool:
        """Whether the program itself still runs."""
        return self._popen.poll() is None

    def pids(self) -> list[int]:
        """The program and all its descendants."""
        found = [self.pid]
        for pid in found:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for task in Path(f"/proc/{pid}/task").iterdir():
                    found.extend(map(int, (task / "children").read_text().split()))
        return found

    def cpu_seconds(self) -> float:
        """User and system time of the whole tree, to the nanosecond.

        The kernel's CPU clock of a process is the sum that /proc/PID/stat shows rounded to 10 ms ticks.
        """
        total = 0.0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                total += time.clock_gettime((~pid << 3) | CPUCLOCK_SCHED)
        return total

    def come_to_rest(self) -> None:
        """Wait, for a while at most, until the tree does next to nothing: what it was asked before may keep it busy,
        as the messages of a deleted queue do, and would be counted to what it is asked next.
        """
        deadline = time.perf_counter() + UNREST_SECONDS
        while time.perf_counter() < deadline:
            before = self.cpu_seconds()
            time.sleep(REST_SECONDS)
            if self.cpu_seconds() - before < REST_CPU * REST_SECONDS:
                return

    def memory(self) -> Memory:
        """What the tree holds now."""
        sums = {"Rss": 0, "Pss": 0, "Anonymous": 0}
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
                    name, _, rest = line.partition(":")
                    if name in sums:
                        sums[name] += int(rest.split()[0]) * 1024
        return Memory(sums["Rss"], sums["Pss"], sums["Anonymous"])

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Ends the tree and returns the seconds it took; what ignores the signal is killed."""
        begun = time.perf_counter()
        pids = self.pids()
        self._signal_group(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(STOP_SECONDS)
        took = time.perf_counter() - begun
        self._signal_group(signal.SIGKILL)
        for pid in pids[1:]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._popen.wait(STOP_SECONDS)
        return took

    def _signal_group(self, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, how)

    def last_words(self, count: int = 15) -> str:
        """The end of what the program printed."""
        return "\n".join(self.output.read_text(errors="replace").splitlines()[-count:])


@contextlib.contextmanager
def stopping(process: Process) -> Iterator[Process]:
    """Stops the process when the block ends, however it ends."""
    try:
        yield process
    finally:
        process.stop()
