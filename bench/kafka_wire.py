"""The few requests of Kafka's protocol that a load of single records needs, in versions without tagged fields.

The bench's other client of Kafka is librdkafka. To send one record at a time on each of 50 connections would cost more
there than in the broker, so these requests are made once, and only their sequence changes.
"""

import contextlib
import select
import socket
import struct
import time
from array import array
from dataclasses import dataclass, field

from crc32c import crc32c

PRODUCE, FETCH, METADATA, API_VERSIONS, INIT_PRODUCER_ID = 0, 1, 3, 18, 22
ANSWER_SECONDS = 30
POLL_SECONDS = 0.002
CRC_AT, CRC_FROM, SEQUENCE_AT = 17, 21, 53  # in a batch
_HEADER = struct.Struct(">qiibIhiqqqhii")
_CRC = struct.Struct(">I")
_SEQUENCE = struct.Struct(">i")
_SIZE = struct.Struct(">i")


class BrokenError(Exception):
    """A broker answered an error."""


def _string(text: str) -> bytes:
    return struct.pack(">h", len(text)) + text.encode()


def _varint(number: int) -> bytes:
    raw, out = number << 1, bytearray()
    while raw > 0x7F:
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    return bytes((*out, raw))


def batch(values: list[bytes], producer: int = -1, epoch: int = -1, sequence: int = -1) -> bytearray:
    """A record batch of version 2 with keyless records (KIP-98)."""
    now_ms = time.time_ns() // 1_000_000
    records = bytearray()
    for index, value in enumerate(values):
        record = b"\0\0" + _varint(index) + b"\x01" + _varint(len(value)) + value + b"\0"
        records += _varint(len(record)) + record
    size, last = _HEADER.size - 12 + len(records), len(values) - 1
    made = bytearray(
        _HEADER.pack(0, size, -1, 2, 0, 0, last, now_ms, now_ms, producer, epoch, sequence, len(values)) + records
    )
    sign(made, 0)
    return made


def sign(request: bytearray, at: int) -> None:
    """Set the CRC of the batch that begins there and ends with the request."""
    _CRC.pack_into(request, at + CRC_AT, crc32c(memoryview(request)[at + CRC_FROM :]))


def _frame(key: int, version: int, body: bytes) -> bytearray:
    head = struct.pack(">hhi", key, version, 7) + _string("bench")
    return bytearray(_SIZE.pack(len(head) + len(body)) + head + body)


def produce(topic: str, partition: int, records: bytes | bytearray) -> bytearray:
    """A Produce of version 7 with acks=all; the batch is its end."""
    named = struct.pack(">hhii", -1, -1, 30_000, 1) + _string(topic)
    return _frame(PRODUCE, 7, named + struct.pack(">iii", 1, partition, len(records)) + records)


class Client:
    """One connection, one request at a time."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), ANSWER_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes | bytearray) -> bytes:
        """The answer's body. Raises OSError."""
        self.socket.sendall(request)
        data = b""
        while len(data) < 4 or len(data) < 4 + _SIZE.unpack_from(data)[0]:
            more = self.socket.recv(1 << 16)
            if not more:
                raise ConnectionResetError("the broker closed the connection")
            data += more
        return data[8:]

    def make_topic(self, topic: str) -> None:
        """Have a topic made by asking for it. Raises BrokenError until it is there."""
        self.ask(_frame(METADATA, 4, struct.pack(">i", 1) + _string(topic) + b"\1"))
        answer = self.ask(_frame(METADATA, 4, struct.pack(">i", 1) + _string(topic) + b"\1"))
        at = answer.rfind(_string(topic))
        check(struct.unpack_from(">h", answer, at - 2)[0])

    def new_producer(self) -> tuple[int, int]:
        """The id and epoch of an idempotent producer. Raises BrokenError."""
        answer = self.ask(_frame(INIT_PRODUCER_ID, 1, struct.pack(">hi", -1, 60_000)))
        _, error, producer, epoch = struct.unpack_from(">ihqh", answer)
        check(error)
        return producer, epoch

    def close(self) -> None:
        """Hang up."""
        self.socket.close()


