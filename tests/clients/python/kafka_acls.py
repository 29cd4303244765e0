"""confluent-kafka's AdminClient gives and takes rights; a producer and a consumer feel it."""

import os
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    NewTopic,
    ResourcePatternType,
    ResourceType,
)

ANY = AclBindingFilter(
    ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
)


def settings(user: str, **more: object) -> dict[str, object]:
    return {
        "bootstrap.servers": f"localhost:{os.environ['INSIDE_PORT']}", "security.protocol": "SASL_PLAINTEXT",
        "sasl.mechanism": "SCRAM-SHA-256", "sasl.username": user, "sasl.password": os.environ["PASSWORD"],
        **{name.replace("_", "."): value for name, value in more.items()},
    }  # fmt: skip


def acl(kind: ResourceType, name: str, operation: AclOperation, pattern: Any = ResourcePatternType.LITERAL) -> Any:
    return AclBinding(kind, name, pattern, "User:alice", "*", operation, AclPermissionType.ALLOW)


def sent() -> object:
    """None, or the error that kept alice's record from being sent."""
    found: list[Any] = []
    producer = Producer(settings("alice", message_timeout_ms=5_000))
    producer.produce("orders", b"hello", on_delivery=lambda error, _: found.append(error))
    producer.flush(10)
    return found[0].code() if found and found[0] else None


def read() -> object:
    """The record that alice reads, or the error that she gets."""
    consumer = Consumer(settings("alice", group_id="g", auto_offset_reset="earliest"))
    consumer.assign([TopicPartition("orders", 0, 0)])
    message = consumer.poll(20)
    consumer.close()
    assert message is not None
    return message.error().code() if message.error() else message.value()


def refusal(asked: Any) -> object:
    """The error that a call of the AdminClient ends with."""
    try:
        asked.result(10)
    except KafkaException as error:
        return error.args[0].code()
    return None


def main() -> None:
    admin, alice = AdminClient(settings("admin")), AdminClient(settings("alice"))
    admin.create_topics([NewTopic("orders", 1)])["orders"].result(10)
    assert sent() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    assert read() in {KafkaError.TOPIC_AUTHORIZATION_FAILED, KafkaError.GROUP_AUTHORIZATION_FAILED}
    assert alice.list_topics(timeout=10).topics == {}
    print("ok refused")

    write = acl(ResourceType.TOPIC, "ord", AclOperation.WRITE, ResourcePatternType.PREFIXED)
    reads = [(ResourceType.TOPIC, "orders"), (ResourceType.GROUP, "g")]
    rights = [write, *(acl(kind, name, AclOperation.READ) for kind, name in reads)]
    for done in admin.create_acls(rights).values():
        done.result(10)
    assert sent() is None
    assert read() == b"hello"
    assert list(alice.list_topics(timeout=10).topics) == ["orders"]
    print("ok allowed")

    assert set(admin.describe_acls(ANY).result(10)) == set(rights)
    assert alice.describe_acls(ANY).result(10) == []  # librdkafka keeps the error to itself
    assert refusal(alice.create_acls([write])[write]) == KafkaError.CLUSTER_AUTHORIZATION_FAILED
    print("ok described")

    (gone,) = admin.delete_acls([ANY]).values()
    assert set(gone.result(10)) == set(rights)
    assert sent() == KafkaError.TOPIC_AUTHORIZATION_FAILED
    print("ok deleted")


main()
