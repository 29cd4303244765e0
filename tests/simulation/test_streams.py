"""A few seeds of the streams' simulation; `script/simulate SEED` runs any."""

from collections import Counter

import pytest

from tests.simulation.simulation import simulate_streams

SEEDS = range(30)
# As in test_simulation.py: what becomes rare proves less than it seems to.
HAPPENINGS = (
    "power lost", "killed", "stopped", "power lost at start", "disk broke", "no room", "trimmed", "PutRecord",
    "PutRecords", "GetRecords", "read to the end", "SplitShard", "MergeShards", "UpdateShardCount", "DeleteStream",
    "IncreaseStreamRetentionPeriod", "DecreaseStreamRetentionPeriod", "removed", "expired", "grown",
    "SplitShard refused", "GetRecords refused",
)  # fmt: skip


@pytest.fixture(scope="module")
def counts() -> Counter[str]:
    """How often what has happened, over all seeds so far."""
    return Counter()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_acknowledged_or_read_holds(seed: int, counts: Counter[str]) -> None:
    counts.update(simulate_streams(seed))


def test_a_seed_gives_the_same_life_again() -> None:
    assert simulate_streams(1) == simulate_streams(1)


def test_everything_has_happened(counts: Counter[str]) -> None:
    if sum(counts.values()) < 1_000:
        pytest.skip("only some of the seeds were run")
    assert [what for what in HAPPENINGS if not counts[what]] == []
