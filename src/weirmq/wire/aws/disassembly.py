"""From Structs to trees of dicts, lists and scalars, along the shape: for what msgspec can't write as it is."""

from collections.abc import Callable, Mapping
from typing import Any

from weirmq.wire.aws.shapes import Member, Shape

Writer = Callable[[Any, Member], Any]
"""`writer(value, member)` gives what a scalar is in the tree."""


def present(shape: Shape, value: Any) -> list[tuple[Member, Any]]:
    """The members of a structure that have a value. Errors come as mappings by member name, all else as Structs."""
    if isinstance(value, Mapping):
        return [(member, value[member.name]) for member in shape.members if value.get(member.name) is not None]
    found = []
    for member in shape.members:
        part = getattr(value, member.field)
        if part is not None:
            found.append((member, part))
    return found


def disassemble(shape: Shape, value: Any, writer: Writer) -> dict[str, Any]:
    """The tree of a structure. An event stream is no part of it: its events follow as messages of their own."""
    return {
        member.wire: tree_of(member, part, writer)
        for member, part in present(shape, value)
        if not member.shape.facts.get("eventstream")
    }


def tree_of(member: Member, value: Any, writer: Writer) -> Any:
    """The tree of one value."""
    shape = member.shape
    if shape.is_free:
        return value
    if shape.type == "structure":
        return disassemble(shape, value, writer)
    if shape.type == "list":
        item = shape.item
        return [tree_of(item, part, writer) for part in value]
    if shape.type == "map":
        entry = shape.value
        return {name: tree_of(entry, part, writer) for name, part in value.items()}
    return writer(value, member)
