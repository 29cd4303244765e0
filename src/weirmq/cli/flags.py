"""The flags of the commands that take the server's options, read off `Options`: once as they are, once for Typer."""

from collections.abc import Callable, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any

from weirmq.server.config import Setting, settings

CONFIG = Setting("config", str, "", "A TOML file with options and users.", "a path", "")


def read(arguments: Sequence[str]) -> dict[str, str] | None:
    """The flags in `arguments` by option name; None where they aren't plainly flags of ours with their values."""
    known = {setting.flag: setting for setting in (CONFIG, *settings())}
    given: dict[str, str] = {}
    rest = iter(arguments)
    for argument in rest:
        flag, equals, value = argument.partition("=")
        setting = known.get(flag)
        if setting is None:
            return None
        if not equals:
            value = "true" if setting.is_switch else next(rest, "--")
        elif setting.is_switch:
            return None
        if value.startswith("-"):
            return None
        given[setting.name] = value
    return given


def with_options(run: Callable[[dict[str, str]], int], *names: str) -> Callable[..., None]:
    """`run` as a Typer command with a flag for each option, or for those that `names` lists."""
    import typer

    def command(**given: Any) -> None:
        raise typer.Exit(run({name: _text(value) for name, value in given.items() if value is not None}))

    parameters = []
    for setting in (CONFIG, *settings()):
        if not names or setting.name in names:
            kind: Any = bool if setting.is_switch else str
            flags = setting.flag + ("/--no-" + setting.flag[2:] if setting.is_switch else "")
            option = typer.Option(flags, help=_help(setting), metavar=_metavar(setting), show_default=False)
            hint = Annotated[kind | None, option]
            parameters.append(Parameter(setting.name, Parameter.KEYWORD_ONLY, default=None, annotation=hint))
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    command.__doc__ = run.__doc__
    return command


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _metavar(setting: Setting) -> str | None:
    if setting.is_switch:
        return None
    if setting.allowed == "a path":
        return "PATH"
    if setting.allowed.startswith("one of "):
        return setting.allowed.removeprefix("one of ").replace(", ", "|")
    return setting.unit.upper() or ("NUMBER" if "number" in setting.allowed else "TEXT")


def _help(setting: Setting) -> str:
    """What a flag means, what it is without it, and how else it can be given."""
    default = "" if setting.is_switch or setting.default == "" else f" Default: {setting.default}."
    return f"{setting.meaning}{default} Or {setting.variable}."
