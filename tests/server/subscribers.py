"""Clients that subscribe to a shard of a whole server, over HTTP/1.1 and over HTTP/2."""

import json
from typing import Any, Protocol

from tests.server.hard_day import Day
from tests.server.http2_client import Http2Client, fields
from tests.server.serving import Client
from weirmq.wire.aws.eventstream import Decoder, Frame

STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/orders"


def _target(operation: str) -> bytes:
    return f"Kinesis_20131202.{operation}".encode()


async def ask(client: Client, operation: str, **members: Any) -> Any:
    """The answer of Kinesis, over HTTP/1.1. It must be a good one."""
    client.send(_request(operation, members))
    answer = await client.receive()
    assert answer.status == 200, answer
    return json.loads(answer.body or b"{}")


def _request(operation: str, members: dict[str, Any]) -> bytes:
    body = json.dumps(members).encode()
    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: %b\r\n"
    return head % _target(operation) + b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def put(data: str) -> dict[str, str]:
    """The members of a PutRecord; `data` is Base64."""
    return {"StreamName": "orders", "Data": data, "PartitionKey": "k"}


async def consumer(client: Client, name: str = "app", shards: int = 1) -> str:
    """The ARN of a new consumer of the stream, which is made with the first."""
    if name == "app":
        await ask(client, "CreateStream", StreamName="orders", ShardCount=shards)
    found = await ask(client, "RegisterStreamConsumer", StreamARN=STREAM, ConsumerName=name)
    return str(found["Consumer"]["ConsumerARN"])


def subscription(arn: str, kind: str = "TRIM_HORIZON", shard: int = 0) -> dict[str, Any]:
    return {"ConsumerARN": arn, "ShardId": f"shardId-{shard:012}", "StartingPosition": {"Type": kind}}


class Heard:
    """What came of an event stream."""

    def __init__(self) -> None:
        self._decoder = Decoder()
        self.frames: list[Frame] = []
        self.events: list[Any] = []  # what they say, behind the initial response
        self.data: list[str] = []  # of all records
        self.has_ended = False

    def feed(self, data: bytes) -> None:
        for frame in self._decoder.feed(data):
            if not self.frames:
                assert frame.headers[":event-type"] == "initial-response"
            elif ":event-type" in frame.headers:
                self.events.append(json.loads(frame.payload))
                self.data += [record["Data"] for record in self.events[-1]["Records"]]
            self.frames.append(frame)

    @property
    def error(self) -> str:
        """The exception at the end."""
        return str(self.frames[-1].headers.get(":exception-type"))


class Subscriber(Protocol):
    """One subscription of a client."""

    heard: Heard

    async def until(self, so: Any) -> None:
        """Read until it is so, or until the stream has ended."""

    def leave(self) -> None:
        """Go, without a word."""


class Http1Subscriber:
    """Reads chunks as they come."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.heard = Heard()
        self._began = False

    async def until(self, so: Any) -> None:
        reader = self.client.reader
        if not self._began:
            self._began = True
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"application/vnd.amazon.eventstream" in head, head
        while not self.heard.has_ended and not so():
            size = int(await reader.readuntil(b"\r\n"), 16)
            self.heard.feed((await reader.readexactly(size + 2))[:-2])
            self.heard.has_ended = not size

    def leave(self) -> None:
        self.client.reset()


class Http2Subscriber:
    """A stream of a connection."""

    def __init__(self, client: Http2Client, number: int) -> None:
        self.client = client
        self.number = number
        self.heard = Heard()

    async def until(self, so: Any) -> None:
        client = self.client
        while True:
            body = client.bodies.get(self.number)
            if body:
                self.heard.feed(bytes(body))
                body.clear()
            self.heard.has_ended = self.number in client.ended
            if self.heard.has_ended or so():
                return
            seen = len(body or b"")
            await client.until(
                lambda seen=seen: len(client.bodies.get(self.number, b"")) > seen or self.number in client.ended
            )

    def leave(self) -> None:
        self.client.h2.reset_stream(self.number, 8)
        self.client.flush()


async def subscribe_1(it: Day, **members: Any) -> Http1Subscriber:
    client = await it.connect()
    client.send(_request("SubscribeToShard", members))
    return Http1Subscriber(client)


async def http2(it: Day, **options: Any) -> Http2Client:
    client = Http2Client(await it.connect(), **options)
    client.flush()
    return client


async def subscribe_2(it: Day, client: Http2Client | None = None, **members: Any) -> Http2Subscriber:
    client = client or await http2(it)
    head = fields("/", (b"content-type", b"application/x-amz-json-1.1"), (b"x-amz-target", _target("SubscribeToShard")))
    return Http2Subscriber(client, client.open(head, json.dumps(members).encode()))
