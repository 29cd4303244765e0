"""Shows a topic as JSON: its partitions' number, the configs of its own, and all that is committed, in order."""

import json
import os
import sys
import time

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, ConfigResource

LIMIT_S = 60
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}


def main(topic: str) -> None:
    admin = AdminClient(SERVER)
    until_there(admin, topic)
    partitions = list(admin.list_topics(topic, timeout=LIMIT_S).topics[topic].partitions)
    [configs] = admin.describe_configs([ConfigResource(ConfigResource.Type.TOPIC, topic)]).values()
    own = {name: each.value for name, each in configs.result(LIMIT_S).items() if not each.is_default}
    print(json.dumps({"partitions": len(partitions), "configs": own, "records": records(topic, partitions)}))


def until_there(admin: AdminClient, topic: str) -> None:
    """All topics are asked for, since to ask for one would make it."""
    deadline = time.monotonic() + LIMIT_S
    while topic not in admin.list_topics(timeout=LIMIT_S).topics:
        assert time.monotonic() < deadline, f"{topic} isn't there"
        time.sleep(0.1)


def records(topic: str, partitions: list[int]) -> list[tuple[str | None, str | None]]:
    """Keys and values, partition by partition."""
    options = {"group.id": "shown", "enable.partition.eof": True, "isolation.level": "read_committed"}
    consumer = Consumer(SERVER | options)
    found = []
    for partition in partitions:
        consumer.assign([TopicPartition(topic, partition, 0)])
        while (message := consumer.poll(LIMIT_S)) is not None and not message.error():
            key, value = message.key(), message.value()
            found.append((key and key.decode(), value and value.decode()))
    consumer.close()
    return found


if __name__ == "__main__":
    main(sys.argv[1])
