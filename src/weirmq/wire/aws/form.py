"""Query parameters: `Attribute.1.Name=DelaySeconds&Attribute.1.Value=5`, as trees along a shape.

Source: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

import re
from binascii import a2b_qp
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from weirmq.wire.aws.errors import malformed
from weirmq.wire.aws.shapes import Member, Shape
from weirmq.wire.http import Request

PARAMETERS_MAX = 10_000  # a batch of ten messages with ten attributes each has some 700
_PLAIN_MAX = 64
_STEPS_MAX = 32  # parts of a parameter's name; the deepest of our services has 7
_INDEX_DIGITS_MAX = 9
_DEPTH_MAX = 16
_NO_ESCAPES_MAX = 10_000  # in one value; encoders leave none, and millions would hold everybody up for seconds
_NO_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")

Node = dict[str, Any]
"""Parameters by the parts of their names: `{"Attribute": {"1": {"Name": "DelaySeconds"}}}`."""


def parameters(request: Request) -> dict[str, str]:
    """The parameters of the query string and of the body, decoded. Raises ServiceError where they are malformed or too
    many. Of a parameter that comes twice, the last counts."""
    found = dict(_pairs(request.query)) if request.query else {}
    if request.body:
        found.update(_pairs(request.body))
    return found


def texts(form: bytes, names: Mapping[str, str], envelope: Collection[str]) -> dict[str, str] | None:
    """The values of a form under what `names` calls its parameters, those of `envelope` left out; None where there are
    others, or too many for an ordinary request. Raises ServiceError where it is malformed.
    """
    if form.count(b"&") > _PLAIN_MAX:
        return None
    found: dict[str, str] = {}
    try:
        for part in form.decode().split("&"):
            name, _, value = part.partition("=")
            if name in names:
                found[names[name]] = value if "%" not in value and "+" not in value else _decoded(value)
            elif name not in envelope:
                return None
    except UnicodeDecodeError:
        raise malformed("Parameters must be UTF-8") from None
    return found


def _pairs(text: bytes) -> list[tuple[str, str]]:
    if text.count(b"&") >= PARAMETERS_MAX:
        raise malformed(f"A request can't have more than {PARAMETERS_MAX} parameters")
    try:
        return [
            (_decoded(name), _decoded(value))
            for name, _, value in [part.partition("=") for part in text.decode().split("&") if part]
        ]
    except UnicodeDecodeError:
        raise malformed("Parameters must be UTF-8") from None


def _decoded(text: str) -> str:
    if "%" not in text and "+" not in text:
        return text
    return _known(text) if len(text) <= _KNOWN_LETTERS else _unquoted(text.encode()).decode()


def _unquoted(text: bytes) -> bytes:
    """`text` without its percent-encoding, and with spaces for pluses.

    Quoted-printable (RFC 2045, 6.7) has the same escapes after an equals sign, and Python reads those in C. Line ends,
    which mean something there, and percent signs that begin no escape are escaped first.
    """
    text = text.replace(b"+", b" ")
    escapes = text.count(b"%")
    found = a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
    if len(found) != len(text) - 2 * escapes or b"\n" in text or b"\r" in text:
        text, count = _NO_ESCAPE.subn(b"%25", text, _NO_ESCAPES_MAX)
        if count == _NO_ESCAPES_MAX:
            raise malformed("Parameters must be percent-encoded")
        text = text.replace(b"\n", b"%0A").replace(b"\r", b"%0D")
        return a2b_qp(text.replace(b"=", b"=3D").replace(b"%", b"="))
    return found


_KNOWN_LETTERS = 256  # an ARN or a URL comes again and again


@lru_cache(maxsize=1024)
def _known(text: str) -> str:
    return _unquoted(text.encode()).decode()


def tree(shape: Shape, flat: dict[str, str]) -> Node:
    """The tree of a structure with members by their JSON names, from parameters."""
    return _structure(shape, _nested(flat), 0)


def _nested(flat: dict[str, str]) -> Node:
    root: Node = {}
    for name, value in flat.items():
        *steps, last = name.split(".", _STEPS_MAX)
        if len(steps) == _STEPS_MAX:
            raise malformed("A parameter's name has too many parts")
        node: Any = root
        for step in steps:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise _unlike(name)
        if isinstance(node.get(last), dict):
            raise _unlike(name)
        node[last] = value
    return root


def _unlike(name: str) -> Exception:
    return malformed(f"The parameter {name} is given both as a value and as a structure")


def _structure(shape: Shape, node: Any, depth: int) -> Node:
    if not isinstance(node, dict):
        raise malformed("Unexpected value where a structure is expected")
    if depth > _DEPTH_MAX:
        raise malformed("Too deeply nested")
    found: Node = {}
    for member in shape.members:
        part = _part(member, node)
        if part is not None:
            found[member.wire] = _value(member, part, depth + 1)
    return found


def _part(member: Member, node: Node) -> Any:
    """What is given for a member. A flattened list goes by the name of its items."""
    part = node.get(member.query or member.name)
    if part is None and member.flattened and member.shape.type == "list" and member.shape.item.query:
        part = node.get(member.shape.item.query)
    if part is None:
        return node.get(member.name)
    return part


def _value(member: Member, node: Any, depth: int) -> Any:
    shape = member.shape
    if shape.type == "structure":
        return _structure(shape, node, depth)
    if shape.type == "list":
        inner = _inner(node, shape.item.query or "member", "member", member.flattened)
        return [_value(shape.item, part, depth + 1) for part in _entries(inner)]
    if shape.type == "map":
        inner = _inner(node, "entry", "entry", member.flattened)
        return dict(_pair(shape, part, depth + 1) for part in _entries(inner))
    if isinstance(node, dict):
        raise malformed(f"Unexpected structure where a value is expected for {member.name}")
    return node


def _inner(node: Any, name: str, default: str, flattened: bool) -> Any:
    """The numbered entries of a list or map. One that is empty is written as an empty value (`Entries=`)."""
    if node == "":
        return {}
    if flattened or not isinstance(node, dict):
        return node
    return node.get(name) or node.get(default) or node


def _entries(node: Any) -> list[Any]:
    """Numbered entries in the order of their numbers; gaps don't matter, and cost nothing."""
    if not isinstance(node, dict):
        raise malformed("Expected a list")
    for number in node:
        if not (number.isascii() and number.isdigit() and len(number) <= _INDEX_DIGITS_MAX):
            raise malformed(f"{number[:64]} is not a number of a list's entry")
    return [node[number] for number in sorted(node, key=int)]


def _pair(shape: Shape, node: Any, depth: int) -> tuple[str, Any]:
    key_name, value_name = shape.key.query or "key", shape.value.query or "value"
    if not isinstance(node, dict) or not isinstance(node.get(key_name), str):
        raise malformed(f"An entry of a map has no {key_name}")
    value = node.get(value_name)
    return node[key_name], None if value is None else _value(shape.value, value, depth)
