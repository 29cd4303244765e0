"""Requests, right and wrong in every way that a seed thinks of: along the models, as the protocols write them."""

import json
import random
from base64 import b64encode
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

import cbor2

from weirmq.wire.aws.model import Operation, load
from weirmq.wire.aws.shapes import Member, Shape

SERVICES: Final = ("sqs", "sts", "kinesis", "sns", "dynamodb", "cloudwatch", "secretsmanager")
ACCOUNT: Final = "000000000000"
FIFO: Final = "orders.fifo"
QUEUES: Final = ("orders", "bills", FIFO, "dead")
HEAD: Final = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n"
_DEEPEST: Final = 6  # some shapes hold themselves
_LONGEST_BYTES: Final = 400_000  # longer ones have a test of their own

_ODD_TEXTS: Final = (
    "", " ", "\0", "\r\nSet-Cookie: a=b", "\ud800", "\udfff\ud800", "\ufffe", "\U0001f600", "é" * 300, "a" * 70_000,
    "../..", "%00", "%", "<!ENTITY x '&x;'>", "]]>", "'\"><&", "NaN", "-0", "1e999", "9" * 5_000, "true", "null",
    "1.5", "2147483648", "-9223372036854775809", "arn:aws:sqs:us-east-1:000000000000:orders", "arn:" * 500,
    "http://[::1", "https://" + "a" * 9_000 + "/000000000000/orders", "/000000000000/orders", "orders",
    "http://h/000000000000/orders/", "{" * 900, '{"a":' * 300, "x" * 81, "All", "." * 200, "-" * 100, "a-" * 900,
)  # fmt: skip
_ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1.5, 2**31, -(2**63) - 1, 2**64, 10**400, 1e308, [], {}, [None], [[]], {"": ""},
    {"a": None}, [{}], {"__type": "x"}, {"Value": {"a": 1}},
)  # fmt: skip
_KNOWN: Final[dict[str, tuple[Any, ...]]] = {
    "QueueUrl": tuple(f"http://h/{ACCOUNT}/{name}" for name in QUEUES),
    "QueueName": QUEUES,
    "SourceArn": (f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead",),
    "DestinationArn": (f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders",),
    "MessageGroupId": ("a", "b"),
    "MessageBody": ("x", "hello", "é" * 100, "a" * 2_000),
    "MessageDeduplicationId": ("1", "2", "3"),
    "AWSTraceHeader": ("Root=1-67891233-abcdef012345678912345678",),
    "AttributeNames": (["All"], ["SentTimestamp"], ["Policy"], []),
    "Id": ("1", "2", "3"),
    "DataType": ("String", "Number", "Binary", "Number.int", "String.x"),
    "StringValue": ("1", "x"),
    "TopicArn": (f"arn:aws:sns:us-east-1:{ACCOUNT}:news",),
    "Name": ("news", "news.fifo", "a"),
    "Protocol": ("sqs",),  # whatever else is right would leave this machine
    "Endpoint": (f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders",),
    "TableName": ("leases", "states"),
    "KeySchema": ([{"AttributeName": "k", "KeyType": "HASH"}],),
    "AttributeDefinitions": ([{"AttributeName": "k", "AttributeType": "S"}],),
    "BillingMode": ("PAY_PER_REQUEST",),
    "Key": ({"k": {"S": "a"}}, {"k": {"S": "b"}}),
    "Item": ({"k": {"S": "a"}, "n": {"N": "1e1"}}, {"k": {"S": "b"}, "s": {"SS": ["x", "y"]}}),
    "AttributeUpdates": ({"n": {"Action": "ADD", "Value": {"N": "1"}}}, {"s": {"Action": "DELETE"}}),
    "Expected": ({"k": {"Exists": False}}, {"n": {"Value": {"N": "10"}}}),
    "ConditionExpression": ("attribute_exists(k)", "NOT (n = s OR k <> n)", "(" * 4_000),
    "UpdateExpression": ("SET n = k REMOVE s", "SET n = n, n = n", "REMOVE k"),
    "SecretId": ("news", "news.fifo", "a"),
    "SecretString": ("s", "x"),
    "SecretBinary": (None,),  # beside a text it would be refused
    "ClientRequestToken": ("1" * 32, "2" * 32),
    "VersionStage": ("AWSCURRENT", "mine"),
    "MaxNumberOfMessages": (1, 10, 11),
    "WaitTimeSeconds": (0, 1, 20, 21),
    "DelaySeconds": (0, 5, 901),
    "VisibilityTimeout": (0, 30, 43_201),
    "MaxResults": (1, 1000, 1001),
    "Attributes": (
        {"FifoQueue": "true"}, {"VisibilityTimeout": "1"}, {"DelaySeconds": "900"},
        {"RedrivePolicy": '{"deadLetterTargetArn":"arn:aws:sqs:us-east-1:000000000000:dead","maxReceiveCount":"1"}'},
        {"Policy": '{"Version":"2012-10-17","Statement":[]}'}, {"Policy": "[" * 400}, {"RedrivePolicy": "[[[]]]"},
        {"RedriveAllowPolicy": '{"redrivePermission":"denyAll"}'}, {"MessageRetentionPeriod": "60"},
    ),
}  # fmt: skip


class Maker:
    """Makes requests. `handles` are receipt handles that were given out; `known` are values that fit, by member."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable
        self.known = _KNOWN
        self.handles: list[str] = []
        self._operations = [load(name).operations for name in SERVICES]

    def one(self) -> bytes:
        """A request of any kind, whole or not."""
        operation = self._operation()
        wrong = self.random.choice((0.0, 0.0, 0.0, 0.05, 0.3))
        tree = self.tree(operation, wrong)
        request = self.random.choice((*(_json, _form) * 4, _get, _presigned, _cbor, _rpc))(operation, tree)
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 2, 5))):
            request = self._spoilt(request)
        return request

    def _operation(self) -> Operation:
        """Any operation of any service. Those that end a queue are rare, or there would soon be none; so are those that
        are only there to be refused by name.
        """
        while True:
            operations = self.random.choice((self._operations[0], *self._operations))
            name = self.random.choice(list(operations))
            is_rare = name in ("DeleteQueue", "PurgeQueue") or operations[name].input_shape is None
            if not is_rare or self.random.random() < 0.1:
                return operations[name]

    def tree(self, operation: Operation, wrong: float) -> Any:
        """The members of a request; each is wrong with this probability, and some are left out."""
        shape = operation.input_shape
        return self._value(shape, wrong, 0) if shape else {}

    def pieces(self, request: bytes) -> list[bytes]:
        """The same bytes, cut somewhere."""
        cuts = sorted(self.random.randrange(len(request) + 1) for _ in range(self.random.choice((0, 0, 1, 3))))
        return [request[start:end] for start, end in zip([0, *cuts], [*cuts, len(request)], strict=True)]

    def _value(self, shape: Shape, wrong: float, depth: int) -> Any:
        if self.random.random() < wrong:
            return self.random.choice(self.random.choice((_ODD_TEXTS, _ODD_VALUES)))
        if shape.type == "structure":
            members = [member for member in shape.members if self._is_given(shape, member)]
            found = {member.wire: self._member(member, wrong, depth) for member in members}
            if self.random.random() < wrong:
                found["Surplus"] = self.random.choice(_ODD_VALUES)
            return found
        if shape.type in ("list", "map") and depth > _DEEPEST:
            return [] if shape.type == "list" else {}
        if shape.type == "list":
            return [
                self._value(shape.item.shape, wrong, depth + 1) for _ in range(self.random.choice((0, 1, 1, 2, 11)))
            ]
        if shape.type == "map":
            return {
                self._text(): self._value(shape.value.shape, wrong, depth + 1) for _ in range(self.random.randrange(3))
            }
        if shape.type in ("integer", "long"):
            return self.random.choice((0, 1, 2, 10, 1000))
        if shape.type == "boolean":
            return self.random.choice((True, False))
        if shape.type == "blob":
            return b64encode(self.random.randbytes(self.random.randrange(9))).decode()
        return self._text()

    def _is_given(self, shape: Shape, member: Member) -> bool:
        return self.random.random() < (0.97 if member.name in shape.required else 0.3)

    def _member(self, member: Member, wrong: float, depth: int) -> Any:
        if self.random.random() >= wrong:
            if member.name == "ReceiptHandle" and self.handles:
                return self.random.choice(self.handles)
            if member.name in self.known:
                return self.random.choice(self.known[member.name])
            is_list = member.shape.type == "list"
            values = (member.shape.item.shape if is_list else member.shape).facts.get("enum")
            if values:
                value = self.random.choice(values)
                return [value] if is_list else value
        return self._value(member.shape, wrong, depth + 1)

    def _text(self) -> str:
        return "".join(self.random.choices("abcXYZ019-_. é", k=self.random.randrange(12)))

    def _spoilt(self, request: bytes) -> bytes:
        return self.random.choice(_WAYS)(self.random, request)[:_LONGEST_BYTES]


def message(first: str, headers: dict[str, str], body: bytes) -> bytes:
    """An HTTP request."""
    lines = [first + " HTTP/1.1", "Host: h", *(f"{name}: {value}" for name, value in headers.items())]
    if body or first.startswith("POST"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def signature(service: str) -> str:
    """An Authorization header; on an open server nobody looks at what is signed."""
    scope = f"test/20231114/us-east-1/{service}/aws4_request"
    return f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host;x-amz-date, Signature={'0' * 64}"


def as_form(form: str) -> bytes:
    """A request in the Query protocol."""
    return message("POST /", {"Content-Type": "application/x-www-form-urlencoded"}, form.encode())


def as_json(operation: str, body: bytes) -> bytes:
    """A request of SQS in AWS JSON."""
    return message(
        "POST /", {"X-Amz-Target": f"AmazonSQS.{operation}", "Content-Type": "application/x-amz-json-1.0"}, body
    )


def in_json(tree: Any) -> bytes:
    """JSON as a careless writer has it: lone surrogates and NaN are in it."""
    return json.dumps(tree).encode("utf-8", "surrogatepass")


def _json(operation: Operation, tree: Any) -> bytes:
    headers = {
        "X-Amz-Target": f"{operation.service.target_prefix}.{operation.name}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": signature(operation.service.signing_name),
    }
    return message("POST /", headers, in_json(tree))


def _cbor(operation: Operation, tree: Any) -> bytes:
    headers = {
        "X-Amz-Target": f"{operation.service.target_prefix}.{operation.name}",
        "Content-Type": "application/x-amz-cbor-1.1",
        "Authorization": signature(operation.service.signing_name),
    }
    return message("POST /", headers, in_cbor(tree))


def _rpc(operation: Operation, tree: Any) -> bytes:
    path = f"/service/{operation.service.target_prefix}/operation/{operation.name}"
    headers = {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    return message(f"POST {path}", headers, in_cbor(tree))


def in_cbor(tree: Any) -> bytes:
    """CBOR, with what UTF-8 can't say left out."""
    return cbor2.dumps(_sayable(tree))


def _sayable(tree: Any) -> Any:
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode()
    if isinstance(tree, dict):
        return {_sayable(key): _sayable(value) for key, value in tree.items()}
    return [_sayable(part) for part in tree] if isinstance(tree, list) else tree


def _form(operation: Operation, tree: Any) -> bytes:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": signature(operation.service.signing_name),
    }
    return message("POST /", headers, in_form(operation, tree))


def _get(operation: Operation, tree: Any) -> bytes:
    return message(f"GET /{ACCOUNT}/orders?{in_form(operation, tree).decode()}", {}, b"")


def _presigned(operation: Operation, tree: Any) -> bytes:
    scope = quote(f"test/20231114/us-east-1/{operation.service.signing_name}/aws4_request", safe="")
    signed = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date=20231114T221320Z&X-Amz-Expires=60"
    query = f"{in_form(operation, tree).decode()}&{signed}&X-Amz-SignedHeaders=host&X-Amz-Signature={'0' * 64}"
    return message(f"GET /?{query}", {}, b"")


def in_form(operation: Operation, tree: Any) -> bytes:
    """Query parameters. What is no tree of the operation's becomes parameters that fit nothing."""
    pairs = [("Action", operation.name), ("Version", operation.service.version)]
    shape = operation.input_shape
    pairs += [(name or "X", text) for name, text in _parameters("", shape, tree)] if shape else []
    return "&".join(
        f"{quote(name, safe='.', errors='surrogatepass')}={quote(text, safe='', errors='surrogatepass')}"
        for name, text in pairs
    ).encode()


def _parameters(prefix: str, shape: Shape | None, tree: Any) -> Iterator[tuple[str, str]]:
    def under(name: str) -> str:
        return f"{prefix}.{name}" if prefix else name

    if isinstance(tree, dict) and shape is not None and shape.type == "map":
        for number, (key, value) in enumerate(tree.items(), 1):
            yield under(f"{number}.{shape.key.query or 'key'}"), key
            yield from _parameters(under(f"{number}.{shape.value.query or 'value'}"), shape.value.shape, value)
    elif isinstance(tree, dict):
        members = {member.wire: member for member in shape.members} if shape and shape.type == "structure" else {}
        for name, value in tree.items():
            member = members.get(name)
            called = (member.query or name) if member else name
            if member and member.flattened and member.shape.type == "list":
                called = member.shape.item.query or called
            yield from _parameters(under(called), member.shape if member else None, value)
    elif isinstance(tree, list):
        for number, value in enumerate(tree, 1):
            item = shape.item.shape if shape is not None and shape.type == "list" else None
            yield from _parameters(under(str(number)), item, value)
    else:
        yield prefix, tree if isinstance(tree, str) else json.dumps(tree)


# ---- ways to spoil a request


def _flip(chance: random.Random, request: bytes) -> bytes:
    at = chance.randrange(len(request))
    return request[:at] + chance.randbytes(chance.choice((1, 1, 4))) + request[at + 1 :]


def _cut(chance: random.Random, request: bytes) -> bytes:
    return request[: chance.randrange(1, len(request) + 1)]


def _take_out(chance: random.Random, request: bytes) -> bytes:
    at = chance.randrange(len(request))
    return request[:at] + request[at + chance.randrange(20) :] or b"x"


def _repeat(chance: random.Random, request: bytes) -> bytes:
    start = chance.randrange(len(request))
    piece = request[start : start + chance.randrange(1, 200)]
    return request[:start] + piece * chance.choice((2, 3, 50)) + request[start:]


def _number(chance: random.Random, request: bytes) -> bytes:
    digits = [at for at, byte in enumerate(request) if 0x30 <= byte <= 0x39]
    if not digits:
        return request
    at = chance.choice(digits)
    return request[:at] + chance.choice((b"-", b"0", b"9" * 30, b"+1", b"0x1", b"1e9", b"")) + request[at + 1 :]


def _header(chance: random.Random, request: bytes) -> bytes:
    extra = chance.choice(_ODD_HEADERS)
    at = request.find(b"\r\n") + 2
    return request[:at] + extra + b"\r\n" + request[at:]


def _chunk(chance: random.Random, request: bytes) -> bytes:
    """Its body in chunks, some of the wrong size."""
    head, _, body = request.partition(b"\r\n\r\n")
    body = body[:20_000]
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    chunks = b""
    while body:
        size = chance.randrange(1, 500)
        said = b"%x" % len(body[:size]) if chance.random() < 0.9 else chance.choice(_ODD_SIZES)
        chunks += said + chance.choice((b"", b"", b";a=b")) + b"\r\n" + body[:size] + b"\r\n"
        body = body[size:]
    end = chance.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"", b"0\r\n"))
    return b"\r\n".join([*lines, b"Transfer-Encoding: chunked"]) + b"\r\n\r\n" + chunks + end


