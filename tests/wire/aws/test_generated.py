"""The generator: what is committed is what it writes, and it can take the models of all the services to come."""

import re
from typing import Any

import msgspec
import pytest

from tests.wire.aws.generated import essential, generator, types_of
from weirmq.wire.aws.model import ServiceModel

MESSAGING = ["sns", "events", "schemas", "scheduler", "pipes", "kinesis", "kafka", "mq", "firehose", "lambda"]


def test_committed_files_are_what_the_generator_writes() -> None:
    for path, text in generator.generated_files().items():
        assert path.read_text(encoding="utf-8") == text, f"run tools/models.py: {path} differs"


@pytest.mark.parametrize("name", MESSAGING)
def test_a_service_is_one_name_in_a_list(name: str) -> None:
    facts = generator.service_model(name)
    types = types_of(facts)
    service = ServiceModel(facts, lambda: types)
    for operation in service.operations.values():
        for made in (operation.input, operation.output):
            if made is not None:
                msgspec.json.Decoder(made, dec_hook=lambda made, value: made(value))
    for shape_name in facts["shapes"]:
        shape = service.shapes[shape_name]
        if shape.type == "structure":
            assert len(shape.members) == len(shape.facts.get("members", {}))


@pytest.mark.parametrize(
    ("java", "matching", "other"),
    [
        (r"[\p{L}\p{Z}\p{N}_]*", "é ٣", "!"),
        (r"^[\w]+$", "a_1", "é"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a\U0001f600", "\x00"),
        (r"[\u0020-\u007E\u10000-\u10FFFF]+", "\U0001f600", "é"),
        (r"a|b", "b", "ab"),
    ],
)
def test_patterns_become_pythons(java: str, matching: str, other: str) -> None:
    pattern = re.compile(generator.python_pattern("Name", java))
    assert pattern.match(matching)
    assert not pattern.match(other)


@pytest.mark.parametrize("java", [r"[^\p{C}]*", r"[\w-_]*", r"\p{L}\d"])
def test_patterns_without_an_equal_ask_for_a_patch(java: str) -> None:
    with pytest.raises(SystemExit, match=r"needs an entry in patches\.toml"):
        generator.python_pattern("Name", java)


def test_a_patch_that_removes_nothing_is_out_of_date() -> None:
    model: dict[str, Any] = {"shapes": {"A": {"enum": []}}}
    generator.apply_patch(model, {"remove": ["shapes.A.enum"], "merge": {"shapes": {"A": {"min": 1}}}})
    assert model == {"shapes": {"A": {"min": 1}}}
    with pytest.raises(SystemExit, match="not in the model any more"):
        generator.apply_patch(model, {"remove": ["shapes.A.enum"]})


def test_prose_is_dropped() -> None:
    facts = essential(
        {
            "metadata": {"protocol": "json"},
            "operations": {"Go": {"name": "Go", "documentation": "words", "input": {"shape": "In"}}},
            "shapes": {
                "In": {
                    "type": "structure",
                    "documentation": "words",
                    "members": {"a": {"shape": "S", "documentation": "words"}},
                },
                "S": {"type": "string", "documentation": "words"},
                "Unused": {"type": "string"},
            },
        }
    )
    assert "words" not in msgspec.json.encode(facts).decode()
    assert "Unused" not in facts["shapes"]
