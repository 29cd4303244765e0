from typing import Any

import pytest

from tests.services.dynamodb.world import World, item, refused, value


def action(name: str, plain: Any = None) -> dict[str, Any]:
    """One of AttributeUpdates."""
    return {"Action": name} if plain is None else {"Action": name, "Value": value(plain)}


def is_(plain: Any) -> dict[str, Any]:
    """One of Expected."""
    return {"Value": value(plain)}


ABSENT = {"Exists": False}


def test_a_lease_is_taken_as_kcl_takes_it(world: World) -> None:
    world.table()
    world.index()
    world.put("shard", leaseCounter=7, checkpointOwner="old")
    answer = world.update(
        "shard",
        AttributeUpdates={
            "leaseCounter": action("ADD", 1), "leaseOwner": action("PUT", "me"), "checkpointOwner": action("DELETE"),
        },
        Expected={"leaseKey": {"Exists": True, **is_("shard")}, "leaseOwner": ABSENT, "checkpointOwner": is_("old")},
        ReturnValues="ALL_NEW",
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )  # fmt: skip
    assert answer == {"Attributes": item("shard", leaseCounter=8, leaseOwner="me")}
    assert world.get("shard") == answer["Attributes"]


def test_of_two_that_race_one_gets_it(world: World) -> None:
    world.table()
    world.put("shard", leaseCounter=7)
    take = {"Expected": {"leaseCounter": is_(7)}, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}

    def taken(owner: str) -> None:
        updates = {"leaseCounter": action("PUT", 8), "leaseOwner": action("PUT", owner)}
        world.decide("UpdateItem", TableName="leases", Key=item("shard"), AttributeUpdates=updates, **take)

    taken("me")
    with refused("ConditionalCheckFailedException") as caught:  # though the first isn't written yet
        taken("you")
    assert caught.value.fields is not None
    assert caught.value.fields["Item"]["leaseOwner"].S == "me"


def test_a_lock_is_kept_as_the_lock_client_keeps_it(world: World) -> None:
    world.table()
    world.put("lock", rvn="1", owner="me")
    heartbeat = {
        "UpdateExpression": "SET #ld = :ld, #rvn = :newRvn REMOVE #gone",
        "ConditionExpression": "attribute_exists(#pk) AND #rvn = :rvn AND #on = :on",
        "ExpressionAttributeNames": {"#ld": "ld", "#rvn": "rvn", "#pk": "leaseKey", "#on": "owner", "#gone": "gone"},
        "ExpressionAttributeValues": {
            ":ld": value("10"),
            ":newRvn": value("2"),
            ":rvn": value("1"),
            ":on": value("me"),
        },
    }
    world.update("lock", **heartbeat)
    assert world.get("lock") == item("lock", rvn="2", owner="me", ld="10")
    with refused("ConditionalCheckFailedException"):
        world.update("lock", **heartbeat)
    with refused("ConditionalCheckFailedException"):
        world.update("another", **heartbeat)
    assert world.scan() == ["lock"]


def test_what_is_not_there_is_made(world: World) -> None:
    world.table()
    world.update("a")
    assert world.get("a") == item("a")
    world.update("b", AttributeUpdates={"n": action("ADD", 5), "s": action("ADD", {"SS": ["x"]})})
    assert world.get("b") == item("b", n=5, s={"SS": ["x"]})
    world.update("c", AttributeUpdates={"n": action("DELETE")})
    assert world.get("c") is None
    world.update("d", UpdateExpression="REMOVE n")
    assert world.get("d") == item("d")


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        ("NONE", None),
        ("ALL_OLD", item("a", n=1, kept="x", gone="y")),
        ("ALL_NEW", item("a", n=2, kept="x", new="z")),
        ("UPDATED_OLD", {"n": value(1), "gone": value("y")}),
        ("UPDATED_NEW", {"n": value(2), "new": value("z")}),
    ],
)
def test_what_is_returned(world: World, wanted: str, shown: Any) -> None:
    world.table()
    world.put("a", n=1, kept="x", gone="y")
    answer = world.update(
        "a",
        UpdateExpression="SET n = :two, #new = :z REMOVE gone",
        ExpressionAttributeNames={"#new": "new"},
        ExpressionAttributeValues={":two": value(2), ":z": value("z")},
        ReturnValues=wanted,
    )
    assert answer.get("Attributes") == shown


