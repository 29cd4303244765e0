import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from weirmq.server import users
from weirmq.server.users import ConfigError, User

ONE = 'name = "ann"\naccess_key = "AKIAANN"\nsecret = "hush-hush"\n'


def _read(tmp_path: Path, text: str) -> tuple[User, ...]:
    file = tmp_path / "weirmq.toml"
    file.write_text(text)
    return users.read_users(users.read_toml(file).get("users"), file)


def test_a_user(tmp_path: Path) -> None:
    (user,) = _read(tmp_path, "[[users]]\n" + ONE)
    assert user == User(name="ann", access_key="AKIAANN", secret="hush-hush", account="000000000000", policies=())


def test_policies_are_tables_or_files(tmp_path: Path) -> None:
    sending = {"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}
    (tmp_path / "send.json").write_text(json.dumps(sending))
    text = """
        [[users]]
        name = "ann"
        access_key = "AKIAANN"
        secret = "hush-hush"
        account = "111122223333"
        policies = ["send.json", {Statement = [{Effect = "Allow", Action = "sqs:*", Resource = "*"}]}]
    """
    (user,) = _read(tmp_path, text)
    assert user.policies == (
        sending,
        {"Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}]},
    )


def test_a_temporary_key(tmp_path: Path) -> None:
    (user,) = _read(tmp_path, "[[users]]\n" + ONE + 'session_token = "t"\nsession_expires = 2030-01-02T03:04:05Z\n')
    assert user.session_expires == datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("users = 1", "users must be [[users]] tables"),
        ("users = [1]", "[[users]] number 1: must be a table"),
        ('[[users]]\nname = "ann"', "missing required field `access_key`"),
        ("[[users]]\n" + ONE + "nmae = 1", "unknown field `nmae`"),
        ("[[users]]\n" + ONE + "account = 111122223333", "Expected `str`, got `int` - at `$.account`"),
        ("[[users]]\n" + ONE + 'account = "1111"', "account must be 12 digits"),
        ("[[users]]\n" + ONE + 'account = "١١١١٢٢٢٢٣٣٣٣"', "account must be 12 digits"),
        ("[[users]]\n" + ONE.replace("AKIAANN", "AK/IA"), "access_key must be"),
        ("[[users]]\n" + ONE.replace("hush-hush", ""), "secret must not be empty"),
        ("[[users]]\n" + ONE.replace('"ann"', '"a b"'), "name must be"),
        ("[[users]]\n" + ONE + "session_expires = 2030-01-02T03:04:05", "session_expires"),
        ("[[users]]\n" + ONE + "policies = 1", "policies must be a list"),
        ("[[users]]\n" + ONE + "policies = [1]", "a policy must be a table or the path"),
        ("[[users]]\n" + ONE + 'policies = ["none.json"]', "none.json: can't be read"),
        ("[[users]]\n" + ONE + 'policies = ["weirmq.toml"]', "is not a JSON object"),
        (
            "[[users]]\n" + ONE + 'policies = [{Statement = {Effect = "Alow", Action = "sqs:*", Resource = "*"}}]',
            "[[users]] number 1: policies[0]: Statement[0].Effect: must be Allow or Deny",
        ),
        (
            "[[users]]\n" + ONE.replace('"ann"', '"root"') + "policies = [{}]",
            "[[users]] number 1: the root of an account is allowed everything, so it can't have policies",
        ),
        ("[[users]]\n" + ONE + "[[users]]\n" + ONE.replace("ann", "bob"), "ann and bob have the same access_key"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        _read(tmp_path, text)
    assert said in str(refusal.value)
    assert "weirmq.toml" in str(refusal.value)
    assert "hush-hush" not in str(refusal.value)


def test_a_secret_does_not_show() -> None:
    assert "hush" not in repr(User(name="ann", access_key="AKIAANN", secret="hush-hush"))
