"""The command line of the benchmark."""

import argparse
import signal
import sys
from pathlib import Path

from bench import peers, wrk
from bench.measures import Plan
from bench.run import PARTS, chosen_servers, measure, measure_disk, prove_all, start_result, takes_part
from bench.servers import DURABILITIES, HERE
from bench.table import markdown

FULL = Plan(
    seconds=3,
    depths=(100, 10_000, 100_000, 1_000_000),
    peer_depths=(100, 10_000, 100_000),
    preload_seconds=90,
    depth_seconds=6,
    churn_seconds=20,
    large=True,
    stream_sizes=(1_000, 100_000, 1_000_000, 10_000_000),
    peer_stream_sizes=(1_000, 10_000, 100_000),
    fill_seconds=600,
    http_publishes=3_000,
    http_seconds=20,
    waiting=10_000,
    idle_seconds=10,
    kafka_gigabytes=10,
)
QUICK = Plan(
    seconds=1,
    depths=(100, 10_000, 100_000),
    peer_depths=(100, 10_000),
    preload_seconds=15,
    depth_seconds=3,
    churn_seconds=4,
    large=False,
    stream_sizes=(1_000, 100_000, 1_000_000),
    peer_stream_sizes=(1_000, 10_000),
    fill_seconds=30,
    http_publishes=1_000,
    http_seconds=10,
    waiting=2_000,
    idle_seconds=5,
    kafka_gigabytes=1,
)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    everyone = ["weirmq", *peers.ALL]
    parser = argparse.ArgumentParser(
        "script/bench", description="Measures WeirMQ and its peers side by side on this machine."
    )
    parser.add_argument("--quick", action="store_true", help="two to three minutes: WeirMQ alone, smaller loads")
    parser.add_argument("--servers", nargs="+", choices=everyone, metavar="NAME", help=f"of {', '.join(everyone)}")
    parser.add_argument("--durability", nargs="+", choices=DURABILITIES, default=list(DURABILITIES), metavar="HOW")
    parser.add_argument("--part", nargs="+", choices=list(PARTS), default=list(PARTS), metavar="PART")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each part (3)")
    parser.add_argument("--data", type=Path, default=HERE / ".data", help="where the servers keep data (bench/.data)")
    parser.add_argument("--results", type=Path, default=HERE / "results", help="where to write (bench/results)")
    chosen = parser.parse_args()
    chosen.servers = chosen.servers or (["weirmq"] if chosen.quick else everyone)
    return chosen


def main() -> int:
    """Runs what was asked for; 1 where a server that was asked for failed while it was measured."""
    asked = arguments()
    if not wrk.available():
        sys.exit("wrk is missing: apt-get install wrk (or your system's package of that name)")
    for how in (signal.SIGINT, signal.SIGTERM):  # either ends the run in order: servers stopped, results kept
        signal.signal(how, signal.default_int_handler)
    plan = QUICK if asked.quick else FULL
    data = asked.data.resolve()
    result = start_result(plan, data)

    def save() -> Path:
        return result.write(asked.results, markdown)

    try:
        measure_disk(data, result, save)
        servers = prove_all(chosen_servers(asked.servers, asked.durability, result), data, result)
        for name in asked.part:
            taking_part = [server for server in servers if takes_part(server, name)]
            rounds = 1 if asked.quick and name != "load" else asked.rounds
            measure(taking_part, PARTS[name], rounds, plan, data, result, save)
        measure_disk(data, result, save)
    except KeyboardInterrupt:
        result.failures.append("interrupted")
    file = save()
    print(f"\n{file.read_text()}\n{file}")
    return 1 if result.failures or "weirmq os" in result.missing else 0


if __name__ == "__main__":
    sys.exit(main())
