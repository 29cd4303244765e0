"""What the docs tell people to type is typed here, against a real server."""

import json
import re
import shlex
import urllib.request
from collections.abc import Sequence
from pathlib import Path

import pytest

from weirmq.server import config
from weirmq.server.kafka.tables import KafkaListener, KafkaOauth
from weirmq.testing import Server

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "docs/testing.md", "docs/sns.md", "docs/kinesis.md"]
BLOCK = re.compile(r"^```(python|sh|toml|json)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDPOINT = "http://127.0.0.1:4566"


def _blocks(language: str, pages: Sequence[str] = PAGES) -> list[tuple[str, str]]:
    """(where it stands, what it says) of all blocks in one language."""
    found = []
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        blocks = [match for match in BLOCK.finditer(text) if match[1] == language]
        found += [(f"{page}:{text.count(chr(10), 0, match.start()) + 1}", match[2]) for match in blocks]
    return found


def _each(blocks: list[tuple[str, str]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("code", [code for _, code in blocks], ids=[where for where, _ in blocks])


@_each([block for block in _blocks("python") if "def test_" in block[1]])
def test_tests(code: str, pytester: pytest.Pytester) -> None:
    """In a process of their own: else what they import is forgotten after them, while servers here still use it."""
    pytester.makepyfile(code)
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function"
    )
    result.assert_outcomes(passed=code.count("def test_"))


@pytest.mark.parametrize("page", PAGES)
def test_programs(page: str, weirmq: Server) -> None:
    """The blocks of a page follow each other, as they do for a reader who pastes them all."""
    programs = [(where, code) for where, code in _blocks("python") if "def test_" not in code]
    names: dict[str, object] = {}
    for where, code in programs:
        if where.startswith(f"{page}:"):
            exec(compile(code.replace(ENDPOINT, weirmq.endpoint_url), where, "exec"), names)  # noqa: S102 - our own page
    for value in names.values():
        if hasattr(value, "meta") and hasattr(value, "close"):  # a boto3 client; the example is too short to close it
            value.close()


def test_the_first_success_succeeds(weirmq: Server, capsys: pytest.CaptureFixture[str]) -> None:
    test_programs("README.md", weirmq)
    assert capsys.readouterr().out == "hello\n"
    (message,) = weirmq.client("sqs").receive_message(QueueUrl=f"{weirmq.endpoint_url}/000000000000/orders")["Messages"]
    assert json.loads(message["Body"])["Message"] == "hello, everybody"


def test_curl(weirmq: Server) -> None:
    commands = [line for _, code in _blocks("sh") for line in code.splitlines() if line.startswith("curl ")]
    answers = []
    for command in commands:
        _, url, *options = shlex.split(command.replace(ENDPOINT, weirmq.endpoint_url))
        body = "&".join(options[1::2]).encode()
        assert set(options[::2]) == {"-d"}
        with urllib.request.urlopen(url, body) as answer:  # noqa: S310 - the test's own server
            answers.append(answer.read().decode())
    assert len(answers) == 3
    assert "<Body>hello</Body>" in answers[-1]


def test_the_configuration_file(tmp_path: Path) -> None:
    """Its parts, put together as a reader would, are taken."""
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}}
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "shop.json").write_text(json.dumps(policy))
    file = tmp_path / "weirmq.toml"
    file.write_text("".join(block for _, block in _blocks("toml", ["docs/configuration.md"])))
    options = config.load({"config": str(file)}, {})
    assert [user.name for user in options.users] == ["root", "shop"]
    assert len(options.users[1].policies) == 2
    assert [function.name for function in options.functions] == ["resize"]
    assert options.smtp is not None
    assert options.sms is not None
    assert options.sns_quotas == {"filter_policies_of_topic": 1_000}


def test_the_configuration_of_kafka_listeners(tmp_path: Path) -> None:
    file = tmp_path / "weirmq.toml"
    file.write_text("".join(block for _, block in _blocks("toml", ["docs/kafka-security.md"])))
    options = config.load({"config": str(file)}, {})
    assert config.kafka_listeners(options) == {"SASL_SCRAM": 9096, "SASL_IAM": 9098, "INSIDE": 9095}
    assert [user.name for user in options.kafka_users] == ["alice"]
    assert options.kafka_oauth is not None


def test_all_of_a_kafka_listener_is_documented() -> None:
    page = (ROOT / "docs/kafka-security.md").read_text(encoding="utf-8")
    for table in (KafkaListener, KafkaOauth):
        for key in table.__struct_fields__:
            assert re.search(rf"^\|.*`{key}`.*\|", page, re.MULTILINE), key


def test_the_health_page(weirmq: Server) -> None:
    (block,) = [block for _, block in _blocks("json", ["docs/operations.md"])]
    for path in ("/health", "/_localstack/health"):
        with urllib.request.urlopen(weirmq.endpoint_url + path) as answer:  # noqa: S310 - the test's own server
            assert json.load(answer) == json.loads(block)


def test_each_metric_is_there_and_is_documented(weirmq: Server) -> None:
    weirmq.client("sqs").create_queue(QueueName="orders")
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"weirmq_[a-z_]+", page.partition("## Metrics")[2]))
    with urllib.request.urlopen(f"{weirmq.endpoint_url}/metrics") as answer:  # noqa: S310
        shown = set(re.findall(r"^# TYPE (weirmq_[a-z_]+)", answer.read().decode(), re.MULTILINE))
    assert shown == documented
