"""msgspec types, as Python source, from a service model."""

import keyword
import re
from typing import Any

_HEAD = '''"""{title}: the shapes of its requests and answers.

Written by tools/models.py from botocore {botocore}; change that or patches.toml, not this file.
"""
{noqa}
from __future__ import annotations

{imports}'''

_SCALARS = {
    "string": "str", "character": "str", "boolean": "bool", "blob": "bytes", "float": "float", "double": "float",
    "integer": "Integer", "long": "Long", "byte": "Byte", "short": "Short", "bigInteger": "int", "bigDecimal": "float",
}  # fmt: skip
_RANGES = {
    "byte": (-(2**7), 2**7 - 1),
    "short": (-(2**15), 2**15 - 1),
    "integer": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
}
_TIMESTAMPS = {None: "Timestamp", "iso8601": "Iso8601", "rfc822": "HttpDate", "unixTimestamp": "EpochSeconds"}
_IMPORTS = {
    "typing": ("Annotated", "Any", "Literal", "TypeAlias"),
    "msgspec": ("Meta", "Struct", "field"),
    "weirmq.wire.aws.scalars": (
        "Byte", "EpochSeconds", "HttpDate", "Integer", "Iso8601", "Long", "Short", "Timestamp",
    ),
}  # fmt: skip
# Names are AWS's, patterns are as long as they are; not every module has some of each.
_NOQA = "# ruff: noqa: A003, E501, N801, N815, RUF100"
_TAKEN = {
    "Annotated", "Any", "Literal", "TypeAlias", "Meta", "Struct", "field", "Byte", "EpochSeconds", "HttpDate",
    "Integer", "Iso8601", "Long", "Short", "Timestamp", "annotations",
}  # fmt: skip
# What a Struct's own machinery would trip over when a member is called so.
_RESERVED = {"field", "self", "mro"}


def python_source(model: dict[str, Any], botocore: str) -> str:
    """The source of a module with one Struct for each structure that isn't an error."""
    return _Writer(model).source(botocore)


def python_name(name: str) -> str:
    """`name` as a Python identifier: member and shape names of the models can be reserved words or no words at all."""
    name = re.sub(r"\W", "_", name)
    if keyword.iskeyword(name) or name in _RESERVED or name.startswith("__") or name[0].isdigit():
        name = f"{name.lstrip('_')}_" if not name.lstrip("_")[0].isdigit() else f"n{name}"
    return name


def _imports(body: str) -> str:
    """The import statements for those names that `body` uses."""
    words = set(re.findall(r"\w+", body))
    lines = []
    for module, names in _IMPORTS.items():
        used = [name for name in names if name in words]
        if used:
            lines.append(f"from {module} import {', '.join(used)}\n")
    return "\n".join(lines)


