"""Transactions while the server is killed and started again: two producers append, one reads, writes and commits.

An appender writes its next number to every partition in one transaction, and aborts some. A mover copies a topic, and
commits what it has read in the transaction that writes it. At the end readers of what is committed must have

- each number that was committed in all partitions or, if nobody knows whether it was, in all or none; once, in order;
- nothing of what was aborted;
- the copied topic as it was, and the offsets of the mover at its end. Before the end neither is ever ahead.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

PARTITIONS = 3
SOURCE, COPY, LISTS = "source", "copy", ("one", "two")
LEAST = 5  # transactions of each, else nothing was tested
ABORTED_EACH = 5
LIMIT_S = 60
SHORT_S = 2  # librdkafka may miss that a coordinator is back, and wait for as long as it may
# Where all brokers are away, librdkafka 2.16 ends those that it knew, and begins anew with its bootstrap servers
# (KIP-899). But it keeps one of them in mind as a group's coordinator, and send_offsets_to_transaction waits for that
# one for ever, whatever its time limit: the server is asked nothing. With "none", brokers are only connected to again.
SERVER = {
    "bootstrap.servers": os.environ["KAFKA"],
    "metadata.recovery.strategy": "none",
    "reconnect.backoff.max.ms": 100,
    "log_level": 0,
}
READER = SERVER | {"enable.auto.commit": False, "auto.offset.reset": "earliest", "isolation.level": "read_committed"}
STOP, GOING = Path(os.environ["STOP"]), Path(os.environ["GOING"])


class Transactor:
    """A transactional producer that starts anew where it can't go on."""

    def __init__(self, transactional_id: str) -> None:
        self._options = SERVER | {
            "transactional.id": transactional_id,
            "linger.ms": 1,
            "transaction.timeout.ms": 30_000,
        }
        self._producer = self._made()

    def _made(self) -> Producer:
        while True:
            producer = Producer(self._options)
            try:
                producer.init_transactions(LIMIT_S)
            except KafkaException:
                time.sleep(0.05)
            else:
                return producer

    def do(self, work: Callable[[Producer], None], *, commits: bool = True) -> bool | None:
        """Whether it is committed; None where one can't know."""
        is_ending = False
        try:
            self._producer.begin_transaction()
            work(self._producer)
            self._producer.flush(LIMIT_S)
            is_ending = commits
            if commits:
                self._end(self._producer.commit_transaction)
                return True
        except KafkaException as error:
            if error.args[0].fatal() or (is_ending and not error.args[0].txn_requires_abort()):
                self._producer = self._made()  # which ends what is open
                return None if is_ending else False
        self._abort()
        return False

    def _abort(self) -> None:
        try:
            self._end(self._producer.abort_transaction)
        except KafkaException:
            self._producer = self._made()

    def _end(self, ask: Callable[[float], None]) -> None:
        while True:
            try:
                return ask(LIMIT_S)
            except KafkaException as error:
                if not error.args[0].retriable():
                    raise


class Appender:
    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.outcomes: list[bool | None] = []  # of the transactions, by their numbers

    def run(self) -> None:
        transactor = Transactor(self.topic)
        while not STOP.exists():
            number = len(self.outcomes)
            self.outcomes.append(transactor.do(self.append, commits=number % ABORTED_EACH != 0))

    def append(self, producer: Producer) -> None:
        for partition in range(PARTITIONS):
            producer.produce(self.topic, str(len(self.outcomes)), partition=partition)

    def check(self) -> None:
        lists = read(self.topic)
        found = lists[0]
        assert all(each == found for each in lists), "transactions in some partitions only"
        assert found == sorted(set(found)), "twice, or out of order"
        committed = {number for number, outcome in enumerate(self.outcomes) if outcome}
        unknown = {number for number, outcome in enumerate(self.outcomes) if outcome is None}
        assert committed <= set(found), ("lost", committed - set(found))
        assert set(found) <= committed | unknown, ("of what was aborted", set(found) - committed - unknown)
        assert len(committed) >= LEAST, self.outcomes


