"""Requests as botocore would put them on the wire, signed ahead of the run.

A pool replays requests whose body is known beforehand. A `Resigner` signs one operation again and again with new
bodies (a delete needs the handle that was just received), for about 5 us each instead of botocore's 400.
"""

import hashlib
import hmac
import json
import random
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus, urlsplit

import boto3
import cbor2
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import Credentials

ACCESS_KEY = "AKIAWEIRMQBENCH00001"
SECRET_KEY = "bench/secret+key/of/forty/characters/000"  # noqa: S105  of a server that lives for minutes
REGION = "us-east-1"
LETTERS = string.ascii_letters + string.digits


def client(endpoint: str, service: str = "sqs", secret_key: str = SECRET_KEY) -> Any:
    """A boto3 client that doesn't retry."""
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=secret_key,
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60),
    )


@dataclass(frozen=True)
class _Body:
    content: bytes

    def stream(self) -> Iterable[bytes]:
        return [self.content]


class Recorder:
    """A botocore client whose requests are kept and never sent."""

    def __init__(self, endpoint: str, service: str = "sqs") -> None:
        self._client = client(endpoint, service)
        self._client.meta.events.register(f"before-send.{service}", self._keep)
        self._speaks_json = self._client.meta.service_model.resolved_protocol == "json"
        self._kept: list[AWSPreparedRequest] = []

    def _keep(self, request: AWSPreparedRequest, event_name: str, **_: object) -> AWSResponse:
        """Answers in the server's place, with as little as botocore takes for an answer."""
        self._kept.append(request)
        operation = event_name.rpartition(".")[2]
        body = "{}" if self._speaks_json else f"<a><{operation}Result/></a>"
        return AWSResponse(request.url, 200, {}, _Body(body.encode()))

    def record(self, operation: str, **parameters: object) -> bytes:
        """The bytes of one signed request, such as `record("send_message", QueueUrl=..., MessageBody=...)`."""
        getattr(self._client, operation)(**parameters)
        return to_bytes(self._kept.pop())


def to_bytes(request: AWSPreparedRequest) -> bytes:
    """The request as HTTP/1.1."""
    url = urlsplit(request.url)
    lines = [f"{request.method} {url.path or '/'} HTTP/1.1".encode(), f"Host: {url.netloc}".encode()]
    for name, value in request.headers.items():
        lines.append(name.encode() + b": " + (value if isinstance(value, bytes) else value.encode()))
    body = request.body or b""  # a form is text
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body if isinstance(body, bytes) else body.encode())


class Resigner:
    """Signs one recorded request anew for other bodies."""

    def __init__(self, recorded: bytes) -> None:
        head, _, body = recorded.partition(b"\r\n\r\n")
        lines = head.split(b"\r\n")
        headers = {name.lower(): value for name, value in (line.split(b": ", 1) for line in lines[1:])}
        authorization = headers[b"authorization"]
        names = authorization.partition(b"SignedHeaders=")[2].partition(b",")[0]
        canonical = b"".join(name + b":" + headers[name] + b"\n" for name in names.split(b";"))
        method, path, _ = lines[0].split(b" ")
        self._canonical = hashlib.sha256(method + b"\n" + path + b"\n\n" + canonical + b"\n" + names + b"\n")
        scope = authorization.partition(b"Credential=")[2].partition(b",")[0].partition(b"/")[2]
        self._to_sign = b"AWS4-HMAC-SHA256\n" + headers[b"x-amz-date"] + b"\n" + scope + b"\n"
        self._key = b"AWS4" + SECRET_KEY.encode()
        for part in scope.split(b"/"):
            self._key = hmac.digest(self._key, part, "sha256")
        kept = [line for line in lines if not line.lower().startswith((b"authorization:", b"content-length:"))]
        self._head = b"\r\n".join([*kept, b"Authorization: " + authorization.partition(b"Signature=")[0]])
        self._head += b"Signature="
        if authorization.partition(b"Signature=")[2] != self._signature(body):
            raise AssertionError("this signature differs from botocore's")

    def _signature(self, body: bytes) -> bytes:
        canonical = self._canonical.copy()
        canonical.update(hashlib.sha256(body).hexdigest().encode())
        return hmac.digest(self._key, self._to_sign + canonical.hexdigest().encode(), "sha256").hex().encode()

    def sign(self, body: bytes) -> bytes:
        """The whole request with this body."""
        return b"%b%b\r\nContent-Length: %d\r\n\r\n%b" % (self._head, self._signature(body), len(body), body)


def varied(recorded: bytes, placeholder: str) -> Callable[[str], bytes]:
    """Makes requests like a recorded form, each with another value in the place of `placeholder`."""
    signer, form, place = Resigner(recorded), recorded.partition(b"\r\n\r\n")[2], quote_plus(placeholder).encode()
    return lambda value: signer.sign(form.replace(place, quote_plus(value).encode()))


