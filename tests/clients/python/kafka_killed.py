"""Producers that number what they write, and a consumer that commits, while the server is killed and started again.

Each partition has one producer, whose values count up. At the end all acknowledged ones must be there, once, in order;
and no committed offset may ever have been found smaller than one whose commit was answered.
"""

import os
import threading
import time
from pathlib import Path
from typing import Any

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

TOPIC = "killed"
PARTITIONS = 3
LEAST = 100  # records of a partition, else nothing was tested
SERVER = {"bootstrap.servers": os.environ["KAFKA"], "reconnect.backoff.max.ms": 100, "log_level": 0}
STOP, GOING = Path(os.environ["STOP"]), Path(os.environ["GOING"])


class Writer:
    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.acknowledged: list[tuple[int, int]] = []  # value, offset
        self.failures: list[Any] = []

    def run(self) -> None:
        producer = Producer(SERVER | {"enable.idempotence": True, "linger.ms": 1, "message.timeout.ms": 60_000})
        number = 0
        while not STOP.exists():
            producer.produce(TOPIC, str(number), partition=self.partition, on_delivery=self.told)
            number += 1
            producer.poll(0.001)
        assert producer.flush(60) == 0

    def told(self, error: Any, message: Any) -> None:
        if error is not None:
            self.failures.append(error)
        else:
            self.acknowledged.append((int(message.value()), message.offset()))


class Committer:
    def __init__(self) -> None:
        self.committed = 0
        self.lost: list[tuple[int, int]] = []

    def run(self) -> None:
        consumer = Consumer(SERVER | {"group.id": "readers", "enable.auto.commit": False})
        while not STOP.exists():
            place = TopicPartition(TOPIC, 0, self.committed + 1)
            try:
                (told,) = consumer.commit(offsets=[place], asynchronous=False)
                if told.error is None:
                    self.committed += 1
                    GOING.touch()
                (found,) = consumer.committed([place], 2)
                if found.error is None and found.offset < self.committed:
                    self.lost.append((self.committed, found.offset))
            except KafkaException:
                time.sleep(0.01)
        (found,) = consumer.committed([TopicPartition(TOPIC, 0)], 20)
        assert not self.lost, self.lost
        assert found.offset in {self.committed, self.committed + 1}, (found, self.committed)
        assert self.committed > LEAST
        consumer.close()
        print("ok committed")


def read() -> dict[int, list[int]]:
    """All values, partition by partition."""
    consumer = Consumer(SERVER | {"group.id": "checker", "enable.partition.eof": True, "enable.auto.commit": False})
    found: dict[int, list[int]] = {}
    for partition in range(PARTITIONS):
        consumer.assign([TopicPartition(TOPIC, partition, 0)])
        values = found[partition] = []
        while True:
            message = consumer.poll(20)
            assert message is not None
            if message.error():
                break
            values.append(int(message.value()))
    consumer.close()
    return found


def main() -> None:
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(TOPIC, PARTITIONS)]).values():
        future.result(20)
    writers = [Writer(partition) for partition in range(PARTITIONS)]
    committer = Committer()
    threads = [threading.Thread(target=each.run) for each in (*writers, committer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = read()
    for writer in writers:
        assert writer.failures == [], writer.failures[:5]
        found = values[writer.partition]
        assert found == list(range(len(found))), "lost, twice, or out of order"
        assert len(writer.acknowledged) == len(found) > LEAST
        assert all(found[offset] == value for value, offset in writer.acknowledged)
    print("ok once")


if __name__ == "__main__":
    main()
