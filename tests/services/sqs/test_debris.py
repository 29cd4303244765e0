"""What purged and deleted queues leave behind goes a slice at a time."""

import pytest

from tests.services.sqs.kit import receive, send_all
from tests.services.sqs.world import World
from weirmq.engine.holdings import Holdings
from weirmq.kernel.deadlines import RUN_LENGTH, Deadlines
from weirmq.services.sqs import machine
from weirmq.services.sqs.debris import Debris, _shrink

GROUPS = 50


def filled(world: World) -> str:
    """A queue with messages of many groups, some of them in flight."""
    url = world.create("a.fifo", FifoQueue="true")
    for number in range(GROUPS):
        send_all(world, url, f"{number}", f"{number}-again", group=str(number))
    receive(world, url)
    return url


def turns(world: World) -> int:
    """How many it takes until nothing is left."""
    count = 0
    while world.sqs.machine.next_due_ms() == 0:
        world.work()
        count += 1
    assert not world.sqs.machine.debris
    return count


@pytest.mark.parametrize(("operation", "most"), [("PurgeQueue", 1), ("DeleteQueue", 1), ("PurgeQueue", 5_000)])
def test_it_takes_many_turns(world: World, monkeypatch: pytest.MonkeyPatch, operation: str, most: int) -> None:
    monkeypatch.setattr(machine, "RELEASED_AT_ONCE", most)
    url = filled(world)
    world.work()
    assert turns(world) == 0
    world.ask(operation, QueueUrl=url)
    assert sum(block.held for block in world.journal.holdings.blocks.values()) == 2 * GROUPS
    assert (turns(world) > GROUPS) == (most == 1)
    assert sum(block.held for block in world.journal.holdings.blocks.values()) == 0


def test_a_purged_queue_still_knows_its_duplicates(world: World) -> None:
    url = filled(world)
    world.ask("PurgeQueue", QueueUrl=url)
    turns(world)
    send_all(world, url, "1", group="1")
    assert receive(world, url) == []
    send_all(world, url, "new", group="1")
    assert [message.Body for message in receive(world, url)] == ["new"]


def test_lists_shrink_by_what_is_asked_for() -> None:
    pile = list(range(10))
    assert [_shrink(pile, 4) for _ in range(4)] == [4, 4, 2, 0]
    assert pile == []


def test_what_deadlines_have_left_behind_goes_in_slices_too() -> None:
    pile: Deadlines[int] = Deadlines()
    for due_ms in (1, 2):
        for key in range(5 * RUN_LENGTH):
            pile.put(key, due_ms)
    debris = Debris(Holdings())
    debris._piles.append(pile)
    turns = 0
    while debris:
        debris.let_go(1)
        turns += 1
    assert turns == 11  # the last finds that nothing is left
    assert not pile._runs
