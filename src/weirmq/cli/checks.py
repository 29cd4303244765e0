"""What `weirmq doctor` looks at. Each check yields findings; none leaves a trace."""

import errno
import os
import resource
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from weirmq.kernel.clock import MINUTE_MS, SystemClock
from weirmq.server import config, lock
from weirmq.server.config import Options

_GIB = 1 << 30
_FREE_LOW = 5 * _GIB
_FREE_BAD = _GIB // 4  # a few segments: the next one may not fit
_SYNCS = 9
_SYNC_SLOW_MS = 10  # a disk that takes longer is no solid-state disk with a cache that outlives a power cut
ASK_S = 2.0  # how long whoever has the port may take to say who it is
_SPARE_FILES = 64  # what a process holds open besides its connections: segments, sockets that listen, logs
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
# A machine without a clock starts in 1970; 2026-01-01, before the first release.
_TOO_EARLY_MS = 1_767_225_600_000


class State(Enum):
    """How it stands."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"


class Finding(NamedTuple):
    """One thing that was looked at: what is so, and what to do about it."""

    state: State
    subject: str
    what: str
    advice: str = ""


def configuration(given: dict[str, str], options: Options) -> Iterator[Finding]:
    """Where the options come from, and what in the environment looks like one but isn't."""
    path = given.get("config") or os.environ.get("WEIRMQ_CONFIG")
    yield Finding(State.GOOD, "configuration", f"read from {path}" if path else "defaults, flags and variables")
    if path and (options.users or options.kafka_users) and Path(path).stat().st_mode & _OTHERS:
        yield Finding(State.LOOK, "configuration", f"{path} holds secrets that others can read", f"chmod 600 {path}")
    known = {setting.variable for setting in config.settings()} | {"WEIRMQ_CONFIG"}
    unknown = sorted(name for name in os.environ if name.startswith("WEIRMQ_") and name not in known)
    if unknown:
        yield Finding(State.LOOK, "configuration", f"not options, so ignored: {', '.join(unknown)}")
    for name in ("tls_certificate", "tls_key"):
        file = getattr(options, name)
        if file and not os.access(file, os.R_OK):
            yield Finding(State.BAD, "tls", f"{name} {file} can't be read", "give a PEM file that this user may read")


def folder(options: Options) -> Iterator[Finding]:
    """Whether the data folder can be used, and what a sync of its disk costs."""
    path = Path(options.data)
    if not path.exists():
        yield Finding(State.GOOD, "data folder", f"{path} will be made at the first start")
        path = _nearest(path)
    try:
        with tempfile.TemporaryFile(dir=path) as file:
            took_ms = _sync_ms(file.fileno())
    except OSError as error:
        advice = "change its owner or rights, or give another folder with --data"
        yield Finding(State.BAD, "data folder", f"{path} can't be written: {error.strerror}", advice)
        return
    yield Finding(State.GOOD, "data folder", f"{path} can be written")
    slow = took_ms > _SYNC_SLOW_MS and options.durability == "fsync"
    advice = "many clients share one sync; for few, a faster disk or --durability os" if slow else ""
    yield Finding(State.LOOK if slow else State.GOOD, "disk", f"a sync takes {took_ms:.1f} ms", advice)


def _nearest(path: Path) -> Path:
    """The folder that exists, nearest above `path`."""
    return next(parent for parent in path.absolute().parents if parent.exists())


