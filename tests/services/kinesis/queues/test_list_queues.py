from typing import Any

from tests.services.kinesis.queues.desk import Desk, create
from tests.services.kinesis.world import STRANGER, arn, refused
from weirmq.wire.aws.scalars import Timestamp
from weirmq.wire.aws.types import kinesis as wire


def test_lists_pages_by_name(desk: Desk) -> None:
    world = desk.world
    for name in ("c", "a", "b"):
        create(world, name)
    first = world.ask("ListQueues", MaxResults=3)
    assert [each.QueueName for each in first.QueueSummaries] == ["a", "b", "c"]
    second = world.ask("ListQueues", MaxResults=3, NextToken=first.NextToken)
    [last] = second.QueueSummaries
    assert (last.QueueName, last.QueueARN, last.QueueStatus) == ("work", desk.arn, "ACTIVE")
    assert second.NextToken is None
    with refused("InvalidArgumentException"):
        world.ask("ListQueues", NextToken="never")
    world.clock.advance(minutes=6)
    with refused("ExpiredNextTokenException"):
        world.ask("ListQueues", NextToken=first.NextToken)


def test_lists_those_of_a_stream(desk: Desk) -> None:
    world = desk.world
    created_ms = world.clock.now_ms()
    world.clock.advance(seconds=2)
    world.ask("CreateStream", StreamName="others")
    create(world, "b", stream=arn("others"))

    def listed(**members: Any) -> list[str]:
        found = world.ask("ListQueues", StreamFilter=[wire.QueueStreamFilter(**members)]).QueueSummaries
        return [each.QueueName for each in found]

    assert listed(StreamARN=arn()) == ["work"]
    assert listed(StreamARN=arn("others")) == ["b"]
    assert listed(StreamARN=arn("never")) == []
    assert listed(StreamARN=arn(), StreamCreationTimestamp=Timestamp(created_ms)) == ["work"]
    assert listed(StreamARN=arn(), StreamCreationTimestamp=Timestamp(created_ms - 1_000)) == []
    [summary] = world.ask("ListQueues", MaxResults=1).QueueSummaries
    [stream] = summary.Streams
    assert (stream.StreamARN, stream.StreamCreationTimestamp) == (arn("others"), created_ms + 2_000)


def test_an_account_sees_its_own(desk: Desk) -> None:
    assert desk.world.ask("ListQueues", caller=STRANGER).QueueSummaries == []
    assert desk.world.ask("ListQueues", region="eu-west-1").QueueSummaries == []
    with refused("AccessDeniedException"):
        desk.world.ask("DescribeQueue", QueueARN=desk.arn, caller=STRANGER)
