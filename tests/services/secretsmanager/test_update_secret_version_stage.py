"""UpdateSecretVersionStage."""

import pytest

from tests.services.secretsmanager.world import NOT_FOUND, PARAMETER, World, refused

ONE, TWO = "1" * 32, "2" * 32


@pytest.fixture(autouse=True)
def versions(world: World) -> None:
    world.secret(ClientRequestToken=ONE)
    world.ask("PutSecretValue", SecretId="AmazonMSK_a", SecretString="two", ClientRequestToken=TWO)


def move(world: World, stage: str, **members: str) -> None:
    world.ask("UpdateSecretVersionStage", SecretId="AmazonMSK_a", VersionStage=stage, **members)


def stages(world: World) -> dict[str, list[str]]:
    found: dict[str, list[str]] = world.ask("DescribeSecret", SecretId="AmazonMSK_a")["VersionIdsToStages"]
    return found


def test_back_to_the_one_before(world: World) -> None:
    move(world, "AWSCURRENT", RemoveFromVersionId=TWO, MoveToVersionId=ONE)
    assert stages(world) == {ONE: ["AWSCURRENT"], TWO: ["AWSPREVIOUS"]}
    assert (world.value(), world.restarted().value()) == ("one", "one")
    assert len(world.changed) == 3


def test_a_label_of_ones_own_comes_moves_and_goes(world: World) -> None:
    move(world, "mine", MoveToVersionId=ONE)
    assert stages(world)[ONE] == ["AWSPREVIOUS", "mine"]
    move(world, "mine", MoveToVersionId=TWO, RemoveFromVersionId=ONE)
    assert stages(world)[TWO] == ["AWSCURRENT", "mine"]
    move(world, "mine", RemoveFromVersionId=TWO)
    assert stages(world) == {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]}


def test_where_it_is_already(world: World) -> None:
    move(world, "AWSCURRENT", MoveToVersionId=TWO)
    assert stages(world) == {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]}


def test_moves_that_can_not_be(world: World) -> None:
    with refused(PARAMETER, "RemoveFromVersionId can't be empty"):
        move(world, "AWSCURRENT", MoveToVersionId=ONE)
    with refused(PARAMETER, "can't be completely removed"):
        move(world, "AWSCURRENT", RemoveFromVersionId=TWO)
    with refused(PARAMETER, "not attached"):
        move(world, "AWSCURRENT", RemoveFromVersionId=ONE, MoveToVersionId=TWO)
    with refused(PARAMETER, "must specify"):
        move(world, "mine")
    with refused(NOT_FOUND, "VersionId"):
        move(world, "mine", MoveToVersionId="3" * 32)


def test_twenty_labels(world: World) -> None:
    for number in range(19):
        move(world, str(number), MoveToVersionId=TWO)
    with refused("LimitExceededException"):
        move(world, "more", MoveToVersionId=TWO)
