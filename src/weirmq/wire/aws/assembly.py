"""From a tree of dicts, lists and scalars to Structs, along the shape: the way of every request but fast JSON ones.

What a client may do is allowed here: `null` means absent (in lists and maps, the entry is left out), surplus members
are ignored, a union may have more than one member. What is wrong by kind is refused at once, what is wrong by the
limits of the model is collected and said together.
"""

from typing import Any

import msgspec

from weirmq.wire.aws.errors import malformed
from weirmq.wire.aws.readers import Reader
from weirmq.wire.aws.shapes import Member, Shape
from weirmq.wire.aws.violations import Violations

_ENTRIES_MAX = 100_000  # of all lists and maps of a request: each takes microseconds, and a body may hold millions
_DEPTH_MAX = 100  # shapes that hold themselves; no client nests deeper, and Python's stack ends near 1000


def assemble(shape: Shape, tree: Any, reader: Reader, violations: Violations) -> msgspec.Struct:
    """The Struct of a structure. Raises ServiceError where a value is of the wrong kind; `violations` gets the rest."""
    return _structure(shape, tree, _Walk(reader, violations), (), 0)


def assemble_parts(shape: Shape, parts: dict[str, Any], reader: Reader, violations: Violations) -> msgspec.Struct:
    """The Struct of a structure whose members were found in different places; `parts` goes by member names."""
    return _members(shape, parts, _Walk(reader, violations), (), 0)


class _Walk:
    __slots__ = ("entries", "reader", "violations")

    def __init__(self, reader: Reader, violations: Violations) -> None:
        self.reader = reader
        self.violations = violations
        self.entries = 0

    def take(self, count: int) -> None:
        """Count the entries of a list or map. Raises ServiceError for too many."""
        self.entries += count
        if self.entries > _ENTRIES_MAX:
            raise malformed(f"A request can't have more than {_ENTRIES_MAX} entries in lists and maps")


def _structure(shape: Shape, tree: Any, walk: _Walk, path: tuple[str, ...], depth: int) -> msgspec.Struct:
    if not isinstance(tree, dict):
        raise malformed("Unexpected value type in payload" if path else "Start of structure expected")
    if depth > _DEPTH_MAX:
        raise malformed("Too deeply nested")
    return _members(shape, {member.name: tree.get(member.wire) for member in shape.members}, walk, path, depth)


def _members(shape: Shape, parts: dict[str, Any], walk: _Walk, path: tuple[str, ...], depth: int) -> msgspec.Struct:
    values: dict[str, Any] = {}
    for member in shape.members:
        part = parts.get(member.name)
        if part is not None:
            values[member.field] = _value(member, part, walk, (*path, member.name), depth + 1)
    for name in shape.required:
        member = shape.named[name]
        if member.field not in values:
            if name in shape.facts.get("emptyWhenMissing", ()):
                values[member.field] = []
            else:
                values[member.field] = None
                walk.violations.missing((*path, name))
    return shape.struct(**values)


def _value(member: Member, tree: Any, walk: _Walk, path: tuple[str, ...], depth: int) -> Any:
    value = _unchecked(member, tree, walk, path, depth)
    walk.violations.check(member.shape, value, path)
    return value


def _unchecked(member: Member, tree: Any, walk: _Walk, path: tuple[str, ...], depth: int) -> Any:
    """A value whose own limits are not looked at: those of a list's or map's entries are said of the whole."""
    shape = member.shape
    kind = shape.type
    if shape.is_free or (member.json_text and kind != "string"):
        return tree
    if kind == "structure":
        return _structure(shape, tree, walk, path, depth)
    if kind == "list":
        return _list(shape, tree, walk, path, depth)
    if kind == "map":
        return _map(shape, tree, walk, path, depth)
    return walk.reader.read(tree, member)


def _list(shape: Shape, tree: Any, walk: _Walk, path: tuple[str, ...], depth: int) -> list[Any]:
    if not isinstance(tree, list):
        raise malformed("Expected list or null")
    if depth > _DEPTH_MAX:
        raise malformed("Too deeply nested")
    walk.take(len(tree))
    item = shape.item
    return [
        _unchecked(item, part, walk, (*path, str(number), "member"), depth + 1)
        for number, part in enumerate(tree, 1)
        if part is not None
    ]


def _map(shape: Shape, tree: Any, walk: _Walk, path: tuple[str, ...], depth: int) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise malformed("Expected map or null")
    if depth > _DEPTH_MAX:
        raise malformed("Too deeply nested")
    walk.take(len(tree))
    key, value = shape.key, shape.value
    return {
        _unchecked(key, name, walk, path, depth): _unchecked(value, part, walk, (*path, name, "member"), depth + 1)
        for name, part in tree.items()
        if part is not None
    }