def texts(count: int, size: int) -> list[str]:
    """Message bodies of `size` characters, all different, the same in every run."""
    source = random.Random(size)  # noqa: S311  load, not secrets
    block = "".join(source.choices(LETTERS, k=size + count))
    return [f"{i:08d}{block[i : i + size - 8]}" for i in range(count)]


def sends(recorder: Recorder, queue_url: str, count: int, size: int) -> list[bytes]:
    """`count` SendMessage requests with bodies of `size` bytes."""
    return [recorder.record("send_message", QueueUrl=queue_url, MessageBody=text) for text in texts(count, size)]


def batches(recorder: Recorder, queue_url: str, count: int, size: int) -> list[bytes]:
    """`count` SendMessageBatch requests of 10 messages with bodies of `size` bytes."""
    bodies = texts(count * 10, size)
    made = []
    for first in range(0, len(bodies), 10):
        entries = [{"Id": str(i), "MessageBody": text} for i, text in enumerate(bodies[first : first + 10])]
        made.append(recorder.record("send_message_batch", QueueUrl=queue_url, Entries=entries))
    return made


def publishes(recorder: Recorder, topic_arn: str, count: int, size: int, kinds: Sequence[str] = ()) -> list[bytes]:
    """`count` Publish requests with messages of `size` bytes; the attribute `kind` is each of `kinds` in turn."""
    made = []
    for number, text in enumerate(texts(count, size)):
        more = {}
        if kinds:
            kind = {"DataType": "String", "StringValue": kinds[number % len(kinds)]}
            more = {"MessageAttributes": {"kind": kind}}
        made.append(recorder.record("publish", TopicArn=topic_arn, Message=text, **more))
    return made


def deleter(recorder: Recorder, queue_url: str) -> Callable[[bytes], bytes]:
    """Makes a DeleteMessage from the bytes of a receipt handle as they stood in a JSON answer."""
    signer = Resigner(recorder.record("delete_message", QueueUrl=queue_url, ReceiptHandle="handle"))
    start = b'{"QueueUrl": ' + json.dumps(queue_url).encode() + b', "ReceiptHandle": "'
    return lambda handle: signer.sign(start + handle + b'"}')


def batch_deleter(recorder: Recorder, queue_url: str) -> Callable[[list[bytes]], bytes]:
    """Makes a DeleteMessageBatch from several receipt handles."""
    entries = [{"Id": "0", "ReceiptHandle": "handle"}]
    signer = Resigner(recorder.record("delete_message_batch", QueueUrl=queue_url, Entries=entries))
    start = b'{"QueueUrl": ' + json.dumps(queue_url).encode() + b', "Entries": ['

    def make(handles: list[bytes]) -> bytes:
        listed = (b'{"Id": "%d", "ReceiptHandle": "%b"}' % pair for pair in enumerate(handles))
        return signer.sign(start + b", ".join(listed) + b"]}")

    return make


def by_signer(endpoint: str, operation: str, content_type: str, body: bytes) -> bytes:
    """A request of Kinesis that botocore has no words for: it does no more than sign it."""
    headers = {"Content-Type": content_type, "X-Amz-Target": f"Kinesis_20131202.{operation}"}
    request = AWSRequest("POST", endpoint + "/", headers, body)
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "kinesis", REGION).add_auth(request)
    return to_bytes(request.prepare())


def in_cbor(endpoint: str, operation: str, parameters: Mapping[str, object]) -> bytes:
    """A request of Kinesis in AWS CBOR 1.1, as the Java SDK sends it."""
    return by_signer(endpoint, operation, "application/x-amz-cbor-1.1", cbor2.dumps(dict(parameters)))


def subscription(endpoint: str, consumer_arn: str, shard: str) -> bytes:
    """A SubscribeToShard from now on. (botocore would wait for events.)"""
    parameters = {"ConsumerARN": consumer_arn, "ShardId": shard, "StartingPosition": {"Type": "LATEST"}}
    return by_signer(endpoint, "SubscribeToShard", "application/x-amz-json-1.1", json.dumps(parameters).encode())


def getter(recorder: Recorder) -> Callable[[bytes, int | None], bytes]:
    """Makes a GetRecords from the bytes of an iterator as they stood in a JSON answer, and a limit."""
    signer = Resigner(recorder.record("get_records", ShardIterator="iterator"))

    def make(iterator: bytes, limit: int | None) -> bytes:
        more = b"" if limit is None else b', "Limit": %d' % limit
        return signer.sign(b'{"ShardIterator": "' + iterator + b'"' + more + b"}")

    return make


def write_pool(requests: Iterable[bytes], path: Path) -> None:
    """The file that replay.lua reads."""
    with path.open("wb") as file:
        for request in requests:
            file.write(b"%08d" % len(request) + request)
