"""What is measured of Kinesis: puts, reads, and how both fare as a stream grows.

After each load the stream is read through: what was put must be there. Replayed reads must have brought as many bytes
as the records have.
"""

import math
import random
import signal
import socket
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import cbor2
from botocore.exceptions import BotoCoreError, ClientError

from bench import generator, signed, wrk
from bench.measures import SETTLE_SECONDS, Figures, Plan, Stalls, of_outcome
from bench.servers import Running

RECORD_BYTES = 1024
BATCH = 500  # the most that one PutRecords takes
SHARDS = 4
CONNECTIONS = 8
BATCH_CONNECTIONS = 4
BATCH_POOL = 24  # 12 MB of data; all keys and data differ
PUT_POOL = 1024
READ = 1_000  # records of one GetRecords
SOUGHT = 10  # the same, where what is asked for is how it's found
SLOW_REQUESTS = 4  # at least so many are timed
SEEKS = 400
SEEK_SECONDS = 5
SEEK_WARM_UP = 200
FILL_CONNECTIONS = 4
PUSHES = 300
PUSH_PAUSE_SECONDS = 0.005
ACTIVE_SECONDS = 30
KINDS = ("LATEST", "TRIM_HORIZON", "AT_TIMESTAMP")
FORMATS = ("JSON", "CBOR")


@dataclass(frozen=True)
class _Stream:
    """A stream that can be put to and read: its name and the ids of its shards."""

    name: str
    shards: Sequence[str]


def streams(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """CPU of puts and reads, in JSON and CBOR, and of reads by the size of a stream. Raises RuntimeError at the end if
    some of it failed.
    """
    failures: list[str] = []

    def measure(name: str, how: Callable[[], Figures]) -> None:
        try:
            found[name] = how()
        except (RuntimeError, OSError, generator.RefusedError, ClientError, BotoCoreError) as error:
            failures.append(f"{name}: {error}")

    formats = FORMATS if _speaks_cbor(running) else FORMATS[:1]
    _put_batches(running, "JSON", running.server.warm_up_seconds)
    measure("PutRecord", partial(_puts, running, plan.seconds))
    for spoken in formats:
        measure(f"PutRecords, {spoken}", partial(_put_batches, running, spoken, plan.seconds))
    for spoken in formats:
        measure(f"GetRecords, {spoken}", partial(_reads, running, spoken, plan.seconds))
    if not running.server.is_peer:
        measure("SubscribeToShard", partial(_pushes, running))
    try:
        _growth(running, plan, found)
    except (RuntimeError, OSError, generator.RefusedError, ClientError, BotoCoreError) as error:
        failures.append(f"growth: {error}")
    if failures:
        raise RuntimeError("; ".join(failures))


@contextmanager
def _stream(running: Running, name: str, shards: int) -> Iterator[_Stream]:
    """A stream that lives as long as the block."""
    kinesis = running.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=shards)
    deadline = time.perf_counter() + ACTIVE_SECONDS
    while kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]["StreamStatus"] != "ACTIVE":
        if time.perf_counter() > deadline:
            raise RuntimeError(f"the stream {name} isn't ACTIVE after {ACTIVE_SECONDS} s")
        time.sleep(0.05)
    yield _Stream(name, [shard["ShardId"] for shard in kinesis.list_shards(StreamName=name)["Shards"]])
    kinesis.delete_stream(StreamName=name)


def _record(running: Running, operation: str, spoken: str, **parameters: Any) -> bytes:
    """A signed request in the format asked for. botocore speaks JSON alone, so CBOR is signed by its signer only."""
    if spoken == "CBOR":
        return signed.in_cbor(running.place.endpoint, operation, parameters)
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
    return running.stream_recorder.record(name, **parameters)


