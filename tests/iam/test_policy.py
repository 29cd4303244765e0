import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from weirmq.iam import policy
from weirmq.iam.errors import PolicyError
from weirmq.iam.policy import Kind

ALLOW = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}


def document(**changes: Any) -> dict[str, Any]:
    statement = {name: value for name, value in (ALLOW | changes).items() if value is not None}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize(
    ("wanted", "action", "expected"),
    [
        ("sqs:SendMessage", "sqs:SendMessage", True),
        ("SQS:sendmessage", "sqs:SendMessage", True),
        ("sqs:Send*", "sqs:SendMessage", True),
        ("sqs:*", "sns:Publish", False),
        ("*", "sns:Publish", True),
        ("*:*", "sns:Publish", True),
        (["sns:Publish", "sqs:?endMessage"], "sqs:SendMessage", True),
    ],
)
def test_actions(wanted: Any, action: str, expected: bool) -> None:
    assert bool(policy.read(document(Action=wanted), Kind.IDENTITY).about(action)) is expected
    other = policy.read(document(Action=None, NotAction=wanted), Kind.IDENTITY)
    assert bool(other.about(action)) is not expected


def test_resources() -> None:
    arn = "arn:aws:sqs:us-east-1:111122223333:orders"
    (named,) = policy.read(document(Resource=["arn:aws:sns:*", arn]), Kind.IDENTITY).statements
    (other,) = policy.read(document(Resource=None, NotResource=arn), Kind.IDENTITY).statements
    for found, expected in ((named, True), (other, False)):
        assert found.is_about_resource(arn, {}.get) is expected
        assert found.is_about_resource(f"{arn}-2", {}.get) is not expected
        assert found.is_about_resource(arn.upper(), {}.get) is not expected


def test_a_single_statement_needs_no_list() -> None:
    assert policy.read({"Statement": ALLOW}, Kind.IDENTITY).statements[0].allows


def test_a_resources_policy_may_leave_its_resource_out() -> None:
    (found,) = policy.read(document(Resource=None, Principal="*"), Kind.RESOURCE).statements
    assert found.is_about_resource("arn:aws:sqs:us-east-1:111122223333:orders", {}.get)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON"),
        ("{", "is not JSON"),
        ("null", "must be a JSON object"),
        ("[]", "must be a JSON object"),
        ('{"Statement": NaN}', "is not JSON"),
        ('{"Statement": 1' + "0" * 5000 + "}", "is not JSON"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "same member twice"),
        ('{"Statement": [{"Effect": "Allow", "Effect": "Deny"}]}', "same member twice"),
        ("[" * 30_000, "nested too deeply"),
        ('{"a":' * 10_000, "nested too deeply"),
        (" " * 70_000, "at most 65536 characters"),
    ],
)
def test_texts_that_are_no_policy(text: str, reason: str) -> None:
    with pytest.raises(PolicyError, match=reason):
        policy.parse(text, Kind.IDENTITY)


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({}, "Statement"),
        ({"Statement": []}, "Statement"),
        ({"Statement": None}, "Statement"),
        ({"Statement": "x"}, "Statement[0]"),
        ({"Statement": [ALLOW, 1]}, "Statement[1]"),
        ({"Statement": ALLOW, "Version": "2026-01-01"}, "Version"),
        ({"Statement": ALLOW, "Version": ["2012-10-17"]}, "Version"),
        ({"Statement": ALLOW, "Id": 1}, "Id"),
        ({"Statement": ALLOW, "Statements": []}, "Statements"),
        ({"Statement": [ALLOW | {"Sid": "a"}, ALLOW | {"Sid": "a"}]}, "Statement[1].Sid"),
        (document(Sid=1), "Statement[0].Sid"),
        (document(Effect="allow"), "Statement[0].Effect"),
        (document(Effect=None), "Statement[0].Effect"),
        (document(Effect=["Allow"]), "Statement[0].Effect"),
        (document(Action=None), "Statement[0]"),
        (document(NotAction="*"), "Statement[0]"),
        (document(Action=[]), "Statement[0].Action"),
        (document(Action=""), "Statement[0].Action"),
        (document(Action=1), "Statement[0].Action"),
        (document(Action="SendMessage"), "Statement[0].Action"),
        (document(Action="sqs:Send Message"), "Statement[0].Action"),
        (document(Action="s*:SendMessage"), "Statement[0].Action"),
        (document(Action="sqs:${aws:username}"), "Statement[0].Action"),
        (document(Resource=None), "Statement[0]"),
        (document(NotResource="*"), "Statement[0]"),
        (document(Resource="orders"), "Statement[0].Resource"),
        (document(Resource=[["*"]]), "Statement[0].Resource"),
        (document(Resource="arn:aws:sqs:*:*:${x"), "Statement[0].Resource"),
        (document(Principal="*"), "Statement[0].Principal"),
        (document(NotPrincipal="*"), "Statement[0].NotPrincipal"),
        (document(Condition=[]), "Statement[0].Condition"),
        (document(Condition={"Bool": {"k": "x"}}), "Statement[0].Condition.Bool.k"),
        (document(Conditions={}), "Statement[0].Conditions"),
    ],
)
def test_faults_are_named_by_their_place(raw: dict[str, Any], place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        policy.parse(json.dumps(raw), Kind.IDENTITY)
    assert caught.value.place == place
    assert str(caught.value).startswith(place)


def test_a_resources_policy_names_principals() -> None:
    with pytest.raises(PolicyError, match=r"Statement\[0\]: must have Principal or NotPrincipal"):
        policy.read(document(), Kind.RESOURCE)
    with pytest.raises(PolicyError, match="can't have both"):
        policy.read(document(Principal="*", NotPrincipal="*"), Kind.RESOURCE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    changes=st.dictionaries(
        st.sampled_from(["Sid", "Effect", "Action", "Resource", "Principal", "NotPrincipal", "Condition"]), JSON
    ),
    kind=st.sampled_from(list(Kind)),
)
def test_any_document_is_a_policy_or_refused(changes: dict[str, Any], kind: Kind) -> None:
    with suppress(PolicyError):
        assert len(policy.parse(json.dumps(document(**changes)), kind).statements) == 1


def test_what_is_remembered_is_bounded() -> None:
    found = policy.read(document(), Kind.IDENTITY)
    for number in range(2000):
        found.about(f"sqs:Action{number}")
    assert len(found._by_action) <= 512
