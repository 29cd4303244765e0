"""The models: what is loaded, how its parts hang together, and its patterns."""

import time
from typing import Any

import msgspec
import pytest

from tests.wire.aws.generated import service_of
from tests.wire.aws.services import SQS, STS
from weirmq.wire.aws import model
from weirmq.wire.aws.model import ServiceModel
from weirmq.wire.aws.shapes import Nothing, Shape
from weirmq.wire.aws.types import sqs

# One character, over and over, then one that makes the match fail: what nested quantifiers take exponential time on.
SEEDS = ["a", "A", "0", ".", "-", "_", ":", "/", "a:", "a.", "a-", "1.", "aA0", "arn:aws:", "=", " ", "é"]
ENDS = ["", "\x00", "!", "\n", ":", " x"]
LENGTH = 5_000


def shapes_of(service: ServiceModel) -> list[Shape]:
    return [service.shapes[name] for name in service._facts["shapes"]]


def test_sqs_has_all_its_operations() -> None:
    assert len(SQS.operations) == 23
    assert SQS.protocols == ("json", "query")
    assert (SQS.signing_name, SQS.target_prefix, SQS.version) == ("sqs", "AmazonSQS", "2012-11-05")


def test_an_operation_knows_its_types() -> None:
    send = SQS.operations["SendMessage"]
    assert send.input is sqs.SendMessageRequest
    assert send.output is sqs.SendMessageResult
    assert SQS.operations["DeleteMessage"].output is None


def test_a_model_is_loaded_once() -> None:
    assert model.load("sqs") is SQS


@pytest.mark.parametrize("service", [SQS, STS], ids=lambda service: service.name)
def test_fields_stand_in_the_order_of_the_members(service: ServiceModel) -> None:
    for shape in shapes_of(service):
        if shape.type == "structure" and "exception" not in shape.facts:
            assert [member.field for member in shape.members] == list(shape.struct.__struct_fields__)
            assert [member.name for member in shape.members] == list(shape.facts.get("members", {}))


@pytest.mark.parametrize("service", [SQS, STS], ids=lambda service: service.name)
def test_every_type_can_be_decoded(service: ServiceModel) -> None:
    for operation in service.operations.values():
        for made in (operation.input, operation.output):
            if made is not None:
                msgspec.json.Decoder(made, dec_hook=lambda made, value: made(value))


@pytest.mark.parametrize("service", [SQS, STS], ids=lambda service: service.name)
def test_patterns_take_linear_time_on_adversarial_text(service: ServiceModel) -> None:
    for shape in shapes_of(service):
        if shape.pattern is None:
            continue
        for seed in SEEDS:
            for end in ENDS:
                start = time.process_time()
                shape.pattern.match(seed * (LENGTH // len(seed)) + end)
                assert time.process_time() - start < 0.05, (shape.name, seed, end)


def test_patterns_match_whole_values() -> None:
    pattern = STS.shapes["roleSessionNameType"].pattern
    assert pattern is not None
    assert pattern.match("session@x-1")
    assert not pattern.match("session x")
    assert not pattern.match("session\n")
    assert not pattern.match("sessioné")  # Java's \w is ASCII


def test_patterns_with_unicode_classes() -> None:
    pattern = STS.shapes["tagKeyType"].pattern
    assert pattern is not None
    assert pattern.match("é ٣:x\u2003y")
    assert not pattern.match("a!b")


def test_patterns_with_surrogates() -> None:
    pattern = STS.shapes["arnType"].pattern
    assert pattern is not None
    assert pattern.match("arn:\U0001f600")
    assert not pattern.match("arn:\x00")


def test_names_that_python_has_no_place_for() -> None:
    members = ["from", "class", "None", "__string", "1st", "a-b", "self", "Struct", "Annotated", "Inner", "list"]
    shapes: dict[str, Any] = {
        "__listOf__string": {"type": "list", "member": {"shape": "__string"}},
        "__string": {"type": "string", "min": 1},
        "Annotated": {"type": "structure", "members": {name: {"shape": "__string"} for name in members}},
        "endpoint": {"type": "structure", "members": {"endpoint": {"shape": "endpoint"}, "Next": {"shape": "Inner"}}},
        "Inner": {"type": "structure", "members": {"Inner": {"shape": "Inner"}, "all": {"shape": "__listOf__string"}}},
        "Request": {
            "type": "structure",
            "members": {"a": {"shape": "Annotated"}, "endpoint": {"shape": "endpoint", "locationName": "end-point"}},
        },
    }
    service = service_of(
        {
            "metadata": {"protocol": "json"},
            "operations": {"Go": {"name": "Go", "input": {"shape": "Request"}}},
            "shapes": shapes,
        }
    )
    operation = service.operations["Go"]
    body = msgspec.json.encode(
        {"a": {name: name for name in members}, "end-point": {"endpoint": {"Next": {"Inner": {"all": ["x"]}}}}}
    )
    found: Any = msgspec.json.decode(body, type=operation.input)
    assert list(msgspec.structs.asdict(found.a).values()) == members
    assert found.endpoint.endpoint.Next.Inner.all == ["x"]
    assert msgspec.json.decode(msgspec.json.encode(found)) == msgspec.json.decode(body)


def test_an_operation_without_input() -> None:
    service = service_of({"metadata": {"protocol": "json"}, "operations": {"Go": {"name": "Go"}}, "shapes": {}})
    assert service.operations["Go"].input is Nothing
