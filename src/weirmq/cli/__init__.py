"""The command `weirmq`: one file a command.

Typer reads every command line but the common one: importing it takes 70 ms, a fifth of what `weirmq serve` may take
until its first answer. So a plain `serve` is read by flags.py, and whatever that doesn't understand goes to Typer.
"""

import sys

from weirmq.cli import flags, serve


def main() -> None:
    """Carry out the command line, and exit."""
    command, *arguments = sys.argv[1:] or [""]
    given = flags.read(arguments) if command == "serve" else None
    if given is not None:
        sys.exit(serve.run(given))
    from weirmq.cli.commands import commands

    commands(prog_name="weirmq")