def _speaks_cbor(running: Running) -> bool:
    """Whether records that were put in CBOR can be got in CBOR. WeirMQ must. Raises RuntimeError."""
    data = bytes(range(256))
    with _stream(running, "cbor", 1) as stream:
        ask = partial(_ask_in_cbor, running)
        try:
            put = ask("PutRecords", StreamName=stream.name, Records=[{"Data": data, "PartitionKey": "key"}])
            place = {"StreamName": stream.name, "ShardId": stream.shards[0], "ShardIteratorType": "TRIM_HORIZON"}
            got = ask("GetRecords", ShardIterator=ask("GetShardIterator", **place)["ShardIterator"])
            speaks = put["FailedRecordCount"] == 0 and [each["Data"] for each in got["Records"]] == [data]
        except (generator.RefusedError, cbor2.CBORError, KeyError, TypeError):
            speaks = False
    if not speaks and not running.server.is_peer:
        raise RuntimeError("WeirMQ doesn't speak CBOR")
    return speaks


def _ask_in_cbor(running: Running, operation: str, **parameters: Any) -> Any:
    answer = generator.once(running.place.port, _record(running, operation, "CBOR", **parameters))
    return cbor2.loads(answer, semantic_decoders={1: lambda moment, *_: moment})  # AWS has milliseconds there


def _batches(running: Running, spoken: str, name: str) -> list[bytes]:
    """PutRecords of 500 records of 1 KB each. Their keys spread them evenly."""
    source = random.Random(RECORD_BYTES)  # noqa: S311  load, not secrets
    made = []
    for number in range(BATCH_POOL):
        records = [
            {"Data": source.randbytes(RECORD_BYTES), "PartitionKey": f"customer-{number:03d}-{place:03d}"}
            for place in range(BATCH)
        ]
        made.append(_record(running, "PutRecords", spoken, StreamName=name, Records=records))
    return made


# Puts


def _put_batches(running: Running, spoken: str, seconds: int) -> Figures:
    with _stream(running, f"batches-{spoken}-{seconds}", SHARDS) as stream:
        pool = _batches(running, spoken, stream.name)
        outcome = _replay(running, pool, BATCH_CONNECTIONS, seconds)
        _check_held(running, stream, BATCH, outcome.requests, BATCH_CONNECTIONS)
    return of_outcome(outcome) | _by_record(outcome, BATCH)


def _puts(running: Running, seconds: int) -> Figures:
    source = random.Random(PUT_POOL)  # noqa: S311  load, not secrets
    with _stream(running, "puts", SHARDS) as stream:
        put = partial(_record, running, "PutRecord", "JSON", StreamName=stream.name)
        pool = [put(Data=source.randbytes(RECORD_BYTES), PartitionKey=f"customer-{n:04d}") for n in range(PUT_POOL)]
        outcome = _replay(running, pool, CONNECTIONS, seconds)
        _check_held(running, stream, 1, outcome.requests, CONNECTIONS)
    return of_outcome(outcome) | _by_record(outcome, 1)


def _replay(running: Running, pool: list[bytes], connections: int, seconds: int) -> wrk.Outcome:
    """Sends one request of the pool, and then replays it. Where one takes too long for that many connections and
    seconds, there is one, and time for a few requests.
    """
    process, port = running.process, running.place.port
    begun = time.perf_counter()
    generator.once(port, pool[0])
    took = time.perf_counter() - begun
    if took * connections > seconds:
        connections, seconds = 1, max(seconds, math.ceil(SLOW_REQUESTS * took))
    return wrk.run(process, port, pool, connections, seconds, running.place.scratch)


def _by_record(outcome: wrk.Outcome, records: int) -> Figures:
    """What a record took, of requests with so many each; and how many records a second of CPU would do."""
    cpu_us = outcome.cpu_us / records
    return {
        "records_per_second": outcome.per_second * records,
        "cpu_us_record": cpu_us,
        "records_per_cpu_second": 1e6 / cpu_us,
    }


