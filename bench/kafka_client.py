"""What librdkafka does for the bench, in an environment of its own: one command, its figures as JSON on stdout.

kafka_client.py PORT topics NAME PARTITIONS...
kafka_client.py PORT produce TOPIC BYTES SECONDS [CONFIG=VALUE ...]
kafka_client.py PORT count TOPIC
kafka_client.py PORT fetch TOPIC MESSAGES
kafka_client.py PORT latency TOPIC MESSAGES
kafka_client.py PORT groups TOPIC COUNT      reads; pauses when told a line; until its input ends
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from random import Random

from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

POOL = 512  # different values
PATIENCE_S = 60
LATENCY_WARM_UP = 100


def _topics(where: dict[str, str], *named: str) -> dict[str, float]:
    topics = [NewTopic(name, int(count)) for name, count in zip(named[::2], named[1::2], strict=True)]
    admin = AdminClient(where)  # kept as long as something is under way
    for made in admin.create_topics(topics, operation_timeout=PATIENCE_S).values():
        made.result()
    return {}


def _produce(where: dict[str, str], topic: str, size: str, seconds: str, *settings: str) -> dict[str, float]:
    failures: list[str] = []

    def told(error: KafkaError | None, _message: Message) -> None:
        if error is not None:
            failures.append(str(error))

    config = {"enable.idempotence": "true", "acks": "all", **dict(each.split("=", 1) for each in settings)}
    producer = Producer({**where, **config, "on_delivery": told})
    source = Random(POOL)  # noqa: S311  load, not secrets
    values = [source.randbytes(int(size)) for _ in range(POOL)]
    begun = now = time.perf_counter()
    until, count = begun + float(seconds), 0
    while now < until:
        for value in values:
            while not _taken(producer, topic, value):
                producer.poll(0.01)
        count += POOL
        producer.poll(0)
        now = time.perf_counter()
    left = producer.flush(PATIENCE_S)
    if left or failures:
        raise SystemExit(f"{left} messages weren't delivered, {len(failures)} failed: {failures[:1]}")
    return {"messages": count, "seconds": time.perf_counter() - begun}


def _taken(producer: Producer, topic: str, value: bytes) -> bool:
    """Whether the client had room for a message."""
    try:
        producer.produce(topic, value)
    except BufferError:
        return False
    return True


def _consumer(where: dict[str, str], group: str, **settings: str) -> Consumer:
    return Consumer(
        {**where, "group.id": group, "auto.offset.reset": "earliest", "enable.auto.commit": "false", **settings}
    )


def _fetch(where: dict[str, str], topic: str, messages: str) -> dict[str, float]:
    consumer = _consumer(where, f"fetch-{topic}-{time.time_ns()}")
    consumer.subscribe([topic])
    got, size, begun, until = 0, 0, 0.0, time.perf_counter() + PATIENCE_S
    while got < int(messages):
        found = consumer.consume(10_000, 1.0)
        begun = begun or time.perf_counter()
        got += len(found)
        size += sum(len(each.value() or b"") for each in found)
        if time.perf_counter() > until:
            raise SystemExit(f"{got} of {messages} messages in {PATIENCE_S} s")
    took = time.perf_counter() - begun
    consumer.close()
    return {"messages": got, "bytes": size, "seconds": took}


def _count(where: dict[str, str], topic: str) -> dict[str, float]:
    consumer = _consumer(where, "count")
    partitions = consumer.list_topics(topic, PATIENCE_S).topics[topic].partitions
    marks = [consumer.get_watermark_offsets(TopicPartition(topic, index), PATIENCE_S) for index in partitions]
    consumer.close()
    return {"messages": sum(high - low for low, high in marks)}


def _latency(where: dict[str, str], topic: str, messages: str) -> dict[str, float]:
    producer = Producer({**where, "enable.idempotence": "true", "linger.ms": "0"})
    came = threading.Semaphore(0)
    taken: list[float] = []
    is_over = threading.Event()
    consumer = _consumer(where, f"latency-{time.time_ns()}")
    consumer.subscribe([topic])

    def consume() -> None:
        while not is_over.is_set():
            message = consumer.poll(0.5)
            if message is not None and message.error() is None:
                taken.append(time.perf_counter())
                came.release()

    thread = threading.Thread(target=consume)
    thread.start()
    took_ms = []
    for _ in range(LATENCY_WARM_UP + int(messages)):
        begun = time.perf_counter()
        producer.produce(topic, b"x" * 100)
        producer.poll(0)
        if not came.acquire(timeout=PATIENCE_S):
            raise SystemExit("a message didn't come")
        took_ms.append((taken[-1] - begun) * 1e3)
    is_over.set()
    thread.join()
    consumer.close()
    producer.flush(PATIENCE_S)
    took_ms = sorted(took_ms[LATENCY_WARM_UP:])
    return {"p50_ms": took_ms[len(took_ms) // 2], "p99_ms": took_ms[len(took_ms) * 99 // 100]}


def _groups(where: dict[str, str], prefix: str, count: str) -> dict[str, float]:
    consumers = [_consumer(where, f"group-{number}") for number in range(int(count))]
    for number, consumer in enumerate(consumers):
        consumer.subscribe([f"{prefix}-{number}"])
    until = time.perf_counter() + PATIENCE_S
    while not all(consumer.assignment() for consumer in consumers):
        for consumer in consumers:
            consumer.poll(0)
        if time.perf_counter() > until:
            raise SystemExit("not all groups have their partitions")
        time.sleep(0.05)
    print("{}", flush=True)  # they are ready
    is_over = threading.Event()

    def poll() -> None:
        while not is_over.wait(1.0):
            for consumer in consumers:
                consumer.poll(0)

    thread = threading.Thread(target=poll)
    thread.start()
    if sys.stdin.readline():
        for consumer in consumers:
            consumer.pause(consumer.assignment())
        print("{}", flush=True)
        sys.stdin.read()
    is_over.set()
    thread.join()
    return {}


COMMANDS: dict[str, Callable[..., dict[str, float]]] = {
    "topics": _topics, "produce": _produce, "count": _count, "fetch": _fetch, "latency": _latency, "groups": _groups,
}  # fmt: skip

if __name__ == "__main__":
    _, port, name, *arguments = sys.argv
    print(json.dumps(COMMANDS[name]({"bootstrap.servers": f"127.0.0.1:{port}"}, *arguments)))
