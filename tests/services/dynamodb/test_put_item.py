from typing import Any

import pytest

from tests.services.dynamodb.world import World, item, refused

LISTED = {"L": [{"S": "x"}, {"M": {"n": {"NULL": True}, "b": {"BOOL": False}}}]}


def test_every_kind_of_value_is_kept(world: World) -> None:
    world.table()
    whole = item(
        "a", text="ü😀", empty="", number=5, data={"B": "AAEC"}, no={"BOOL": False}, nothing={"NULL": True},
        list=LISTED, map={"M": {"deep": LISTED}}, texts={"SS": ["a", "b"]}, numbers={"NS": ["1", "2.5"]},
        datas={"BS": ["AA==", "AQ=="]},
    )  # fmt: skip
    world.ask("PutItem", TableName="leases", Item=whole)
    assert world.get("a") == whole
    assert world.restarted().get("a") == whole


def test_it_takes_the_place_of_the_one_before(world: World) -> None:
    world.table()
    world.put("a", owner="me", note="x")
    answer = world.ask("PutItem", TableName="leases", Item=item("a", owner="you"), ReturnValues="ALL_OLD")
    assert answer == {"Attributes": item("a", owner="me", note="x")}
    assert world.get("a") == item("a", owner="you")
    assert world.ask("PutItem", TableName="leases", Item=item("b"), ReturnValues="ALL_OLD") == {}
    with refused("ValidationException", "ReturnValues can only be ALL_OLD or NONE"):
        world.ask("PutItem", TableName="leases", Item=item("b"), ReturnValues="ALL_NEW")


@pytest.mark.parametrize(
    "condition",
    [
        {"Expected": {"leaseKey": {"Exists": False}}},
        {"ConditionExpression": "attribute_not_exists(#pk)", "ExpressionAttributeNames": {"#pk": "leaseKey"}},
    ],
)
def test_the_first_of_many_makes_it(world: World, condition: dict[str, Any]) -> None:
    """As KCL makes a lease, and the lock client a lock."""
    world.table()
    world.ask("PutItem", TableName="leases", Item=item("a", owner="me"), **condition)
    with refused("ConditionalCheckFailedException", "The conditional request failed") as caught:
        world.ask("PutItem", TableName="leases", Item=item("a", owner="you"), **condition)
    assert caught.value.fields is None
    assert world.get("a") == item("a", owner="me")


def test_a_refusal_shows_the_item_if_asked(world: World) -> None:
    world.table()
    world.put("a", owner="me")
    with refused("ConditionalCheckFailedException") as caught:
        world.ask(
            "PutItem", TableName="leases", Item=item("a"), Expected={"owner": {"Value": {"S": "you"}}},
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )  # fmt: skip
    assert caught.value.fields is not None
    assert caught.value.fields["Item"]["owner"].S == "me"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"owner": {"S": "x"}}, "Missing the key leaseKey in the item"),
        ({"leaseKey": {"N": "1"}}, "Type mismatch for key leaseKey expected: S actual: N"),
        ({"leaseKey": {"S": ""}}, "empty string value. Key: leaseKey"),
        ({"leaseKey": {"S": "k" * 2049}}, "Size of hashkey"),
        ({"leaseKey": {}}, "is empty, must contain exactly one"),
        ({"leaseKey": {"S": "a", "N": "1"}}, "more than one datatypes set"),
        (item("a", list={"L": []}, big="x" * 409_600), "Item size has exceeded the maximum allowed size"),
        (item("a", set={"SS": []}), "An string set  may not be empty"),
        (item("a", set={"NS": ["1", "1.0"]}), "Input collection [1, 1.0] contains duplicates"),
        (item("a", none={"NULL": False}), "must have the value of true"),
    ],
)
def test_what_is_no_item(world: World, wrong: Any, words: str) -> None:
    world.table()
    with refused("ValidationException", words):
        world.ask("PutItem", TableName="leases", Item=wrong)
    assert world.scan() == []


def test_the_attributes_of_an_index_are_of_its_kinds(world: World) -> None:
    world.table()
    world.index()
    with refused("ValidationException", "Type mismatch for Index Key leaseOwner Expected: S Actual: N"):
        world.put("a", leaseOwner=1)
    with refused("ValidationException", "IndexKey: leaseOwner"):
        world.put("a", leaseOwner="")
    with refused("ValidationException", "Size of hashkey"):
        world.put("a", leaseOwner="x" * 2049)


def test_lists_and_maps_go_so_deep(world: World) -> None:
    world.table()
    deep: Any = {"S": "x"}
    for _ in range(32):
        deep = {"L": [deep]}
    world.put("a", deep=deep)
    with refused("ValidationException", "Nesting Levels have exceeded supported limits"):
        world.put("a", deep={"M": {"deep": deep}})
    assert world.get("a")["deep"] == deep


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"ConditionalOperator": "OR"}, "The parameter ConditionalOperator"),
        ({"ReturnItemCollectionMetrics": "SIZE"}, "The parameter ReturnItemCollectionMetrics"),
    ],
)
def test_what_is_not_there_is_said(world: World, member: dict[str, Any], words: str) -> None:
    world.table()
    with refused("ValidationException", words, "is not supported"):
        world.ask("PutItem", TableName="leases", Item=item("a"), **member)
