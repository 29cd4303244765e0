"""PutSecretValue, GetSecretValue, ListSecretVersionIds."""

import pytest

from tests.services.secretsmanager.world import NOT_FOUND, PARAMETER, REQUEST, STRANGER, World, refused
from weirmq.kernel.clock import DAY_MS

ONE, TWO, THREE = "1" * 32, "2" * 32, "3" * 32


def stages(world: World, **members: bool) -> dict[str, list[str]]:
    found = world.ask("ListSecretVersionIds", SecretId="AmazonMSK_a", **members)["Versions"]
    return {each["VersionId"]: each.get("VersionStages", []) for each in found}


def put(world: World, token: str, text: str, **members: object) -> dict[str, object]:
    asked = {"SecretId": "AmazonMSK_a", "ClientRequestToken": token, "SecretString": text, **members}
    found: dict[str, object] = world.ask("PutSecretValue", **asked)
    return found


@pytest.fixture(autouse=True)
def secret(world: World) -> str:
    return world.secret(ClientRequestToken=ONE)


def test_labels_move(world: World, secret: str) -> None:
    assert put(world, TWO, "two")["VersionStages"] == ["AWSCURRENT"]
    assert stages(world) == {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]}
    put(world, THREE, "three")
    assert stages(world) == {TWO: ["AWSPREVIOUS"], THREE: ["AWSCURRENT"]}
    assert stages(world, IncludeDeprecated=True)[ONE] == []
    assert (world.value(), world.value(VersionStage="AWSPREVIOUS"), world.value(VersionId=ONE)) == (
        "three",
        "two",
        "one",
    )
    again = world.restarted()
    assert (again.value(), stages(again, IncludeDeprecated=True)) == ("three", stages(world, IncludeDeprecated=True))
    assert world.changed == [secret] * 3


def test_labels_of_ones_own(world: World) -> None:
    put(world, TWO, "two", VersionStages=["AWSPENDING", "mine"])
    assert stages(world) == {ONE: ["AWSCURRENT"], TWO: ["AWSPENDING", "mine"]}
    assert (world.value(), world.value(VersionStage="mine")) == ("one", "two")
    assert len(world.changed) == 1


def test_the_first_version_is_current_anyway(world: World) -> None:
    world.secret("empty", None)
    found = world.ask("PutSecretValue", SecretId="empty", SecretString="s", VersionStages=["mine"])
    assert found["VersionStages"] == ["mine", "AWSCURRENT"]


def test_a_token_twice(world: World) -> None:
    put(world, TWO, "two")
    put(world, THREE, "three")
    assert put(world, TWO, "two")["VersionStages"] == ["AWSPREVIOUS"]
    assert world.value() == "three"
    with refused("ResourceExistsException", "already in use"):
        put(world, TWO, "other")


def test_a_hundred_versions(world: World) -> None:
    for number in range(105):
        put(world, f"{number:032}", str(number))
    assert len(stages(world, IncludeDeprecated=True)) == 100
    with refused(NOT_FOUND):
        world.value(VersionId=ONE)


def test_a_hundred_versions_that_are_needed(world: World) -> None:
    for number in range(99):
        put(world, f"{number:032}", str(number), VersionStages=[f"s{number}"])
    with refused("LimitExceededException"):
        put(world, TWO, "x")


def test_pages_of_versions(world: World) -> None:
    put(world, TWO, "two")
    first = world.ask("ListSecretVersionIds", SecretId="AmazonMSK_a", MaxResults=1)
    rest = world.ask("ListSecretVersionIds", SecretId="AmazonMSK_a", NextToken=first["NextToken"])
    assert [len(first["Versions"]), len(rest["Versions"]), "NextToken" in rest] == [1, 1, False]
    with refused("InvalidNextTokenException"):
        world.ask("ListSecretVersionIds", SecretId="AmazonMSK_a", NextToken="x")


def test_no_value(world: World) -> None:
    with refused(REQUEST, "SecretString or SecretBinary"):
        world.ask("PutSecretValue", SecretId="AmazonMSK_a")
    with refused(PARAMETER, "RotationToken"):
        put(world, TWO, "x", RotationToken="a" * 36)


def test_versions_that_are_not_there(world: World) -> None:
    with refused(NOT_FOUND, "VersionId: " + TWO):
        world.value(VersionId=TWO)
    with refused(NOT_FOUND, "staging label: other"):
        world.value(VersionStage="other")
    with refused(REQUEST, "not associated"):
        world.value(VersionId=ONE, VersionStage="other")
    assert world.value(VersionId=ONE, VersionStage="AWSCURRENT") == "one"


def test_by_name_and_arn(world: World, secret: str) -> None:
    assert [world.value(each) for each in ("AmazonMSK_a", secret, secret[:-7])] == ["one"] * 3
    with refused(NOT_FOUND, "can't find the specified secret"):
        world.value("other")
    with refused(NOT_FOUND):
        world.value(secret[:-1] + "?")
    with refused(NOT_FOUND):
        world.ask("GetSecretValue", SecretId=secret, region="eu-west-1")
    with refused("AccessDeniedException"):
        world.ask("GetSecretValue", SecretId=secret, caller=STRANGER)
    with refused(NOT_FOUND):
        world.value("arn:nonsense")


def test_the_day_of_the_last_access(world: World) -> None:
    assert "LastAccessedDate" not in world.ask("DescribeSecret", SecretId="AmazonMSK_a")
    world.value()
    found = world.ask("DescribeSecret", SecretId="AmazonMSK_a")["LastAccessedDate"]
    assert found * 1000 == world.clock.now_ms() // DAY_MS * DAY_MS
    end = world.journal.end
    world.value()
    assert world.journal.end == end


def test_the_value_that_other_services_have(world: World, secret: str) -> None:
    assert world.secrets.current(secret) == "one"
    world.ask("DeleteSecret", SecretId=secret)
    assert world.secrets.current(secret) is None
    assert world.secrets.current("arn:other") is None
