"""What a pattern is held against: the fields that it names, and their values."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from weirmq.routing.limits import Dialect
from weirmq.routing.values import BINARY, number, scalar

Attribute = tuple[str, str | None, bytes | None]  # data type, string, binary

# What SNS takes as a Number (the grammar of a message attribute's value).
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
_DECODER: Final = msgspec.json.Decoder(float_hook=number)


def parse_event(text: str | bytes) -> dict[str, Any] | None:
    """The JSON object in `text`, its numbers fit to be matched; None if it isn't one (so no filter lets it pass)."""
    try:
        event = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def readable(attributes: Mapping[str, Attribute]) -> bool:
    """Whether every String.Array and Number holds what its type says.

    Where one doesn't, no filter policy lets the message pass (SNS counts it as filtered out for InvalidAttributes).
    """
    return all(_values(*attribute) is not None for attribute in attributes.values())


class Fields:
    """Of one event: the values of the fields that are asked for, by path; a field without a value isn't in it.

    `tree`: the event again, where an element of a list must be told from the others; None where none need be.
    """

    __slots__ = ("tree", "values")

    def __init__(self) -> None:
        self.values: dict[str, list[Any]] = {}
        self.tree: Any = None


class Several(tuple[Any, ...]):
    """What one name stands for if it is written in several ways: {"a": {"b": 1}, "a.c": 2}."""

    __slots__ = ()


class Elements(list[Any]):
    """A list of a reduced event. What it knows of its elements by value is made once, for all rules."""

    __slots__ = ("_by_name",)

    def __init__(self, elements: Iterable[Any]) -> None:
        super().__init__(elements)
        self._by_name: dict[str, dict[Any, list[Any]]] = {}

    def having(self, name: str, values: Iterable[Any]) -> list[Any]:
        """The elements that have one of the values under that name."""
        if name not in self._by_name:
            by_value = self._by_name[name] = {}
            for element in self:
                if type(element) is dict and name in element:
                    for value in set(_scalars(element[name])):
                        by_value.setdefault(value, []).append(element)
        by_value = self._by_name[name]
        return [element for value in values for element in by_value.get(value, ())]


def _scalars(value: Any) -> Iterator[Any]:
    """All that the value, a part of a reduced event, has under its own name."""
    if type(value) is Elements or type(value) is Several:
        for one in value:
            yield from _scalars(one)
    elif type(value) is not dict:
        yield value


class _Name:
    """A name in paths: the path that ends with it, if one does, and the names below."""

    __slots__ = ("below", "path")

    def __init__(self) -> None:
        self.path: str | None = None
        self.below: dict[str, _Name] = {}


class Paths:
    """The fields that patterns of one dialect name: what must be looked for in an event."""

    __slots__ = ("_flat", "_root", "_times")

    def __init__(self, dialect: Dialect) -> None:
        self._flat = dialect is Dialect.SNS_ATTRIBUTES
        self._times: dict[str, int] = {}
        self._root = _Name()

    def add(self, path: str) -> None:
        """A pattern names it."""
        self._times[path] = self._times.get(path, 0) + 1
        name = self._root
        for part in path.split("."):
            name = name.below.setdefault(part, _Name())
        name.path = path

    def discard(self, path: str) -> None:
        """A pattern that named it is gone."""
        self._times[path] -= 1
        if self._times[path]:
            return
        del self._times[path]
        names = [self._root]
        for part in path.split("."):
            names.append(names[-1].below[part])
        names[-1].path = None
        for part, above, name in zip(reversed(path.split(".")), names[-2::-1], names[:0:-1], strict=True):
            if name.below or name.path is not None:
                break
            del above.below[part]

    def collect(self, event: Mapping[str, Any]) -> Fields | None:
        """What the event has of them; None if it is one that no pattern can be held against."""
        if type(event) is not dict and not isinstance(event, Mapping):
            return None
        return self._of_attributes(event) if self._flat else self._of_object(event)

    def _of_attributes(self, event: Mapping[str, Attribute]) -> Fields | None:
        fields = Fields()
        for name, attribute in event.items():
            data_type, text, _ = attribute
            values = [text] if data_type == "String" and text is not None else _values(*attribute)
            if values is None:
                return None
            if values and name in self._times:
                fields.values[name] = values
        return fields

    def _of_object(self, event: Mapping[str, Any]) -> Fields:
        fields = Fields()
        if not _collect(event, self._root, fields.values):
            fields.values = {}
            fields.tree = _reduced(dict(event), self._root)
            _list(fields.tree, self._root, fields.values)
        return fields


