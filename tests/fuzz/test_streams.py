"""Any request at streams, in JSON and CBOR: iterators that are wrong, foreign, expired and tampered with, hash keys and
sequence numbers that can't be, records that are too large, CBOR that is none.
"""

import json
import random
from typing import Any

import cbor2
import pytest

from tests.fuzz.port import Port, on_uvloop, open_port
from tests.fuzz.requests import ACCOUNT, Maker, in_cbor, in_json, message, signature
from weirmq.wire.aws.model import load

SEEDS = 3
REQUESTS = 300  # a seed
ROUND = 50  # requests, after which there are streams and records again
NAMES = ("orders", "bills")
HASH_KEYS = 2**128
MIB = 1_048_576

_ARN = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/"
_SHARDS = ("shardId-000000000000", "shardId-0", "shardId-1", "shardId-2", "shardId-999999999999", "shardId-", "0")
_KEYS = ("0", "1", str(HASH_KEYS // 2), str(HASH_KEYS - 1), str(HASH_KEYS), "9" * 39, "00", "-1", "1e3", "\u0663")
_KNOWN: dict[str, tuple[Any, ...]] = {
    "StreamName": (*NAMES, *NAMES, "gone"),
    "StreamARN": (*(_ARN + name for name in NAMES), _ARN + "gone", "arn:aws:kinesis:us-east-1::stream/orders"),
    "ResourceARN": (*(_ARN + name for name in NAMES), _ARN + "orders/consumer/app:1"),
    "ConsumerName": ("app", "other"),
    "ShardId": _SHARDS,
    "ShardToSplit": _SHARDS,
    "ShardToMerge": _SHARDS,
    "AdjacentShardToMerge": _SHARDS,
    "ExclusiveStartShardId": _SHARDS,
    "NewStartingHashKey": _KEYS,
    "ExplicitHashKey": _KEYS,
    "PartitionKey": ("a", "k" * 256, "k" * 257, "\u00e9" * 200, ""),
    "ShardCount": (1, 2, 100_000, 10**11, 0, -1),
    "TargetShardCount": (1, 2, 3, 10**11),
    "RetentionPeriodHours": (24, 23, 48, 8_760, 8_761, -1),
    "Limit": (1, 10_000, 10_001, 0),
    "MaxRecordSizeInKiB": (1_024, 10_240, 10_241),
    "KeyId": ("alias/aws/kinesis",),
    "Policy": ("{}", "[" * 400, '{"Version":"2012-10-17","Statement":[]}'),
    "DryRun": (False, False, True),
}


class StreamMaker(Maker):
    """Makes requests of Kinesis. `iterators`, `tokens` and `numbers` are such as were given out."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._kinesis = load("kinesis")
        self._is_cbor = False
        self.iterators: list[str] = []
        self.tokens: list[str] = []
        self.numbers: list[str] = ["0", "49500000000000000000000000000000000000000000000000000000"]
        self.known = dict(_KNOWN)

    def one(self) -> bytes:
        """A request of any kind, whole or not."""
        self.known |= {
            "ShardIterator": tuple(self._tampered(each) for each in self.iterators) or ("none",),
            "NextToken": tuple(self._tampered(each) for each in self.tokens) or ("none",),
            "StartingSequenceNumber": tuple(self._tampered(each) for each in self.numbers),
            "SequenceNumberForOrdering": tuple(self._tampered(each) for each in self.numbers),
        }
        names = [name for name in self._kinesis.operations if name != "DeleteStream" or self.random.random() < 0.1]
        name = self.random.choice((*names, *("PutRecord", "PutRecords", "GetRecords", "GetShardIterator") * 8))
        operation = self._kinesis.operations[name]
        self._is_cbor = self.random.random() < 0.5
        tree = self.tree(operation, self.random.choice((0.0, 0.0, 0.05, 0.3)))
        request = self.request(name, in_cbor(tree) if self._is_cbor else in_json(tree))
        for _ in range(self.random.choice((0, 0, 0, 1, 3))):
            request = self._spoilt(request)
        return request

    def request(self, name: str, body: bytes, *, is_cbor: bool | None = None) -> bytes:
        """An operation with that body."""
        kind = "cbor" if (self._is_cbor if is_cbor is None else is_cbor) else "json"
        headers = {
            "X-Amz-Target": f"Kinesis_20131202.{name}",
            "Content-Type": f"application/x-amz-{kind}-1.1",
            "Authorization": signature("kinesis"),
        }
        return message("POST /", headers, body)

    def _value(self, shape: Any, wrong: float, depth: int) -> Any:
        if shape.type == "blob" and self._is_cbor and self.random.random() >= wrong:
            return self.random.randbytes(self.random.choice((0, 1, 9, 5_000)))
        if shape.type == "timestamp" and self.random.random() >= wrong:
            at_s = self.random.choice((0, -1, 1_700_000_000, 10**12, 1.5, 2**53))
            return cbor2.CBORTag(1, int(at_s * 1000)) if self._is_cbor else at_s
        return super()._value(shape, wrong, depth)

    def _tampered(self, text: str) -> str:
        """As it was, mostly."""
        way = self.random.randrange(8)
        at = self.random.randrange(len(text))
        if way == 0:
            return text[:at] + self.random.choice("A0z+/=-_\u00e9") + text[at + 1 :]
        if way == 1:
            return text[:at]
        return f'"{text}"' if way == 2 else text


async def told(port: Port, maker: StreamMaker, name: str, **members: Any) -> Any:
    """The answer to a request of one's own; None for a refusal."""
    [answer] = await port.talk(maker.request(name, json.dumps(members).encode(), is_cbor=False))
    return json.loads(answer.body or b"{}") if answer.status == 200 else None


async def furnish(port: Port, maker: StreamMaker) -> None:
    """Streams with records, a consumer, and what readers hold of several ages, whatever became of earlier ones."""
    await port.turn_clock(minutes=maker.random.choice((0, 1, 6)))
    for name in NAMES:
        await told(port, maker, "CreateStream", StreamName=name, ShardCount=2)
        for key in ("a", "b", "c"):
            put = await told(port, maker, "PutRecord", StreamName=name, Data="eHg=", PartitionKey=key)
            if put:  # as large as the stream takes, or on demand and without a key
                maker.numbers = [*maker.numbers[-9:], put["SequenceNumber"]]
        shards = (await told(port, maker, "ListShards", StreamName=name, MaxResults=1)) or {}
        maker.tokens = [*maker.tokens[-5:], *([shards["NextToken"]] if "NextToken" in shards else [])]
        for shard in ("shardId-0", "shardId-1"):
            got = await told(
                port, maker, "GetShardIterator", StreamName=name, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )
            maker.iterators = [*maker.iterators[-9:], *([got["ShardIterator"]] if got else [])]
    await told(port, maker, "RegisterStreamConsumer", StreamARN=_ARN + "orders", ConsumerName="app")


def ends(port: Port) -> dict[str, int]:
    """Where the logs of all shards end."""
    streams: Any = port.app._dispatcher._services["kinesis"].streams  # type: ignore[attr-defined]
    return {name: stream.end for name, stream in streams._streams.items()}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_requests_right_and_wrong(seed: int) -> None:
    async def scenario() -> None:
        maker = StreamMaker(seed)
        accepted = 0
        async with open_port(kinesis_strict=seed == 0) as port:
            for number in range(REQUESTS):
                if number % ROUND == 0:
                    await furnish(port, maker)
                pieces = maker.pieces(maker.one())
                before = ends(port)
                try:
                    answers = await port.refused_or_done(*pieces)
                    if all(answer.status >= 400 for answer in answers):
                        after = ends(port)
                        assert {name: after[name] for name in before} == before
                except BaseException:
                    print(f"seed {seed}, request {number}: {pieces!r:.5000}")  # noqa: T201 - shown where it fails
                    raise
                accepted += any(answer.status == 200 for answer in answers)
        assert accepted > REQUESTS // 20  # else this would test refusals alone

    on_uvloop(scenario)


@pytest.mark.parametrize("is_cbor", [False, True])
@pytest.mark.parametrize(
    ("sizes", "code"),
    [
        ([MIB], "ValidationException"),  # with its key it is a byte too large
        ([MIB - 1, MIB], "ValidationException"),
        ([MIB - 1] * 11, "InvalidArgumentException"),
        ([1] * 501, "ValidationException"),
        ([], "ValidationException"),
    ],
)
def test_records_and_batches_that_are_too_large(sizes: list[int], code: str, is_cbor: bool) -> None:
    async def scenario() -> None:
        maker = StreamMaker(1)
        async with open_port() as port:
            await furnish(port, maker)
            before = ends(port)
            data: Any = bytes if is_cbor else (lambda size: "A" * (size // 3 * 4) + ("", "AA==", "AAA=")[size % 3])
            records = [{"Data": data(size), "PartitionKey": "k"} for size in sizes]
            tree = {"StreamName": "orders", "Records": records}
            body = cbor2.dumps(tree) if is_cbor else json.dumps(tree).encode()
            [answer] = await port.refused_or_done(maker.request("PutRecords", body, is_cbor=is_cbor))
            assert answer.code == code, answer.body[:500]
            assert ends(port) == before

    on_uvloop(scenario)


@pytest.mark.parametrize("seed", range(20))
def test_cbor_that_is_none(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable

    async def scenario() -> None:
        maker = StreamMaker(seed)
        async with open_port() as port:
            await furnish(port, maker)
            whole = cbor2.dumps({"StreamName": "orders", "Data": b"x", "PartitionKey": "k"})
            for body in (
                chance.randbytes(chance.randrange(200)),
                whole[: chance.randrange(len(whole))],
                whole + chance.randbytes(3),
                b"\x9f" * 10_000,  # lists in lists, none of which ends
                b"\xbf" + whole * 3,
                b"\x5b" + b"\xff" * 8,  # a string of 2^64 - 1 bytes
                b"\xbb" + b"\xff" * 8,
                b"\xa1\x6aStreamName\xf9\x7c\x00",  # a number that is infinite
                cbor2.dumps({"StreamName": cbor2.CBORTag(chance.randrange(2**32), "orders")}),
            ):
                await port.refused_or_done(maker.request("PutRecord", body, is_cbor=True))

    on_uvloop(scenario)
