from tests.services.sqs.world import World, refused


def test_removing(world: World) -> None:
    url = world.create(tags={"a": "1", "b": "2", "c": "3"})
    world.ask("UntagQueue", QueueUrl=url, TagKeys=["a", "c", "never there"])
    assert world.ask("ListQueueTags", QueueUrl=url).Tags == {"b": "2"}
    world.ask("UntagQueue", QueueUrl=url, TagKeys=["b"])
    assert world.ask("ListQueueTags", QueueUrl=url).Tags is None


def test_what_is_not_there_is_not_recorded(world: World) -> None:
    url = world.create(tags={"a": "1"})
    end = world.journal.end
    world.ask("UntagQueue", QueueUrl=url, TagKeys=["b"])
    assert world.journal.end == end


def test_no_keys(world: World) -> None:
    with refused("MissingRequiredParameterException", "The request must contain the parameter TagKeys."):
        world.ask("UntagQueue", QueueUrl=world.create(), TagKeys=[])


def test_no_queue(world: World) -> None:
    with refused("QueueDoesNotExist"):
        world.ask("UntagQueue", QueueUrl="http://localhost:4566/111122223333/none", TagKeys=["a"])
