"""PutMetricData in every protocol that clients speak, compressed and not, each request signed."""

import gzip
import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import cbor2
import pytest

from tests.wire.aws.signing import ACCESS_KEY, NOW_MS, SECRET, sign
from weirmq.kernel.clock import ManualClock
from weirmq.server.config import User
from weirmq.testing import Server

DATUM = {"MetricName": "RecordsProcessed", "Value": 2.5, "Dimensions": [{"Name": "Operation", "Value": "Process"}]}
TREE = {"Namespace": "orders", "MetricData": [DATUM]}
FORM = {
    "Action": "PutMetricData",
    "Version": "2010-08-01",
    "Namespace": "orders",
    "MetricData.member.1.MetricName": "RecordsProcessed",
    "MetricData.member.1.Value": "2.5",
    "MetricData.member.1.Dimensions.member.1.Name": "Operation",
    "MetricData.member.1.Dimensions.member.1.Value": "Process",
}
RPC = "/service/GraniteServiceVersion20100801/operation/PutMetricData"
REQUESTS: dict[str, tuple[str, dict[str, str], bytes]] = {
    "query": ("/", {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(FORM).encode()),
    "json": (
        "/",
        {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "GraniteServiceVersion20100801.PutMetricData"},
        json.dumps(TREE).encode(),
    ),
    "cbor": (RPC, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, cbor2.dumps(TREE)),
}
USER = User(name="root", access_key=ACCESS_KEY, secret=SECRET, account="111122223333")
LINE = (
    "weirmq_cloudwatch_metric_sum"
    '{account="111122223333",dimensions="Operation=Process",metric="RecordsProcessed",namespace="orders",'
    'region="us-east-1",unit="None"}'
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server(users=(USER,), clock=ManualClock(NOW_MS)) as started:
        yield started


def send(server: Server, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
    signed = sign(url=f"{server.endpoint_url}{path}", headers=headers, body=body, service="monitoring")
    named = {name.decode(): value.decode() for name, value in signed.headers.items()}
    request = urllib.request.Request(f"{server.endpoint_url}{path}", body, named)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the test's own server
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def total(server: Server) -> float:
    with urllib.request.urlopen(f"{server.endpoint_url}/metrics") as answer:  # noqa: S310
        lines = answer.read().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(LINE))


@pytest.mark.parametrize("protocol", REQUESTS)
def test_it_is_taken_and_shown(server: Server, protocol: str) -> None:
    path, headers, body = REQUESTS[protocol]
    before = total(server)
    assert send(server, path, headers, body)[0] == 200
    assert send(server, path, {**headers, "Content-Encoding": "gzip"}, gzip.compress(body))[0] == 200
    assert total(server) == before + 5


@pytest.mark.parametrize("protocol", REQUESTS)
def test_what_is_not_compressed_as_it_says_is_refused(server: Server, protocol: str) -> None:
    path, headers, body = REQUESTS[protocol]
    status, said = send(server, path, {**headers, "Content-Encoding": "gzip"}, body)
    assert status == 400
    assert b"not what its Content-Encoding says" in said
    status, said = send(server, path, {**headers, "Content-Encoding": "gzip"}, gzip.compress(bytes(2_000_000)))
    assert status == 413
    assert b"more than 1048576 bytes" in said


def test_an_sdk_compresses_what_is_long() -> None:
    with Server(users=(USER,)) as server:
        client = server.client("cloudwatch", aws_access_key_id=ACCESS_KEY, aws_secret_access_key=SECRET)
        sent: list[bytes] = []
        client.meta.events.register(
            "before-send", lambda request, **_: sent.append(request.headers["Content-Encoding"])
        )
        dimensions = DATUM["Dimensions"]
        client.put_metric_data(
            Namespace="orders",
            MetricData=[{"MetricName": "RecordsProcessed", "Value": 1.0, "Dimensions": dimensions}] * 1000,
        )
        assert sent == [b"gzip"]
        assert total(server) == 1000
