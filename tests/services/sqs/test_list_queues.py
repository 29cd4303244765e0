import pytest

from tests.services.sqs.world import ACCOUNT, ORIGIN, OTHER, World, refused
from weirmq.iam.caller import root_of, user_of

PARAMETER = "InvalidParameterValueException"


def names(world: World, **members: object) -> list[str]:
    urls = world.ask("ListQueues", **members).QueueUrls or []
    return [url.removeprefix(f"{ORIGIN}/{ACCOUNT}/") for url in urls]


def test_ones_own_of_the_region_by_name(world: World) -> None:
    for name in ("b", "a", "ab", "B"):
        world.create(name)
    world.ask("CreateQueue", region="eu-west-1", QueueName="c")
    world.ask("CreateQueue", caller=root_of(OTHER), QueueName="d")
    assert names(world) == ["B", "a", "ab", "b"]
    assert names(world, region="eu-west-1") == ["c"]
    assert names(world, QueueNamePrefix="a") == ["a", "ab"]
    assert names(world, QueueNamePrefix="x") == []


def test_none(world: World) -> None:
    answer = world.ask("ListQueues")
    assert (answer.QueueUrls, answer.NextToken) == (None, None)


def test_it_keeps_up(world: World) -> None:
    a, b = world.create("a"), world.create("b")
    assert names(world) == ["a", "b"]
    world.ask("DeleteQueue", QueueUrl=a)
    world.create("0")
    assert names(world) == ["0", "b"]
    world.ask("DeleteQueue", QueueUrl=b)
    assert names(world) == ["0"]
    world.clock.advance(minutes=1)
    world.create("a")
    assert names(world) == ["0", "a"]
    assert names(world.restarted()) == ["0", "a"]


def test_page_by_page(world: World) -> None:
    for n in range(25):
        world.create(f"q{n:02}")
    world.create("other")
    found, token = [], None
    while True:
        answer = world.ask("ListQueues", QueueNamePrefix="q", MaxResults=10, NextToken=token)
        found += answer.QueueUrls
        assert len(answer.QueueUrls) <= 10
        token = answer.NextToken
        if token is None:
            break
        world.ask("DeleteQueue", QueueUrl=answer.QueueUrls[-1])  # a page ends well even if its last queue goes
    assert found == [f"{ORIGIN}/{ACCOUNT}/q{n:02}" for n in range(25)]


def test_a_full_last_page_has_no_token(world: World) -> None:
    for name in ("a", "b"):
        world.create(name)
    assert world.ask("ListQueues", MaxResults=2).NextToken is None
    assert world.ask("ListQueues", MaxResults=1).NextToken is not None


def test_a_thousand_without_max_results(world: World) -> None:
    for n in range(1_001):
        world.create(f"q{n}")
    answer = world.ask("ListQueues")
    assert (len(answer.QueueUrls), answer.NextToken) == (1_000, None)
    assert world.ask("ListQueues", MaxResults=1_000).NextToken is not None


@pytest.mark.parametrize("most", [0, -1, 1_001])
def test_max_results_out_of_range(world: World, most: int) -> None:
    with refused(PARAMETER):
        world.ask("ListQueues", MaxResults=most)


@pytest.mark.parametrize("token", ["x", "é", "W10=", "bnVsbA==", "WyJhIiwgMV0=", "[" * 9_000, "Ww==" * 5_000])
def test_tokens_that_are_none(world: World, token: str) -> None:
    with refused(PARAMETER):
        world.ask("ListQueues", NextToken=token, MaxResults=1)


def test_the_token_of_another_request(world: World) -> None:
    for name in ("a1", "a2", "b1"):
        world.create(name)
    token = world.ask("ListQueues", QueueNamePrefix="a", MaxResults=1).NextToken
    with refused(PARAMETER):
        world.ask("ListQueues", QueueNamePrefix="b", MaxResults=1, NextToken=token)


def test_it_needs_a_permission(world: World) -> None:
    with refused("AccessDeniedException", status=403):
        world.ask("ListQueues", caller=user_of(ACCOUNT, "bob"))
