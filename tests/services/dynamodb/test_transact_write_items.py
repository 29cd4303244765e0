from typing import Any

import pytest

from tests.services.dynamodb.world import World, item, refused, value
from weirmq.testing.disk import SimulatedDisk


def put(key: str, /, **members: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "leases", "Item": item(key), **members}}


def delete(key: str, /, **members: Any) -> dict[str, Any]:
    return {"Delete": {"TableName": "leases", "Key": item(key), **members}}


def transact(world: World, *parts: dict[str, Any], **members: Any) -> None:
    assert world.ask("TransactWriteItems", TransactItems=list(parts), **members) == {}


NEW = {"ConditionExpression": "attribute_not_exists(leaseKey)"}
OLD = {"ConditionExpression": "attribute_exists(leaseKey)"}


def test_all_of_it(world: World) -> None:
    world.table()
    world.put("gone")
    world.put("kept", n=1)
    update = {"TableName": "leases", "Key": item("changed"), "UpdateExpression": "SET n = :n"}
    transact(
        world,
        put("made", **NEW),
        delete("gone", **OLD),
        {"ConditionCheck": {"TableName": "leases", "Key": item("kept"), **OLD}},
        {"Update": {**update, "ExpressionAttributeValues": {":n": value(5)}}},
    )
    assert set(world.scan()) == {"made", "kept", "changed"}
    assert world.get("changed") == item("changed", n=5)


def test_or_nothing(world: World) -> None:
    world.table()
    world.put("there", owner="me")
    with refused("TransactionCanceledException", "specific reasons [None, ConditionalCheckFailed]") as caught:
        transact(world, put("made"), put("there", ReturnValuesOnConditionCheckFailure="ALL_OLD", **NEW))
    assert caught.value.fields is not None
    first, second = caught.value.fields["CancellationReasons"]
    assert first == {"Code": "None"}
    assert (second["Code"], second["Message"]) == ("ConditionalCheckFailed", "The conditional request failed")
    assert second["Item"]["owner"].S == "me"
    assert world.scan() == ["there"]


def test_the_same_request_counts_once_for_ten_minutes(world: World) -> None:
    world.table()
    transact(world, put("a", **NEW), ClientRequestToken="t")
    for again in (world, world.restarted()):
        transact(again, put("a", **NEW), ClientRequestToken="t")
        with refused("IdempotentParameterMismatchException"):
            transact(again, put("b", **NEW), ClientRequestToken="t")
    world.clock.advance(minutes=10)
    transact(world, put("b", **NEW), ClientRequestToken="t")
    assert len(world.tables.machine.transactions) == 1
    with refused("TransactionCanceledException"):
        transact(world, put("a", **NEW), ClientRequestToken="u")


def test_a_crash_leaves_all_or_none() -> None:
    world = World(SimulatedDisk())
    world.table()
    transact(world, put("a"), put("b"), ClientRequestToken="t")
    again = world.restarted()
    assert set(again.scan()) == {"a", "b"}
    transact(again, put("a"), put("b"), ClientRequestToken="t")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([put("a"), delete("a")], "cannot include multiple operations on one item"),
        ([{}], "can only contain one of Check, Put, Update or Delete"),
        ([put("a") | delete("b")], "can only contain one of Check, Put, Update or Delete"),
        ([put("a", ConditionExpression="x")], "Invalid ConditionExpression"),
        ([{"Put": {"TableName": "leases", "Item": item(str(n), d="x" * 400_000)}} for n in range(11)], "request size"),
    ],
)
def test_what_cannot_be(world: World, parts: list[dict[str, Any]], words: str) -> None:
    world.table()
    with refused("ValidationException", words):
        transact(world, *parts)
    assert world.scan() == []
