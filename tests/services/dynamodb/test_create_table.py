import re
from typing import Any

import pytest

from tests.services.dynamodb.world import ARN, STRANGER, World, defined, refused

KEY = [{"AttributeName": "leaseKey", "KeyType": "HASH"}]


def test_a_table_is_ready_at_once(world: World) -> None:
    made = world.table(DeletionProtectionEnabled=False)
    assert made == world.ask("DescribeTable", TableName="leases")["Table"]
    assert (made["TableName"], made["TableArn"], made["TableStatus"]) == ("leases", ARN, "ACTIVE")
    assert made["KeySchema"] == KEY
    assert made["AttributeDefinitions"] == [defined("leaseKey")]
    assert made["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert (made["ItemCount"], made["TableSizeBytes"], made["DeletionProtectionEnabled"]) == (0, 0, False)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["TableId"])


def test_a_name_is_taken_once_an_account_and_region(world: World) -> None:
    world.table()
    with refused("ResourceInUseException", "Table already exists: leases"):
        world.table()
    world.table(caller=STRANGER)
    world.table(region="eu-west-1")
    assert world.ask("ListTables")["TableNames"] == ["leases"]


def test_throughput_is_kept_and_shown(world: World) -> None:
    units = {"ReadCapacityUnits": 10, "WriteCapacityUnits": 5}
    world.ask(
        "CreateTable", TableName="old", AttributeDefinitions=[defined("leaseKey")], KeySchema=KEY,
        ProvisionedThroughput=units,
    )  # fmt: skip
    described = world.ask("DescribeTable", TableName="old")["Table"]
    assert described["ProvisionedThroughput"] == {"NumberOfDecreasesToday": 0, **units}
    assert "BillingModeSummary" not in described


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"TableName": "ab"}, "between 3 and 255"),
        ({"TableName": "a/b"}, "between 3 and 255"),
        ({"KeySchema": []}, "greater than or equal to 1"),
        ({"KeySchema": [{"AttributeName": "leaseKey", "KeyType": "RANGE"}]}, "The first KeySchemaElement"),
        ({"KeySchema": [*KEY, {"AttributeName": "leaseKey", "KeyType": "RANGE"}]}, "have the same name"),
        ({"KeySchema": [*KEY, {"AttributeName": "at", "KeyType": "RANGE"}]}, "A sort key of a table is not supported"),
        ({"AttributeDefinitions": []}, "Some index key attributes are not defined"),
        ({"AttributeDefinitions": [defined("leaseKey"), defined("b")]}, "Some AttributeDefinitions are not used"),
        ({"AttributeDefinitions": [defined("leaseKey"), defined("leaseKey", "N")]}, "same name"),
        ({"BillingMode": "PROVISIONED"}, "ReadCapacityUnits and WriteCapacityUnits must both be specified"),
        ({"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}, "PAY_PER_REQUEST"),
        ({"StreamSpecification": {"StreamEnabled": True}}, "The parameter StreamSpecification is not supported"),
        ({"Tags": [{"Key": f"k{n}", "Value": ""} for n in range(51)]}, "at most 50"),
    ],
)
def test_what_cannot_be_is_refused(world: World, changed: dict[str, Any], words: str) -> None:
    request = {
        "TableName": "leases",
        "AttributeDefinitions": [defined("leaseKey")],
        "KeySchema": KEY,
        "BillingMode": "PAY_PER_REQUEST",
    }
    with refused("ValidationException", words):
        world.ask("CreateTable", **(request | changed))
    assert world.ask("ListTables")["TableNames"] == []


def test_tags_are_shown(world: World) -> None:
    tags = [{"Key": "team", "Value": "orders"}]
    world.table(Tags=tags)
    assert world.ask("ListTagsOfResource", ResourceArn=ARN)["Tags"] == tags


def test_an_account_has_so_many_tables_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("weirmq.services.dynamodb.tables.TABLES", 2)
    world.table("one")
    world.table("two")
    world.table("two", region="eu-west-1")
    with refused("LimitExceededException", "Only 2 tables"):
        world.table("three")
