import json
from typing import Any

import pytest

from tests.services.sns.world import OTHER, STRANGER, World, refused


def add(world: World, arn: str, label: str = "theirs", accounts: list[str] | None = None, *actions: str) -> None:
    world.ask(
        "AddPermission",
        TopicArn=arn,
        Label=label,
        AWSAccountId=[OTHER] if accounts is None else accounts,
        ActionName=list(actions) or ["Publish"],
    )


def statements(world: World, arn: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(world.attributes(arn)["Policy"])["Statement"]
    return found


def test_it_lets_in(world: World) -> None:
    arn = world.topic()
    with refused("AuthorizationError", status=403):
        world.publish(arn, caller=STRANGER)
    add(world, arn)
    world.publish(arn, caller=STRANGER)
    with refused("AuthorizationError", status=403):
        world.ask("GetTopicAttributes", TopicArn=arn, caller=STRANGER)


def test_as_aws_writes_it(world: World) -> None:
    arn = world.topic()
    add(world, arn)
    add(world, arn, "two", [OTHER, "777788889999", OTHER], "Publish", "Subscribe")
    default, one, two = statements(world, arn)
    assert default["Sid"] == "__default_statement_ID"
    assert one == {
        "Sid": "theirs",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "SNS:Publish",
        "Resource": arn,
    }
    assert two["Principal"] == {"AWS": [f"arn:aws:iam::{OTHER}:root", "arn:aws:iam::777788889999:root"]}
    assert two["Action"] == ["SNS:Publish", "SNS:Subscribe"]


def test_a_label_twice(world: World) -> None:
    arn = world.topic()
    add(world, arn)
    with refused("InvalidParameter", "Invalid parameter: Statement already exists"):
        add(world, arn)


def test_an_action_that_topics_do_not_have(world: World) -> None:
    arn = world.topic()
    with refused("InvalidParameter", "Invalid parameter: Policy statement action out of service scope!"):
        add(world, arn, "theirs", None, "InvalidAction")


@pytest.mark.parametrize("accounts", [[], ["me"], ["1234567890123"]])
def test_accounts_that_are_none(world: World, accounts: list[str]) -> None:
    with refused("InvalidParameter"):
        add(world, world.topic(), "theirs", accounts)


def test_removed_again(world: World) -> None:
    arn = world.topic()
    add(world, arn)
    world.ask("RemovePermission", TopicArn=arn, Label="theirs")
    assert [statement["Sid"] for statement in statements(world, arn)] == ["__default_statement_ID"]
    with refused("AuthorizationError", status=403):
        world.publish(arn, caller=STRANGER)
    world.ask("RemovePermission", TopicArn=arn, Label="never")


def test_after_a_restart(world: World) -> None:
    arn = world.topic()
    add(world, arn)
    assert statements(world.restored(), arn) == statements(world, arn)
    world.restarted().publish(arn, caller=STRANGER)
