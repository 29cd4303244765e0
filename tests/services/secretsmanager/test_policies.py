"""PutResourcePolicy, GetResourcePolicy, DeleteResourcePolicy; TagResource, UntagResource."""

import json
from typing import Any

from tests.services.secretsmanager.world import NOT_FOUND, PARAMETER, STRANGER, World, refused
from weirmq.iam.caller import user_of
from weirmq.iam.policy import Kind, read


def policy(principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "secretsmanager:GetSecretValue", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Resource": "*", **statement}]})


def test_another_account_reads(world: World) -> None:
    arn = world.secret()
    text = policy({"AWS": STRANGER.account})
    world.ask("PutResourcePolicy", SecretId=arn, ResourcePolicy=text)
    assert world.ask("GetResourcePolicy", SecretId=arn)["ResourcePolicy"] == text
    world = world.restarted()
    assert world.ask("GetSecretValue", SecretId=arn, caller=STRANGER)["SecretString"] == "one"
    with refused("AccessDeniedException"):
        world.ask("DeleteSecret", SecretId=arn, caller=STRANGER)
    world.ask("DeleteResourcePolicy", SecretId=arn)
    assert "ResourcePolicy" not in world.ask("GetResourcePolicy", SecretId=arn)
    with refused("AccessDeniedException"):
        world.ask("GetSecretValue", SecretId=arn, caller=STRANGER)


def test_refusals(world: World) -> None:
    arn = world.secret()
    with refused("MalformedPolicyDocumentException"):
        world.ask("PutResourcePolicy", SecretId=arn, ResourcePolicy="{")
    with refused("PublicPolicyException"):
        world.ask("PutResourcePolicy", SecretId=arn, ResourcePolicy=policy("*"), BlockPublicPolicy=True)
    world.ask("PutResourcePolicy", SecretId=arn, ResourcePolicy=policy("*"))
    with refused(PARAMETER, "PolicyName"):
        world.ask("GetResourcePolicy", SecretId=arn, PolicyName="p")
    with refused(NOT_FOUND):
        world.ask("GetResourcePolicy", SecretId="never")


def test_tags_come_and_go(world: World) -> None:
    arn = world.secret()
    world.ask("TagResource", SecretId=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b"}])
    world.ask("UntagResource", SecretId=arn, TagKeys=["a", "never"])
    assert world.restarted().ask("DescribeSecret", SecretId=arn)["Tags"] == [{"Key": "b", "Value": ""}]
    with refused(PARAMETER, "50"):
        world.ask("TagResource", SecretId=arn, Tags=[{"Key": str(number)} for number in range(50)])
    with refused(PARAMETER, "aws:"):
        world.ask("TagResource", SecretId=arn, Tags=[{"Key": "AWS:x"}])


def test_policies_that_ask_for_a_tag_and_a_label(world: World) -> None:
    arn = world.secret(Tags=[{"Key": "team", "Value": "sales"}])
    condition = {
        "StringEquals": {"aws:ResourceTag/team": "sales", "secretsmanager:VersionStage": "AWSCURRENT"},
    }
    statement = {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*", "Condition": condition}
    user = user_of(
        "111122223333", "u", policies=(read({"Version": "2012-10-17", "Statement": statement}, Kind.IDENTITY),)
    )
    assert world.ask("GetSecretValue", SecretId=arn, caller=user)["SecretString"] == "one"
    with refused("AccessDeniedException"):
        world.ask("GetSecretValue", SecretId=arn, VersionStage="AWSPREVIOUS", caller=user)
