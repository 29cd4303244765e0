from typing import Any

import pytest

from tests.services.dynamodb.world import ARN, World, defined, index_request, item, refused

INDEX = "LeaseOwnerToLeaseKeyIndex"


def owned(world: World, owner: str = "me") -> list[str]:
    found = world.ask(
        "Query", TableName="leases", IndexName=INDEX, KeyConditionExpression="leaseOwner = :o",
        ExpressionAttributeValues={":o": {"S": owner}},
    )  # fmt: skip
    return [each["leaseKey"]["S"] for each in found["Items"]]


def test_an_index_has_the_items_that_were_there_before(world: World) -> None:
    world.table()
    world.put("b", leaseOwner="me")
    world.put("a", leaseOwner="me")
    world.put("c")
    world.put("d", leaseOwner=5)  # DynamoDB leaves such an item out
    [index] = world.index()["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["IndexStatus"]) == (INDEX, "ACTIVE")
    assert index["IndexArn"] == f"{ARN}/index/{INDEX}"
    assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert owned(world) == ["a", "b"]


def test_an_index_follows_its_items(world: World) -> None:
    world.table()
    world.index()
    world.put("a", leaseOwner="me")
    world.put("b", leaseOwner="you")
    world.put("a", leaseOwner="you")
    assert (owned(world), owned(world, "you")) == ([], ["a", "b"])
    world.put("b")
    world.ask("DeleteItem", TableName="leases", Key=item("a"))
    assert owned(world, "you") == []


def test_an_index_is_deleted(world: World) -> None:
    world.table()
    world.index()
    delete = [{"Delete": {"IndexName": INDEX}}]
    described = world.ask("UpdateTable", TableName="leases", GlobalSecondaryIndexUpdates=delete)["TableDescription"]
    assert "GlobalSecondaryIndexes" not in described
    assert described["AttributeDefinitions"] == [defined("leaseKey")]
    with refused("ResourceNotFoundException"):
        world.ask("UpdateTable", TableName="leases", GlobalSecondaryIndexUpdates=delete)
    world.index()


def test_a_protected_table_stays(world: World) -> None:
    world.table(DeletionProtectionEnabled=True)
    with refused("ValidationException", "currently protected against deletion"):
        world.ask("DeleteTable", TableName="leases")
    world.ask("UpdateTable", TableName="leases", DeletionProtectionEnabled=False)
    world.ask("DeleteTable", TableName="leases")
    assert world.ask("ListTables")["TableNames"] == []


@pytest.mark.parametrize(
    ("create", "words"),
    [
        ({"Projection": {"ProjectionType": "ALL"}}, "other than KEYS_ONLY"),
        ({"IndexName": "a b c"}, "regular expression pattern"),
        ({"KeySchema": [{"AttributeName": "missing", "KeyType": "HASH"}]}, "not defined in AttributeDefinitions"),
        ({"WarmThroughput": {"ReadUnitsPerSecond": 1}}, "The parameter WarmThroughput is not supported"),
    ],
)
def test_what_an_index_cannot_be(world: World, create: dict[str, Any], words: str) -> None:
    world.table()
    request = index_request()
    request["GlobalSecondaryIndexUpdates"][0]["Create"] |= create
    with refused("ValidationException", words):
        world.ask("UpdateTable", **request)


def test_a_table_has_one_index(world: World) -> None:
    world.table()
    world.index()
    with refused("ValidationException", "already exists"):
        world.index()
    request = index_request()
    request["GlobalSecondaryIndexUpdates"][0]["Create"]["IndexName"] = "another"
    with refused("ValidationException", "A second index of a table is not supported"):
        world.ask("UpdateTable", **request)
    request["GlobalSecondaryIndexUpdates"] *= 2
    with refused("ValidationException", "Only 1 online index"):
        world.ask("UpdateTable", **request)


def test_an_attribute_keeps_its_kind(world: World) -> None:
    world.table()
    request = index_request()
    request["AttributeDefinitions"] = [defined("leaseKey", "N"), defined("leaseOwner")]
    with refused("ValidationException", "leaseKey is defined as S"):
        world.ask("UpdateTable", **request)


def test_nothing_else_is_updated(world: World) -> None:
    world.table()
    with refused("ValidationException", "At least one of"):
        world.ask("UpdateTable", TableName="leases")
    with refused("ValidationException", "The parameter BillingMode is not supported"):
        world.ask("UpdateTable", TableName="leases", BillingMode="PROVISIONED")
    with refused("ResourceNotFoundException", "Table: others not found"):
        world.ask("UpdateTable", TableName="others", DeletionProtectionEnabled=True)
    with refused("ValidationException", "Create and Delete"):
        world.ask("UpdateTable", TableName="leases", GlobalSecondaryIndexUpdates=[{}])
