"""A compacted topic, written to again and again by confluent-kafka (librdkafka), and read through from its beginning.

Called with one step after the other: `write`; `roll`, which has the last segment end; `compacted`, when there is one
record a key; `gone`, when there are no tombstones any more. The last two wait for the cleaner.
"""

import os
import sys
import time

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC = "stands"
KEYS = 100
DELETED = 10  # of them, at last
ROUNDS = 20
BYTES = 1_500  # of a value: all of them are in several segments
LIMIT_S = 20
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}
CONFIGS = {
    "cleanup.policy": "compact",
    "segment.bytes": "1048576",
    "segment.ms": "60000",
    "min.cleanable.dirty.ratio": "0.0001",
    "delete.retention.ms": "600000",
    "message.timestamp.type": "LogAppendTime",
}

Found = list[tuple[str, str | None]]


def write() -> None:
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(TOPIC, 1, config=CONFIGS)]).values():
        future.result(LIMIT_S)
    producer = Producer(SERVER | {"enable.idempotence": True, "compression.type": "zstd", "batch.num.messages": 50})
    clerk = Producer(SERVER | {"transactional.id": "clerk"})
    clerk.init_transactions(LIMIT_S)
    for number in range(ROUNDS):
        for key in range(KEYS):
            producer.produce(TOPIC, text(number, BYTES), f"key {key}")
        assert producer.flush(LIMIT_S) == 0
        for is_committed in (True, False):
            clerk.begin_transaction()
            for key in range(KEYS):
                clerk.produce(TOPIC, text(number) if is_committed else "aborted", f"clerk's {key}")
            assert clerk.flush(LIMIT_S) == 0
            if is_committed:
                clerk.commit_transaction(LIMIT_S)
            else:
                clerk.abort_transaction(LIMIT_S)
    for key in range(DELETED):
        producer.produce(TOPIC, None, f"key {key}")
    assert producer.flush(LIMIT_S) == 0
    assert len(read()) == 2 * KEYS * ROUNDS + DELETED
    print("ok write")


def text(number: int, size: int = 1) -> str:
    """What is written in a round; random, so that compression doesn't make it small."""
    return f"round {number} {os.urandom(size).hex()[:size]}"


def roll() -> None:
    producer = Producer(SERVER)
    producer.produce(TOPIC, "roll", "roll")
    assert producer.flush(LIMIT_S) == 0
    print("ok roll")


def read(isolation: str = "read_committed") -> Found:
    """All records, with values up to their last word."""
    options = {"group.id": "reader", "enable.partition.eof": True, "isolation.level": isolation}
    consumer = Consumer(SERVER | options | {"enable.auto.commit": False})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    found: Found = []
    while True:
        message = consumer.poll(LIMIT_S)
        assert message is not None
        if message.error():
            break
        key, value = message.key(), message.value()
        found.append(((key or b"").decode(), None if value is None else " ".join(value.decode().split()[:2])))
    consumer.close()
    return found


def wanted(*, has_tombstones: bool) -> dict[str, str | None]:
    """The newest value of each key, by what was written."""
    newest = f"round {ROUNDS - 1}"
    found: dict[str, str | None] = {f"clerk's {key}": newest for key in range(KEYS)}
    found |= {f"key {key}": newest for key in range(DELETED, KEYS)}
    if has_tombstones:
        found |= {f"key {key}": None for key in range(DELETED)}
    return found


def await_(has_tombstones: bool) -> None:
    """Read until there is nothing but that, whatever the isolation level is."""
    deadline = time.monotonic() + LIMIT_S
    expected = wanted(has_tombstones=has_tombstones)
    while len(found := [each for each in read("read_uncommitted") if each[0] != "roll"]) > len(expected):
        assert time.monotonic() < deadline, f"{len(found)} records are left"
        time.sleep(0.1)
    assert sorted(found, key=repr) == sorted(expected.items(), key=repr)
    assert sorted((each for each in read() if each[0] != "roll"), key=repr) == sorted(found, key=repr)
    print("ok gone" if not has_tombstones else "ok compacted")


if __name__ == "__main__":
    steps = {"write": write, "roll": roll, "compacted": lambda: await_(True), "gone": lambda: await_(False)}
    steps[sys.argv[1]]()
