"""`weirmq doctor`: looks at what a server needs before it is missed, and says what to do about it."""

import os
from collections.abc import Callable, Iterator

from weirmq.cli.checks import Finding, State
from weirmq.server import config
from weirmq.server.config import ConfigError, Options

_MARKS = {State.GOOD: "[green]ok[/]   ", State.LOOK: "[yellow]look[/] ", State.BAD: "[red]bad[/]  "}


def run(given: dict[str, str]) -> int:
    """Look for what would go wrong, and say what to do.

    Looks at the configuration, the data folder and its log, the ports, the limits and the clock. Takes the options that
    `weirmq serve` takes, and changes nothing. Ends with exit code 1 where something is bad.

    \b
    Examples:
      weirmq doctor
      weirmq doctor --config weirmq.toml
      weirmq doctor --data /var/lib/weirmq --port 4566
    """
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False)
    bad = False
    for finding in findings(given):
        bad = bad or finding.state is State.BAD
        console.print(f"{_MARKS[finding.state]} {escape(finding.subject):14} {escape(finding.what)}", soft_wrap=True)
        if finding.advice:
            console.print(f"{'':20} -> {escape(finding.advice)}", soft_wrap=True)
    return 1 if bad else 0


def findings(given: dict[str, str]) -> Iterator[Finding]:
    """What there is to say, in the order of the checks. Without usable options there is nothing else to look at."""
    from weirmq.cli import checks

    try:
        options = config.load(given, os.environ)
    except ConfigError as error:
        yield Finding(State.BAD, "configuration", str(error), "")
        return
    yield from checks.configuration(given, options)
    looks: list[Callable[[Options], Iterator[Finding]]] = [checks.port, checks.kafka_ports, checks.open_files]
    if options.durability != "memory":
        looks = [checks.folder, checks.space, checks.log, checks.clock, *looks, checks.cluster_ports]
    for look in looks:
        yield from look(options)
