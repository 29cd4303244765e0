"""What Kafka Streams counts: `make` makes the topics, `feed` writes lines, `check` waits for their counts.

Each word's counts must be 1, 2, 3, ... once each, with what the table says of the word.
"""

import os
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 2
LINES = 200  # a time
TIMES = 3
KINDS = {"salmon": "fish", "weir": "wall", "river": "water"}
LIMIT_S = 60
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}


def make() -> None:
    admin = AdminClient(SERVER)
    topics = [NewTopic("lines", PARTITIONS), NewTopic("counts", PARTITIONS)]
    topics.append(NewTopic("kinds", PARTITIONS, config={"cleanup.policy": "compact"}))
    for future in admin.create_topics(topics).values():
        future.result(LIMIT_S)
    producer = Producer(SERVER | {"partitioner": "murmur2"})
    for word, kind in KINDS.items():
        producer.produce("kinds", kind, word)
    assert producer.flush(LIMIT_S) == 0


def feed() -> None:
    producer = Producer(SERVER | {"enable.idempotence": True})
    for number in range(LINES):
        producer.produce("lines", "salmon weir salmon river", str(number))
        producer.flush(LIMIT_S)


def counts() -> dict[str, list[str]]:
    options = {"group.id": "checker", "enable.partition.eof": True, "isolation.level": "read_committed"}
    consumer = Consumer(SERVER | options)
    found: dict[str, list[str]] = {}
    for partition in range(PARTITIONS):
        consumer.assign([TopicPartition("counts", partition, 0)])
        while (message := consumer.poll(LIMIT_S)) is not None and not message.error():
            found.setdefault((message.key() or b"").decode(), []).append((message.value() or b"").decode())
    consumer.close()
    return found


def check() -> None:
    number = LINES * TIMES
    expected = {
        word: [f"{count} {kind}" for count in range(1, number * (2 if word == "salmon" else 1) + 1)]
        for word, kind in KINDS.items()
    }
    deadline = time.monotonic() + LIMIT_S
    while sum(map(len, (found := counts()).values())) < 4 * number:
        assert time.monotonic() < deadline, {word: each[-1] for word, each in found.items()}
        time.sleep(0.2)
    assert found == expected
    print("ok exact")


if __name__ == "__main__":
    {"make": make, "feed": feed, "check": check}[sys.argv[1]]()
