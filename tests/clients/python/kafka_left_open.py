"""A producer is gone in the middle of a transaction. `leave` leaves one open, `wait` reads what comes after it."""

import os
import sys

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC, GROUP = "left", "leavers"
TIMEOUT_MS = 3_000
LIMIT_S = 60
SERVER = {"bootstrap.servers": os.environ["KAFKA"], "log_level": 0}


def leave() -> None:
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(TOPIC, 1)]).values():
        future.result(LIMIT_S)
    leaver = Producer(SERVER | {"transactional.id": "leaver", "transaction.timeout.ms": TIMEOUT_MS})
    leaver.init_transactions(LIMIT_S)
    leaver.begin_transaction()
    leaver.produce(TOPIC, "of nobody")
    member = Consumer(SERVER | {"group.id": GROUP})
    leaver.send_offsets_to_transaction([TopicPartition(TOPIC, 0, 1)], member.consumer_group_metadata(), LIMIT_S)
    assert leaver.flush(LIMIT_S) == 0
    other = Producer(SERVER)
    other.produce(TOPIC, "of another one")
    assert other.flush(LIMIT_S) == 0
    print("ok left", flush=True)
    os._exit(0)  # as if it were killed: it tells the server nothing


def read(isolation: str, count: int) -> list[bytes | None]:
    """So many values, from the first one on."""
    consumer = Consumer(SERVER | {"group.id": GROUP, "isolation.level": isolation, "enable.auto.commit": False})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    values = [each.value() for each in consumer.consume(count, LIMIT_S)]
    (found,) = consumer.committed([TopicPartition(TOPIC, 0)], LIMIT_S)
    assert found.error is None, found
    assert found.offset < 0, found  # what it would have committed isn't
    consumer.close()
    return values


def wait() -> None:
    assert read("read_uncommitted", 2) == [b"of nobody", b"of another one"]
    assert read("read_committed", 1) == [b"of another one"]
    print("ok over")


if __name__ == "__main__":
    {"leave": leave, "wait": wait}[sys.argv[1]]()
