"""The tables of the config file that name what stands outside: functions, and the servers that carry what is sent.

[functions.NAME]   a Python handler, run in a process of its own
[lambda]           where to invoke functions that aren't among those
[smtp]             the mail server
[sms]              the SMPP gateway for text messages
[push]             other addresses of Google's and Apple's notification services
[sns_quotas]       how much an account may have of what SNS limits
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from weirmq.server.tables import Table, below, file_of, read_table
from weirmq.server.users import ConfigError

Port = Annotated[int, Meta(ge=1, le=65_535)]
Name = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[int, Meta(ge=1, le=3_600)]

# Lambda's API reference, CreateFunction: FunctionName without its ARN forms; and dotted Python names.
_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HANDLER = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)
_URL = re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?")


class Function(Table, kw_only=True, frozen=True):
    """`handler` (`module:name`) is looked up in the folder `path` first, and run by the interpreter `python`.

    One invocation may take `timeout_s`; `concurrency` of them run at a time, each in a process with `environment` added
    to the server's. `memory_mb` is told to the handler, and not enforced.
    """

    handler: str
    name: str = ""
    path: str = ""
    python: str = ""
    timeout_s: Annotated[int, Meta(ge=1, le=900)] = 3
    memory_mb: Annotated[int, Meta(ge=128, le=10_240)] = 128
    concurrency: Annotated[int, Meta(ge=1, le=1_000)] = 1
    environment: dict[str, str] = msgspec.field(default_factory=dict)


class LambdaEndpoint(Table, kw_only=True, frozen=True):
    """AWS Lambda, or what speaks its Invoke API. Without `region`, that of the function's ARN is signed for."""

    endpoint: str
    access_key: Name
    secret: Name
    session_token: str = ""
    region: str = ""


class Smtp(Table, kw_only=True, frozen=True):
    """A mail server. `port` 0: 465 with `tls`, 587 with `starttls`, 25 with `none`. Mails come from `sender`."""

    host: Name
    sender: str
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: str = ""
    ca_file: str = ""
    timeout_s: Seconds = 30
    connections: Annotated[int, Meta(ge=1, le=100)] = 4


class Sms(Table, kw_only=True, frozen=True):
    """An SMPP 3.4 gateway. `source` is the sender of messages that name none.

    `window` messages wait for the gateway's answer at a time; a quiet connection is tested every `enquire_link_s`.
    """

    host: Name
    system_id: Annotated[str, Meta(min_length=1, max_length=15)]  # SMPP 3.4, 4.1.5: 16 octets with the NUL
    password: Annotated[str, Meta(max_length=8)] = ""
    port: Port = 2775  # IANA: smpp
    system_type: Annotated[str, Meta(max_length=12)] = ""
    source: Annotated[str, Meta(max_length=20)] = ""
    tls: bool = False
    ca_file: str = ""
    window: Annotated[int, Meta(ge=1, le=1_000)] = 10
    enquire_link_s: Seconds = 30
    timeout_s: Seconds = 30


class Push(Table, kw_only=True, frozen=True):
    """Where notifications for devices go. `fcm_token_url` wins over the one in a service account's key."""

    fcm_url: str = "https://fcm.googleapis.com"
    fcm_token_url: str = ""
    apns_url: str = "https://api.push.apple.com"
    apns_sandbox_url: str = "https://api.sandbox.push.apple.com"


def _read_functions(raw: object, path: Path) -> tuple[Function, ...]:
    if not isinstance(raw, dict):
        raise ConfigError(f"{path}: functions must be tables such as [functions.resize]")
    return tuple(_read_function(name, table, path) for name, table in raw.items())


def _read_function(name: str, raw: object, path: Path) -> Function:
    where = f"{path}: [functions.{name}]"
    if not _FUNCTION_NAME.fullmatch(name):
        raise ConfigError(f"{where}: a function's name must be 1 to 64 letters, digits, - and _")
    function = read_table(raw, Function, where, without="name")
    if function.name:
        raise ConfigError(f"{where}: name must not be given: the table's name is the function's")
    if not _HANDLER.fullmatch(function.handler):
        raise ConfigError(f"{where}: handler must be like module:function or package.module:function")
    folder = below(path.parent, function.path) or str(path.parent.absolute())
    if not Path(folder).is_dir():
        raise ConfigError(f"{where}: path: {folder} is no folder")
    python = below(path.parent, function.python) if "/" in function.python else function.python
    return msgspec.structs.replace(function, name=name, path=folder, python=python)


def _read_lambda(raw: object, path: Path) -> LambdaEndpoint:
    where = f"{path}: [lambda]"
    endpoint = read_table(raw, LambdaEndpoint, where)
    _require_url(endpoint.endpoint, "endpoint", where)
    return endpoint


def _read_smtp(raw: object, path: Path) -> Smtp:
    where = f"{path}: [smtp]"
    smtp = read_table(raw, Smtp, where)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", smtp.sender):
        raise ConfigError(f"{where}: sender must be a mail address")
    if bool(smtp.username) != bool(smtp.password):
        raise ConfigError(f"{where}: username and password need each other: give both or neither")
    if smtp.username and smtp.security == "none":
        raise ConfigError(f"{where}: a password must not go unencrypted: security must be starttls or tls")
    return msgspec.structs.replace(smtp, ca_file=file_of(path.parent, smtp.ca_file, where, "ca_file"))


def _read_sms(raw: object, path: Path) -> Sms:
    where = f"{path}: [sms]"
    sms = read_table(raw, Sms, where)
    for key in ("system_id", "password", "system_type"):
        if not getattr(sms, key).isascii():
            raise ConfigError(f"{where}: {key} must be ASCII")
    return msgspec.structs.replace(sms, ca_file=file_of(path.parent, sms.ca_file, where, "ca_file"))


def _read_push(raw: object, path: Path) -> Push:
    where = f"{path}: [push]"
    push = read_table(raw, Push, where)
    for key in Push.__struct_fields__:
        if getattr(push, key):
            _require_url(getattr(push, key), key, where)
    return push


def _read_quotas(raw: object, path: Path) -> dict[str, int]:
    """Quotas by name; whether there are such is for the service to say."""
    try:
        return msgspec.convert(raw, dict[str, Annotated[int, Meta(ge=1)]])
    except msgspec.ValidationError as error:
        raise ConfigError(f"{path}: [sns_quotas]: {error}") from None


def _require_url(url: str, key: str, where: str) -> None:
    if not _URL.fullmatch(url):
        raise ConfigError(f"{where}: {key} must be an http or https URL without a query")


# The file's key: the field of Options, and what reads it.
TABLES: Final[Mapping[str, tuple[str, Callable[[object, Path], Any]]]] = {
    "functions": ("functions", _read_functions),
    "lambda": ("lambda_endpoint", _read_lambda),
    "smtp": ("smtp", _read_smtp),
    "sms": ("sms", _read_sms),
    "push": ("push", _read_push),
    "sns_quotas": ("sns_quotas", _read_quotas),
}
