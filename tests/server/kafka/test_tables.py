"""[[kafka_listeners]] and [[kafka_users]]: what is taken, and what is refused in which words."""

from pathlib import Path

import pytest

from weirmq.server import config
from weirmq.server.config import ConfigError, Options
from weirmq.server.kafka.tables import KafkaListener
from weirmq.server.users import User

ANN = User(name="ann", access_key="AKIAANN", secret="hush")


def load(folder: Path, text: str) -> Options:
    file = folder / "weirmq.toml"
    file.write_text(text)
    return config.load({"config": str(file), "data": str(folder)}, {})


def listener(folder: Path, text: str) -> KafkaListener:
    (found,) = load(folder, f"[[kafka_listeners]]\n{text}").kafka_listeners
    return found


def test_the_listeners_of_msk_have_all_but_their_names(tmp_path: Path) -> None:
    names = ("PLAINTEXT", "SSL", "SASL_SCRAM", "SASL_IAM")
    found = load(tmp_path, "".join(f'[[kafka_listeners]]\nname = "{name}"\n' for name in names)).kafka_listeners
    assert [(each.port, each.protocol, each.mechanisms) for each in found] == [
        (9092, "PLAINTEXT", ()),
        (9094, "SSL", ()),
        (9096, "SASL_SSL", ("SCRAM-SHA-512", "SCRAM-SHA-256")),
        (9098, "SASL_SSL", ("AWS_MSK_IAM", "OAUTHBEARER")),
    ]


def test_a_listener_of_any_name(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    found = listener(
        tmp_path,
        'name = "INSIDE_2"\nprotocol = "SASL_SSL"\nport = 19092\nmechanisms = ["PLAIN"]\n'
        'client_auth = "requested"\nclient_ca_file = "ca.pem"\nprincipal_mapping_rules = "RULE:CN=(.*)/$1/L"\n',
    )
    assert found.client_ca_file == str(tmp_path / "ca.pem")
    assert (found.kind.protocol, found.kind.port, found.kind.mechanisms) == ("SASL_SSL", 19092, ("PLAIN",))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('name = "inside"', "name must be capital letters"),
        ('name = "INSIDE"', "protocol must be given"),
        ('name = "SASL_SSL"', "mechanisms must be given"),
        ('name = "SASL_SSL"\nmechanisms = ["GSSAPI"]', "Invalid enum value 'GSSAPI'"),
        ('name = "SSL"\nmechanisms = ["PLAIN"]', "not for SSL"),
        ('name = "SSL"\nport = 65536', "<= 65535"),
        ('name = "SSL"\ntls_key = "key.pem"', "is no file"),
        ('name = "SSL"\ntls_key = "weirmq.toml"', "need each other"),
        ('name = "SSL"\nclient_auth = "required"', "need each other"),
        ('name = "SSL"\nclient_ca_file = "weirmq.toml"', "need each other"),
        ('name = "PLAINTEXT"\nclient_auth = "required"\nclient_ca_file = "weirmq.toml"', "has no TLS"),
        ('name = "SSL"\nprincipal_mapping_rules = "RULE:("', "begins with no rule"),
        ('name = "SSL"\ncolour = "red"', "its keys are name, protocol, port"),
        ('name = "SSL"\n[[kafka_listeners]]\nname = "SSL"', "two [[kafka_listeners]] have the name SSL"),
        ('name = "SSL"\n[[kafka_listeners]]\nname = "PLAINTEXT"\nport = 9094', "have the same port"),
    ],
)
def test_wrong_listeners(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        listener(tmp_path, text)
    assert why in str(refused.value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("kafka_users = 1", "must be [[kafka_users]] tables"),
        ('[[kafka_users]]\nname = "ann"', "missing required field `password`"),
        ('[[kafka_users]]\nname = "ann"\npassword = ""', "`str` of length >= 1"),
        ('[[kafka_users]]\nname = "ann"\npassword = 7', "Expected `str`"),
        ('[[kafka_users]]\nname = "ann"\npassword = "x"\n' * 2, "two [[kafka_users]] have the name ann"),
        ('[[kafka_users]]\nname = "a\\u0000b"\npassword = "x"', "control characters"),
    ],
)
def test_wrong_users(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(tmp_path, text)
    assert why in str(refused.value)


def test_no_password_is_shown(tmp_path: Path) -> None:
    assert "hush" not in repr(load(tmp_path, '[[kafka_users]]\nname = "ann"\npassword = "hush"'))


def test_which_ports_are_opened() -> None:
    scram = KafkaListener(name="SASL_SCRAM", protocol="SASL_SSL", port=9096, mechanisms=("SCRAM-SHA-512",))
    plain = KafkaListener(name="PLAINTEXT", protocol="PLAINTEXT", port=19092)
    ports = config.kafka_listeners
    assert ports(Options()) == {"PLAINTEXT": 9092}
    assert ports(Options(kafka_listeners=(scram,))) == {"PLAINTEXT": 9092, "SASL_SCRAM": 9096}
    assert ports(Options(users=(ANN,))) == {}
    assert ports(Options(users=(ANN,), insecure_allow_anyone=True)) == {"PLAINTEXT": 9092}
    assert ports(Options(users=(ANN,), kafka_listeners=(plain, scram))) == {"PLAINTEXT": 19092, "SASL_SCRAM": 9096}
    assert ports(Options(port=0, kafka_listeners=(scram,))) == {"PLAINTEXT": 0, "SASL_SCRAM": 0}