def test_all_changes_are_by_what_was_before(world: World) -> None:
    world.table()
    world.put("a", x="1", y="2")
    world.update("a", UpdateExpression="SET x = y, y = x")
    assert world.get("a") == item("a", x="2", y="1")
    with refused("ValidationException", "refers to an attribute that does not exist in the item"):
        world.update("a", UpdateExpression="SET x = nothing")


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (0.1, action("ADD", 0.2), value(0.3)),  # decimal, not binary
        (5, action("ADD", -5), value(0)),
        ({"N": "9" * 37}, action("ADD", 1), {"N": "1" + "0" * 37}),
        ({"SS": ["b"]}, action("ADD", {"SS": ["a", "b"]}), {"SS": ["a", "b"]}),
        ({"NS": ["10", "9"]}, action("ADD", {"NS": ["-1"]}), {"NS": ["-1", "9", "10"]}),
        ({"SS": ["a", "b"]}, action("DELETE", {"SS": ["a", "c"]}), {"SS": ["b"]}),
        ({"BS": ["AA=="]}, action("DELETE", {"BS": ["AA=="]}), None),
        ("x", action("DELETE"), None),
        ("x", {"Value": {"S": "y"}}, value("y")),
    ],
)
def test_old_actions(world: World, before: Any, change: dict[str, Any], after: Any) -> None:
    world.table()
    world.put("a", v=before)
    world.update("a", AttributeUpdates={"v": change})
    assert world.get("a").get("v") == after


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (action("ADD", "x"), "ADD action is not supported for the type S"),
        (action("ADD", {"SS": ["x"]}), "Type mismatch for attribute to update"),
        (action("DELETE", 5), "DELETE action with value is not supported for the type N"),
        (action("DELETE", {"SS": ["x"]}), "Type mismatch for attribute to update"),
        (action("PUT"), "Only DELETE action is allowed when no attribute value is specified"),
        (action("ADD", {"N": "1e-120"}), "more than 38 significant digits"),
        (action("PUT", "x" * 409_600), "Item size to update has exceeded the maximum allowed size"),
    ],
)
def test_old_actions_that_cannot_be(world: World, change: dict[str, Any], words: str) -> None:
    world.table()
    world.put("a", v=1)
    with refused("ValidationException", words):
        world.update("a", AttributeUpdates={"v": change})
    assert world.get("a") == item("a", v=1)


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ({"Exists": False, **is_(1)}, "Value cannot be used when Exists is false for Attribute: v"),
        ({"Exists": True}, "Value must be provided when Exists is true for Attribute: v"),
        ({}, "Value must be provided when Exists is null for Attribute: v"),
        ({"ComparisonOperator": "NULL"}, "ComparisonOperator in Expected is not supported"),
    ],
)
def test_expectations_that_cannot_be(world: World, expected: dict[str, Any], words: str) -> None:
    world.table()
    with refused("ValidationException", words):
        world.update("a", Expected={"v": expected})


def test_numbers_are_expected_by_what_they_are(world: World) -> None:
    world.table()
    world.put("a", n=10)
    world.update("a", Expected={"n": {"Value": {"N": "1.0E1"}}}, AttributeUpdates={"n": action("PUT", 11)})
    with refused("ConditionalCheckFailedException"):
        world.update("a", Expected={"n": is_("11")}, AttributeUpdates={"n": action("PUT", 12)})
    assert world.get("a") == item("a", n=11)


def test_the_key_stays(world: World) -> None:
    world.table()
    for change in (
        {"AttributeUpdates": {"leaseKey": action("PUT", "b")}},
        {"UpdateExpression": "REMOVE leaseKey"},
    ):
        with refused("ValidationException", "Cannot update attribute leaseKey. This attribute is part of the key"):
            world.update("a", **change)


def test_old_and_new_parameters_do_not_mix(world: World) -> None:
    world.table()
    with refused("ValidationException", "Can not use both expression and non-expression parameters", "{Expected}"):
        world.update("a", Expected={"v": ABSENT}, UpdateExpression="REMOVE v")
    with refused("ValidationException", "{AttributeUpdates}", "{ConditionExpression}"):
        world.update("a", AttributeUpdates={"v": action("DELETE")}, ConditionExpression="attribute_exists(v)")


def test_what_changes_nothing_writes_nothing(world: World) -> None:
    world.table()
    world.put("a", n=1)
    end = world.journal.end
    world.put("a", n=1)
    world.update("a", AttributeUpdates={"n": action("PUT", {"N": "1.0"})})
    assert world.journal.end == end