def _values(data_type: str, string: str | None, binary: bytes | None) -> list[Any] | None:
    """Of an attribute; None if it isn't what its type says."""
    kind, _, custom = data_type.partition(".")
    if kind == "Binary" or binary is not None:
        return [BINARY]
    if string is None:
        return None
    if custom == "Array":
        return _elements(string)
    if kind != "Number":
        return [string]
    return [number(string)] if _NUMBER.fullmatch(string) else None


def _elements(text: str) -> list[Any] | None:
    """Of a String.Array: strings, numbers, true, false and null."""
    try:
        elements = _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    if type(elements) is not list or not {dict, list}.isdisjoint(map(type, elements)):
        return None
    return [scalar(element) for element in elements]


def _collect(event: Mapping[str, Any], root: _Name, found: dict[str, list[Any]]) -> bool:
    """Put the values of the event in; whether that is all there is to know: no list of objects, no name with a dot."""
    stack = [(event, root.below)]
    while stack:
        level, below = stack.pop()
        if "." in "".join(level):
            return False
        for key in below if len(below) < len(level) else level:
            name = below.get(key)
            if name is None or key not in level:
                continue
            value = level[key]
            kind = type(value)
            if kind is list:
                elements = leaves(value)
                if name.below and dict in map(type, elements):
                    if len(elements) > 1:
                        return False
                    stack.append((elements[0], name.below))
                elif name.path is not None and (scalars := [scalar(one) for one in elements if type(one) is not dict]):
                    found[name.path] = scalars
            elif kind is dict:
                if name.below:
                    stack.append((value, name.below))
            elif name.path is not None:
                found[name.path] = [value if kind is str else scalar(value)]
    return True


def leaves(values: list[Any]) -> list[Any]:
    """The elements of a list, those of lists in it among them."""
    if list not in map(type, values):
        return values
    found = []
    stack = [iter(values)]
    while stack:
        for value in stack[-1]:
            if type(value) is list:
                stack.append(iter(value))
                break
            found.append(value)
        else:
            stack.pop()
    return found


def _reduced(value: Any, name: _Name) -> Any:
    """The value without what nobody asks for; {"b.c": 1} as {"b": {"c": 1}}; lists in lists as one list."""
    kind = type(value)
    if kind is list:
        return Elements(_reduced(element, name) for element in leaves(value))
    if kind is dict:
        return _reduced_object([value], name)
    if kind is not Several:
        return scalar(value)
    if all(type(one) is dict for one in value):
        return _reduced_object(value, name)
    return Several(_reduced(one, name) for one in value)


def _reduced_object(objects: Iterable[dict[str, Any]], name: _Name) -> dict[str, Any]:
    """Objects that have the same name are one object."""
    found: dict[str, list[Any]] = {}
    for level in objects:
        for key, value in level.items():
            first, dot, rest = key.partition(".")
            if first in name.below:
                found.setdefault(first, []).append({rest: value} if dot else value)
    return {
        key: _reduced(values[0] if len(values) == 1 else Several(values), name.below[key])
        for key, values in found.items()
    }


def _list(value: Any, name: _Name, found: dict[str, list[Any]]) -> None:
    """Put all the values of a reduced event in."""
    if type(value) is dict:
        for key, inner in value.items():
            _list(inner, name.below[key], found)
    elif type(value) is Elements or type(value) is Several:
        for one in value:
            _list(one, name, found)
    elif name.path is not None:
        found.setdefault(name.path, []).append(value)
