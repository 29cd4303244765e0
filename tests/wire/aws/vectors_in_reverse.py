"""Botocore's protocol test vectors, read the other way round: what clients send we decode, what they read we encode."""

import base64
import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.wire.aws.generated import service_of
from weirmq.wire.aws import timestamps
from weirmq.wire.aws.cbor import CborCodec
from weirmq.wire.aws.codec import Codec
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.model import Operation
from weirmq.wire.aws.query import QueryCodec
from weirmq.wire.aws.rest import RestJsonCodec
from weirmq.wire.aws.shapes import Member, Nothing, Shape

FOLDER = Path(__file__).parent / "vectors"


class Case(NamedTuple):
    """One vector with the model that it is about."""

    protocol: str
    model: dict[str, Any]
    facts: dict[str, Any]

    def operation(self) -> Operation:
        """The operation under test, of a service with nothing else."""
        given = {"http": {"method": "POST", "requestUri": "/"}, **self.facts["given"]}
        name = given.get("name", "OperationName")
        service = service_of({**self.model, "operations": {name: given}})
        return service.operations[name]

    def codec(self) -> Codec:
        """The protocol under test."""
        if self.protocol.startswith("json"):
            return JsonCodec(self.model["metadata"]["jsonVersion"])
        if self.protocol == "query":
            return QueryCodec()
        return RestJsonCodec() if self.protocol == "rest-json" else CborCodec(smithy=True)


def parameters(direction: str, skipped: dict[str, str]) -> list[Any]:
    """Every vector of a direction as a pytest parameter; those in `skipped`, by id or suite, with the reason."""
    unused = set(skipped)
    found_parameters = []
    for path in sorted(FOLDER.glob(f"{direction}-*.json")):
        protocol = path.stem.removeprefix(f"{direction}-")
        for suite in json.loads(path.read_text(encoding="utf-8")):
            for facts in suite["cases"]:
                found = {suite["suite"], facts["id"]} & skipped.keys()
                unused -= found
                reason = next((skipped[name] for name in found), "")
                marks = [pytest.mark.skip(reason=reason)] if reason else []
                case = Case(protocol, suite, facts)
                found_parameters.append(pytest.param(case, id=f"{protocol}-{facts['id']}", marks=marks))
    assert not unused, f"no vector is called {unused}"
    return found_parameters


def plain(shape: Shape, value: Any) -> Any:
    """A Struct as the vectors give it: a dict by member names, bytes as text, times as seconds."""
    if isinstance(value, Nothing):
        return {}
    return {
        member.name: _plain(member, getattr(value, member.field))
        for member in shape.members
        if getattr(value, member.field) is not None
    }


def _plain(member: Member, value: Any) -> Any:
    shape = member.shape
    if shape.is_free:
        return value
    if shape.type == "structure":
        return plain(shape, value)
    if shape.type == "list":
        return [_plain(shape.item, part) for part in value]
    if shape.type == "map":
        return {name: _plain(shape.value, part) for name, part in value.items()}
    if shape.type == "timestamp":
        return timestamps.seconds_of(value)
    if isinstance(value, float) and not math.isfinite(value):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}[str(value)]
    return value.decode() if isinstance(value, bytes) else value


def struct_of(shape: Shape, value: dict[str, Any]) -> msgspec.Struct:
    """The Struct that a vector's result stands for."""
    return shape.struct(**{m.field: _typed(m, value[m.name]) for m in shape.members if value.get(m.name) is not None})


def _typed(member: Member, value: Any) -> Any:
    shape = member.shape
    if shape.is_free or value is None:
        return value
    if shape.type == "structure":
        return struct_of(shape, value)
    if shape.type == "list":
        return [_typed(shape.item, part) for part in value]
    if shape.type == "map":
        return {name: _typed(shape.value, part) for name, part in value.items()}
    if shape.type == "timestamp":
        return timestamps.OF_FORMAT[member.timestamp_format](round(value * 1000))
    if shape.type == "blob":
        return value.encode()
    return float(value) if shape.type in {"float", "double"} else value


def body_of(case: Case, side: str) -> bytes:
    """The bytes of a vector's body."""
    text = case.facts[side].get("body", "")
    return base64.b64decode(text) if "cbor" in case.protocol else text.encode()
