"""All commands, as Typer reads them. Imported for help, for a command other than a plain `serve`, and by tools."""

import typer

from weirmq.cli import doctor, flags, log, serve, version

commands = typer.Typer(
    name="weirmq",
    help="The AWS messaging services, self-hosted. `weirmq serve` is the one to begin with.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
commands.command("serve")(flags.with_options(serve.run))
commands.command("version")(version.version)
commands.command("doctor")(flags.with_options(doctor.run))

logs = typer.Typer(name="log", help="Look after the log of a server that is stopped.", no_args_is_help=True)
logs.command("verify")(flags.with_options(log.verify, "config", "data"))
logs.command("repair")(flags.with_options(log.repair, "config", "data"))
commands.add_typer(logs)