def check(error: int) -> None:
    """Raises BrokenError for an error code."""
    if error:
        raise BrokenError(f"the broker answered error {error}")


def produced(answer: bytes, topic: str) -> None:
    """Look at the answer of a Produce of one partition. Raises BrokenError."""
    check(struct.unpack_from(">h", answer, 4 + 2 + len(topic) + 4 + 4)[0])


def answers_yet(port: int) -> bool:
    """Whether a broker says which APIs it has."""
    with contextlib.suppress(OSError), contextlib.closing(Client(port)) as client:
        return bool(client.ask(_frame(API_VERSIONS, 0, b"")))
    return False


def first_produce(port: int, topic: str, until: float) -> float:
    """Make a topic and produce a record as soon as the broker takes it; when that was, by time.perf_counter.

    Raises TimeoutError.
    """
    request = produce(topic, 0, batch([b"first"]))
    while time.perf_counter() < until:
        with contextlib.suppress(OSError, BrokenError), contextlib.closing(Client(port)) as client:
            client.make_topic(topic)
            produced(client.ask(request), topic)
            return time.perf_counter()
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"no record could be produced at port {port}")


def first_fetch(port: int, topic: str, until: float) -> None:
    """Wait until a broker hands out the first records of a topic's partition 0. Raises TimeoutError."""
    asked = struct.pack(">iiiibi", -1, 0, 1, 1 << 20, 0, 1) + _string(topic) + struct.pack(">iiqi", 1, 0, 0, 1 << 20)
    request = _frame(FETCH, 4, asked)
    while time.perf_counter() < until:
        with contextlib.suppress(OSError, BrokenError), contextlib.closing(Client(port)) as client:
            answer = client.ask(request)
            at = 4 + 4 + 2 + len(topic) + 4 + 4  # of the partition's error
            check(struct.unpack_from(">h", answer, at)[0])
            if len(answer) > at + 1024:
                return
        time.sleep(POLL_SECONDS)
    raise TimeoutError(f"no record could be fetched at port {port}")


@dataclass
class Sent:
    """What a load did."""

    requests: int = 0
    seconds: float = 0.0
    latencies_ms: "array[float]" = field(default_factory=lambda: array("d"))


def single_records(port: int, topic: str, partitions: int, connections: int, size: int, seconds: float) -> Sent:
    """Idempotent producers, one on each connection, with one record in each request. Raises BrokenError, OSError."""
    clients = [Client(port) for _ in range(connections)]
    poll, loads = select.epoll(), {}
    for number, client in enumerate(clients):
        request = produce(topic, number % partitions, batch([bytes(size)], *client.new_producer(), 0))
        loads[client.socket.fileno()] = [client, request, 0, 0.0]
        poll.register(client.socket.fileno(), select.EPOLLIN)
    at = len(next(iter(loads.values()))[1]) - len(batch([bytes(size)]))
    sent, begun = Sent(), time.perf_counter()
    for load in loads.values():
        load[3] = time.perf_counter()
        load[0].socket.sendall(load[1])
    under_way = len(loads)
    while under_way:
        for descriptor, _ in poll.poll():
            load = loads[descriptor]
            client, request, sequence, asked_at = load
            answer = client.socket.recv(4096)  # an answer of one partition comes whole
            now = time.perf_counter()
            produced(answer[8:], topic)
            sent.requests += 1
            sent.latencies_ms.append((now - asked_at) * 1e3)
            if now - begun > seconds:
                under_way -= 1
                poll.unregister(descriptor)
                continue
            load[2], load[3] = sequence + 1, now
            _SEQUENCE.pack_into(request, at + SEQUENCE_AT, sequence + 1)
            sign(request, at)
            client.socket.sendall(request)
    sent.seconds = time.perf_counter() - begun
    for client in clients:
        client.close()
    return sent
