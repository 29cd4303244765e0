"""Groups of Kafka Streams applications, heartbeat by heartbeat, answered as by Apache Kafka 4.3.

apache_streams.txt is what Apache Kafka's own broker said; `python -m tests.services.kafka.streams_scenario` makes it
anew.
"""

from itertools import zip_longest
from typing import Any

from tests.services.kafka.streams_scenario import APACHES, VERSIONS, Scenario
from tests.services.kafka.world import World

# What WeirMQ says instead, and why.
GIVEN_UP = "A member that has given up a task may have it in another way at once, not with the heartbeat after."
ANN = "ann.example:80 [('brooks', [0, 1]), ('rivers', [0, 1])] []"
DIFFERENCES = {
    "first has given up": ("3 [] active 0: 0 1 standby 0: 2 3 warm-up , endpoints 0", GIVEN_UP),
    "describe standbys": ("Stable 3 3", GIVEN_UP),
    "describe standbys, member ann": (
        "3 0 a c None, active 0: 0 1 standby 0: 2 3; to be: active 0: 0 1 standby 0: 2 3",
        GIVEN_UP,
    ),
    "nobody beats": ("UNKNOWN_MEMBER_ID", "It may have been a member before a restart, and is to join anew."),
    "older topology": ("STREAMS_INVALID_TOPOLOGY_EPOCH", "No epoch is below 0, and the error says so."),
    "bob hears of endpoints": (
        f"3 [] active 0: 2 3 standby  warm-up , endpoints 3 {ANN} bob.example:65535 [('rivers', [2, 3])] []",
        "A topic of 2 partitions has none of the numbers 2 and 3.",
    ),
}


def test_every_answer(world: World) -> None:
    def asks(request: Any) -> Any:
        return world.ask(request, version=VERSIONS.get(type(request).__name__.removesuffix("Request")))

    def wait_ms(wait_ms: int) -> None:
        world.clock.advance(milliseconds=wait_ms)
        world.tick()

    found = Scenario(asks, wait_ms).all()
    told = set()
    for expected, line in zip_longest(APACHES.read_text().splitlines(), found):
        if line != expected:
            name, _, answer = line.partition(": ")
            assert (name, answer) in {(known, ours) for known, (ours, _) in DIFFERENCES.items()}, (expected, line)
            told.add(name)
    assert told == DIFFERENCES.keys(), "known differences that are none any more"
