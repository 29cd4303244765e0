"""What the sources of readers and writers have in common."""

import struct
from typing import Any, Final

import msgspec

from weirmq.wire.kafka.schema import Field, Group, Message, has

FIXED: Final = {
    "bool": "?", "int8": "b", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I", "int64": "q", "float64": "d",
    "uuid": "16s",
}  # fmt: skip


class Source:
    """Lines of Python, and the names that they use."""

    def __init__(self, message: Message, version: int) -> None:
        self.message = message
        self.version = version
        self.flexible = version >= message.flexible
        self.lines: list[str] = []
        self.names: dict[str, Any] = {}
        self.depth = 1
        self._last = 0

    def put(self, line: str) -> None:
        """One line more."""
        self.lines.append("    " * self.depth + line)

    def name(self, kind: str) -> str:
        """A variable of its own."""
        self._last += 1
        return f"{kind}{self._last}"

    def constant(self, kind: str, value: Any) -> str:
        """The name of a value that the code uses."""
        for name, known in self.names.items():
            if known is value and name.startswith(kind):
                return name
        name = self.name(kind)
        self.names[name] = value
        return name

    def struct(self, codes: str, verb: str) -> str:
        """The name of one method of a `struct.Struct`."""
        name = f"{verb}_{codes.replace('?', 'o')}"
        if name not in self.names:
            self.names[name] = getattr(struct.Struct(f">{codes}"), {"read": "unpack_from", "write": "pack"}[verb])
        return name

    def plain(self, group: Group) -> list[Field]:
        """The fields that this version has, without the tagged ones."""
        return [each for each in group.fields if has(each.versions, self.version) and not self.is_tagged(each)]

    def tagged(self, group: Group) -> list[Field]:
        """The tagged fields, by tag."""
        found = [each for each in group.fields if has(each.versions, self.version) and self.is_tagged(each)]
        return sorted(found, key=lambda each: each.tag)

    def is_tagged(self, field: Field) -> bool:
        """Whether a field is a tagged one in this version."""
        return has(field.tagged, self.version)

    def is_nullable(self, field: Field) -> bool:
        """Whether a field may be null in this version."""
        return has(field.nullable, self.version)


def default_of(holder: type[Any], name: str) -> tuple[Any, bool]:
    """A field's default, and whether it is a factory of it."""
    for each in msgspec.structs.fields(holder):
        if each.name == name:
            if each.default_factory is not msgspec.NODEFAULT:
                return each.default_factory, True
            return each.default, False
    raise LookupError(name)
