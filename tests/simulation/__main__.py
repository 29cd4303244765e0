"""Run seeds: `python -m tests.simulation SEED [STEPS]`."""

import sys

from tests.simulation.simulation import STEPS, simulate, simulate_streams

if __name__ == "__main__":
    seed, steps = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else STEPS
    for name, run in (("queues", simulate), ("streams", simulate_streams)):
        print(f"{name}:")  # noqa: T201
        for what, count in sorted(run(seed, steps).items()):
            print(f"{count:8} {what}")  # noqa: T201
