"""The Kinesis Producer Library as it comes: over TLS, with a certificate that it checks, its records packed."""

import ssl
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.clients import programs, toolchains
from tests.clients.aggregation import unpacked
from tests.clients.server import REGION, USER_KEY, USERS, Certificate, Server
from tests.server.outbound.certificates import certificate

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]

STREAM = "orders"
COUNT = 1000
KEYS = 10


@pytest.fixture
def trusted(tmp_path: Path) -> Path:
    """A certificate for this machine."""
    return certificate(tmp_path, "localhost").path


@pytest.fixture
def server(tmp_path: Path, trusted: Path) -> Iterator[Server]:
    """A server with TLS that verifies every signature."""
    yield from programs.serving(Server(tmp_path, USER_KEY, USERS, Certificate(trusted, trusted.with_suffix(".key"))))


@pytest.fixture
def kinesis(server: Server, trusted: Path) -> Iterator[Any]:
    """boto3, to make the stream and to read it."""
    client = boto3.client(
        "kinesis",
        endpoint_url=server.url,
        region_name=REGION,
        aws_access_key_id=server.key.access_key,
        aws_secret_access_key=server.key.secret,
        verify=str(trusted),
    )
    yield client
    client.close()


def test_what_it_puts_comes_out(server: Server, kinesis: Any, trusted: Path) -> None:
    kinesis.create_stream(StreamName=STREAM, ShardCount=2)
    command = ("java", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    program = ("-cp", toolchains.java("java-kpl"), "clients.Producer", STREAM, str(COUNT), trusted)
    printed = programs.output((*command, *program), programs.environment(server, server.key))
    put = [line for line in printed.splitlines() if line.startswith("put ")]
    assert len(put) == COUNT

    records = [record for number in range(2) for record in read(kinesis, f"shardId-{number:012}")]
    assert len(records) < COUNT  # packed, but for the first, and left as they were packed
    assert {f"put {record['Shard']} {record['SequenceNumber']}" for record in records} == set(put)
    numbers: dict[str, list[int]] = defaultdict(list)
    for record in records:
        for key, data in unpacked(record["Data"], record["PartitionKey"]):
            numbers[key].append(int(data))
    expected = {f"key-{key}": list(range(key, COUNT, KEYS)) for key in range(KEYS)}
    assert {key: sorted(found) for key, found in numbers.items()} == expected

    context = ssl.create_default_context(cafile=trusted)
    with urllib.request.urlopen(f"{server.url}/metrics", context=context) as answer:
        shown = answer.read().decode()
    assert 'metric="UserRecordsPut",namespace="KinesisProducerLibrary"' in shown


def read(kinesis: Any, shard: str) -> list[dict[str, Any]]:
    """All records of a shard."""
    start = {"StreamName": STREAM, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = kinesis.get_shard_iterator(**start)["ShardIterator"]
    found: list[dict[str, Any]] = []
    while True:
        answer = kinesis.get_records(ShardIterator=iterator)
        found += [{**record, "Shard": shard} for record in answer["Records"]]
        if not answer["Records"]:
            return found
        iterator = answer["NextShardIterator"]
