from tests.services.sqs.world import ACCOUNT, ORIGIN, World, arn, refused


def test_the_queues_that_name_it(world: World) -> None:
    dead = world.create("dead")
    redrive = f'{{"deadLetterTargetArn":"{arn("dead")}","maxReceiveCount":3}}'
    for name in ("b", "a", "c"):
        world.create(name, RedrivePolicy=redrive)
    world.create("other")
    answer = world.ask("ListDeadLetterSourceQueues", QueueUrl=dead)
    assert answer.queueUrls == [f"{ORIGIN}/{ACCOUNT}/{name}" for name in "abc"]
    assert answer.NextToken is None
    first = world.ask("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2)
    rest = world.ask("ListDeadLetterSourceQueues", QueueUrl=dead, MaxResults=2, NextToken=first.NextToken)
    assert [*first.queueUrls, *rest.queueUrls] == answer.queueUrls
    assert rest.NextToken is None
    world.ask("SetQueueAttributes", QueueUrl=f"{ORIGIN}/{ACCOUNT}/b", Attributes={"RedrivePolicy": ""})
    assert len(world.ask("ListDeadLetterSourceQueues", QueueUrl=dead).queueUrls) == 2


def test_none(world: World) -> None:
    assert world.ask("ListDeadLetterSourceQueues", QueueUrl=world.create()).queueUrls == []


def test_parameters_out_of_range(world: World) -> None:
    url = world.create()
    for members in ({"MaxResults": 0}, {"MaxResults": 1_001}, {"NextToken": "x"}):
        with refused("InvalidParameterValueException"):
            world.ask("ListDeadLetterSourceQueues", QueueUrl=url, **members)


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist"):
        world.ask("ListDeadLetterSourceQueues", QueueUrl=f"{ORIGIN}/{ACCOUNT}/none")
