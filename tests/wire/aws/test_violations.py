"""Limits of the models, and AWS's words for what breaks them."""

from typing import Any

import pytest

from tests.wire.aws.generated import service_of
from tests.wire.aws.services import json_request
from weirmq.kernel.errors import ServiceError
from weirmq.wire.aws.json import JsonCodec

SERVICE = service_of(
    {
        "metadata": {"protocol": "json", "jsonVersion": "1.1"},
        "operations": {"Create": {"name": "Create", "input": {"shape": "Create"}}},
        "shapes": {
            "Create": {
                "type": "structure",
                "required": ["StreamName"],
                "members": {
                    "StreamName": {"shape": "Name"},
                    "ShardCount": {"shape": "Count"},
                    "Mode": {"shape": "Mode"},
                    "TagKeys": {"shape": "Keys"},
                    "Tags": {"shape": "Tags"},
                    "Records": {"shape": "Records"},
                },
            },
            "Name": {"type": "string", "min": 1, "max": 4, "pattern": "[a-z]+"},
            "Count": {"type": "integer", "min": 1, "max": 10},
            "Mode": {"type": "string", "enum": ["ON_DEMAND", "PROVISIONED"]},
            "Keys": {"type": "list", "member": {"shape": "Name"}, "max": 2},
            "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Value"}, "max": 2},
            "Value": {"type": "string", "max": 3},
            "Records": {"type": "list", "member": {"shape": "Record"}},
            "Record": {"type": "structure", "required": ["Data"], "members": {"Data": {"shape": "Data"}}},
            "Data": {"type": "blob", "max": 2},
        },
    }
)
NAME_LIMITS = (
    "[Member must have length less than or equal to 4, Member must have length greater than or equal to 1, "
    "Member must satisfy regular expression pattern: [a-z]+]"
)


def refusal(tree: dict[str, Any]) -> str:
    with pytest.raises(ServiceError) as caught:
        JsonCodec("1.1").decode(SERVICE.operations["Create"], json_request({"StreamName": "s", **tree}))
    assert (caught.value.code, caught.value.status) == ("ValidationException", 400)
    return caught.value.message


@pytest.mark.parametrize(
    ("tree", "value", "constraint"),
    [
        ({"StreamName": None}, "null at 'streamName'", "Member must not be null"),
        ({"StreamName": "abcde"}, "'abcde' at 'streamName'", "Member must have length less than or equal to 4"),
        ({"StreamName": "A"}, "'A' at 'streamName'", "Member must satisfy regular expression pattern: [a-z]+"),
        ({"ShardCount": 11}, "'11' at 'shardCount'", "Member must have value less than or equal to 10"),
        ({"Mode": "x"}, "'x' at 'mode'", "Member must satisfy enum value set: [ON_DEMAND, PROVISIONED]"),
        ({"TagKeys": ["a", "B"]}, "'[a, B]' at 'tagKeys'", f"Member must satisfy constraint: {NAME_LIMITS}"),
        ({"TagKeys": ["a"] * 3}, "'[a, a, a]' at 'tagKeys'", "Member must have length less than or equal to 2"),
        ({"Records": [{"Data": "AAA="}, {}]}, "null at 'records.2.member.data'", "Member must not be null"),
    ],
)
def test_words(tree: dict[str, Any], value: str, constraint: str) -> None:
    expected = f"1 validation error detected: Value {value} failed to satisfy constraint: {constraint}"
    assert refusal(tree) == expected


def test_all_that_is_wrong_is_said_at_once() -> None:
    message = refusal({"StreamName": "", "ShardCount": 0})
    assert message.startswith("3 validation errors detected: Value '' at 'streamName' failed")
    assert message.count("; Value") == 2


def test_one_error_is_one_error() -> None:
    assert refusal({"ShardCount": 0}).startswith("1 validation error detected: Value '0' at 'shardCount'")


def test_map_keys_and_values() -> None:
    assert f"Map keys must satisfy constraint: {NAME_LIMITS}" in refusal({"Tags": {"A": "x"}})
    assert "Map value must satisfy constraint: [Member must have length less than or equal to 3]" in refusal(
        {"Tags": {"a": "long"}}
    )


def test_a_flood_of_violations_has_a_short_answer() -> None:
    message = refusal({"Records": [{}] * 100_000, "StreamName": "x" * 1_000_000})
    assert message.startswith("100001 validation errors detected: ")
    assert len(message) < 40_000