class _Writer:
    def __init__(self, model: dict[str, Any]) -> None:
        self.model = model
        self.shapes: dict[str, Any] = model["shapes"]
        self.aliases: dict[str, str] = {}  # name of the alias -> what it stands for
        self.late_aliases: set[str] = set()  # classes that a member of the same name hides where it is needed

    def source(self, botocore: str) -> str:
        bodies = [
            self.struct(name)
            for name, shape in self.shapes.items()
            if shape["type"] == "structure" and not shape.get("exception")
        ]
        parts = [f"{name}: TypeAlias = {meaning}" for name, meaning in sorted(self.aliases.items())]
        parts += bodies
        parts += [f"{name}_: TypeAlias = {name}" for name in sorted(self.late_aliases)]
        structures = (name for name, shape in self.shapes.items() if shape["type"] == "structure")
        renamed = {name: self.class_name(name) for name in structures if self.class_name(name) != name}
        parts.append(f"RENAMED: dict[str, str] = {renamed!r}")
        body = "\n".join([*parts, ""])
        title = self.model["metadata"].get("serviceFullName", "A service")
        return _HEAD.format(title=title, botocore=botocore, noqa=_NOQA, imports=_imports(body)) + body

    def struct(self, name: str) -> str:
        shape = self.shapes[name]
        members: dict[str, Any] = shape.get("members", {})
        hidden = {python_name(member) for member in members}
        rename = {
            python_name(member): ref.get("locationName", member)
            for member, ref in members.items()
            if ref.get("locationName", member) != python_name(member) and "location" not in ref
        }
        options = "kw_only=True, omit_defaults=True, gc=False"
        if rename:
            options += ", rename={" + ", ".join(f"{k!r}: {v!r}" for k, v in rename.items()) + "}"
        lines = [f"\nclass {self.class_name(name)}(Struct, {options}):"]
        required = set(shape.get("required", ()))
        empty = set(shape.get("emptyWhenMissing", ()))
        for member, ref in members.items():
            annotation = self.annotation(ref, hidden, ())
            if member in empty:
                annotation += " = field(default_factory=list)"
            elif member not in required or shape.get("union"):
                annotation += " | None = None" if annotation != "Any" else " = None"
            lines.append(f"    {python_name(member)}: {annotation}")
        return "\n".join(lines if members else [*lines, "    pass"]) + "\n"

    def class_name(self, name: str) -> str:
        name = python_name(name)
        return f"{name}_" if name in _TAKEN else name

    def annotation(self, ref: dict[str, Any], hidden: set[str], within: tuple[str, ...]) -> str:
        """The type of what `ref` refers to. `hidden` are names that mean something else in the class body."""
        name = ref["shape"]
        shape = self.shapes[name]
        kind = shape["type"]
        if name in within or ref.get("jsonvalue") or shape.get("jsonvalue") or shape.get("document"):
            return "Any"
        if kind == "structure":
            return self.structure_reference(self.class_name(name), hidden)
        if kind == "list":
            inner = f"list[{self.annotation(shape['member'], hidden, (*within, name))}]"
            return self.constrained(inner, shape)
        if kind == "map":
            key = self.annotation(shape["key"], hidden, (*within, name))
            value = self.annotation(shape["value"], hidden, (*within, name))
            return self.constrained(f"dict[{key}, {value}]", shape)
        if kind == "timestamp":
            return _TIMESTAMPS[ref.get("timestampFormat", shape.get("timestampFormat"))]
        return self.scalar(name, shape, hidden)

    def structure_reference(self, name: str, hidden: set[str]) -> str:
        if self.shapes.get(name, {}).get("exception"):
            return "Any"
        if name in hidden:
            self.late_aliases.add(name)
            return f"{name}_"
        return name

    def scalar(self, name: str, shape: dict[str, Any], hidden: set[str]) -> str:
        if shape.get("enum"):
            meaning = f"Literal[{', '.join(map(repr, shape['enum']))}]"
        else:
            plain = _SCALARS[shape["type"]]
            meaning = self.constrained(plain, shape)
            if meaning == plain:
                return plain
        alias = self.class_name(name)
        alias = alias[0].upper() + alias[1:]
        while alias in hidden or self.shapes.get(alias, {}).get("type") == "structure":
            alias += "_"
        self.aliases[alias] = meaning
        return alias

    def constrained(self, plain: str, shape: dict[str, Any]) -> str:
        """`plain` with the shape's limits, as msgspec checks them. An integer's own range is among them then."""
        if shape["type"] in _RANGES and ("min" in shape or "max" in shape):
            low_end, high_end = _RANGES[shape["type"]]
            plain, shape = "int", {"min": low_end, "max": high_end, **shape}
        numeric = shape["type"] in {"integer", "long", "short", "byte", "float", "double"}
        low, high = ("ge", "le") if numeric else ("min_length", "max_length")
        limits = [f"{key}={_number(shape, at)}" for key, at in ((low, "min"), (high, "max")) if at in shape]
        if "pattern" in shape and shape["type"] == "string":
            limits.append(f"pattern={shape['pattern']!r}")
        return f"Annotated[{plain}, Meta({', '.join(limits)})]" if limits else plain


def _number(shape: dict[str, Any], key: str) -> str:
    value = shape[key]
    return repr(value if shape["type"] in {"float", "double"} else int(value))
