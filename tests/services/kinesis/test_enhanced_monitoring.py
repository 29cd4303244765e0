"""EnableEnhancedMonitoring and DisableEnhancedMonitoring."""

from tests.services.kinesis.world import World
from weirmq.services.kinesis.settings import METRICS


def change(world: World, operation: str, *names: str) -> tuple[list[str], list[str]]:
    answer = world.ask(f"{operation}EnhancedMonitoring", StreamName="orders", ShardLevelMetrics=list(names))
    return answer.CurrentShardLevelMetrics, answer.DesiredShardLevelMetrics


def test_says_what_was_on_and_what_is(world: World) -> None:
    world.stream()
    assert change(world, "Enable", "IncomingBytes") == ([], ["IncomingBytes"])
    both = ["IncomingBytes", "OutgoingBytes"]
    assert change(world, "Enable", "OutgoingBytes", "IncomingBytes") == (["IncomingBytes"], both)
    assert change(world, "Disable", "IncomingBytes", "IteratorAgeMilliseconds") == (both, ["OutgoingBytes"])
    described = world.ask("DescribeStream", StreamName="orders").StreamDescription
    assert described.EnhancedMonitoring[0].ShardLevelMetrics == ["OutgoingBytes"]


def test_all_are_seven(world: World) -> None:
    world.stream()
    assert change(world, "Enable", "ALL") == ([], list(METRICS))
    assert len(METRICS) == 7
    assert change(world, "Disable", "ALL") == (list(METRICS), [])
