"""What goes by a queue's ARN whatever it is: DescribeQueue, tags, policies; and ARNs of none."""

import json

from tests.services.kinesis.queues.desk import Desk
from tests.services.kinesis.world import ACCOUNT, OTHER, REGION, STRANGER, World, refused
from weirmq.wire.aws.types import kinesis as wire

NOWHERE = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:queue/never"


def test_one_that_is_not_there(world: World) -> None:
    for operation in ("DescribeQueue", "DeleteQueue", "ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords"):
        with refused("ResourceNotFoundException", NOWHERE):
            world.ask(operation, QueueARN=NOWHERE)
    with refused("ResourceNotFoundException", NOWHERE):
        world.ask("UpdateQueue", QueueARN=NOWHERE, QueueAttributes=wire.QueueAttributes())


def test_tags_and_policies(desk: Desk) -> None:
    world = desk.world
    world.ask("TagResource", ResourceARN=desk.arn, Tags={"a": "1", "b": "2"})
    world.ask("UntagResource", ResourceARN=desk.arn, TagKeys=["a"])
    statement = {
        "Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": "kinesis:ReceiveQueueRecords", "Resource": desk.arn,
    }  # fmt: skip
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    world.ask("PutResourcePolicy", ResourceARN=desk.arn, Policy=policy)
    desk.restart()
    world = desk.world
    [tag] = world.ask("ListTagsForResource", ResourceARN=desk.arn).Tags
    assert (tag.Key, tag.Value) == ("b", "2")
    assert world.ask("GetResourcePolicy", ResourceARN=desk.arn).Policy == policy
    world.put(b"a")
    assert [record.Data for record in desk.receive(caller=STRANGER)] == [b"a"]
    with refused("AccessDeniedException"):
        world.ask("DeleteQueue", QueueARN=desk.arn, caller=STRANGER)
    world.ask("DeleteResourcePolicy", ResourceARN=desk.arn)
    with refused("AccessDeniedException"):
        desk.receive(caller=STRANGER)
    with refused("ResourceNotFoundException"):
        world.ask("DeleteResourcePolicy", ResourceARN=desk.arn)
    with refused("ResourceNotFoundException"):
        world.ask("TagResource", ResourceARN=NOWHERE, Tags={"a": "1"})
