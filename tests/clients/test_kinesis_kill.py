"""The server's process is killed at any moment, over and over, while clients put, read and reshard.

A client here tries nothing again: what it has no answer to is in doubt. What it has an answer to must hold: each record
is in its shard once, with its sequence number, in order; and a reader never sees anything that is gone later.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from tests.clients.server import REGION, Server

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

KILLS: Final = 20
SHARDS: Final = 4
WRITERS: Final = 3
LIFE_S: Final = (0.05, 0.6)  # between two kills
HURRIED: Final = Config(retries={"total_max_attempts": 1}, connect_timeout=2, read_timeout=5)
STREAM: Final = "killed"


class Clients:
    """Threads at work, and what has been answered to them. Records are known by their data."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._last = 0
        self._lock = threading.Lock()
        self.put: dict[bytes, tuple[str, str]] = {}  # shard and sequence number
        self.doubtful: set[bytes] = set()
        self.seen: dict[tuple[str, str], bytes] = {}  # by shard and sequence number
        self.resharded: set[str] = set()  # shards that a split was answered for
        self.failures: list[BaseException] = []
        self.client().create_stream(StreamName=STREAM, ShardCount=SHARDS)

    def client(self) -> Any:
        """A client that gives up at once."""
        return boto3.session.Session().client(
            "kinesis",
            endpoint_url=self._server.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=HURRIED,
        )

    def start(self) -> None:
        """Let them work."""
        for work in [self.write] * WRITERS + [self.look, self.reshard]:
            thread = threading.Thread(target=self._loop, args=(work,))
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Let them come to an end."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _loop(self, work: Callable[[Any], None]) -> None:
        client = self.client()
        try:
            while not self._stop.is_set():
                try:
                    work(client)
                except BotoCoreError:
                    self._stop.wait(0.01)  # no answer: the server is away
                except Exception as error:  # noqa: BLE001 - kept, for the test to show
                    self.failures.append(error)
                    return
        finally:
            client.close()

    def _new(self, count: int) -> list[dict[str, Any]]:
        with self._lock:
            self._last += count
            names = [b"%d" % number for number in range(self._last - count, self._last)]
            self.doubtful.update(names)
        return [{"Data": name, "PartitionKey": f"key-{random.randrange(50)}"} for name in names]  # noqa: S311

    def write(self, client: Any) -> None:
        """Put one record, or some."""
        records = self._new(random.choice((1, 1, 40)))  # noqa: S311 - any will do
        if len(records) == 1:
            answers = [client.put_record(StreamName=STREAM, **records[0])]
        else:
            answer = client.put_records(StreamName=STREAM, Records=records)
            assert answer["FailedRecordCount"] == 0
            answers = answer["Records"]
        with self._lock:
            for record, answer in zip(records, answers, strict=True):
                self.put[record["Data"]] = answer["ShardId"], answer["SequenceNumber"]
                self.doubtful.discard(record["Data"])

    def look(self, client: Any) -> None:
        """Read the newest records of some shard, and remember them."""
        shard_id = random.choice(client.list_shards(StreamName=STREAM)["Shards"])["ShardId"]  # noqa: S311
        kind = random.choice(("LATEST", "TRIM_HORIZON"))  # noqa: S311
        for number, data in self.records(client, shard_id, kind, pages=3):
            self.seen[shard_id, number] = data

    def reshard(self, client: Any) -> None:
        """Split a shard, rarely."""
        self._stop.wait(0.7)
        shards = client.list_shards(StreamName=STREAM, ShardFilter={"Type": "AT_LATEST"})["Shards"]
        shard = random.choice(shards)  # noqa: S311
        start, end = (int(shard["HashKeyRange"][f"{edge}HashKey"]) for edge in ("Starting", "Ending"))
        middle = str((start + end) // 2)
        client.split_shard(StreamName=STREAM, ShardToSplit=shard["ShardId"], NewStartingHashKey=middle)
        self.resharded.add(shard["ShardId"])

    def records(self, client: Any, shard_id: str, kind: str = "TRIM_HORIZON", pages: int = 10_000) -> Iterator[Any]:
        """Sequence numbers and data of a shard's records."""
        iterator = client.get_shard_iterator(StreamName=STREAM, ShardId=shard_id, ShardIteratorType=kind)
        token = iterator["ShardIterator"]
        for _ in range(pages):
            answer = client.get_records(ShardIterator=token)
            yield from ((record["SequenceNumber"], record["Data"]) for record in answer["Records"])
            token = answer.get("NextShardIterator")
            if token is None or (not answer["Records"] and not answer["MillisBehindLatest"]):
                return


@pytest.fixture(params=["fsync", "os"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    started = Server(tmp_path, settings=f'durability = "{request.param}"\n')
    started.start()
    yield started
    started.kill()


@pytest.fixture
def clients(server: Server) -> Iterator[Clients]:
    working = Clients(server)
    yield working
    working.stop()


def test_what_was_answered_outlives_any_kill(server: Server, clients: Clients) -> None:
    clients.start()
    for _ in range(KILLS):
        time.sleep(random.uniform(*LIFE_S))  # noqa: S311 - any moment will do
        server.kill()
        server.start()
    clients.stop()
    assert clients.failures == []
    client = clients.client()
    found: dict[tuple[str, str], bytes] = {}
    shards = client.list_shards(StreamName=STREAM)["Shards"]
    for shard in shards:
        records = list(clients.records(client, shard["ShardId"]))
        numbers = [int(number) for number, _ in records]
        assert numbers == sorted(set(numbers)), "out of order"
        found.update(((shard["ShardId"], number), data) for number, data in records)
    client.close()
    where = {data: place for place, data in found.items()}
    assert len(where) == len(found), "a record is there twice"
    assert {data for data, place in clients.put.items() if where.get(data) != place} == set(), "lost, or moved"
    assert set(where) <= set(clients.put) | clients.doubtful, "records that nobody put"
    assert {place for place, data in clients.seen.items() if found.get(place) != data} == set(), "a reader saw more"
    closed = {shard["ShardId"] for shard in shards if "EndingSequenceNumber" in shard["SequenceNumberRange"]}
    assert clients.resharded <= closed, "a split is undone"
    assert clients.resharded
    assert len(clients.put) > KILLS * 20
