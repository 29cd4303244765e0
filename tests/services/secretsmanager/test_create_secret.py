"""CreateSecret."""

import re
from typing import Any

import pytest

from tests.services.secretsmanager.world import ACCOUNT, PARAMETER, REQUEST, STRANGER, World, refused
from weirmq.iam.caller import user_of
from weirmq.iam.policy import Kind, read

TOKEN = "a" * 32


def test_a_secret_with_a_value(world: World) -> None:
    made = world.ask("CreateSecret", Name="AmazonMSK_a", SecretString="s", ClientRequestToken=TOKEN)
    assert re.fullmatch(rf"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:AmazonMSK_a-[A-Za-z0-9]{{6}}", made["ARN"])
    assert (made["Name"], made["VersionId"]) == ("AmazonMSK_a", TOKEN)
    assert world.value() == "s"
    assert world.restarted().value() == "s"


def test_a_secret_without_one(world: World) -> None:
    made = world.ask("CreateSecret", Name="empty")
    assert "VersionId" not in made
    with refused("ResourceNotFoundException", "staging label: AWSCURRENT"):
        world.value("empty")


def test_bytes(world: World) -> None:
    world.ask("CreateSecret", Name="b", SecretBinary="AAE=")
    found = world.ask("GetSecretValue", SecretId="b")
    assert found["SecretBinary"] == "AAE="
    assert "SecretString" not in found


def test_the_same_request_again(world: World) -> None:
    first = world.ask("CreateSecret", Name="a", SecretString="s", ClientRequestToken=TOKEN)
    assert world.ask("CreateSecret", Name="a", SecretString="s", ClientRequestToken=TOKEN) == first
    with refused("ResourceExistsException", "already exists"):
        world.ask("CreateSecret", Name="a", SecretString="t", ClientRequestToken=TOKEN)


def test_one_name_in_an_account_and_region(world: World) -> None:
    world.secret("a")
    with refused("ResourceExistsException", "the secret a already exists"):
        world.secret("a")
    world.ask("CreateSecret", Name="a", region="eu-west-1")
    world.ask("CreateSecret", Name="a", caller=STRANGER)


def test_the_name_of_one_that_is_to_be_gone(world: World) -> None:
    world.secret("a")
    world.ask("DeleteSecret", SecretId="a")
    with refused(REQUEST, "already scheduled for deletion"):
        world.secret("a")


@pytest.mark.parametrize(
    "members",
    [
        {"Name": "a b"},
        {"SecretString": "s", "SecretBinary": "AAE="},
        {"SecretString": "é" * 40_000},
        {"Tags": [{"Key": "aws:x", "Value": ""}]},
        {"Tags": [{"Value": ""}]},
        {"Tags": [{"Key": str(number)} for number in range(51)]},
        {"AddReplicaRegions": [{"Region": "eu-west-1"}]},
        {"ForceOverwriteReplicaSecret": True},
        {"Type": "SalesforceClientSecret"},
    ],
    ids=str,
)
def test_parameters_that_can_not_be(world: World, members: dict[str, Any]) -> None:
    with refused(PARAMETER):
        world.ask("CreateSecret", **{"Name": "a", **members})


def test_what_the_model_forbids(world: World) -> None:
    with refused("ValidationException"):
        world.ask("CreateSecret", Name="")


def test_who_may(world: World) -> None:
    policy = {
        "Effect": "Allow",
        "Action": "secretsmanager:CreateSecret",
        "Resource": "arn:aws:secretsmanager:*:*:secret:AmazonMSK_*",
    }
    user = user_of(ACCOUNT, "u", policies=(read({"Version": "2012-10-17", "Statement": policy}, Kind.IDENTITY),))
    world.ask("CreateSecret", Name="AmazonMSK_a", caller=user)
    with refused("AccessDeniedException", "secretsmanager:CreateSecret"):
        world.ask("CreateSecret", Name="other", caller=user)


def test_operations_that_are_not_there(world: World) -> None:
    with refused("UnsupportedOperation", "RotateSecret is not there"):
        world.ask("RotateSecret")
