"""The services and requests that the tests of the wire room share."""

import json
from typing import Any

from weirmq.wire.aws.model import Operation, load
from weirmq.wire.http import Request

SQS = load("sqs")
STS = load("sts")
QUEUE = "http://localhost:4566/123456789012/q"


def operation(name: str) -> Operation:
    """An operation of SQS."""
    return SQS.operations[name]


def request_of(
    body: bytes = b"", *, path: bytes = b"/", query: bytes = b"", method: bytes = b"POST", **headers: str
) -> Request:
    """A request; header names have underscores for hyphens."""
    named = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    target = path + (b"?" + query if query else b"")
    return Request(method, target, path, query, {b"host": b"localhost:4566", **named}, body)


def json_request(tree: Any) -> Request:
    """A request with a JSON body."""
    return request_of(json.dumps(tree).encode())


# What a decoder of requests must survive: each must be refused, or read, at once.
HOSTILE_JSON = [
    b"{",
    b"[]",
    b"null",
    b"1",
    b'"x"',
    b"\xff",
    b"\x00",
    b'{"a":' * 100_000,
    b"[" * 1_000_000,
    b'{"QueueUrl":NaN}',
    b'{"DelaySeconds":1e999}',
    b'{"DelaySeconds":-Infinity}',
    b'{"DelaySeconds":' + b"9" * 100_000 + b"}",
    b'{"DelaySeconds":99999999999}',
    b'{"DelaySeconds":1.5}',
    b'{"DelaySeconds":true}',
    b'{"QueueUrl":"\\ud800"}',
    b'{"QueueUrl":"\\udc00\\ud800"}',
    b'{"QueueUrl":"\xed\xa0\x80"}',
    b'{"QueueUrl":"\xc0\x80"}',
    b'{"MessageAttributes":{"a":{"BinaryValue":"%%%"}}}',
    b'{"MessageAttributes":{"a":{"BinaryValue":"AAAAA"}}}',
    b'{"MessageAttributes":[]}',
    b'{"MessageAttributes":{"a":[]}}',
    b'{"QueueUrl":{"a":{}}}',
    b'{"QueueUrl":[[]]}',
    b'{"QueueUrl":"a"} trailing',
    b'{"QueueUrl":"a","QueueUrl":5}',
]
