"""The decision, case by case as AWS documents it."""

from typing import Any

import pytest

from weirmq.iam import authorize, policy
from weirmq.iam.caller import Caller, root_of, service_of, user_of
from weirmq.iam.evaluate import Decision, Errand, decide
from weirmq.iam.policy import Kind, Policy
from weirmq.kernel.errors import ServiceError

OWNER, OTHER = "111122223333", "444455556666"
QUEUE = f"arn:aws:sqs:eu-west-1:{OWNER}:orders"
TOPIC = f"arn:aws:sns:eu-west-1:{OWNER}:orders"
NOW_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
BOB_ARN = f"arn:aws:iam::{OWNER}:user/bob"


def identity(*statements: dict[str, Any]) -> Policy:
    return policy.read({"Version": "2012-10-17", "Statement": list(statements)}, Kind.IDENTITY)


def on_queue(*statements: dict[str, Any]) -> Policy:
    filled = [{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": QUEUE} | each for each in statements]
    return policy.read({"Version": "2012-10-17", "Statement": filled}, Kind.RESOURCE)


ALLOW = identity({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:orders"})
DENY = identity({"Effect": "Deny", "Action": "sqs:*", "Resource": "*"})


def bob(*policies: Policy, account: str = OWNER) -> Caller:
    return user_of(account, "bob", "AKIDBOB", policies)


def asked(
    caller: Caller, resource_policy: Policy | None = None, keys: dict[str, Any] | None = None, **more: Any
) -> Decision:
    errand = Errand(caller, "eu-west-1", NOW_MS, **more)
    return decide(errand, "sqs:SendMessage", QUEUE, resource_policy, keys or {})


def test_the_root_of_the_account_may_do_everything() -> None:
    assert asked(root_of(OWNER)) is Decision.ALLOWED
    assert asked(root_of(OWNER), on_queue({"Principal": {"AWS": OTHER}})) is Decision.ALLOWED


def test_a_deny_of_the_resource_holds_for_the_root_too() -> None:
    denying = on_queue({"Effect": "Deny", "Action": "sqs:SendMessage"})
    assert asked(root_of(OWNER), denying) is Decision.DENIED_BY_RESOURCE
    with pytest.raises(ServiceError):
        authorize(Errand(root_of(OWNER), "eu-west-1", NOW_MS), "sqs:SendMessage", QUEUE, denying)
    authorize(Errand(root_of(OWNER), "eu-west-1", NOW_MS), "sqs:ReceiveMessage", QUEUE, denying)


def test_a_user_without_policies_may_do_nothing() -> None:
    assert asked(bob()) is Decision.NOT_ALLOWED_BY_IDENTITY


def test_within_an_account_either_side_is_enough() -> None:
    assert asked(bob(ALLOW)) is Decision.ALLOWED
    assert asked(bob(), on_queue({})) is Decision.ALLOWED
    assert asked(bob(), on_queue({"Principal": {"AWS": BOB_ARN}})) is Decision.ALLOWED
    assert asked(bob(), on_queue({"Principal": {"AWS": f"{BOB_ARN}by"}})) is Decision.NOT_ALLOWED_BY_IDENTITY


def test_naming_the_own_account_allows_its_users_nothing() -> None:
    handing_over = on_queue({"Principal": {"AWS": OWNER}})
    assert asked(bob(), handing_over) is Decision.NOT_ALLOWED_BY_IDENTITY
    assert asked(bob(ALLOW), handing_over) is Decision.ALLOWED


def test_a_deny_wins_wherever_it_stands() -> None:
    denying = on_queue({"Effect": "Deny"})
    assert asked(bob(ALLOW, DENY)) is Decision.DENIED_BY_IDENTITY
    assert asked(bob(DENY, ALLOW), on_queue({})) is Decision.DENIED_BY_IDENTITY
    assert asked(bob(ALLOW), denying) is Decision.DENIED_BY_RESOURCE
    assert asked(bob(), on_queue({}, {"Effect": "Deny"})) is Decision.DENIED_BY_RESOURCE
    assert asked(bob(ALLOW), on_queue({"Effect": "Deny", "Principal": {"AWS": OWNER}})) is Decision.DENIED_BY_RESOURCE


def test_across_accounts_both_sides_must_allow() -> None:
    for principal in (OTHER, f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{OTHER}:user/bob", "*"):
        letting_in = on_queue({"Principal": {"AWS": principal}})
        assert asked(bob(ALLOW, account=OTHER), letting_in) is Decision.ALLOWED
        assert asked(bob(account=OTHER), letting_in) is Decision.NOT_ALLOWED_BY_IDENTITY
    assert asked(bob(ALLOW, account=OTHER)) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(bob(ALLOW, account=OTHER), on_queue({"Principal": {"AWS": OWNER}})) is Decision.NOT_ALLOWED_BY_RESOURCE


def test_the_root_of_another_account_needs_the_resources_policy() -> None:
    assert asked(root_of(OTHER)) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(root_of(OTHER), on_queue({"Principal": {"AWS": OTHER}})) is Decision.ALLOWED
    named_user = on_queue({"Principal": {"AWS": f"arn:aws:iam::{OTHER}:user/bob"}})
    assert asked(root_of(OTHER), named_user) is Decision.NOT_ALLOWED_BY_RESOURCE


def test_a_service_is_let_in_by_the_resources_policy_alone() -> None:
    sns = service_of("sns.amazonaws.com")
    allowing = on_queue(
        {"Principal": {"Service": "sns.amazonaws.com"}, "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}}}
    )
    assert asked(sns, allowing, {"aws:sourcearn": TOPIC}) is Decision.ALLOWED
    assert asked(sns, allowing, {"aws:sourcearn": f"{TOPIC}2"}) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(sns, allowing) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(sns) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(service_of("s3.amazonaws.com"), allowing, {"aws:sourcearn": TOPIC}) is Decision.NOT_ALLOWED_BY_RESOURCE
    assert asked(bob(), allowing, {"aws:sourcearn": TOPIC}) is Decision.NOT_ALLOWED_BY_IDENTITY
    anyone = on_queue({"Condition": {"StringEquals": {"aws:SourceAccount": OWNER}}})
    assert asked(sns, anyone, {"aws:sourceaccount": OWNER}) is Decision.ALLOWED
    assert asked(sns, anyone, {"aws:sourceaccount": OTHER}) is Decision.NOT_ALLOWED_BY_RESOURCE


def test_a_not_principal_deny_spares_only_those_listed_with_their_account() -> None:
    both = {"NotPrincipal": {"AWS": [BOB_ARN, OWNER]}}
    for listed, caller, expected in (
        (both, bob(ALLOW), Decision.ALLOWED),
        (both, user_of(OWNER, "eve", policies=(ALLOW,)), Decision.DENIED_BY_RESOURCE),
        (both, root_of(OWNER), Decision.ALLOWED),
        (both, service_of("sns.amazonaws.com"), Decision.DENIED_BY_RESOURCE),
        ({"NotPrincipal": {"AWS": BOB_ARN}}, bob(ALLOW), Decision.DENIED_BY_RESOURCE),
    ):
        statement = {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"} | listed
        found = policy.read({"Statement": statement}, Kind.RESOURCE)
        assert asked(caller, found) is expected


def test_a_not_principal_allow_takes_only_those_outside() -> None:
    statement = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*", "NotPrincipal": {"AWS": OTHER}}
    found = policy.read({"Statement": statement}, Kind.RESOURCE)
    assert asked(bob(), found) is Decision.ALLOWED
    assert asked(bob(ALLOW, account=OTHER), found) is Decision.NOT_ALLOWED_BY_RESOURCE


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:username": "bob"}}, True),
        ({"StringEquals": {"AWS:UserName": "bob"}}, True),
        ({"StringEquals": {"aws:PrincipalArn": BOB_ARN}}, True),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWNER}:user/*"}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": OTHER}}, False),
        ({"StringEquals": {"aws:ResourceAccount": OWNER}}, True),
        ({"StringEquals": {"aws:PrincipalType": "User"}}, True),
        ({"StringLike": {"aws:userid": "AIDA*"}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, True),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:01Z"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}, False),
        ({"NumericEquals": {"aws:EpochTime": "1767225600"}}, True),
        ({"Null": {"aws:SourceArn": "true"}}, True),
        ({"Null": {"aws:PrincipalServiceName": "false"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, False),
    ],
)
def test_the_condition_keys_of_every_request(condition: dict[str, Any], expected: bool) -> None:
    allowing = identity({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition})
    found = asked(bob(allowing), peer="10.1.2.3", secure=False)
    assert found is (Decision.ALLOWED if expected else Decision.NOT_ALLOWED_BY_IDENTITY)


def test_a_link_local_address_loses_its_interface() -> None:
    block = {"IpAddress": {"aws:SourceIp": "fe80::/10"}}
    allowing = identity({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block})
    assert asked(bob(allowing), peer="fe80::1%eth0") is Decision.ALLOWED


def test_resources_may_be_named_after_the_user() -> None:
    own = identity({"Effect": "Allow", "Action": "sqs:*", "Resource": f"arn:aws:sqs:*:{OWNER}:${{aws:username}}-*"})
    for name, expected in (("bob-1", Decision.ALLOWED), ("eve-1", Decision.NOT_ALLOWED_BY_IDENTITY)):
        errand = Errand(bob(own), "eu-west-1", NOW_MS)
        assert decide(errand, "sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{OWNER}:{name}") is expected


def test_an_action_on_no_resource_is_one_on_the_callers_own_account() -> None:
    everywhere = identity({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"})
    elsewhere = identity({"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": QUEUE})
    for caller, expected in (
        (root_of(OTHER), Decision.ALLOWED),
        (bob(everywhere), Decision.ALLOWED),
        (bob(elsewhere), Decision.NOT_ALLOWED_BY_IDENTITY),
    ):
        assert decide(Errand(caller, "eu-west-1", NOW_MS), "sqs:ListQueues", "*") is expected
    authorize(Errand(root_of(OTHER), "eu-west-1", NOW_MS), "sqs:ListQueues", "*")


def refusal(caller: Caller, action: str, arn: str, resource_policy: Policy | None = None) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        authorize(Errand(caller, "eu-west-1", NOW_MS), action, arn, resource_policy)
    return caught.value


def test_a_refusal_says_who_what_where_and_why() -> None:
    error = refusal(bob(), "sqs:SendMessage", QUEUE)
    assert (error.code, error.status) == ("AccessDeniedException", 403)
    assert error.message == (
        f"User: {BOB_ARN} is not authorized to perform: sqs:sendmessage on resource: {QUEUE} "
        "because no identity-based policy allows the sqs:sendmessage action"
    )
    assert refusal(root_of(OTHER), "sqs:SendMessage", QUEUE).message.endswith(
        f"{QUEUE} because no resource-based policy allows the sqs:sendmessage action"
    )
    assert refusal(bob(DENY), "sqs:SendMessage", QUEUE).message.endswith(
        "with an explicit deny in an identity-based policy"
    )
    assert refusal(bob(ALLOW), "sqs:SendMessage", QUEUE, on_queue({"Effect": "Deny"})).message.endswith(
        "with an explicit deny in a resource-based policy"
    )


def test_each_service_has_its_own_way_of_refusing() -> None:
    error = refusal(bob(), "sns:Publish", TOPIC)
    assert (error.code, error.status) == ("AuthorizationError", 403)
    assert "not authorized to perform: SNS:Publish on resource" in error.message
    error = refusal(bob(), "kinesis:PutRecord", f"arn:aws:kinesis:eu-west-1:{OWNER}:stream/orders")
    assert (error.code, error.status) == ("AccessDeniedException", 400)
    assert "allows the kinesis:PutRecord action" in error.message


TIMELY = {"Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:01Z"}}}


@pytest.mark.parametrize("condition", [{}, TIMELY])
def test_what_was_allowed_once_is_looked_at_again_where_it_may_be_otherwise(condition: dict[str, Any]) -> None:
    policy = identity({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", **condition})
    bob = user_of(OWNER, "bob", policies=(policy,))
    now, later = Errand(bob, "eu-west-1", NOW_MS), Errand(bob, "eu-west-1", NOW_MS + 2_000)
    for _ in range(2):
        authorize(now, "sqs:SendMessage", QUEUE)
    for asking, action, on_it in (
        (now, "sqs:DeleteQueue", None),
        (now, "sqs:SendMessage", on_queue({"Effect": "Deny"})),
        *([(later, "sqs:SendMessage", None)] if condition else []),
    ):
        with pytest.raises(ServiceError):
            authorize(asking, action, QUEUE, on_it)
    if not condition:
        authorize(later, "sqs:SendMessage", QUEUE)


def test_a_condition_on_the_caller_alone_needs_no_second_look() -> None:
    own = {"StringEquals": {"AWS:SourceOwner": OWNER}}
    for condition, is_settled in ((own, True), ({"StringEquals": {"aws:username": "${aws:SourceIp}"}}, False)):
        statement = {"Effect": "Allow", "Principal": "*", "Action": "SNS:Publish", "Resource": TOPIC}
        on_topic = policy.read(
            {"Version": "2012-10-17", "Statement": [statement | {"Condition": condition}]}, Kind.RESOURCE
        )
        (found,) = on_topic.about("sns:Publish")
        assert found.is_fixed is is_settled
    bob = user_of(OWNER, "bob")
    asking = Errand(bob, "eu-west-1", NOW_MS)
    on_topic = policy.read({"Version": "2012-10-17", "Statement": [statement | {"Condition": own}]}, Kind.RESOURCE)
    authorize(asking, "sns:Publish", TOPIC, on_topic, {"aws:sourceowner": OWNER})
    assert bob.settled == {("sns:Publish", TOPIC): on_topic}
    eve = user_of(OTHER, "eve", policies=(identity({"Effect": "Allow", "Action": "*", "Resource": "*"}),))
    with pytest.raises(ServiceError):
        authorize(Errand(eve, "eu-west-1", NOW_MS), "sns:Publish", TOPIC, on_topic, {"aws:sourceowner": OTHER})
