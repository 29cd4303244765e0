import pytest

from tests.services.dynamodb.world import World, item, refused


def test_an_item_as_it_is_now(world: World) -> None:
    world.table()
    assert world.get("a") is None
    world.put("a", owner="me")
    for consistent in (True, False):
        found = world.ask("GetItem", TableName="leases", Key=item("a"), ConsistentRead=consistent)
        assert found == {"Item": item("a", owner="me")}


def test_a_key_is_the_key_of_the_table(world: World) -> None:
    world.table()
    for key in ({}, {"key": {"S": "a"}}, {"leaseKey": {"N": "1"}}, item("a", owner="me")):
        with refused("ValidationException", "The provided key element does not match the schema"):
            world.ask("GetItem", TableName="leases", Key=key)
    with refused("ValidationException", "cannot contain an empty string value. Key: leaseKey"):
        world.get("")
    with refused("ValidationException", "limit of2048 bytes"):
        world.get("ü" * 1025)


@pytest.mark.parametrize(
    "member",
    [
        {"ProjectionExpression": "a"}, {"AttributesToGet": ["a"]}, {"ReturnConsumedCapacity": "TOTAL"},
    ],
)  # fmt: skip
def test_what_is_not_there_is_said(world: World, member: dict[str, object]) -> None:
    world.table()
    [name] = member
    with refused("ValidationException", f"The parameter {name} is not supported", "lease tables"):
        world.ask("GetItem", TableName="leases", Key=item("a"), **member)
    world.ask("GetItem", TableName="leases", Key=item("a"), ReturnConsumedCapacity="NONE")
