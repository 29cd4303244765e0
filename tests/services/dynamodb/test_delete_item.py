from tests.services.dynamodb.world import World, item, refused


def test_an_item_goes(world: World) -> None:
    world.table()
    world.put("a", owner="me")
    answer = world.ask("DeleteItem", TableName="leases", Key=item("a"), ReturnValues="ALL_OLD")
    assert answer == {"Attributes": item("a", owner="me")}
    assert world.get("a") is None
    assert world.ask("DeleteItem", TableName="leases", Key=item("a"), ReturnValues="ALL_OLD") == {}
    with refused("ValidationException", "ReturnValues can only be ALL_OLD or NONE"):
        world.ask("DeleteItem", TableName="leases", Key=item("a"), ReturnValues="UPDATED_OLD")


def test_only_if_it_is_as_it_must_be(world: World) -> None:
    """As KCL deletes the statistics of a worker that is gone."""
    world.table()
    world.put("a", lut=5)
    condition = {
        "ConditionExpression": "#key = :value AND attribute_exists (leaseKey)",
        "ExpressionAttributeNames": {"#key": "lut"},
    }
    with refused("ConditionalCheckFailedException"):
        world.ask(
            "DeleteItem",
            TableName="leases",
            Key=item("a"),
            ExpressionAttributeValues={":value": {"N": "4"}},
            **condition,
        )
    world.ask(
        "DeleteItem", TableName="leases", Key=item("a"), ExpressionAttributeValues={":value": {"N": "5"}}, **condition
    )
    assert world.get("a") is None
    with refused("ConditionalCheckFailedException"):
        world.ask("DeleteItem", TableName="leases", Key=item("a"), Expected={"lut": {"Value": {"N": "5"}}})
