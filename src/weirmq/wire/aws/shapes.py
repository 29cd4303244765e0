"""The shapes of a service model, linked with each other and with the msgspec types made from them.

A shape is read from the model when something first needs it: a server uses few of the many.
"""

import re
from functools import cached_property
from types import ModuleType
from typing import Any

import msgspec

Json = dict[str, Any]


class Nothing(msgspec.Struct, frozen=True):
    """The request of an operation that has no input shape."""


class Member:
    """A member of a structure, or the item, key or value of a list or map.

    `name` is the model's, `field` the Struct's, `wire` that of JSON and CBOR, `query` that of Query, None where the
    list or map around it has its own default.
    """

    __slots__ = (
        "event_header",
        "event_payload",
        "field",
        "flattened",
        "idempotency_token",
        "json_text",
        "location",
        "name",
        "query",
        "shape",
        "streaming",
        "timestamp_format",
        "wire",
        "xml_attribute",
    )

    def __init__(self, name: str, field: str, reference: Json, shape: "Shape") -> None:
        wire = reference.get("locationName")
        self.name = name
        self.field = field
        self.shape = shape
        self.wire: str = wire or name
        self.query: str | None = reference.get("queryName") or wire or shape.facts.get("locationName")
        self.location: str | None = reference.get("location")
        self.flattened = bool(reference.get("flattened", shape.facts.get("flattened")))
        self.timestamp_format: str | None = reference.get("timestampFormat", shape.facts.get("timestampFormat"))
        self.json_text = bool(reference.get("jsonvalue", shape.facts.get("jsonvalue")))
        self.streaming = bool(reference.get("streaming", shape.facts.get("streaming")))
        self.event_header = bool(reference.get("eventheader"))
        self.event_payload = bool(reference.get("eventpayload"))
        self.idempotency_token = bool(reference.get("idempotencyToken"))
        self.xml_attribute = bool(reference.get("xmlAttribute"))


class Shape:
    """One shape. `type` is botocore's word for its kind; `facts` is its entry in the model."""

    def __init__(self, name: str, facts: Json, shapes: "Shapes") -> None:
        self.name = name
        self.facts = facts
        self.type: str = facts["type"]
        self._shapes = shapes

    @cached_property
    def struct(self) -> type[msgspec.Struct]:
        """The msgspec type made from this structure."""
        return self._shapes.struct(self.name)

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The members of a structure, in the model's order, which is that of the Struct's fields."""
        references: Json = self.facts.get("members", {})
        fields = references if "exception" in self.facts else self.struct.__struct_fields__
        return tuple(
            Member(name, field, reference, self._shapes[reference["shape"]])
            for (name, reference), field in zip(references.items(), fields, strict=True)
        )

    @cached_property
    def named(self) -> dict[str, Member]:
        """The members of a structure by name."""
        return {member.name: member for member in self.members}

    @cached_property
    def item(self) -> Member:
        """What a list holds."""
        return self._part("member")

    @cached_property
    def key(self) -> Member:
        """The keys of a map."""
        return self._part("key")

    @cached_property
    def value(self) -> Member:
        """The values of a map."""
        return self._part("value")

    def _part(self, part: str) -> Member:
        reference = self.facts[part]
        return Member(part, part, reference, self._shapes[reference["shape"]])

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Names of the members that a structure can't do without."""
        return tuple(self.facts.get("required", ()))

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What a whole string must match."""
        return re.compile(self.facts["pattern"]) if "pattern" in self.facts else None

    @cached_property
    def payload(self) -> Member | None:
        """The member that is the whole HTTP body."""
        return self.named[self.facts["payload"]] if "payload" in self.facts else None

    @cached_property
    def is_free(self) -> bool:
        """Whether any JSON value does (Smithy's document type)."""
        return bool(self.facts.get("document"))


class Shapes:
    """The shapes of a model by name, and the module with the types made from them."""

    def __init__(self, facts: Json, types: ModuleType) -> None:
        self._facts = facts
        self._types = types
        self._made: dict[str, Shape] = {}

    def __getitem__(self, name: str) -> Shape:
        shape = self._made.get(name)
        if shape is None:
            shape = self._made[name] = Shape(name, self._facts[name], self)
        return shape

    def __contains__(self, name: str) -> bool:
        return name in self._facts

    def struct(self, name: str) -> type[msgspec.Struct]:
        """The type of the structure called `name` in the model."""
        found: type[msgspec.Struct] = getattr(self._types, self._types.RENAMED.get(name, name))
        return found