def _twice(chance: random.Random, request: bytes) -> bytes:
    return request * chance.choice((2, 3, 17, 40))


def _swap_length(chance: random.Random, request: bytes) -> bytes:
    lengths = (b"0", b"1", b"-1", b"99999999999999999999", b"5, 5", b"0x10", b"16777217", b" 3", b"")
    head, found, rest = request.partition(b"Content-Length: ")
    return head + found + chance.choice(lengths) + b"\r\n" + rest.partition(b"\r\n")[2] if found else request


_WAYS: Final = (_flip, _flip, _cut, _take_out, _repeat, _number, _header, _chunk, _twice, _swap_length)
_ODD_SIZES: Final = (
    b"",
    b"-1",
    b"0",
    b"ffffffffffffffff",
    b"fffffffffffffffff",
    b"1 ",
    b" 1",
    b"g",
    b"0x1",
    b"1000001",
)
_ODD_HEADERS: Final = (
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked", b"Content-Length: 3", b"Host: other",
    b"Expect: 100-continue", b"Expect: 200-ok", b"Connection: close", b"Connection: upgrade\r\nUpgrade: h2c",
    b"X-Amz-Target: AmazonSQS.ListQueues", b"X-Amz-Target: AmazonSQS.", b"X-Amz-Target: .", b"X-Amz-Target: \xff\xfe",
    b"Content-Type: application/cbor", b"Content-Type: application/json", b"Content-Type: \xff",
    b"Content-Encoding: gzip",
    b"Authorization: AWS4-HMAC-SHA256 ", b"Authorization: Basic eDp5", b"Authorization: AWS4-HMAC-SHA256 Credential=/,",
    b"Authorization: " + b"AWS4-HMAC-SHA256 Credential=" + b"/" * 5_000, b"X-Amz-Date: 99999999T999999Z",
    b"X: " + b"a" * 70_000, b"\r\n".join(b"X%d: y" % n for n in range(250)), b"X: \0", b"X : y", b" folded", b": y",
    b"X-Amz-Security-Token: \xff", b"X: a\rb", b"X: a\nb",
)  # fmt: skip