class Source:
    """An idempotent producer, whose records are there to be copied."""

    def run(self) -> None:
        producer = Producer(SERVER | {"enable.idempotence": True, "message.timeout.ms": 60_000})
        number = 0
        while not STOP.exists():
            producer.produce(SOURCE, str(number // PARTITIONS), partition=number % PARTITIONS)
            producer.poll(0.02)
            number += 1
        assert producer.flush(LIMIT_S) == 0


class Mover:
    """Copies, until all is copied."""

    def __init__(self) -> None:
        self.consumer = Consumer(READER | {"group.id": "movers", "heartbeat.interval.ms": 500})
        self.transactions = 0
        self.records: list[Message] = []

    def run(self, is_over: Callable[[], bool]) -> None:
        transactor = Transactor("mover")
        self.consumer.subscribe([SOURCE])
        while not is_over():
            found = self.consumer.consume(50, 0.1)
            self.records = [each for each in found if not each.error()]
            if self.records:
                self.transactions += 1
                if transactor.do(self.move, commits=self.transactions % ABORTED_EACH != 0):
                    GOING.touch()
                else:
                    self.rewind()
        self.consumer.close()

    def move(self, producer: Producer) -> None:
        next_offsets: dict[int | None, int] = {}
        for record in self.records:
            producer.produce(COPY, record.value(), partition=record.partition())
            next_offsets[record.partition()] = offset_of(record) + 1
        places = [TopicPartition(SOURCE, partition, offset) for partition, offset in next_offsets.items()]
        producer.send_offsets_to_transaction(places, self.consumer.consumer_group_metadata(), SHORT_S)

    def rewind(self) -> None:
        """Go back to what is committed."""
        while places := self.consumer.assignment():
            try:
                for each in self.consumer.committed(places, SHORT_S):
                    self.consumer.seek(TopicPartition(each.topic, each.partition, max(each.offset, 0)))
            except KafkaException:
                self.consumer.poll(0.05)  # the server is away, or the group rebalances
            else:
                return


class Watcher:
    """Looks whether the copy is ever ahead of the offsets, or they of it."""

    def __init__(self) -> None:
        self.copied = [0] * PARTITIONS
        self.looks = 0
        self._offsets = Consumer(READER | {"group.id": "movers"})

    def committed(self) -> list[int]:
        places = [TopicPartition(SOURCE, partition) for partition in range(PARTITIONS)]
        while True:
            try:
                found = self._offsets.committed(places, SHORT_S)
                if not any(each.error for each in found):
                    return [max(each.offset, 0) for each in found]
            except KafkaException:
                time.sleep(0.01)

    def look(self) -> bool:
        """Whether all is copied."""
        before = self.committed()
        found = [len(each) for each in read(COPY)]
        after = self.committed()
        assert all(map(int.__le__, before, found)), ("committed, but not written", before, found)
        assert all(map(int.__le__, found, after)), ("written, but not committed", found, after)
        self.looks += 1
        return STOP.exists() and found == [len(each) for each in read(SOURCE)]

    def run(self) -> None:
        while not self.look():
            time.sleep(0.2)


class Copying:
    """A source, its mover, and who watches them."""

    def __init__(self) -> None:
        self.mover, self.watcher = Mover(), Watcher()
        watching = threading.Thread(target=self.watcher.run)
        moving = threading.Thread(target=self.mover.run, args=[lambda: not watching.is_alive()])
        self.threads = [watching, moving, threading.Thread(target=Source().run)]

    def check(self) -> None:
        source, copy = read(SOURCE), read(COPY)
        assert source == [list(range(len(each))) for each in source], "the source lost something"
        assert copy == source, "lost, twice, or out of order"
        assert self.watcher.committed() == [len(each) for each in source]
        assert self.mover.transactions >= LEAST


def offset_of(message: Message) -> int:
    offset = message.offset()
    assert offset is not None
    return offset


def read(topic: str) -> list[list[int]]:
    """What is committed of each partition."""
    return [[int(each.value() or b"") for each in messages(topic, partition)] for partition in range(PARTITIONS)]


def messages(topic: str, partition: int) -> Iterator[Message]:
    consumer = Consumer(READER | {"group.id": "checker", "enable.partition.eof": True, "fetch.wait.max.ms": 10})
    consumer.assign([TopicPartition(topic, partition, 0)])
    while True:
        message = consumer.poll(LIMIT_S)
        assert message is not None, f"nothing of {topic} for {LIMIT_S} s"
        error = message.error()
        if error is None:
            yield message
        elif error.name() == "_PARTITION_EOF":
            break
    consumer.close()


def main() -> None:
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(each, PARTITIONS) for each in (SOURCE, COPY, *LISTS)]).values():
        future.result(LIMIT_S)
    appenders, copying = [Appender(each) for each in LISTS], Copying()
    threads = [*copying.threads, *(threading.Thread(target=each.run) for each in appenders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for appender in appenders:
        appender.check()
    print("ok atomic")
    copying.check()
    print("ok exactly once")


if __name__ == "__main__":
    main()
