"""What a job copies from one topic to another one: `make` makes the topics, `feed FIRST END` writes the numbers from
FIRST up to END, and `read ISOLATION COUNT` waits for so many different numbers in the copy, and prints all that readers
of that isolation level find.
"""

import os
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 2
LIMIT_S = 120
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}


def make() -> None:
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(name, PARTITIONS) for name in ("in", "out")]).values():
        future.result(LIMIT_S)


def feed(first: int, end: int) -> None:
    producer = Producer(SERVER | {"enable.idempotence": True})
    for number in range(first, end):
        producer.produce("in", str(number), partition=number % PARTITIONS)
    assert producer.flush(LIMIT_S) == 0


def found(isolation: str) -> list[str]:
    consumer = Consumer(SERVER | {"group.id": "reader", "enable.partition.eof": True, "isolation.level": isolation})
    values: list[str] = []
    for partition in range(PARTITIONS):
        consumer.assign([TopicPartition("out", partition, 0)])
        while (message := consumer.poll(LIMIT_S)) is not None and not message.error():
            values.append((message.value() or b"").decode())
    consumer.close()
    return values


def read(isolation: str, count: int) -> None:
    deadline = time.monotonic() + LIMIT_S
    while len(set(values := found(isolation))) < count:
        assert time.monotonic() < deadline, values
        time.sleep(0.1)
    print(*values)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["make"]:
            make()
        case ["feed", first, end]:
            feed(int(first), int(end))
        case ["read", isolation, count]:
            read(isolation, int(count))
