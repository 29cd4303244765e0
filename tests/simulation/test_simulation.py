"""A few seeds of the simulation; `script/simulate SEED` runs any."""

from collections import Counter

import pytest

from tests.simulation.simulation import simulate

SEEDS = range(30)
# What the simulation is there for. If a change of it makes one of them rare, it proves less than it seems to.
HAPPENINGS = (
    "power lost", "killed", "stopped", "power lost at start", "disk broke", "no room", "copied", "trimmed", "duplicate",
    "handed over", "duplicate handed over", "waited", "deleted", "SendMessageBatch", "DeleteMessageBatch",
    "ChangeMessageVisibility", "PurgeQueue", "DeleteQueue", "StartMessageMoveTask", "SetQueueAttributes",
    "delete refused",
)  # fmt: skip


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    """How often what has happened, over all seeds so far."""
    return Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_acknowledged_holds(seed: int, counts: Counter[str]) -> None:
    counts.update(simulate(seed))


def test_a_seed_gives_the_same_life_again() -> None:
    assert simulate(1) == simulate(1)


def test_everything_has_happened(counts: Counter[str]) -> None:
    if sum(counts.values()) < 1_000:
        pytest.skip("only some of the seeds were run")
    assert [what for what in HAPPENINGS if not counts[what]] == []
