from typing import Any

from tests.services.kinesis.queues.desk import Desk, codes, is_refusal
from tests.services.kinesis.world import arn, refused
from weirmq.wire.aws.types import kinesis as wire


def test_a_deleted_queue_is_gone(desk: Desk) -> None:
    world = desk.world
    world.put(b"a")
    [record] = desk.receive()
    got: list[Any] = []
    desk.poll(got.append)
    world.ask("DeleteQueue", QueueARN=desk.arn)
    world.waiting.settle(world.clock.now_ms())
    [answer] = got
    assert is_refusal(answer, "ResourceNotFoundException")
    with refused("ResourceNotFoundException"):
        desk.acknowledge(record)
    assert world.ask("ListQueues").QueueSummaries == []
    again = Desk(world)
    assert again.arn != desk.arn
    assert codes(again.acknowledge(record)) == ["InvalidArgumentException"]
    assert again.data() == [b"a"]


def test_a_stream_with_queues_stays_and_stays_on_demand(desk: Desk) -> None:
    world = desk.world
    with refused("ResourceInUseException", "queues"):
        world.ask("DeleteStream", StreamName="orders", EnforceConsumerDeletion=True)
    provisioned = wire.StreamModeDetails(StreamMode="PROVISIONED")
    with refused("ResourceInUseException", "queues"):
        world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=provisioned)
    world.ask("DeleteQueue", QueueARN=desk.arn)
    world.ask("UpdateStreamMode", StreamARN=arn(), StreamModeDetails=provisioned)
    world.ask("DeleteStream", StreamName="orders")
