"""What clients ask of streams on a hard day: requests in AWS JSON 1.1, and what comes back."""

import json
from base64 import b64decode, b64encode
from typing import Any

from tests.server.serving import Answer, Client

HASH_KEYS = 2**128


def ask(operation: str, **members: Any) -> bytes:
    """A request; data is given as bytes."""
    body = json.dumps(members, default=lambda data: b64encode(data).decode())
    head = f"X-Amz-Target: Kinesis_20131202.{operation}\r\nContent-Type: application/x-amz-json-1.1\r\n"
    return f"POST / HTTP/1.1\r\nHost: h\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def create(shards: int = 2) -> bytes:
    return ask("CreateStream", StreamName="orders", ShardCount=shards)


def put(data: bytes, shard: int = 0, shards: int = 2) -> bytes:
    """A record for a shard of those that the stream was made with."""
    key = str(HASH_KEYS // shards * shard)
    return ask("PutRecord", StreamName="orders", Data=data, PartitionKey="k", ExplicitHashKey=key)


def put_all(data: list[bytes], shards: int = 2) -> bytes:
    """Records for all shards in turn."""
    keys = [str(HASH_KEYS // shards * (index % shards)) for index in range(len(data))]
    records = [
        {"Data": each, "PartitionKey": "k", "ExplicitHashKey": key} for each, key in zip(data, keys, strict=True)
    ]
    return ask("PutRecords", StreamName="orders", Records=records)


def said(answer: Answer) -> Any:
    return json.loads(answer.body)


def code(answer: Answer) -> str:
    """AWS's error code, or `OK`."""
    return "OK" if answer.status == 200 else str(said(answer).get("__type", answer.status)).rpartition("#")[2]


async def records(client: Client, shard: int = 0) -> list[tuple[str, bytes]]:
    """Sequence numbers and data of a shard, from its start."""
    shard_id = f"shardId-{shard:012}"
    answer = await client.ask(
        ask("GetShardIterator", StreamName="orders", ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
    )
    assert answer.status == 200, answer
    iterator, found = said(answer)["ShardIterator"], []
    while iterator:
        answer = await client.ask(ask("GetRecords", ShardIterator=iterator))
        assert answer.status == 200, answer
        got = said(answer)
        found += [(record["SequenceNumber"], b64decode(record["Data"])) for record in got["Records"]]
        iterator = got.get("NextShardIterator") if got["Records"] else None
    return found
