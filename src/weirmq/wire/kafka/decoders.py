"""The source of a reader. See codec.py."""

import struct
from typing import Any, Final, NoReturn

from weirmq.wire.kafka import varints
from weirmq.wire.kafka.errors import Malformed
from weirmq.wire.kafka.schema import Field, Group, Message
from weirmq.wire.kafka.sources import FIXED, Source, default_of

# An element may take two bytes on the wire and a hundred in memory, and so may each list and struct in it, which counts
# too. A cluster of 10,000 partitions, all named in one message, takes some 60,000.
ELEMENTS_MAX: Final = 200_000
TAGS_MAX: Final = 16  # of a struct; the descriptions know of seven at most


class DecoderSource(Source):
    """Writes `decode(data, at)`."""

    def __init__(self, message: Message, version: int) -> None:
        super().__init__(message, version)
        self._pending: list[tuple[str, str]] = []  # fields of fixed size that are yet to be read: variable, code

    def source(self) -> tuple[str, dict[str, Any]]:
        """The text, and the names that it uses."""
        self.names |= {"varint": varints.read, "malformed": malformed, "skip": skip}
        self.lines.append("def decode(data, at):")
        self.put("end = len(data)")
        self.put(f"left = {ELEMENTS_MAX}")
        value = self.group(self.message.body)
        self.flush()
        self.put("if at > end:")
        self.put("    malformed('it ends too early')")
        self.put(f"return {value}, at")
        return "\n".join(self.lines) + "\n", self.names

    # Fields of fixed size

    def fixed(self, kind: str) -> str:
        """The variable that will have the next field."""
        variable = self.name("f")
        self._pending.append((variable, FIXED[kind]))
        return variable

    def flush(self) -> None:
        """Read the fixed fields so far."""
        if not self._pending:
            return
        codes = "".join(code for _, code in self._pending)
        size = sum(_size(code) for _, code in self._pending)
        targets = "".join(f"{variable}, " for variable, _ in self._pending)
        self.put(f"{targets.strip()} = {self.struct(codes, 'read')}(data, at)")
        self.put(f"at += {size}")
        self._pending = []

    # Everything

    def group(self, group: Group) -> str:
        """Read a struct. Answers the expression that makes it, good once `flush` has been called."""
        found: dict[str, str] = {}
        for each in self.plain(group):
            found[each.name] = self.field(each)
        if self.flexible:
            self.flush()
            found |= self.tags(group)
        holder = self.constant("T", group.holder)
        values = ", ".join(found.get(each.name) or self.default(group, each) for each in group.fields)
        return f"{holder}({values})"

    def default(self, group: Group, field: Field) -> str:
        """What a field is that this version hasn't."""
        value, is_factory = default_of(group.holder, field.name)
        name = self.constant("D", value)
        return f"{name}()" if is_factory else name

    def field(self, field: Field) -> str:
        """Read one field. Answers an expression for it."""
        is_nullable = self.is_nullable(field)
        if field.many:
            return self.array(field, is_nullable=is_nullable)
        return self.one(field.kind, is_nullable=is_nullable)

    def one(self, kind: str | Group, *, is_nullable: bool) -> str:
        """Read one value."""
        if isinstance(kind, Group):
            return self.nullable_group(kind) if is_nullable else self.group(kind)
        if kind in FIXED:
            return self.fixed(kind)
        length = self.length("h" if kind == "string" else "i")
        value = self.name("v")
        read = {
            "string": "str(data[at : at + {0}], 'utf-8')",
            "bytes": "bytes(data[at : at + {0}])",
            "records": "data[at : at + {0}]",
        }[kind].format(length)
        self.unless_null(value, length, is_nullable=is_nullable)
        self.put(f"{value} = {read}")
        self.put(f"at += {length}")
        self.depth -= is_nullable
        return value

    def length(self, code: str) -> str:
        """Read the length of something; -1 is null."""
        if not self.flexible:
            length = self.name("n")
            self._pending.append((length, code))
            self.flush()
            return length
        self.flush()
        length = self.name("n")
        self.put(f"{length} = data[at]")
        self.put("at += 1")
        self.put(f"if {length} > 127:")
        self.put(f"    {length}, at = varint(data, at - 1)")
        self.put(f"{length} -= 1")
        return length

    def unless_null(self, value: str, length: str, *, is_nullable: bool) -> None:
        """What follows is for a length of 0 or more; with `is_nullable` one level deeper."""
        if is_nullable:
            self.put(f"if {length} < 0:")
            self.put(f"    if {length} < -1:")
            self.put("        malformed('a length below -1')")
            self.put(f"    {value} = None")
            self.put("else:")
            self.depth += 1
        else:
            self.put(f"if {length} < 0:")
            self.put("    malformed('null where there can be none')")

    def array(self, field: Field, *, is_nullable: bool) -> str:
        """Read a list."""
        count, kind, value = self.length("i"), field.kind, self.name("v")
        self.unless_null(value, count, is_nullable=is_nullable)
        self.put(f"if {count} > end - at:")  # each takes a byte at least
        self.put("    malformed('a list of more elements than there are bytes')")
        weight = self.weight(kind)
        self.put(f"left -= {count}" if weight == 1 else f"left -= {weight} * {count}")
        self.put("if left < 0:")
        self.put("    malformed('more elements than a message may have')")
        if isinstance(kind, str) and kind in FIXED and kind != "uuid":
            self.names["unpack"] = unpack
            self.put(f"{value} = unpack('{FIXED[kind]}', {count}, data, at)")
            self.put(f"at += {_size(FIXED[kind])} * {count}")
        else:
            self.put(f"{value} = []")
            self.put(f"for _ in range({count}):")
            self.depth += 1
            element = self.one(kind, is_nullable=False)
            self.flush()
            self.put(f"{value}.append({element})")
            self.depth -= 1
        self.depth -= is_nullable
        return value

    def weight(self, kind: str | Group) -> int:
        """What an element counts: itself, and the lists and structs that it is made of."""
        if isinstance(kind, str):
            return 1
        return 1 + sum(1 if each.many else self.weight(each.kind) for each in self.plain(kind) if _is_made(each))

    def nullable_group(self, group: Group) -> str:
        """Read a struct that has a byte before it."""
        mark, value = self.fixed("int8"), self.name("v")
        self.flush()
        self.put(f"{value} = None")
        self.put(f"if {mark} >= 0:")
        self.depth += 1
        made = self.group(group)
        self.flush()
        self.put(f"{value} = {made}")
        self.depth -= 1
        return value

    # Tagged fields

    def tags(self, group: Group) -> dict[str, str]:
        """Read the tagged fields at the end of a struct; unknown ones are passed over."""
        fields = self.tagged(group)
        if not fields:
            self.put("if data[at]:")
            self.put("    at = skip(data, at)")
            self.put("else:")
            self.put("    at += 1")
            return {}
        variables = {each.name: self.name("t") for each in fields}
        for each in fields:
            self.put(f"{variables[each.name]} = {self.default(group, each)}")
        count, tag, size, stop = self.name("n"), self.name("n"), self.name("n"), self.name("n")
        self.put(f"{count}, at = varint(data, at)")
        self.put(f"if {count} > {TAGS_MAX}:")
        self.put("    malformed('too many tagged fields')")
        self.put(f"for _ in range({count}):")
        self.depth += 1
        self.put(f"{tag}, at = varint(data, at)")
        self.put(f"{size}, at = varint(data, at)")
        self.put(f"{stop} = at + {size}")
        for each in fields:
            self.put(f"{'el' if each is not fields[0] else ''}if {tag} == {each.tag}:")
            self.depth += 1
            value = self.field(each)
            self.flush()
            self.put(f"{variables[each.name]} = {value}")
            self.put(f"if at != {stop}:")
            self.put("    malformed('a tagged field of another size than it says')")
            self.depth -= 1
        self.put(f"at = {stop}")
        self.put("if at > end:")
        self.put("    malformed('a tagged field ends too early')")
        self.depth -= 1
        return variables


def _is_made(field: Field) -> bool:
    """Whether a field is a list or a struct, for which there is an object of its own."""
    return field.many or isinstance(field.kind, Group)


def _size(code: str) -> int:
    return struct.calcsize(f">{code}")


# What the readers call


def malformed(reason: str) -> NoReturn:
    """Refuse the bytes."""
    raise Malformed(reason)


def skip(data: memoryview, at: int) -> int:
    """Pass over the tagged fields at `at`. Answers where they end."""
    count, at = varints.read(data, at)
    if count > TAGS_MAX:
        raise Malformed("too many tagged fields")
    for _ in range(count):
        _, at = varints.read(data, at)
        size, at = varints.read(data, at)
        at += size
        if at > len(data):
            raise Malformed("a tagged field ends too early")
    return at


def unpack(code: str, count: int, data: memoryview, at: int) -> list[Any]:
    """A list of numbers."""
    return list(struct.unpack_from(f">{count}{code}", data, at))