def _check_held(running: Running, stream: _Stream, records: int, requests: int, connections: int) -> None:
    """Read a stream through: it has the records of the first request, of all that were answered, and perhaps of those
    that were under way at the end. Raises RuntimeError.
    """
    time.sleep(SETTLE_SECONDS)
    held = 0

    def script(shard: str) -> generator.Script:
        nonlocal held
        place = {"StreamName": stream.name, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
        answer = yield _record(running, "GetShardIterator", "JSON", **place)
        iterator: bytes | None = generator.iterator_of(answer)
        get = signed.getter(running.stream_recorder)
        while iterator is not None:
            answer = yield get(iterator, None)
            count = answer.count(b'"PartitionKey"')
            iterator = generator.next_iterator(answer) if count else None
            held += count

    generator.drive([script(shard) for shard in stream.shards], running.place.port, generator.ANSWER_SECONDS)
    if not (requests + 1) * records <= held <= (requests + 1 + connections) * records:
        raise RuntimeError(f"{requests:,} requests with {records} records, but {held:,} are held")


# Reads


def _reads(running: Running, spoken: str, seconds: int) -> Figures:
    """GetRecords of 1,000 records each, from many places of a stream of some ten thousand."""
    with _stream(running, f"reads-{spoken}", SHARDS) as stream:
        for request in _batches(running, "JSON", stream.name):
            generator.once(running.place.port, request)
        time.sleep(SETTLE_SECONDS)
        iterators = [each for shard in stream.shards for each in _places(running, stream, shard)]
        pool = [_record(running, "GetRecords", spoken, ShardIterator=each, Limit=READ) for each in iterators]
        outcome = _replay(running, pool, CONNECTIONS, seconds)
        least = READ * RECORD_BYTES * (4 / 3 if spoken == "JSON" else 1)
        if outcome.bytes < least * outcome.requests:
            raise RuntimeError(f"{outcome.requests:,} answers have {outcome.bytes:,} bytes, too few for their records")
    return of_outcome(outcome) | _by_record(outcome, READ)


def _places(running: Running, stream: _Stream, shard: str) -> list[str]:
    """Iterators that have at least 1,000 records before them each."""
    kinesis = running.client("kinesis")
    place = {"StreamName": stream.name, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator, found = kinesis.get_shard_iterator(**place)["ShardIterator"], []
    while len((answer := kinesis.get_records(ShardIterator=iterator, Limit=READ))["Records"]) == READ:
        found.append(iterator)
        iterator = answer["NextShardIterator"]
    if not found:
        raise RuntimeError(f"no {READ:,} records in {shard}")
    return found


# Pushes


def _pushes(running: Running) -> Figures:
    """From a PutRecord on one connection until the record's event has come on another, one after the other."""
    kinesis, took_ms = running.client("kinesis"), []
    with _stream(running, "pushes", 1) as stream:
        arn = kinesis.describe_stream_summary(StreamName=stream.name)["StreamDescriptionSummary"]["StreamARN"]
        consumer_arn = kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="bench")["Consumer"]["ConsumerARN"]
        put = partial(_record, running, "PutRecord", "JSON", StreamName=stream.name, Data=bytes(RECORD_BYTES))
        pool = [(key.encode(), put(PartitionKey=key)) for key in [f"push-{n:05d}" for n in range(PUSHES)]]
        with _connected(running) as pushed, _connected(running) as putting:
            pushed.sendall(signed.subscription(running.place.endpoint, consumer_arn, stream.shards[0]))
            _read_until(pushed, b"initial-response")
            for key, request in pool:
                begun = time.perf_counter()
                putting.sendall(request)
                _read_until(pushed, key)
                took_ms.append((time.perf_counter() - begun) * 1e3)
                _read_until(putting, b'"SequenceNumber"')
                time.sleep(PUSH_PAUSE_SECONDS)
        kinesis.deregister_stream_consumer(ConsumerARN=consumer_arn)
    quantiles = statistics.quantiles(took_ms, n=100)
    return {"p50_ms": quantiles[49], "p99_ms": quantiles[98], "max_ms": max(took_ms)}


def _connected(running: Running) -> socket.socket:
    return socket.create_connection(("127.0.0.1", running.place.port), generator.ANSWER_SECONDS)


def _read_until(connection: socket.socket, expected: bytes) -> None:
    """Read until these bytes have come. Raises RuntimeError, TimeoutError."""
    found = b""
    while expected not in found:
        more = connection.recv(1 << 16)
        if not more or (not found and not more.startswith(b"HTTP/1.1 200") and more.startswith(b"HTTP/")):
            raise RuntimeError(f"no {expected!r} but {found + more!r}")
        found += more


# Growth


def _growth(running: Running, plan: Plan, found: dict[str, Figures]) -> None:
    """Fills one shard of a fresh server step by step. At each: what it costs to find a place and read from it, and the
    memory.
    """
    running.restart(signal.SIGTERM)
    sizes = plan.peer_stream_sizes if running.server.is_peer else plan.stream_sizes
    with _stream(running, "growth", 1) as stream:
        pool = _batches(running, "JSON", stream.name)
        seeker, size = _Seeker(running, stream), 0
        before, stalls = running.process.memory(), Stalls(running)
        for wanted in sizes:
            filled = _fill(running, pool, wanted - size, plan.fill_seconds)
            size += int(filled["records"])
            if size < wanted:
                found[f"fill stopped at {size:,}"] = filled
                break
            found[f"fill to {wanted:,}"] = filled
            seeker.filled_until = time.time()
            time.sleep(SETTLE_SECONDS)
            memory = running.process.memory()
            found[f"stream memory at {wanted:,}"] = {
                "mb": memory.rss / 1e6,
                "pss_bytes_record": (memory.pss - before.pss) / wanted,
            }
            for kind in KINDS:
                found[f"{kind} at {wanted:,}"] = seeker.seek(kind)
            stalls.note()
        found[f"stream stalls up to {size:,}"] = {"loop_stall_max_ms": stalls.longest_ms}
    for kind in KINDS:
        costs = [figures["cpu_us"] for name, figures in found.items() if name.startswith(f"{kind} at ")]
        if len(costs) > 1:
            found[f"{kind}, flatness"] = {"cpu_ratio": costs[-1] / costs[0]}


def _fill(running: Running, pool: list[bytes], count: int, seconds: float) -> Figures:
    """Puts `count` records in PutRecords of 500, for so long at most."""
    take = generator.counter(count // BATCH)
    scripts = [generator.replay(pool, take) for _ in range(min(FILL_CONNECTIONS, count // BATCH))]
    cpu = running.process.cpu_seconds()
    totals = generator.drive(scripts, running.place.port, seconds)
    records = totals.requests * BATCH
    return {
        "records": records,
        "records_per_second": records / totals.seconds,
        "cpu_us_record": (running.process.cpu_seconds() - cpu) / records * 1e6,
        "max_ms": max(totals.latencies_us) / 1e3,
    }


class _Seeker:
    """Finds a place in a shard and reads a few records from it, on one connection, again and again."""

    def __init__(self, running: Running, stream: _Stream) -> None:
        self._running = running
        self._place = {"StreamName": stream.name, "ShardId": stream.shards[0]}
        self._begun = self.filled_until = time.time()
        self._get = signed.getter(running.stream_recorder)

    def seek(self, kind: str) -> Figures:
        """What GetShardIterator and the first GetRecords take together. AT_TIMESTAMP is the middle of the filling."""
        more: dict[str, Any] = {}
        if kind == "AT_TIMESTAMP":
            more["Timestamp"] = datetime.fromtimestamp((self._begun + self.filled_until) / 2, UTC)
        place = {**self._place, "ShardIteratorType": kind, **more}
        request = _record(self._running, "GetShardIterator", "JSON", **place)
        wanted = 0 if kind == "LATEST" else SOUGHT
        process = self._running.process
        self._seek(request, wanted, SEEK_WARM_UP)
        cpu, begun = process.cpu_seconds(), time.perf_counter()
        done = self._seek(request, wanted, SEEKS)
        cpu, took = process.cpu_seconds() - cpu, time.perf_counter() - begun
        return {"cpu_us": cpu / done * 1e6, "ms": took / done * 1e3}

    def _seek(self, request: bytes, wanted: int, count: int) -> int:
        """Does so once at least, and `count` times if that doesn't take too long. Returns how often it was."""
        done = 0

        def script() -> generator.Script:
            nonlocal done
            ends_at = time.perf_counter() + SEEK_SECONDS
            while done < count and (not done or time.perf_counter() < ends_at):
                answer = yield self._get(generator.iterator_of((yield request)), SOUGHT)
                if answer.count(b'"PartitionKey"') != wanted:
                    raise RuntimeError(f"{answer.count(b'PartitionKey')} records instead of {wanted}")
                done += 1

        generator.drive([script()], self._running.place.port, generator.ANSWER_SECONDS)
        return done
