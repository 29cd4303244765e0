import json

import pytest

from tests.services.sqs.world import ACCOUNT, OTHER, World, arn, refused
from weirmq.iam.caller import root_of

PARAMETER = "InvalidParameterValueException"


def add(world: World, url: str, label: str, accounts: list[str], actions: list[str]) -> None:
    world.ask("AddPermission", QueueUrl=url, Label=label, AWSAccountIds=accounts, Actions=actions)


def test_the_policy_it_writes(world: World) -> None:
    url = world.create("orders")
    add(world, url, "one", [OTHER], ["SendMessage"])
    statement = {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": "SQS:SendMessage",
        "Resource": arn("orders"),
    }
    assert json.loads(world.attributes(url, "Policy")["Policy"]) == {
        "Version": "2008-10-17",
        "Id": f"{arn('orders')}/SQSDefaultPolicy",
        "Statement": [statement],
    }


def test_several_accounts_and_actions(world: World) -> None:
    url = world.create()
    add(world, url, "one", [OTHER, ACCOUNT], ["*", "DeleteMessage"])
    add(world, url, "two", [OTHER], ["SendMessage"])
    one, two = json.loads(world.attributes(url, "Policy")["Policy"])["Statement"]
    assert one["Principal"]["AWS"] == [f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{ACCOUNT}:root"]
    assert one["Action"] == ["SQS:*", "SQS:DeleteMessage"]
    assert two["Sid"] == "two"


def test_it_joins_a_policy_that_is_there(world: World) -> None:
    own = {"Sid": "own", "Effect": "Deny", "Principal": "*", "Action": "SQS:PurgeQueue"}
    url = world.create(Policy=json.dumps({"Version": "2012-10-17", "Id": "mine", "Statement": own}))
    add(world, url, "more", [OTHER], ["SendMessage"])
    policy = json.loads(world.attributes(url, "Policy")["Policy"])
    assert (policy["Version"], policy["Id"], policy["Statement"][0]) == ("2012-10-17", "mine", own)
    with refused(PARAMETER, "Value own for parameter Label is invalid. Reason: Already exists."):
        add(world, url, "own", [OTHER], ["SendMessage"])


def test_what_it_allows(world: World) -> None:
    url = world.create()
    send = {"caller": root_of(OTHER), "QueueUrl": url, "MessageBody": "x"}
    with refused("AccessDeniedException", status=403):
        world.ask("SendMessage", **send)
    add(world, url, "one", [OTHER], ["SendMessage"])
    world.ask("SendMessage", **send)
    with refused("AccessDeniedException", status=403):
        world.ask("ReceiveMessage", caller=root_of(OTHER), QueueUrl=url)
    assert world.bodies(url) == ["x"]


@pytest.mark.parametrize("label", ["", "a b", "a.b", "é", "a" * 81, "a\n"])
def test_labels_that_cannot_be_one(world: World, label: str) -> None:
    url = world.create()
    with refused(PARAMETER):
        add(world, url, label, [OTHER], ["SendMessage"])


@pytest.mark.parametrize("account", ["", "1", "1" * 13, "abcdefghijkl", f"arn:aws:iam::{OTHER}:root", "*"])
def test_accounts_that_cannot_be_one(world: World, account: str) -> None:
    url = world.create()
    with refused(PARAMETER, f"Value [{account}] for parameter PrincipalId is invalid. Reason: Unable to verify."):
        add(world, url, "one", [account], ["SendMessage"])


def test_actions_that_cannot_be_given(world: World) -> None:
    url = world.create()
    with refused(
        PARAMETER,
        "Value SQS:DeleteQueue for parameter ActionName is invalid. "
        "Reason: Only the queue owner is allowed to invoke this action.",
    ):
        add(world, url, "one", [OTHER], ["SendMessage", "DeleteQueue"])
    for action in ("Fly", "sendmessage", "SQS:SendMessage", ""):
        with refused(PARAMETER):
            add(world, url, "one", [OTHER], [action])


def test_seven_actions_at_most(world: World) -> None:
    url = world.create()
    actions = [
        "SendMessage", "ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility", "GetQueueAttributes",
        "GetQueueUrl", "PurgeQueue", "ListDeadLetterSourceQueues",
    ]  # fmt: skip
    add(world, url, "seven", [OTHER], actions[:7])
    with refused("OverLimit", "8 Actions were found, maximum allowed is 7.", 403):
        add(world, url, "eight", [OTHER], actions)


def test_nobody_and_nothing(world: World) -> None:
    url = world.create()
    for accounts, actions in (([], ["SendMessage"]), ([OTHER], [])):
        with refused("MissingRequiredParameterException"):
            add(world, url, "one", accounts, actions)


def test_a_policy_that_grows_too_large(world: World) -> None:
    url = world.create()
    for n in range(20):
        add(world, url, f"s{n}", [OTHER], ["SendMessage"])
    with refused("InvalidAttributeValue"):
        add(world, url, "more", [OTHER], ["SendMessage"])


def test_only_the_owner_may(world: World) -> None:
    url = world.create()
    add(world, url, "all", [OTHER], ["*"])
    with refused("AccessDeniedException", f"Access to the resource {url} is denied.", 403):
        world.ask(
            "AddPermission",
            caller=root_of(OTHER),
            QueueUrl=url,
            Label="more",
            AWSAccountIds=[OTHER],
            Actions=["SendMessage"],
        )
