from typing import Any

import pytest

from tests.services.dynamodb.world import World, item, refused, value

INDEX = "LeaseOwnerToLeaseKeyIndex"


@pytest.fixture
def leases(world: World) -> World:
    world.table()
    world.index()
    for number in range(10):
        world.put(f"shard-{number}", leaseOwner="me" if number % 2 else "you", counter=number)
    return world


def query(world: World, owner: str = "me", **members: Any) -> Any:
    request = {
        "TableName": "leases",
        "IndexName": INDEX,
        "KeyConditionExpression": "leaseOwner = :leaseOwner",
        "ExpressionAttributeValues": {":leaseOwner": value(owner)},
    }
    return world.ask("Query", **(request | members))


def test_the_leases_of_a_worker(leases: World) -> None:
    answer = query(leases)
    assert answer == {
        "Items": [item(f"shard-{number}", leaseOwner="me") for number in (1, 3, 5, 7, 9)],
        "Count": 5,
        "ScannedCount": 5,
    }
    assert query(leases, "nobody") == {"Items": [], "Count": 0, "ScannedCount": 0}


def test_a_page_at_a_time_also_while_items_go(leases: World) -> None:
    first = query(leases, Limit=2)
    assert [each["leaseKey"]["S"] for each in first["Items"]] == ["shard-1", "shard-3"]
    assert first["LastEvaluatedKey"] == item("shard-3", leaseOwner="me")
    leases.ask("DeleteItem", TableName="leases", Key=item("shard-3"))
    leases.put("shard-4", leaseOwner="me")
    rest = query(leases, ExclusiveStartKey=first["LastEvaluatedKey"])
    assert [each["leaseKey"]["S"] for each in rest["Items"]] == ["shard-4", "shard-5", "shard-7", "shard-9"]
    assert "LastEvaluatedKey" not in rest


def test_by_the_key_of_the_table(leases: World) -> None:
    request = {
        "TableName": "leases",
        "KeyConditionExpression": "#k = :k",
        "ExpressionAttributeNames": {"#k": "leaseKey"},
        "ExpressionAttributeValues": {":k": value("shard-3")},
        "ConsistentRead": True,
    }
    assert leases.ask("Query", **request)["Items"] == [item("shard-3", leaseOwner="me", counter=3)]
    assert leases.ask("Query", **request, ExclusiveStartKey=item("shard-3"))["Items"] == []


def test_a_filter(leases: World) -> None:
    answer = query(
        leases,
        FilterExpression="leaseKey > :k",
        ExpressionAttributeValues={":leaseOwner": value("me"), ":k": value("shard-5")},
    )
    assert (answer["Count"], answer["ScannedCount"]) == (2, 5)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"IndexName": "another"}, "The table does not have the specified index: another"),
        ({"ConsistentRead": True}, "Consistent reads are not supported on global secondary indexes"),
        ({"KeyConditionExpression": None}, "KeyConditionExpression parameter must be specified"),
        ({"KeyConditionExpression": "leaseKey = :leaseOwner"}, "Query condition missed key schema element: leaseOwner"),
        (
            {"ExpressionAttributeValues": {":leaseOwner": value(5)}},
            "Condition parameter type does not match schema type",
        ),
        (
            {"KeyConditionExpression": "leaseOwner = :leaseOwner AND leaseKey = :leaseOwner"},
            '"AND" after the partition key',
        ),
        ({"KeyConditionExpression": "leaseOwner > :leaseOwner"}, 'Syntax error; token: ">"'),
        ({"ExclusiveStartKey": item("shard-3")}, "The provided starting key is invalid"),
        ({"ExclusiveStartKey": item("shard-3", leaseOwner="you")}, "The provided starting key is invalid"),
        ({"ScanIndexForward": False}, "A Query from the end is not supported"),
        ({"Select": "COUNT"}, "The parameter Select is not supported"),
    ],
)
def test_what_cannot_be_asked(leases: World, members: dict[str, Any], words: str) -> None:
    with refused("ValidationException", words):
        query(leases, **members)
