import pytest

from tests.services.kinesis.world import STRANGER, World, refused


@pytest.fixture
def world() -> World:
    world = World()
    for name in ("b", "d", "a", "c"):
        world.stream(name)
    world.ask("CreateStream", StreamName="elsewhere", ShardCount=1, region="eu-west-1")
    world.ask("CreateStream", StreamName="theirs", ShardCount=1, caller=STRANGER)
    return world


def test_lists_the_callers_streams_by_name(world: World) -> None:
    answer = world.ask("ListStreams")
    assert answer.StreamNames == ["a", "b", "c", "d"]
    assert not answer.HasMoreStreams
    assert answer.NextToken is None
    assert [stream.StreamName for stream in answer.StreamSummaries] == answer.StreamNames
    assert answer.StreamSummaries[0].StreamStatus == "ACTIVE"


def test_pages_by_token_and_by_name(world: World) -> None:
    first = world.ask("ListStreams", Limit=3)
    assert (first.StreamNames, first.HasMoreStreams) == (["a", "b", "c"], True)
    assert world.ask("ListStreams", NextToken=first.NextToken).StreamNames == ["d"]
    assert world.ask("ListStreams", ExclusiveStartStreamName="b", Limit=1).StreamNames == ["c"]


def test_tokens_are_good_for_five_minutes(world: World) -> None:
    token = world.ask("ListStreams", Limit=1).NextToken
    world.clock.advance(minutes=5, milliseconds=1)
    with refused("ExpiredNextTokenException"):
        world.ask("ListStreams", NextToken=token)
    with refused("InvalidArgumentException"):
        world.ask("ListStreams", NextToken="made up")
