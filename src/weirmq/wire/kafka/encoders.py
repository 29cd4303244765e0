"""The source of a writer. See codec.py."""

import struct
from typing import Any

from weirmq.wire.kafka import varints
from weirmq.wire.kafka.schema import Field, Group, Message
from weirmq.wire.kafka.sources import FIXED, Source, default_of


class EncoderSource(Source):
    """Writes `encode(value, out)`."""

    def __init__(self, message: Message, version: int) -> None:
        super().__init__(message, version)
        self._pending: list[tuple[str, str]] = []  # what is yet to be packed: expression, code

    def source(self) -> tuple[str, dict[str, Any]]:
        """The text, and the names that it uses."""
        self.names |= {"varint": varints.write, "small": varints.SMALL}
        self.lines.append("def encode(value, out):")
        self.group(self.message.body, "value")
        self.flush()
        if len(self.lines) == 1:
            self.put("pass")
        return "\n".join(self.lines) + "\n", self.names

    def flush(self) -> None:
        """Write the values of fixed size so far."""
        if not self._pending:
            return
        codes = "".join(code for _, code in self._pending)
        values = ", ".join(expression for expression, _ in self._pending)
        self.put(f"out += {self.struct(codes, 'write')}({values})")
        self._pending = []

    def group(self, group: Group, value: str) -> None:
        """Write a struct."""
        for each in self.plain(group):
            self.field(each, f"{value}.{each.name}")
        if self.flexible:
            self.tags(group, value)

    def field(self, field: Field, value: str) -> None:
        """Write one field."""
        is_nullable = self.is_nullable(field)
        if field.many:
            self.array(field, value, is_nullable=is_nullable)
        else:
            self.one(field.kind, value, is_nullable=is_nullable)

    def one(self, kind: str | Group, value: str, *, is_nullable: bool) -> None:
        """Write one value."""
        if isinstance(kind, Group):
            if is_nullable:
                self.nullable_group(kind, value)
            else:
                self.group(kind, value)
        elif kind in FIXED:
            self._pending.append((value, FIXED[kind]))
        else:
            self.sized("h" if kind == "string" else "i", kind, value, is_nullable=is_nullable)

    def sized(self, code: str, kind: str, value: str, *, is_nullable: bool) -> None:
        """Write bytes behind their length."""
        raw = self.name("b")
        if is_nullable:
            self.flush()
            self.null(value, code)
        self.put(f"{raw} = {value}.encode()" if kind == "string" else f"{raw} = {value}")
        self.length(f"len({raw})", code)
        self.put(f"out += {raw}")
        self.depth -= is_nullable

    def null(self, value: str, code: str) -> None:
        """Write null where it is that; what follows is for another value, one level deeper."""
        self.put(f"if {value} is None:")
        self.put(f"    out += {bytes(1) if self.flexible else struct.pack(f'>{code}', -1)!r}")
        self.put("else:")
        self.depth += 1

    def length(self, length: str, code: str) -> None:
        """Write a length, behind what is to be packed before it."""
        if not self.flexible:
            self._pending.append((length, code))
            self.flush()
            return
        self.flush()
        size = self.name("n")
        self.put(f"{size} = {length} + 1")
        self.put(f"out += small[{size}] if {size} < 128 else varint({size})")

    def array(self, field: Field, value: str, *, is_nullable: bool) -> None:
        """Write a list."""
        kind = field.kind
        if is_nullable:
            self.flush()
            self.null(value, "i")
        self.length(f"len({value})", "i")
        if isinstance(kind, str) and kind in FIXED and kind != "uuid":
            self.names["pack"] = pack
            self.put(f"out += pack('{FIXED[kind]}', {value})")
        else:
            element = self.name("e")
            self.put(f"for {element} in {value}:")
            self.depth += 1
            before = len(self.lines)
            self.one(kind, element, is_nullable=False)
            self.flush()
            if len(self.lines) == before:
                self.put("pass")
            self.depth -= 1
        self.depth -= is_nullable

    def nullable_group(self, group: Group, value: str) -> None:
        """Write a struct that has a byte before it."""
        self.flush()
        self.put(f"if {value} is None:")
        self.put("    out += b'\\xff'")
        self.put("else:")
        self.depth += 1
        self._pending.append(("1", "b"))
        self.group(group, value)
        self.flush()
        self.depth -= 1

    def tags(self, group: Group, value: str) -> None:
        """Write the tagged fields of a struct that aren't what they are by default."""
        self.flush()
        fields = self.tagged(group)
        if not fields:
            self.put("out += b'\\x00'")
            return
        given, outer = self.name("g"), self.name("o")
        self.put(f"{given} = []")
        self.put(f"{outer} = out")
        for each in fields:
            default, is_factory = default_of(group.holder, each.name)
            name = self.constant("D", default)
            self.put(f"if {value}.{each.name} != {name}{'()' if is_factory else ''}:")
            self.depth += 1
            self.put("out = bytearray()")
            self.field(each, f"{value}.{each.name}")
            self.flush()
            self.put(f"{given}.append(({each.tag}, out))")
            self.depth -= 1
        tag, raw = self.name("n"), self.name("b")
        self.put(f"out = {outer}")
        self.put(f"out += varint(len({given}))")
        self.put(f"for {tag}, {raw} in {given}:")
        self.put(f"    out += varint({tag})")
        self.put(f"    out += varint(len({raw}))")
        self.put(f"    out += {raw}")


def pack(code: str, values: list[Any]) -> bytes:
    """A list of numbers."""
    return struct.pack(f">{len(values)}{code}", *values)
