"""Another implementation of the protocol reads what ours writes, and writes the same bytes."""

import io
from importlib import import_module
from random import Random
from typing import Any

import pytest
from kio.serial import entity_reader, entity_writer

from tests.wire.kafka import drawn
from weirmq.wire.kafka import codec
from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.schema import Message


def kios(message: Message, version: int) -> type[Any] | None:
    """kio's class for a message, where it has that version."""
    kind = "request" if message.name.endswith("Request") else "response"
    try:
        module = import_module(f"kio.schema.{NAMES[message.key]}.v{version}.{kind}")
    except ImportError:
        return None
    found: type[Any] = getattr(module, message.name)
    return found


KNOWN = [(message, version, found) for message, version in drawn.PAIRS if (found := kios(message, version))]


def test_most_messages_are_known() -> None:
    assert len(KNOWN) > 0.9 * len(drawn.PAIRS)


@pytest.mark.parametrize(("message", "version", "entity"), KNOWN, ids=[f"{m.name}-{v}" for m, v, _ in KNOWN])
def test_kio_agrees(message: Message, version: int, entity: type[Any]) -> None:
    random = Random(f"kio {message.name} {version}")  # noqa: S311 - repeatable on purpose
    for _ in range(3):
        raw = bytearray()
        codec.encoder(message, version)(drawn.message(random, message, version), raw)
        found = entity_reader(entity)(bytes(raw), 0)[0]
        again = io.BytesIO()
        entity_writer(entity)(again, found)
        assert again.getvalue() == raw