def _sync_ms(file: int) -> float:
    """The median of a few small synced writes, in milliseconds."""
    took = []
    for _ in range(_SYNCS):
        os.write(file, bytes(4096))
        start = perf_counter()
        os.fsync(file)
        took.append(perf_counter() - start)
    return sorted(took)[_SYNCS // 2] * 1000


def space(options: Options) -> Iterator[Finding]:
    """Whether the disk has room."""
    path = Path(options.data)
    free = shutil.disk_usage(path if path.exists() else _nearest(path)).free
    what = f"{free / _GIB:.1f} GiB free"
    if free < _FREE_LOW:
        state = State.BAD if free < _FREE_BAD else State.LOOK
        yield Finding(state, "space", what, "free some: without room, new messages are refused until there is some")
    else:
        yield Finding(State.GOOD, "space", what)


def clock(options: Options) -> Iterator[Finding]:
    """Whether the machine's time can be right: not before the software, not before what is in the data folder."""
    now_ms = SystemClock().now_ms()
    newest_ms = max((file.stat().st_mtime_ns // 1_000_000 for file in Path(options.data).glob("**/*")), default=0)
    if now_ms < _TOO_EARLY_MS or newest_ms > now_ms + MINUTE_MS:
        what = "the clock is behind" + (f" by {(newest_ms - now_ms) // 1000} s" if newest_ms > now_ms else "")
        advice = "set it (NTP): retention and delays follow it, and signatures more than 15 minutes off are refused"
        yield Finding(State.BAD, "clock", what, advice)
    else:
        yield Finding(State.GOOD, "clock", "plausible; clients' clocks must be within 15 minutes of it")


def port(options: Options) -> Iterator[Finding]:
    """Whether the port is free to listen on."""
    where = f"{options.host} port {options.port}"
    fault = _fault(options.host, options.port)
    if fault is None:
        yield Finding(State.GOOD, "port", f"{where} is free")
    elif fault.errno != errno.EADDRINUSE:
        yield Finding(State.BAD, "port", f"can't listen at {where}: {fault.strerror}", "choose another --host")
    elif _is_ours(options):
        yield Finding(State.GOOD, "port", f"a WeirMQ server runs at {where}")
    else:
        yield Finding(State.BAD, "port", f"{where} is in use", "stop what uses it, or choose another --port")


def _fault(host: str, port: int) -> OSError | None:
    """Why one can't listen there, if one can't."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        return error
    return None


def _is_ours(options: Options) -> bool:
    """Whether a WeirMQ server answers at the port."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection(options.host, options.port, timeout=ASK_S)
    try:
        connection.request("GET", "/health")
        return b"weirmq" in connection.getresponse().read(65_536)
    except (OSError, HTTPException):
        return False  # whoever it is, it isn't a server of ours that answers
    finally:
        connection.close()


def kafka_ports(options: Options) -> Iterator[Finding]:
    """Whether the ports of the default Kafka cluster's brokers are free to listen on."""
    from weirmq.server.kafka.ports import spread

    try:
        places = spread(config.kafka_listeners(options), options.kafka_brokers)
    except ValueError as error:
        yield Finding(State.BAD, "kafka ports", str(error), "give them other ports")
        return
    advice = "stop what uses it, or choose another --kafka-port or, in [[kafka_listeners]], port"
    ports = sorted({each for each in places.values() if each})
    if options.port in ports:
        what = f"{options.port} is the port for HTTP and for Kafka"
        yield Finding(State.BAD, "kafka ports", what, "choose another --port or --kafka-port")
        return
    faults = {each: fault for each in ports if (fault := _fault(options.host, each)) is not None}
    if faults and _is_ours(options):
        yield Finding(State.GOOD, "kafka ports", "the WeirMQ server that runs has them")
        return
    for each, fault in faults.items():
        yield Finding(State.BAD, "kafka ports", f"{options.host} port {each}: {fault.strerror}", advice)
    if ports and not faults:
        told = f"port {ports[0]} is" if len(ports) == 1 else f"ports {', '.join(map(str, ports))} are"
        yield Finding(State.GOOD, "kafka ports", f"{options.host} {told} free")


def cluster_ports(options: Options) -> Iterator[Finding]:
    """Whether the ports are free of the Kafka clusters that were created; not while a server has the folder."""
    import msgspec

    from weirmq.server.kafka.known_ports import known_ports

    if not Path(options.data).exists():
        return
    try:
        with lock.hold(Path(options.data)):
            known = list(known_ports(Path(options.data)))
    except lock.FolderUnusable:
        return  # a server has it open, or the check of the folder says what is wrong
    except (OSError, msgspec.MsgspecError) as error:
        yield Finding(State.LOOK, "cluster ports", f"what clusters there are can't be read: {error}")
        return
    is_free = True
    for cluster, broker, listener, its in known:
        if fault := _fault(options.host, its):
            is_free = False
            what = f"{options.host} port {its} of {cluster} (broker {broker}, {listener}): {fault.strerror}"
            advice = "stop what uses it: else this broker gets another port, and clients must be told"
            yield Finding(State.LOOK, "cluster ports", what, advice)
    if known and is_free:
        yield Finding(State.GOOD, "cluster ports", f"all {len(known)} of the Kafka clusters that were created are free")


def open_files(options: Options) -> Iterator[Finding]:
    """Whether the process may have as many files open as the options promise connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = options.max_connections + _SPARE_FILES
    if soft == resource.RLIM_INFINITY or soft >= needed:
        yield Finding(State.GOOD, "open files", f"{soft} allowed")
        return
    raises = hard == resource.RLIM_INFINITY or hard >= needed
    advice = f"ulimit -n {needed}" if raises else f"raise the hard limit (systemd: LimitNOFILE={needed})"
    what = f"{soft} allowed, too few for {options.max_connections} connections"
    yield Finding(State.LOOK, "open files", what, f"{advice}; or lower --max-connections")


def log(options: Options) -> Iterator[Finding]:
    """Whether every batch of the log is sound; not while a server has it open."""
    from weirmq.cli.log import folders
    from weirmq.log.disk import SystemDisk
    from weirmq.log.repair import verify

    found = folders(options)
    if not found:
        yield Finding(State.GOOD, "log", "none yet")
        return
    try:
        with lock.hold(Path(options.data)):
            reports = [verify(SystemDisk(), str(folder)) for folder in found]
    except lock.FolderInUse:
        yield Finding(State.GOOD, "log", "a server has it open; stop that to have the log checked")
        return
    except lock.FolderUnusable:
        return  # the check of the folder says so
    for report in reports:
        if report.damaged:
            what = f"{report.folder} is damaged: {report.findings[0]}"
            yield Finding(State.BAD, "log", what, "`weirmq log verify` tells all, `weirmq log repair` mends it")
        else:
            yield Finding(State.GOOD, "log", f"{report.folder} is sound, {report.size / 1e6:.1f} MB")
