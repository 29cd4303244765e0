import re

from weirmq.iam.caller import root_of, service_of, user_of


def test_a_root_user_has_the_accounts_number_for_an_id() -> None:
    caller = root_of("111122223333", "AKID")
    assert (caller.arn, caller.user_id, caller.is_root) == ("arn:aws:iam::111122223333:root", "111122223333", True)
    assert root_of("111122223333", partition="aws-cn").arn == "arn:aws-cn:iam::111122223333:root"


def test_a_user_has_an_id_of_its_own_that_stays() -> None:
    bob = user_of("111122223333", "bob")
    assert bob.arn == "arn:aws:iam::111122223333:user/bob"
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", bob.user_id)
    assert bob.user_id == user_of("111122223333", "bob", "AKIDOTHER").user_id
    assert len({bob.user_id, user_of("111122223333", "eve").user_id, user_of("444455556666", "bob").user_id}) == 3
    assert not bob.is_root


def test_a_service_has_no_account() -> None:
    assert (service_of("sns.amazonaws.com").account, service_of("sns.amazonaws.com").is_root) == ("", False)
