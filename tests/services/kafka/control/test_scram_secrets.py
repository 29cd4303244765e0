"""Secrets that let users in by SCRAM."""

from typing import Any

import pytest

from tests.services.kafka.control.world import BAD, LOGINS, World, missing, refused


@pytest.fixture
def arn(world: World) -> str:
    return world.create(clientAuthentication=LOGINS)


def associate(world: World, arn: str, *secrets: str, operation: str = "BatchAssociateScramSecret") -> Any:
    return world.do(operation, ClusterArn=arn, secretArnList=list(secrets))["unprocessedScramSecrets"]


def users(world: World, arn: str) -> dict[str, list[str]]:
    served = world.kafka.machine.clusters[world.managed(arn).number]
    return {user: list(mechanisms) for user, mechanisms in served.scram.items() if mechanisms}


def test_users_come_and_go(world: World, arn: str) -> None:
    one, two = world.secret(), world.secret("AmazonMSK_b", '{"username": "bob", "password": "t"}')
    assert associate(world, arn, one, two) == []
    assert users(world, arn) == {"ann": ["SCRAM-SHA-512"], "bob": ["SCRAM-SHA-512"]}
    world = world.restarted()
    first = world.do("ListScramSecrets", ClusterArn=arn, MaxResults=1)
    rest = world.do("ListScramSecrets", ClusterArn=arn, NextToken=first["nextToken"])
    assert first["secretArnList"] + rest["secretArnList"] == [one, two]
    assert associate(world, arn, one, operation="BatchDisassociateScramSecret") == []
    assert users(world, arn) == {"bob": ["SCRAM-SHA-512"]}
    [fault] = associate(world, arn, one, operation="BatchDisassociateScramSecret")
    assert (fault["secretArn"], fault["errorCode"]) == (one, "SecretNotFound")


def test_a_changed_secret_is_a_changed_login(world: World, arn: str) -> None:
    secret = world.secret()
    associate(world, arn, secret)
    served = world.kafka.machine.clusters[world.managed(arn).number]
    before = served.scram["ann"]["SCRAM-SHA-512"]
    world.secrets[secret] = '{"username": "ann", "password": "new"}'
    world.kafka.secret_changed(secret, world.clock.now_ms())
    assert served.scram["ann"]["SCRAM-SHA-512"].stored_key != before.stored_key
    world.secrets[secret] = '{"username": "eve", "password": "new"}'
    world.kafka.secret_changed(secret, world.clock.now_ms())
    assert users(world, arn) == {"eve": ["SCRAM-SHA-512"]}
    del world.secrets[secret]
    world.kafka.secret_changed(secret, world.clock.now_ms())
    assert users(world, arn) == {}
    world.kafka.secret_changed("arn:other", world.clock.now_ms())


@pytest.mark.parametrize(
    ("secret", "code"),
    [
        ("AmazonMSK_a", "InvalidSecretArn"),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:other-AbCdEf", "InvalidSecretName"),
        ("arn:aws:secretsmanager:us-east-1:444455556666:secret:AmazonMSK_a-AbCdEf", "InvalidSecretArn"),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:AmazonMSK_a-AbCdEf", "InvalidSecretArn"),
        ("arn:aws:secretsmanager:us-east-1:111122223333:secret:AmazonMSK_none-AbCdEf", "SecretNotFound"),
    ],
)
def test_secrets_that_let_nobody_in(world: World, arn: str, secret: str, code: str) -> None:
    [fault] = associate(world, arn, secret)
    assert (fault["secretArn"], fault["errorCode"]) == (secret, code)
    assert fault["errorMessage"]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"username": "a"}', '{"username": "", "password": "x"}', "\ud800"])
def test_secrets_that_say_nothing(world: World, arn: str, text: str) -> None:
    [fault] = associate(world, arn, world.secret(text=text))
    assert fault["errorCode"] == "InvalidSecretContent"


def test_a_user_comes_by_one_secret(world: World, arn: str) -> None:
    one, two = world.secret(), world.secret("AmazonMSK_b")
    [fault] = associate(world, arn, one, two)
    assert (fault["secretArn"], fault["errorCode"]) == (two, "UsernameAlreadyAssociated")
    [fault] = associate(world, arn, one)
    assert fault["errorCode"] == "SecretAlreadyAssociated"


def test_requests_that_can_not_be(world: World, arn: str) -> None:
    for secrets in ([], [world.secret()] * 11):
        with refused(BAD, "1 to 10", parameter="secretArnList"):
            associate(world, arn, *secrets)
    with refused("NotFoundException"):
        associate(world, missing(), world.secret())
    with refused(BAD, "isn't enabled", parameter="clusterArn"):
        associate(world, world.create("open"), world.secret())
