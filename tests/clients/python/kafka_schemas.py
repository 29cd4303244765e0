"""Schemas of records in a registry that keeps them in Kafka: `write` registers two versions and writes records of both;
`read` finds them again, and goes on. REGISTRY is the address of the registry.
"""

import os
import sys
from typing import Any

from confluent_kafka import Consumer, Message, Producer
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType
from confluent_kafka.schema_registry import ConfigCompatibilityLevel, Schema, SchemaRegistryClient, ServerConfig
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.schema_registry.error import SchemaRegistryError
from confluent_kafka.serialization import MessageField, SerializationContext

NAME = '{"type": "record", "name": "River", "fields": [{"name": "name", "type": "string"}%s]}'
LENGTH = ', {"name": "length_km", "type": "int", "default": -1}'
SOURCE = ', {"name": "source", "type": ["null", "string"], "default": null}'
FIRST, SECOND, THIRD = (Schema(NAME % fields, "AVRO") for fields in ("", LENGTH, LENGTH + SOURCE))
INCOMPATIBLE = Schema(NAME.replace('"string"', '"int"') % "", "AVRO")

SUBJECT = "rivers-value"
VALUE = SerializationContext("rivers", MessageField.VALUE)
LIMIT_S = 60
SERVER = {"bootstrap.servers": os.environ["KAFKA"]}
REGISTRY = SchemaRegistryClient({"url": os.environ["REGISTRY"]})


def ok(step: str) -> None:
    print("ok", step)


def is_refused(schema: Schema) -> bool:
    """Whether it isn't compatible with what is registered, as the registry says."""
    try:
        REGISTRY.register_schema(SUBJECT, schema)
    except SchemaRegistryError as error:
        return error.http_status_code == 409
    return False


def produce(schema: Schema, **record: Any) -> None:
    """Write a record that names its schema, which the serializer registers."""
    serialize = AvroSerializer(REGISTRY, schema.schema_str)
    producer = Producer(SERVER)
    producer.produce("rivers", serialize(record, VALUE))
    assert producer.flush(LIMIT_S) == 0


def consumed(count: int) -> list[dict[str, Any]]:
    """The first records, as readers have them who know the second version."""
    deserialize = AvroDeserializer(REGISTRY, SECOND.schema_str)
    consumer = Consumer(SERVER | {"group.id": "reader", "auto.offset.reset": "earliest", "enable.auto.commit": False})
    consumer.subscribe(["rivers"])
    found: list[Message] = []
    while len(found) < count:
        message = consumer.poll(LIMIT_S)
        assert message is not None
        assert message.error() is None, message.error()
        found.append(message)
    consumer.close()
    return [deserialize(message.value(), VALUE) for message in found]


def keep_schemas() -> None:
    """The registry's log would have the broker's retention."""
    forever = ConfigEntry("retention.ms", "-1", incremental_operation=AlterConfigOpType.SET)
    topic = ConfigResource(ResourceType.TOPIC, "kafkasql-journal", incremental_configs=[forever])
    admin = AdminClient(SERVER)
    for future in admin.incremental_alter_configs([topic]).values():
        future.result(LIMIT_S)
    ok("journal")


def write() -> None:
    keep_schemas()
    produce(FIRST, name="Weir")
    REGISTRY.set_config(SUBJECT, ServerConfig(compatibility=ConfigCompatibilityLevel.BACKWARD))
    produce(SECOND, name="Salmon", length_km=684)
    assert REGISTRY.get_versions(SUBJECT) == [1, 2]
    ok("versions")
    assert is_refused(INCOMPATIBLE)
    ok("compatibility")
    assert consumed(2) == [{"name": "Weir", "length_km": -1}, {"name": "Salmon", "length_km": 684}]
    ok("records")


def read() -> None:
    assert REGISTRY.get_subjects() == [SUBJECT]
    for version, schema in enumerate((FIRST, SECOND), 1):
        found = REGISTRY.get_version(SUBJECT, version)
        assert found.schema.schema_str == schema.schema_str, found
        assert found.schema_id == REGISTRY.lookup_schema(SUBJECT, schema).schema_id
    ok("versions")
    assert is_refused(INCOMPATIBLE)
    ok("compatibility")
    produce(THIRD, name="Tay", length_km=188, source="Ben Lui")
    assert REGISTRY.get_versions(SUBJECT) == [1, 2, 3]
    assert consumed(3)[1:] == [{"name": "Salmon", "length_km": 684}, {"name": "Tay", "length_km": 188}]
    ok("records")


if __name__ == "__main__":
    {"write": write, "read": read}[sys.argv[1]]()
