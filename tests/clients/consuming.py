"""A stream that is written to while it is cut and joined, and workers that consume it, one of which is killed.

Each record is its key's next number. What must hold: every record is processed at least once, and of each key the
records come first to anybody in the order of their numbers.
"""

import os
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from tests.clients import programs
from tests.clients.server import REGION, Server

STREAM = "orders"
KEYS = [f"key-{number}" for number in range(20)]
_PAUSE_S = 0.05  # between two batches of one record for each key
_STOP_S = 60
# boto3 tries again by itself while the server is away. A record may be there twice then, as with any producer.
_PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 12})
_MIDDLE = str(2**126)  # of the lower one of two shards


class Seen(NamedTuple):
    """One record as a worker processed it."""

    micros: int
    shard: str
    key: str
    number: int


Command = Callable[[str, Path], Sequence[str | Path]]
"""`command(name, records)` starts the worker `name`, which writes a line for each record to the file `records`."""


class Workers:
    """Workers by name, each a process with its children, with a file of what it processed and one of what it said."""

    def __init__(self, folder: Path, server: Server, command: Command) -> None:
        self._folder = folder
        self._server = server
        self._command = command
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start a worker."""
        records = self._folder / f"{name}.records"
        environ = programs.environment(self._server, self._server.key, RECORDS=str(records))
        del environ["AWS_MAX_ATTEMPTS"]  # KCL lives with refusals, and tries again
        with (self._folder / f"{name}.log").open("ab") as said:
            self._running[name] = subprocess.Popen(
                list(map(str, self._command(name, records))),
                env=environ,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a worker in the middle of what it does."""
        worker = self._running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def stop(self, name: str) -> None:
        """Ask a worker to end, as a deployment does. Java says 128 + 15 for it."""
        worker = self._running.pop(name)
        worker.terminate()
        assert worker.wait(timeout=_STOP_S) in {0, 143}, self.said

    def end_all(self) -> None:
        """Nothing is left running."""
        for name in list(self._running):
            self.kill(name)

    @property
    def said(self) -> str:
        """What the workers said."""
        return "\n".join(path.read_text(errors="replace")[-4000:] for path in self._folder.glob("*.log"))

    def seen(self, name: str = "*") -> list[Seen]:
        """What a worker processed, or all, in the order of time."""
        found = []
        for path in self._folder.glob(f"{name}.records"):
            for line in path.read_text().splitlines(keepends=True):
                if line.endswith("\n"):
                    micros, shard, key, number = line.split()
                    found.append(Seen(int(micros), shard, key, int(number)))
        return sorted(found)


class Producer:
    """Puts the next record of every key, again and again, from a thread of its own."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.put = 0  # records of each key
        self.failure: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        try:
            while not self._stop.wait(_PAUSE_S):
                data = str(self.put).encode()
                records = [{"Data": data, "PartitionKey": key} for key in KEYS]
                assert self.client.put_records(StreamName=STREAM, Records=records)["FailedRecordCount"] == 0
                self.put += 1
        except BaseException as error:  # noqa: BLE001 - told to the test
            self.failure = error

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        assert self.failure is None, self.failure


def client(server: Server, service: str = "kinesis") -> Any:
    """A client of the server."""
    return boto3.client(
        service,
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
        config=_PATIENT,
    )


@contextmanager
def fleet(folder: Path, server: Server, command: Command) -> Iterator[Workers]:
    """Workers that are gone afterwards, however it went."""
    workers = Workers(folder, server, command)
    try:
        yield workers
    finally:
        workers.end_all()


def until(workers: Workers, what: str, condition: Callable[[], bool], limit_s: float) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {limit_s} s\n{workers.said}"
        time.sleep(0.2)


def shards_of(workers: Workers) -> set[str]:
    """The shards that records were processed of."""
    return {each.shard.rpartition("-")[2].lstrip("0") or "0" for each in workers.seen()}


@contextmanager
def consumed(server: Server, workers: Workers, start_s: float) -> Iterator[Producer]:
    """A stream of two shards that is written to, and two workers that have begun with it, within `start_s`."""
    kinesis = client(server)
    kinesis.create_stream(StreamName=STREAM, ShardCount=2)
    producer = Producer(kinesis)
    producer.start()
    try:
        workers.start("first")
        until(workers, "the application has a state", lambda: has_state(server), start_s)
        workers.start("second")
        until(workers, "both work", lambda: bool(workers.seen("first") and workers.seen("second")), start_s)
        yield producer
    finally:
        producer.stop()
        kinesis.close()


def has_state(server: Server) -> bool:
    """Whether a worker has written down that the application has begun. Of two that do so at the same moment, one gives
    up: the library makes nothing of the condition that it sets itself.
    """
    tables = client(server, "dynamodb")
    items = [item for name in tables.list_tables()["TableNames"] for item in tables.scan(TableName=name)["Items"]]
    tables.close()
    return any({"S": "Migration3.0"} in item.values() for item in items)


def story(server: Server, workers: Workers, *, start_s: float, failover_s: float) -> None:
    """A split, a killed worker, a merge, and records all the while. `start_s` is how long the workers take to begin,
    `failover_s` how long until another has what a dead one had.
    """
    with consumed(server, workers, start_s) as producer:
        kinesis = producer.client
        kinesis.split_shard(StreamName=STREAM, ShardToSplit="shardId-000000000000", NewStartingHashKey=_MIDDLE)
        until(workers, "the halves are read", lambda: {"2", "3"} <= shards_of(workers), failover_s)
        workers.kill("first")
        more(workers, producer, failover_s)
        kinesis.merge_shards(
            StreamName=STREAM, ShardToMerge="shardId-000000000003", AdjacentShardToMerge="shardId-000000000001"
        )
        until(workers, "the whole is read", lambda: "4" in shards_of(workers), failover_s)
    finish(workers, producer, failover_s)
    workers.stop("second")


def outage(server: Server, workers: Workers, *, start_s: float, failover_s: float) -> None:
    """The server is killed and started again, twice, and records are put all the while."""
    with consumed(server, workers, start_s) as producer:
        for _ in range(2):
            server.kill()
            server.start()
            more(workers, producer, failover_s)
    finish(workers, producer, failover_s)
    for name in ("first", "second"):
        workers.stop(name)


def more(workers: Workers, producer: Producer, limit_s: float) -> None:
    """Wait until some more records of each key were put."""
    before = producer.put
    until(workers, "more is put", lambda: producer.put > before + 20, limit_s)


def finish(workers: Workers, producer: Producer, limit_s: float) -> None:
    """Wait until all is read, and look at the order."""
    total = producer.put * len(KEYS)
    until(workers, "all is read", lambda: len({each[2:] for each in workers.seen()}) == total, limit_s)
    check(workers.seen(), producer.put)


def check(seen: Sequence[Seen], put: int) -> None:
    """Every number of every key came, and first in its turn."""
    first: dict[str, list[int]] = defaultdict(list)
    known: set[tuple[str, int]] = set()
    for each in seen:
        if (each.key, each.number) not in known:
            known.add((each.key, each.number))
            first[each.key].append(each.number)
    assert first == {key: list(range(put)) for key in KEYS}
