"""What tests of messages share."""

import hashlib
from copy import deepcopy
from typing import Any

from tests.services.sqs.world import World
from weirmq.services.sqs.service import Sqs
from weirmq.wire.aws.types.sqs import Message, MessageAttributeValue


def send(world: World, url: str, body: str = "hello", **members: Any) -> Any:
    """The answer to SendMessage."""
    return world.ask("SendMessage", QueueUrl=url, MessageBody=body, **members)


def send_all(world: World, url: str, *bodies: str, group: str | None = None) -> None:
    """Messages one after the other; on a FIFO queue, each deduplicated by itself."""
    for body in bodies:
        send(world, url, body, MessageGroupId=group, MessageDeduplicationId=body if url.endswith(".fifo") else None)


def receive(world: World, url: str, most: int = 10, **members: Any) -> list[Message]:
    """Messages that are there now."""
    answer = world.ask("ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=most, **members)
    found: list[Message] = answer.Messages or []
    return found


def bodies(messages: list[Message]) -> list[str | None]:
    return [message.Body for message in messages]


def delete(world: World, url: str, message: Message) -> None:
    world.ask("DeleteMessage", QueueUrl=url, ReceiptHandle=message.ReceiptHandle)


def hide(world: World, url: str, message: Message, seconds: int) -> None:
    """ChangeMessageVisibility."""
    world.ask("ChangeMessageVisibility", QueueUrl=url, ReceiptHandle=message.ReceiptHandle, VisibilityTimeout=seconds)


def text(value: str, kind: str = "String") -> MessageAttributeValue:
    return MessageAttributeValue(DataType=kind, StringValue=value)


def binary(value: bytes, kind: str = "Binary") -> MessageAttributeValue:
    return MessageAttributeValue(DataType=kind, BinaryValue=value)


def documented_md5(attributes: dict[str, MessageAttributeValue]) -> str:
    """The digest as the developer guide says: "Calculating the MD5 message digest for message attributes"."""
    buffer = bytearray()
    for name, value in sorted(attributes.items()):
        buffer += len(name).to_bytes(4, "big") + name.encode("utf-8")
        buffer += len(value.DataType).to_bytes(4, "big") + value.DataType.encode("utf-8")
        if value.DataType.startswith("Binary"):
            assert value.BinaryValue is not None
            buffer += b"\x02" + len(value.BinaryValue).to_bytes(4, "big") + value.BinaryValue
        else:
            assert value.StringValue is not None
            encoded = value.StringValue.encode("utf-8")
            buffer += b"\x01" + len(encoded).to_bytes(4, "big") + encoded
    return hashlib.md5(buffer, usedforsecurity=False).hexdigest()


def reborn(world: World) -> World:
    """Another world that took up this one's snapshot, and has a copy of its log."""
    world.journal.flush()
    parts = list(world.journal.snapshot())
    other = World()
    other.clock, other.log = world.clock, deepcopy(world.log)
    other.journal = type(world.journal)(other.log, holdings=type(world.journal.holdings)(), waits_for_sync=False)
    other.sqs = Sqs(other.journal, other.waiting, world.sqs.entropy)
    other.journal.join(other.sqs.machine)
    other.journal.replay(parts, other.log.end)
    return other
