"""Every operation of SQS, back and forth with botocore's own serialisers and parsers, in both protocols."""

from typing import Any
from urllib.parse import urlencode

import pytest
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import JSONParser, QueryParser
from botocore.serialize import JSONSerializer, QuerySerializer
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wire.aws.services import SQS, operation, request_of
from tests.wire.aws.vectors_in_reverse import plain
from weirmq.wire.aws.json import JsonCodec
from weirmq.wire.aws.query import QueryCodec
from weirmq.wire.aws.shapes import Member, Shape
from weirmq.wire.http import Response

NEWEST = ServiceModel(Loader().load_service_model("sqs", "service-2"))
# What XML and the services allow; botocore strips nothing, but XML parsers refuse other controls.
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=8)
KEYS = st.text("abcXYZ_.-", min_size=1, max_size=5)


def structures(shape: Shape) -> st.SearchStrategy[Any]:
    """Any Struct of a structure."""
    members = {member.field: _values(member) for member in shape.members}
    required = {shape.named[name].field for name in shape.required}
    wanted = {field: made if field in required else st.none() | made for field, made in members.items()}
    return st.builds(shape.struct, **wanted)


def _values(member: Member) -> st.SearchStrategy[Any]:
    shape = member.shape
    if shape.type == "structure":
        return structures(shape)
    if shape.type == "list":
        return st.lists(_values(shape.item), min_size=1, max_size=3)  # Query can't write an empty one
    if shape.type == "map":
        return st.dictionaries(KEYS, _values(shape.value), min_size=1, max_size=3)
    scalars: dict[str, st.SearchStrategy[Any]] = {
        "string": TEXTS,
        "integer": st.integers(-(2**31), 2**31 - 1),
        "long": st.integers(-(2**63), 2**63 - 1),
        "boolean": st.booleans(),
        "blob": st.text(max_size=5).map(str.encode),  # `plain` shows bytes as text
    }
    return scalars[shape.type]


def query_model() -> ServiceModel:
    """Our model as botocore had it when SQS spoke Query: the Query names where they stood then."""
    facts: dict[str, Any] = {
        "metadata": {"protocol": "query", "apiVersion": "2012-11-05"},
        "operations": {},
        "shapes": {},
    }
    for name, shape in SQS._facts["shapes"].items():
        kept = {**shape}
        for key in ("member", "key", "value"):
            if key in kept:
                kept[key] = _with_query_name(kept[key])
        if "members" in kept:
            kept["members"] = {member: _with_query_name(ref) for member, ref in kept["members"].items()}
        facts["shapes"][name] = kept
    for name, found in SQS._facts["operations"].items():
        kept = {"name": name, "http": found["http"], "input": found["input"]}
        if "output" in found:
            kept["output"] = {**found["output"], "resultWrapper": f"{name}Result"}
        facts["operations"][name] = kept
    return ServiceModel(facts)


def _with_query_name(reference: dict[str, Any]) -> dict[str, Any]:
    name = reference.get("queryName")
    return {**reference, "locationName": name} if name else reference


OLD = query_model()
NAMES = sorted(SQS.operations)
WITH_OUTPUT = [name for name in NAMES if operation(name).output_shape]


def read(parser: Any, response: Response, model: OperationModel) -> Any:
    raw = {"status_code": response.status, "headers": {}, "body": response.body, "context": {}}
    parsed = parser.parse(raw, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_text(part) for key, part in value.items()}
    if isinstance(value, list):
        return [as_text(part) for part in value]
    return value.decode() if isinstance(value, bytes) else value


def as_bytes(shape: Shape, value: Any) -> Any:
    """What botocore takes for a Struct: blobs are bytes, which `plain` has as text."""
    return {
        member.name: _botocore(member, getattr(value, member.field))
        for member in shape.members
        if getattr(value, member.field) is not None
    }


def _botocore(member: Member, value: Any) -> Any:
    if member.shape.type == "structure":
        return as_bytes(member.shape, value)
    if member.shape.type == "list":
        return [_botocore(member.shape.item, part) for part in value]
    if member.shape.type == "map":
        return {key: _botocore(member.shape.value, part) for key, part in value.items()}
    return value


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_requests_in_json(name: str, data: st.DataObject) -> None:
    tested = operation(name)
    assert tested.input_shape is not None
    request = data.draw(structures(tested.input_shape))
    sent = JSONSerializer().serialize_to_request(as_bytes(tested.input_shape, request), NEWEST.operation_model(name))
    assert JsonCodec("1.0").decode(tested, request_of(sent["body"])) == request


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_requests_in_query(name: str, data: st.DataObject) -> None:
    tested = operation(name)
    assert tested.input_shape is not None
    request = data.draw(structures(tested.input_shape))
    sent = QuerySerializer().serialize_to_request(as_bytes(tested.input_shape, request), OLD.operation_model(name))
    assert QueryCodec().decode(tested, request_of(urlencode(sent["body"]).encode())) == request


@pytest.mark.parametrize("name", WITH_OUTPUT)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_answers_in_json(name: str, data: st.DataObject) -> None:
    tested = operation(name)
    assert tested.output_shape is not None
    answer = data.draw(structures(tested.output_shape))
    response = JsonCodec("1.0").encode(tested, answer, "1f")
    assert as_text(read(JSONParser(), response, NEWEST.operation_model(name))) == plain(tested.output_shape, answer)


@pytest.mark.parametrize("name", WITH_OUTPUT)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_answers_in_query(name: str, data: st.DataObject) -> None:
    tested = operation(name)
    assert tested.output_shape is not None
    answer = data.draw(structures(tested.output_shape))
    response = QueryCodec().encode(tested, answer, "1f")
    assert as_text(read(QueryParser(), response, OLD.operation_model(name))) == plain(tested.output_shape, answer)
