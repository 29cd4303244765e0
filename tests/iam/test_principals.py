from typing import Any

import pytest

from weirmq.iam import principals
from weirmq.iam.caller import Caller, root_of, service_of, user_of
from weirmq.iam.errors import PolicyError
from weirmq.iam.principals import Named

ACCOUNT = "111122223333"
BOB = user_of(ACCOUNT, "bob")
ROOT = root_of(ACCOUNT)
SNS = service_of("sns.amazonaws.com")


def named(raw: Any, caller: Caller) -> Named:
    found = principals.read(raw, "Principal", negated=False)
    return found.name(caller.account, caller.arn, caller.user_id, caller.service, is_root=caller.is_root)


@pytest.mark.parametrize("raw", ["*", {"AWS": "*"}, {"AWS": ["*"], "Service": "events.amazonaws.com"}])
def test_a_star_is_anyone(raw: Any) -> None:
    assert [named(raw, caller) for caller in (BOB, ROOT, SNS)] == [Named.ITSELF] * 3


@pytest.mark.parametrize("raw", [{"AWS": ACCOUNT}, {"AWS": [f"arn:aws:iam::{ACCOUNT}:root", "444455556666"]}])
def test_an_account_names_its_root_and_stands_for_its_users(raw: Any) -> None:
    assert [named(raw, caller) for caller in (BOB, ROOT, SNS)] == [Named.BY_ACCOUNT, Named.ITSELF, Named.NOT]
    assert named(raw, user_of("999999999999", "bob")) is Named.NOT


def test_a_user_is_named_by_arn_or_unique_id() -> None:
    for text in (BOB.arn, BOB.user_id):
        assert [named({"AWS": text}, caller) for caller in (BOB, ROOT)] == [Named.ITSELF, Named.NOT]
        assert named({"AWS": text}, user_of(ACCOUNT, "eve")) is Named.NOT


def test_a_service_is_named_by_its_principal() -> None:
    raw = {"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]}
    assert [named(raw, caller) for caller in (BOB, ROOT, SNS)] == [Named.NOT, Named.NOT, Named.ITSELF]
    assert named(raw, service_of("events.amazonaws.com")) is Named.NOT


def test_other_kinds_name_nobody_here() -> None:
    assert named({"Federated": "accounts.google.com", "CanonicalUser": "79a5"}, BOB) is Named.NOT


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ("", "Principal"),
        (ACCOUNT, "Principal"),
        ([], "Principal"),
        ({}, "Principal"),
        (None, "Principal"),
        ({"AWS": []}, "Principal.AWS"),
        ({"AWS": 111122223333}, "Principal.AWS"),
        ({"AWS": [["*"]]}, "Principal.AWS"),
        ({"AWS": "1111"}, "Principal.AWS"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"}, "Principal.AWS"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/bo?"}, "Principal.AWS"),
        ({"AWS": f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"}, "Principal.AWS"),
        ({"AWS": "arn:aws:iam::*:root"}, "Principal.AWS"),
        ({"Service": "*"}, "Principal.Service"),
        ({"Service": "sns"}, "Principal.Service"),
        ({"Aws": "*"}, "Principal.Aws"),
    ],
)
def test_faults_are_named_by_their_place(raw: Any, place: str) -> None:
    with pytest.raises(PolicyError) as caught:
        principals.read(raw, "Principal", negated=False)
    assert caught.value.place == place
