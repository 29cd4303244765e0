from tests.services.sns.world import OTHER, STRANGER, World, refused, topic_arn


def arns(world: World, token: str | None = None) -> tuple[list[str], str | None]:
    answer = world.ask("ListTopics", NextToken=token)
    return [topic.TopicArn for topic in answer.Topics], answer.NextToken


def test_a_hundred_a_page(world: World) -> None:
    made = [world.topic(f"t{number}") for number in range(201)]
    first, token = arns(world)
    second, token_2 = arns(world, token)
    third, end = arns(world, token_2)
    assert (len(first), len(second), len(third), end) == (100, 100, 1, None)
    assert first + second + third == made


def test_topics_may_go_between_two_pages(world: World) -> None:
    made = [world.topic(f"t{number}") for number in range(150)]
    _, token = arns(world)
    for arn in (made[0], made[99], made[120]):
        world.ask("DeleteTopic", TopicArn=arn)
    second, _ = arns(world, token)
    assert second == [*made[100:120], *made[121:]]


def test_only_the_own_ones(world: World) -> None:
    world.topic("mine")
    assert world.topic("theirs", caller=STRANGER) == topic_arn("theirs", OTHER)
    assert arns(world)[0] == [topic_arn("mine")]
    assert world.ask("ListTopics", region="eu-west-1").Topics == []


def test_none(world: World) -> None:
    assert arns(world) == ([], None)


def test_a_token_that_is_none(world: World) -> None:
    for token in ("x", "é", "YWZ0ZXI6eA==", "A" * 10_000):
        with refused("InvalidParameter", "Invalid parameter: NextToken"):
            arns(world, token)
