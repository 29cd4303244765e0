"""What a restart leaves of share groups, and what their answers rest on."""

import pytest

from tests.services.kafka.sharing import ACCEPT, REJECT, RELEASE, Sharer, configure, offsets
from tests.services.kafka.world import World
from weirmq.testing.disk import SimulatedDisk


def shared(world: World) -> Sharer:
    """A member of a group that is to get ten records."""
    configure(world, share_auto_offset_reset="earliest")
    topic_id = world.topic("orders")
    world.produce(topic_id, *[b"x"] * 10)
    member = Sharer(world, topic_id)
    member.joins()
    return member


@pytest.mark.parametrize("has_disk", [True, False], ids=["replay", "snapshot"])
def test_what_was_said_is_kept_and_the_rest_comes_again(has_disk: bool) -> None:
    world = World(SimulatedDisk() if has_disk else None)
    member = shared(world)
    assert member.fetches() == [(0, 9, 1)]
    member.says((0, 1, [ACCEPT]), (4, 4, [REJECT]), (6, 7, [RELEASE]))
    member.world = world = world.restarted()
    assert offsets(world) == [(0, 2, 7)]
    member.epoch = 0
    member.joins()
    assert member.fetches() == [(2, 3, 1), (5, 5, 1), (6, 7, 2), (8, 9, 1)]
    assert member.says((2, 9, [ACCEPT] * 2 + [RELEASE] + [ACCEPT] * 5)) == 121  # 4 is done with
    assert member.says((2, 3, [ACCEPT]), (5, 9, [ACCEPT])) == 0
    assert offsets(world) == [(0, 10, 0)]


def test_an_answer_waits_for_acknowledgements_and_not_for_acquisitions() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    member = shared(world)
    member.fetches(max_records=0)
    world.flush = lambda: None  # type: ignore[method-assign]
    member.fetches()
    assert world.journal.critical <= world.journal.durable
    member.says((3, 3, [ACCEPT]))
    assert world.journal.critical > world.journal.durable


def test_locks_that_end_are_noted_and_not_waited_for() -> None:
    world = World(SimulatedDisk(), waits_for_sync=True)
    member = shared(world)
    member.fetches()
    world.flush = lambda: None  # type: ignore[method-assign]
    world.clock.advance(seconds=30)
    world.kafka.machine.due(world.clock.now_ms())
    assert world.journal.critical <= world.journal.durable
    assert world.journal.is_pending
    member.vanishes()
    assert member.fetches() == [(0, 9, 2)]
