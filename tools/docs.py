"""Write the parts of the docs that the program itself knows: the table of options, what each `--help` says, and in
which line a name stands.

    python tools/docs.py            write them into docs/*.md
    python tools/docs.py --check    say what differs from what is committed, and exit 1 if anything does

A generated part stands between `<!-- generated: NAME -->` and `<!-- end -->`. All else in a page is written by hand,
but for the number in `room/file.py:12` `name`: the line that defines the name, in a file below src/weirmq.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from weirmq.cli.commands import commands
from weirmq.server import config

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
_PART = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
PLACE = re.compile(r"`([a-z_0-9/]+\.py):\d+` `(\w+)`")


def options() -> str:
    """The table of all options."""
    lines = ["| key | flag | variable | default | allowed | meaning |", "|---|---|---|---|---|---|"]
    for setting in config.settings():
        default = {"": "none", False: "false"}.get(setting.default, f"`{setting.default}`")
        if setting.name == "data":
            default = "the platform's state folder"
        allowed = f"{setting.allowed} ({setting.unit})" if setting.unit else setting.allowed
        names = f"`{setting.name}` | `{setting.flag}` | `{setting.variable}`"
        lines.append(f"| {names} | {default} | {allowed} | {setting.meaning} |")
    return "\n".join(lines)


def help_texts() -> str:
    """What every command says of itself."""
    return "\n\n".join(
        f"## weirmq {name}\n\n```text\n{_help(name.split())}\n```" for name in command_names()
    )  # fmt: skip


def command_names() -> list[str]:
    """All commands, those inside a group too: `serve`, `log verify`, ..."""
    own = [command.name for command in commands.registered_commands if command.name]
    groups = [
        f"{group.typer_instance.info.name} {command.name}"
        for group in commands.registered_groups
        if group.typer_instance is not None
        for command in group.typer_instance.registered_commands
    ]
    return own + groups


def _help(arguments: Iterable[str]) -> str:
    environ = {**os.environ, "COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1"}
    command = [sys.executable, "-m", "weirmq", *arguments, "--help"]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout.strip()


def place(match: re.Match[str]) -> str:
    """A place in the code, with the line in which the name stands now. Raises LookupError where it doesn't any more."""
    file, name = match.groups()
    path = ROOT / "src" / "weirmq" / file
    definition = re.compile(rf"\s*(?:async )?(?:def|class) {name}\b")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.is_file() else (), 1):
        if definition.match(line):
            return f"`{file}:{number}` `{name}`"
    raise LookupError(f"{file} defines no {name}, which a page of docs/ names")


PARTS = {"options": options, "help": help_texts}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them. Answers the exit status."""
    different = False
    for page in sorted(DOCS.glob("*.md")):
        old = page.read_text(encoding="utf-8")
        new = _PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]()}\n\n{part[3]}", PLACE.sub(place, old))
        if new != old:
            different = True
            print(f"{page.name}: {'differs' if '--check' in arguments else 'written'}")
            if "--check" not in arguments:
                page.write_text(new, encoding="utf-8")
    return 1 if different and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
