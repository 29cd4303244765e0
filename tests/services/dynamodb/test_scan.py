from typing import Any

import pytest

from tests.services.dynamodb.world import World, item, refused, value

KEYS = {f"shard-{number}" for number in range(100)}


@pytest.fixture
def leases(world: World) -> World:
    world.table()
    for key in sorted(KEYS):
        world.put(key, entity="LEASE" if key.endswith("0") else "OTHER")
    return world


def test_all_items_once(leases: World) -> None:
    for limit in (None, 1, 7, 100, 1000):
        found = leases.scan(**({"Limit": limit} if limit else {}))
        assert len(found) == len(KEYS)
        assert set(found) == KEYS


def test_segments_share_the_items(leases: World) -> None:
    parts = [leases.scan(TotalSegments=3, Segment=segment, Limit=5) for segment in range(3)]
    assert sorted(key for part in parts for key in part) == sorted(KEYS)
    assert all(part for part in parts)
    assert leases.scan(TotalSegments=1, Segment=0) == leases.scan() == [key for part in parts for key in part]


def test_a_page_goes_on_though_its_last_item_went(leases: World) -> None:
    first = leases.ask("Scan", TableName="leases", Limit=10)
    for each in first["Items"]:
        leases.ask("DeleteItem", TableName="leases", Key={"leaseKey": each["leaseKey"]})
    seen = {each["leaseKey"]["S"] for each in first["Items"]}
    assert set(leases.scan(ExclusiveStartKey=first["LastEvaluatedKey"])) == KEYS - seen


def test_a_filter_comes_after_the_limit(leases: World) -> None:
    request: dict[str, Any] = {"FilterExpression": "entity = :e", "ExpressionAttributeValues": {":e": value("LEASE")}}
    answer = leases.ask("Scan", TableName="leases", **request)
    assert (answer["Count"], answer["ScannedCount"]) == (10, 100)
    page = leases.ask("Scan", TableName="leases", Limit=3, **request)
    assert page["ScannedCount"] == 3
    assert "LastEvaluatedKey" in page


def test_a_page_has_a_megabyte(leases: World) -> None:
    leases.table("large")
    for number in range(4):
        leases.ask("PutItem", TableName="large", Item=item(str(number), data="x" * 400_000))
    page = leases.ask("Scan", TableName="large")
    assert page["Count"] == 3  # the one that passes the limit is in it
    assert "LastEvaluatedKey" in page


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Segment": 1}, "The TotalSegments parameter is required"),
        ({"TotalSegments": 2}, "The Segment parameter is required"),
        ({"Segment": 2, "TotalSegments": 2}, "Segment: 2 is not less than TotalSegments: 2"),
        ({"ExclusiveStartKey": {"x": {"S": "y"}}}, "The provided starting key is invalid"),
        ({"IndexName": "LeaseOwnerToLeaseKeyIndex"}, "The parameter IndexName is not supported"),
        ({"ScanFilter": {}}, "The parameter ScanFilter is not supported"),
        ({"FilterExpression": "begins_with(a, :b)"}, "begins_with in a FilterExpression is not supported"),
        ({"ExpressionAttributeValues": {":b": value("c")}}, "can only be specified when using expressions"),
    ],
)
def test_what_cannot_be_asked(leases: World, members: dict[str, Any], words: str) -> None:
    with refused("ValidationException", words):
        leases.ask("Scan", TableName="leases", **members)


def test_a_start_belongs_to_its_segment(leases: World) -> None:
    key = leases.scan(TotalSegments=2, Segment=0)[0]
    with refused("ValidationException", "correct Segment. TotalSegments: 2 Segment: 1"):
        leases.scan(TotalSegments=2, Segment=1, ExclusiveStartKey=item(key))
