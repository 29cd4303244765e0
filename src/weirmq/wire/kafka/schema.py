"""What a Kafka message consists of, version by version, as data.

Source: https://kafka.apache.org/protocol and the message descriptions of Apache Kafka (KIP-35, KIP-482).
"""

from typing import Any, Final

import msgspec

LATEST: Final = 0x7FFF  # of an open range: all versions from the first on
NO_KEY: Final = -1  # of what is neither a request nor an answer
NO_UUID: Final = bytes(16)

Versions = tuple[int, int]
"""The first and the last version that has something; (1, 0) is none."""

NEVER: Final[Versions] = (1, 0)

# The types of fields: "int8" to "int64", "uint16", "uint32", "float64", "bool", "uuid" (16 bytes), "string", "bytes",
# "records" (bytes that nobody looks into), and a Group.


class Field(msgspec.Struct, frozen=True):
    """One field. `kind` is a scalar type's name or the struct that it holds; `many` says that it is a list of these.

    `tag` numbers the field among the tagged ones (KIP-482) in the versions of `tagged`.
    """

    name: str
    kind: "str | Group"
    versions: Versions
    many: bool = False
    nullable: Versions = NEVER
    tag: int = -1
    tagged: Versions = NEVER


class Group(msgspec.Struct, frozen=True):
    """A struct: the class that holds it, and its fields in their order on the wire."""

    holder: type[Any]
    fields: tuple[Field, ...]


class Message(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A request, its answer, or with NO_KEY another value. `flexible` is the first version with compact lengths and
    tagged fields.
    """

    name: str
    key: int
    versions: Versions
    flexible: int
    body: Group


def has(versions: Versions, version: int) -> bool:
    """Whether `version` is one of them."""
    return versions[0] <= version <= versions[1]
