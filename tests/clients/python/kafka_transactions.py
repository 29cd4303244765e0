"""Transactions of confluent-kafka (librdkafka): committed, aborted, with what was consumed, against a zombie."""

import os

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

RECORDS = 20
PARTITIONS = 2
LIMIT_S = 20
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}


def begun(transactional_id: str) -> Producer:
    producer = Producer(SERVER | {"transactional.id": transactional_id})
    producer.init_transactions(LIMIT_S)
    producer.begin_transaction()
    return producer


def send(producer: Producer, text: str) -> None:
    for number in range(RECORDS):
        producer.produce("orders", f"{text} {number}", partition=number % PARTITIONS)


def values(topic: str, isolation: str = "read_committed") -> list[str]:
    """All values up to the end of each partition, as readers of that isolation level have them."""
    options = {"group.id": "reader", "enable.partition.eof": True, "isolation.level": isolation}
    consumer = Consumer(SERVER | options | {"enable.auto.commit": False, "fetch.wait.max.ms": 10})
    found = []
    for partition in range(PARTITIONS):
        consumer.assign([TopicPartition(topic, partition, 0)])
        while not (message := polled(consumer)).error():
            found.append(text_of(message))
    consumer.close()
    return found


def polled(consumer: Consumer) -> Message:
    message = consumer.poll(LIMIT_S)
    assert message is not None
    return message


def text_of(message: Message) -> str:
    value = message.value()
    assert isinstance(value, bytes)
    return value.decode()


def commit() -> None:
    producer = begun("clerk")
    send(producer, "first")
    assert producer.flush(LIMIT_S) == 0
    assert values("orders") == []
    producer.commit_transaction(LIMIT_S)
    assert len(values("orders")) == RECORDS
    print("ok commit")


def abort() -> None:
    producer = begun("clerk")
    send(producer, "aborted")
    assert producer.flush(LIMIT_S) == 0
    producer.abort_transaction(LIMIT_S)
    producer.begin_transaction()
    send(producer, "second")
    producer.commit_transaction(LIMIT_S)
    assert [each.partition(" ")[0] for each in values("orders")] == (["first"] * 10 + ["second"] * 10) * PARTITIONS
    assert len(values("orders", "read_uncommitted")) == 3 * RECORDS
    print("ok abort")


def bill(producer: Producer, consumer: Consumer, orders: list[Message]) -> None:
    """Write a bill for each order, and where the reader stands, in one transaction."""
    for order in orders:
        producer.produce("bills", f"bill of {text_of(order)}", partition=order.partition())
    stands = consumer.position(consumer.assignment())
    producer.send_offsets_to_transaction(stands, consumer.consumer_group_metadata(), LIMIT_S)


def transform() -> None:
    options = {"group.id": "billing", "auto.offset.reset": "earliest", "enable.auto.commit": False}
    consumer = Consumer(SERVER | options | {"isolation.level": "read_committed"})
    consumer.subscribe(["orders"])
    orders: list[Message] = []
    while len(orders) < 2 * RECORDS:
        orders += consumer.consume(100, 0.1)
    producer = begun("biller")
    bill(producer, consumer, orders)
    producer.abort_transaction(LIMIT_S)
    places = [TopicPartition("orders", partition) for partition in range(PARTITIONS)]
    assert all(each.offset < 0 for each in consumer.committed(places, LIMIT_S))
    producer.begin_transaction()
    bill(producer, consumer, orders)
    producer.commit_transaction(LIMIT_S)
    committed = [each.offset for each in consumer.committed(places, LIMIT_S)]
    assert committed == [each.offset for each in consumer.position(places)]
    consumer.close()
    assert values("bills") == [f"bill of {each}" for each in values("orders")]
    print("ok transform")


def fence() -> None:
    zombie = begun("twice")
    zombie.produce("orders", "of a zombie", partition=0)
    assert zombie.flush(LIMIT_S) == 0
    heir = begun("twice")
    heir.produce("orders", "of its heir", partition=0)
    heir.commit_transaction(LIMIT_S)
    try:
        zombie.commit_transaction(LIMIT_S)
        raise AssertionError("a zombie commits")
    except KafkaException as error:
        if error.args[0].name() != "_FENCED":
            raise
    found = values("orders")
    assert "of its heir" in found
    assert "of a zombie" not in found
    print("ok fence")


if __name__ == "__main__":
    admin = AdminClient(SERVER)
    for future in admin.create_topics([NewTopic(each, PARTITIONS) for each in ("orders", "bills")]).values():
        future.result(LIMIT_S)
    commit()
    abort()
    transform()
    fence()
