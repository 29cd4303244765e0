import json
from pathlib import Path

import pytest

from weirmq.server import config
from weirmq.server.config import ConfigError, Options

HOME = {"HOME": "/home/ann"}


def test_defaults() -> None:
    options = config.load({}, HOME)
    assert (options.host, options.port, options.durability) == ("127.0.0.1", 4566, "fsync")
    assert options.data == "/home/ann/.local/state/weirmq"
    assert not options.users


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", HOME, "/home/ann/.local/state/weirmq"),
        ("linux", HOME | {"XDG_STATE_HOME": "/var/state"}, "/var/state/weirmq"),
        ("linux", HOME | {"XDG_STATE_HOME": "relative"}, "/home/ann/.local/state/weirmq"),
        ("freebsd14", HOME, "/home/ann/.local/state/weirmq"),
        ("darwin", HOME | {"XDG_STATE_HOME": "/x"}, "/home/ann/Library/Application Support/weirmq"),
    ],
)
def test_state_folder(platform: str, environ: dict[str, str], folder: str) -> None:
    assert config.state_folder(environ, platform) == folder


def test_a_flag_wins_over_a_variable_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text('port = 1\nregion = "eu-west-1"\nlog_level = "error"\n')
    environ = HOME | {"WEIRMQ_CONFIG": str(file), "WEIRMQ_PORT": "2", "WEIRMQ_LOG_LEVEL": "warning"}
    options = config.load({"port": "3"}, environ)
    assert (options.port, options.log_level, options.region) == (3, "warning", "eu-west-1")


def test_each_setting_can_be_a_variable() -> None:
    values: dict[str, str] = {"host": "::1", "region": "eu-central-1", "tls_certificate": "/c", "tls_key": "/k"}
    values |= {"public_url": "https://sns.example.com", "kafka_super_users": "User:admin"}
    values["kafka_cluster_ports"] = "19092-19191"
    for setting in config.settings():
        if setting.allowed.startswith("one of "):
            values[setting.name] = setting.allowed.split(", ")[-1]
        elif setting.is_switch:
            values[setting.name] = "true"
        elif setting.allowed.startswith("a whole"):
            values[setting.name] = str(setting.default + 1)
        else:
            values.setdefault(setting.name, "/somewhere")
    environ = {f"WEIRMQ_{name.upper()}": value for name, value in values.items()}
    options = config.load({}, environ)
    assert {name: str(getattr(options, name)).replace("True", "true") for name in values} == values
    assert config.load(values, {}) == options


def test_paths_in_the_file_are_seen_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text('data = "queues"\ntls_certificate = "/etc/c.pem"\ntls_key = "~/k.pem"\n')
    options = config.load({"config": str(file)}, HOME)
    assert options.data == str(tmp_path / "queues")
    assert options.tls_certificate == "/etc/c.pem"
    assert options.tls_key == str(Path("~/k.pem").expanduser())


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"port": "99999"}, "--port: '99999' is not allowed: it must be a whole number from 0 to 65,535"),
        ({"port": "-1"}, "--port: '-1'"),
        ({"port": "1.5"}, "--port: '1.5'"),
        ({"port": ""}, "--port: ''"),
        ({"durability": "none"}, "it must be one of fsync, os, memory"),
        ({"insecure_allow_anyone": "perhaps"}, "it must be true or false"),
        ({"region": "moon"}, "it must be like us-east-1"),
        ({"region": "us-east-1\n"}, "it must be like us-east-1"),
        ({"max_body_bytes": "1"}, "from 65,536 to"),
        ({"idle_timeout_s": "1h"}, "a whole number"),
        ({"tls_key": "k.pem"}, "give both or neither"),
        ({"host": "0.0.0.0"}, "--insecure-allow-anyone"),
        ({"host": ""}, "--insecure-allow-anyone"),
        ({"host": "127.example.com"}, "--insecure-allow-anyone"),
    ],
)
def test_what_is_refused(flags: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        config.load(flags, HOME)
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 1", "prot is not an option: the options are host, port,"),
        ('port = "4566"', "port: '4566' is not allowed: it must be a whole number"),
        ("port = true", "port: True is not allowed"),
        ("insecure_allow_anyone = 1", "it must be true or false"),
        ("port = ", "is not TOML"),
        ("[port]\nx = 1", "port: {'x': 1} is not allowed"),
        ("\xff", "is not TOML"),
    ],
)
def test_what_is_refused_in_the_file(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text(text, encoding="latin-1")
    with pytest.raises(ConfigError) as refusal:
        config.load({"config": str(file)}, HOME)
    assert str(refusal.value).startswith(f"{file}: ")
    assert said in str(refusal.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file"):
        config.load({"config": str(tmp_path / "none.toml")}, HOME)


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^WEIRMQ_PORT: 'x' is not allowed"):
        config.load({}, HOME | {"WEIRMQ_PORT": "x"})


def test_what_kubernetes_puts_beside_a_service_named_weirmq_is_not_ours() -> None:
    environ = HOME | {"WEIRMQ_PORT": "tcp://10.0.0.1:4566", "WEIRMQ_SERVICE_HOST": "10.0.0.1", "WEIRMQ_DATA": ""}
    options = config.load({}, environ)
    assert options.port == 4566
    assert options.data


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.1.1", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_is_loopback(host: str, is_loopback: bool) -> None:
    assert config.is_loopback(host) == is_loopback


@pytest.mark.parametrize(
    ("host", "certificate", "url"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:4566"),
        ("0.0.0.0", "", "http://localhost:4566"),
        ("::", "", "http://localhost:4566"),
        ("::1", "", "http://[::1]:4566"),
        ("mq.example.com", "c.pem", "https://mq.example.com:4566"),
    ],
)
def test_endpoint(host: str, certificate: str, url: str) -> None:
    assert config.endpoint(Options(host=host, tls_certificate=certificate), [("127.0.0.1", 4566)]) == url


def test_users_open_the_way_to_other_addresses(tmp_path: Path) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text('[[users]]\nname = "root"\naccess_key = "AKIAONE"\nsecret = "s"\n')
    options = config.load({"config": str(file), "host": "0.0.0.0"}, HOME)
    assert options.users[0].name == "root"
    assert config.load({"host": "0.0.0.0", "insecure_allow_anyone": "true"}, HOME).insecure_allow_anyone


def test_options_made_by_hand_are_the_defaults_too() -> None:
    assert Options(data=config.state_folder(HOME)) == config.load({}, HOME)


def test_the_list_in_the_docs_is_whole() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    for setting in config.settings():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{setting.name}` |"))
        assert setting.flag in row
        assert setting.variable in row
        assert setting.meaning in row
        assert json.dumps(setting.default).strip('"') in row
