from pathlib import Path

import pytest

from weirmq.server import config, receivers
from weirmq.server.config import ConfigError, Options
from weirmq.server.receivers import Function, LambdaEndpoint, Push, Sms, Smtp
from weirmq.services.sns.limits import Quotas


def load(folder: Path, text: str) -> Options:
    file = folder / "weirmq.toml"
    file.write_text(text, encoding="utf-8")
    return config.load({"config": str(file)}, {"HOME": "/home/ann"})


def test_functions(tmp_path: Path) -> None:
    (tmp_path / "handlers").mkdir()
    options = load(
        tmp_path,
        """
        [functions.resize]
        handler = "images:resize"

        [functions.mail-out]
        handler = "shop.mails:send"
        path = "handlers"
        python = ".venv/bin/python"
        timeout_s = 900
        memory_mb = 512
        concurrency = 4
        environment = { TABLE = "orders" }

        [functions.other]
        handler = "a:b"
        python = "python3.13"
        """,
    )
    assert options.functions == (
        Function(name="resize", handler="images:resize", path=str(tmp_path)),
        Function(
            name="mail-out",
            handler="shop.mails:send",
            path=str(tmp_path / "handlers"),
            python=str(tmp_path / ".venv/bin/python"),
            timeout_s=900,
            memory_mb=512,
            concurrency=4,
            environment={"TABLE": "orders"},
        ),
        Function(name="other", handler="a:b", path=str(tmp_path), python="python3.13"),
    )


def test_paths_are_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "conf").mkdir()
    monkeypatch.chdir(tmp_path)
    options = load(Path("conf"), '[functions.a]\nhandler = "a:b"\npython = "bin/python"')
    (function,) = options.functions
    assert function.path == str(tmp_path / "conf")
    assert function.python == str(tmp_path / "conf" / "bin" / "python")


def test_servers(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    options = load(
        tmp_path,
        """
        outbox = "out"

        [lambda]
        endpoint = "http://localhost:3001"
        access_key = "AKIA"
        secret = "s"

        [smtp]
        host = "mail.example.com"
        sender = "news@example.com"
        username = "weirmq"
        password = "hush"
        ca_file = "ca.pem"

        [sms]
        host = "smpp.example.com"
        system_id = "weirmq"
        tls = true

        [push]
        apns_url = "https://localhost:2197"
        """,
    )
    assert options.lambda_endpoint == LambdaEndpoint(endpoint="http://localhost:3001", access_key="AKIA", secret="s")
    assert options.smtp == Smtp(
        host="mail.example.com",
        sender="news@example.com",
        username="weirmq",
        password="hush",
        ca_file=str(tmp_path / "ca.pem"),
    )
    assert options.sms == Sms(host="smpp.example.com", system_id="weirmq", tls=True)
    assert options.push == Push(apns_url="https://localhost:2197")
    assert config.outbox_folder(options) == tmp_path / "out"


def test_the_outbox_is_in_the_data_folder(tmp_path: Path) -> None:
    assert config.outbox_folder(Options(data=str(tmp_path))) == tmp_path / "outbox"
    assert config.outbox_folder(Options()).is_absolute()


LAMBDA = '[lambda]\nendpoint = "http://a"\naccess_key = "k"\nsecret = "s"\n'
SMTP = '[smtp]\nhost = "h"\nsender = "a@b"\n'
SMS = '[sms]\nhost = "h"\nsystem_id = "w"\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("functions = 1", "functions must be tables such as [functions.resize]"),
        ("functions.a = 1", "[functions.a] must be a table"),
        (
            "[functions.a]",
            "[functions.a]: Object missing required field `handler`; its keys are handler, path, python,",
        ),
        ('[functions.a]\nhandler = "a.b"', "[functions.a]: handler must be like module:function"),
        ('[functions.a]\nhandler = "a:b c"', "handler must be like module:function"),
        ('[functions."a b"]\nhandler = "a:b"', "a function's name must be 1 to 64 letters"),
        ('[functions.a]\nhandler = "a:b"\nname = "c"', "name must not be given"),
        ('[functions.a]\nhandler = "a:b"\npath = "none"', "none is no folder"),
        ('[functions.a]\nhandler = "a:b"\ntimeout_s = 901', "Expected `int` <= 900 - at `$.timeout_s`"),
        ('[functions.a]\nhandler = "a:b"\nconcurrency = 0', "Expected `int` >= 1 - at `$.concurrency`"),
        (
            '[functions.a]\nhandler = "a:b"\nenvironment = { A = 1 }',
            "Expected `str`, got `int` - at `$.environment[...]`",
        ),
        ('[functions.a]\nhandler = "a:b"\ntimeout = 3', "unknown field `timeout`"),
        ("lambda = []", "[lambda] must be a table"),
        ("[lambda]\nendpoint = 'localhost'\naccess_key = 'k'\nsecret = 's'", "endpoint must be an http or https URL"),
        (LAMBDA.replace('"s"', '""'), "[lambda]: Expected `str` of length >= 1 - at `$.secret`"),
        ('[smtp]\nhost = "h"', "[smtp]: Object missing required field `sender`"),
        ('[smtp]\nhost = ""\nsender = "a@b"', "Expected `str` of length >= 1 - at `$.host`"),
        ('[smtp]\nhost = "h"\nsender = "a"', "[smtp]: sender must be a mail address"),
        (SMTP + 'username = "u"', "username and password need each other"),
        (SMTP + 'username = "u"\npassword = "p"\nsecurity = "none"', "a password must not go unencrypted"),
        (SMTP + 'security = "ssl"', "Invalid enum value 'ssl' - at `$.security`"),
        (SMTP + 'ca_file = "none.pem"', "none.pem is no file"),
        (SMS + 'password = "ninechars"', "[sms]: Expected `str` of length <= 8 - at `$.password`"),
        (SMS + 'password = "é"', "[sms]: password must be ASCII"),
        (SMS + "port = 0", "Expected `int` >= 1 - at `$.port`"),
        (SMS + 'ca_file = "none.pem"', "none.pem is no file"),
        ('[push]\nfcm_url = "ftp://a"', "[push]: fcm_url must be an http or https URL"),
        ('[push]\napns_url = "https://u:p@a"', "[push]: apns_url must be an http or https URL"),
        ("[smpt]", "smpt is not an option"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refusal:
        load(tmp_path, text)
    assert str(refusal.value).startswith(f"{tmp_path / 'weirmq.toml'}: ")
    assert said in str(refusal.value)


def test_no_secret_is_told() -> None:
    smtp = Smtp(host="h", sender="a@b.example", username="u", password="hush")
    endpoint = LambdaEndpoint(endpoint="http://a", access_key="k", secret="hush")
    sms = Sms(host="h", system_id="w", password="hush")
    function = Function(handler="a:b", environment={"TOKEN": "hush"})
    options = Options(smtp=smtp, lambda_endpoint=endpoint, sms=sms, functions=(function,))
    assert "hush" not in repr(options)


def test_the_docs_name_every_key() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
    page = page.partition("\n## Functions\n")[2]
    for table, kind in zip(receivers.TABLES, (Function, LambdaEndpoint, Smtp, Sms, Push, Quotas), strict=True):
        section = page.partition(f"[{table}")[2].partition("\n## ")[0]
        assert section, f"[{table}] is not in the docs"
        for key in set(kind.__struct_fields__) - {"name"}:
            assert f"\n| `{key}` |" in section, f"{key} of [{table}]"
