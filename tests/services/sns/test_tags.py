from tests.services.sns.world import World, refused, topic_arn
from weirmq.wire.aws.types.sns import Tag


def put(world: World, arn: str, **tags: str) -> None:
    world.ask("TagResource", ResourceArn=arn, Tags=[Tag(Key=key, Value=value) for key, value in tags.items()])


def tags_of(world: World, arn: str) -> dict[str, str]:
    return {tag.Key: tag.Value for tag in world.ask("ListTagsForResource", ResourceArn=arn).Tags}


def test_added_changed_and_removed(world: World) -> None:
    arn = world.topic()
    put(world, arn, team="sales", stage="test")
    put(world, arn, stage="live")
    assert tags_of(world, arn) == {"team": "sales", "stage": "live"}
    world.ask("UntagResource", ResourceArn=arn, TagKeys=["stage", "never"])
    assert tags_of(world, arn) == {"team": "sales"}
    assert tags_of(world.restarted(), arn) == {"team": "sales"}
    assert tags_of(world.restored(), arn) == {"team": "sales"}


def test_fifty_are_the_most(world: World) -> None:
    arn = world.topic()
    put(world, arn, **{f"k{number}": "" for number in range(50)})
    put(world, arn, k1="again")
    with refused("TagLimitExceeded"):
        put(world, arn, more="1")


def test_what_a_tag_cannot_be(world: World) -> None:
    arn = world.topic()
    with refused("InvalidParameter"):
        world.ask("TagResource", ResourceArn=arn, Tags=[Tag(Key="aws:mine", Value="1")])
    with refused("InvalidParameter"):
        world.ask("TagResource", ResourceArn=arn, Tags=[Tag(Key="a#", Value="1")])
    with refused("InvalidParameter", "Invalid parameter: Duplicated keys are not allowed."):
        world.ask("TagResource", ResourceArn=arn, Tags=[Tag(Key="a", Value="1"), Tag(Key="a", Value="1")])


def test_of_nothing(world: World) -> None:
    for operation, members in (
        ("TagResource", {"Tags": []}),
        ("UntagResource", {"TagKeys": []}),
        ("ListTagsForResource", {}),
    ):
        with refused("ResourceNotFound", "Resource does not exist", 404):
            world.ask(operation, ResourceArn=topic_arn("orders"), **members)
