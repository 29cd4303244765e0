"""Run seeds: `python -m tests.simulation SEED [STEPS]`."""

import sys

from tests.simulation.simulation import STEPS, simulate

if __name__ == "__main__":
    seed, steps = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else STEPS
    for what, count in sorted(simulate(seed, steps).items()):
        print(f"{count:8} {what}")  # noqa: T201
