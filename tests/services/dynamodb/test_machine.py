from contextlib import suppress

import pytest

from tests.services.dynamodb.world import World, created, item, value
from weirmq.kernel.errors import NoRoom
from weirmq.kernel.ids import SeededEntropy
from weirmq.testing.disk import PowerLost, SimulatedDisk


def changed(world: World) -> None:
    """Do a bit of everything."""
    world.table(Tags=[{"Key": "a", "Value": "b"}])
    world.table("gone")
    world.index()
    for number in range(20):
        world.put(f"shard-{number}", leaseOwner="me", leaseCounter=number, data={"B": "AAEC"})
    world.update("shard-3", AttributeUpdates={"leaseCounter": {"Action": "ADD", "Value": value(1)}})
    world.ask("DeleteItem", TableName="leases", Key=item("shard-4"))
    world.ask("DeleteTable", TableName="gone")
    world.ask("UpdateTable", TableName="leases", DeletionProtectionEnabled=True)
    part = {"Put": {"TableName": "leases", "Item": item("x")}}
    world.ask("TransactWriteItems", TransactItems=[part], ClientRequestToken="t")


def state(world: World) -> object:
    query = {
        "KeyConditionExpression": "leaseOwner = :o",
        "ExpressionAttributeValues": {":o": value("me")},
    }
    return (
        world.ask("DescribeTable", TableName="leases"),
        world.ask("ListTagsOfResource", ResourceArn="arn:aws:dynamodb:us-east-1:111122223333:table/leases"),
        world.ask("Scan", TableName="leases"),
        world.ask("Query", TableName="leases", IndexName="LeaseOwnerToLeaseKeyIndex", **query),
        world.tables.machine.transactions,
        world.tables.machine.next_table,
    )


def test_a_snapshot_has_it_all(world: World) -> None:
    changed(world)
    assert state(world.restarted()) == state(world)


def test_replay_leads_to_the_same() -> None:
    world = World(SimulatedDisk())
    changed(world)
    before = state(world)
    again = world.restarted()
    assert state(again) == before
    assert list(again.tables.machine.snapshot()) == list(world.tables.machine.snapshot())


def fill(world: World) -> None:
    """Write until there is no room."""
    while True:
        world.update("a", AttributeUpdates={"n": {"Action": "ADD", "Value": value(1)}})


def test_a_full_disk_refuses_and_changes_nothing() -> None:
    disk = SimulatedDisk()
    world = World(disk)
    world.table()
    world.put("a", n=1)
    disk.capacity_bytes = sum(disk.size(disk.open(path)) for path in disk._names) + 500
    world.put("a", n=2, data="x" * 10_000)
    with pytest.raises(NoRoom):
        fill(world)
    kept = world.get("a")
    assert len(kept) == 3
    assert world.journal.end == int(kept["n"]["N"]) + 1  # a fact for the table, one for each number, and no more
    world.ask("DeleteItem", TableName="leases", Key=item("a"))  # what makes room has room
    disk.capacity_bytes = None
    world.put("a", n=3)
    assert world.restarted().get("a") == item("a", n=3)


@pytest.mark.parametrize("seed", range(20))
def test_a_power_cut_takes_no_step_that_was_answered(seed: int) -> None:
    """A counter goes up by one, each time under the condition of what it was, and the power goes in any call to the
    disk.
    """
    entropy, disk = SeededEntropy(seed), SimulatedDisk()
    answered: list[int] = [0]
    for _ in range(5):
        disk.lose_power_at = disk.calls + 1 + int.from_bytes(entropy.take(2), "big") % 60
        with suppress(PowerLost):
            count(World(disk), entropy, answered)
        disk.crash(entropy)
        assert counter(World(disk)) >= answered[-1]
    assert answered == sorted(set(answered))
    assert len(answered) > 1


def count(world: World, entropy: SeededEntropy, answered: list[int]) -> None:
    """Step by step; `answered` has a step when its answer has left."""
    if not world.tables.machine.tables:
        world.decide("CreateTable", **created())
    for _ in range(entropy.take(1)[0] % 40):
        before = counter(world)
        expected = {"Value": value(before)} if before else {"Exists": False}
        step = {"n": {"Action": "ADD", "Value": value(1)}}
        world.decide("UpdateItem", TableName="leases", Key=item("a"), AttributeUpdates=step, Expected={"n": expected})
        world.journal.hold(answered.append, before + 1)
        if entropy.take(1)[0] % 3:
            world.journal.flush()
            world.journal.synced(world.journal.log.sync())


def counter(world: World) -> int:
    """How far it has come."""
    for table in world.tables.machine.tables.values():
        if "a" in table.items:
            return int(table.items["a"]["n"]["N"])
    return 0
