"""Messages with drawn contents: whatever a version can carry, and defaults where it carries nothing."""

from random import Random
from typing import Any

from weirmq.wire.kafka import apis
from weirmq.wire.kafka.messages import NAMES
from weirmq.wire.kafka.schema import Field, Group, Message, has

PAIRS = [
    (message, version)
    for key in NAMES
    for message in (apis.request(key), apis.response(key))
    for version in range(message.versions[0], message.versions[1] + 1)
]
WORDS = ["", "a", "orders", "größe", "x" * 127, "y" * 300]
RANGES = {"int8": 7, "int16": 15, "uint16": 16, "int32": 31, "uint32": 32, "int64": 63}


def message(random: Random, found: Message, version: int) -> Any:
    """A message as `version` can carry it."""
    return _group(random, found.body, version, 0)


def _group(random: Random, group: Group, version: int, depth: int) -> Any:
    values = {
        field.name: _value(random, field, version, depth) for field in group.fields if has(field.versions, version)
    }
    return group.holder(**values)


def _value(random: Random, field: Field, version: int, depth: int) -> Any:
    if has(field.nullable, version) and random.random() < 0.3:
        return None
    if field.many:
        most = 3 if depth < 2 else 1
        return [_one(random, field, version, depth + 1) for _ in range(random.randint(0, most))]
    return _one(random, field, version, depth)


def _one(random: Random, field: Field, version: int, depth: int) -> Any:
    kind = field.kind
    if isinstance(kind, Group):
        return _group(random, kind, version, depth)
    if kind in RANGES:
        return _number(random, field.name, RANGES[kind], is_signed=kind[0] == "i")
    match kind:
        case "bool":
            return random.random() < 0.5
        case "float64":
            return random.choice([0.0, 1.5, -2.25])
        case "uuid":
            return random.randbytes(16)
        case "string":
            return random.choice(WORDS)
        case _:
            return random.randbytes(random.choice([0, 1, 130]))


def _number(random: Random, name: str, bits: int, *, is_signed: bool) -> int:
    if name.endswith("error_code") or bits == 7:
        return random.randint(0, 9)  # there must be such a code
    if name.endswith(("_ms", "timestamp")):
        return random.randint(0, min(2**40, 2**bits - 1))  # there must be such a time
    return random.choice([0, 1, random.randint(-(2**bits) if is_signed else 0, 2**bits - 1)])
