import pytest
import typer
from typer.testing import CliRunner

from weirmq.cli import flags
from weirmq.cli.commands import commands
from weirmq.server.config import settings


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        ([], {}),
        (["--port", "1"], {"port": "1"}),
        (["--port=1", "--data=a=b"], {"port": "1", "data": "a=b"}),
        (["--insecure-allow-anyone", "--host", "::"], {"insecure_allow_anyone": "true", "host": "::"}),
        (["--port", "1", "--port", "2"], {"port": "2"}),
        (["--config", "weirmq.toml"], {"config": "weirmq.toml"}),
        (["--data="], {"data": ""}),
    ],
)
def test_plain_flags(arguments: list[str], given: dict[str, str]) -> None:
    assert flags.read(arguments) == given
    assert _given_through_typer(arguments) == given


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["-h"],
        ["--prot", "1"],
        ["--port"],
        ["--port", "--data"],
        ["4566"],
        ["--"],
        ["--no-insecure-allow-anyone"],
        ["--insecure-allow-anyone=true"],
        ["--insecure-allow-anyone", "true"],
    ],
)
def test_what_is_left_to_typer(arguments: list[str]) -> None:
    assert flags.read(arguments) is None


def test_a_switch_can_be_switched_off() -> None:
    assert _given_through_typer(["--no-insecure-allow-anyone"]) == {"insecure_allow_anyone": "false"}


def _given_through_typer(arguments: list[str]) -> dict[str, str]:
    """What a command with all options is given, where Typer reads the line."""
    seen: dict[str, str] = {}

    def run(given: dict[str, str]) -> int:
        seen.update(given)
        return 0

    app = typer.Typer()
    app.command()(flags.with_options(run))
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    return seen


def test_help_tells_each_option_with_its_default_and_its_variable() -> None:
    said = CliRunner().invoke(commands, ["serve", "--help"], env={"COLUMNS": "80"}).output
    words = " ".join(said.split())
    for setting in settings():
        assert setting.flag in words
        assert setting.meaning in words
        assert setting.variable in words
    assert "Default: 4566." in words
    assert "weirmq serve --durability memory" in words
