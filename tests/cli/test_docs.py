from pathlib import Path

import typer

from tools import docs
from weirmq.cli.commands import commands

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_every_command_is_documented_with_its_own_help() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in docs.command_names():
        assert f"## weirmq {name}\n" in page


def test_the_generated_parts_are_up_to_date() -> None:
    assert docs.main(["--check"]) == 0


def test_every_command_is_found() -> None:
    names = {name.split()[0] for name in docs.command_names()}
    assert names == set(typer.main.get_command(commands).commands)  # type: ignore[attr-defined]
