"""Run one seed."""

from tests.simulation.life import small_scale
from tests.simulation.world import World

STEPS = 400


def simulate(seed: int, steps: int = STEPS) -> dict[str, int]:
    """How often what happened. Raises AssertionError, with the command that does it again."""
    with small_scale():
        world = World(seed)
        try:
            world.run(steps)
        except Exception as error:
            error.add_note(f"again: script/simulate {seed} {steps}")
            raise
    return world.counts
