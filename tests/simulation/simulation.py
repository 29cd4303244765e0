"""Run one seed."""

from contextlib import AbstractContextManager
from typing import Any

from tests.simulation.life import small_scale
from tests.simulation.stream_life import small_streams
from tests.simulation.stream_world import StreamWorld
from tests.simulation.world import World

STEPS = 400


def simulate(seed: int, steps: int = STEPS) -> dict[str, int]:
    """How often what happened with queues. Raises AssertionError, with the command that does it again."""
    return _simulate(World, small_scale(), seed, steps)


def simulate_streams(seed: int, steps: int = STEPS) -> dict[str, int]:
    """The same with streams."""
    return _simulate(StreamWorld, small_streams(), seed, steps)


def _simulate(kind: Any, scale: AbstractContextManager[None], seed: int, steps: int) -> dict[str, int]:
    with scale:
        world = kind(seed)
        try:
            world.run(steps)
        except Exception as error:
            error.add_note(f"again: script/simulate {seed} {steps}")
            raise
    counts: dict[str, int] = world.counts
    return counts
