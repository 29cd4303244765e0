"""Every option of the server: its default, its unit, what it means, and where its value comes from.

A flag wins over a `WEIRMQ_...` variable, a variable over the TOML file, the file over the default. `Options` is the
only list of them: the command line, the variables, the file's keys and docs/configuration.md are all read off it.
"""

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from weirmq.server import receivers, users
from weirmq.server.kafka import tables as kafka
from weirmq.server.kafka.tables import KafkaListener, KafkaOauth, KafkaUser
from weirmq.server.receivers import Function, LambdaEndpoint, Push, Sms, Smtp
from weirmq.server.users import ConfigError, User
from weirmq.wire.kafka.listeners import PLAINTEXT

__all__ = [
    "ConfigError", "Options", "Setting", "User", "allows_private", "check", "cluster_ports", "endpoint", "is_loopback",
    "kafka_listeners", "load", "outbox_folder", "settings", "state_folder",
    "takes_unknown_kafka_clients",
]  # fmt: skip

_KIBI = 1024
_MEBI = 1024 * _KIBI
_GIBI = 1024 * _MEBI
_DAY_S = 86_400
_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - compared with

_LAST_PORT = 65_535

Port = Annotated[int, Meta(ge=0, le=_LAST_PORT)]
Seconds = Annotated[int, Meta(ge=1, le=_DAY_S, extra={"unit": "seconds"})]
# A body must hold the largest request of any service: 1 MiB of message in JSON that escapes each character sixfold.
BodyBytes = Annotated[int, Meta(ge=64 * _KIBI, le=_GIBI, extra={"unit": "bytes"})]
ManyBytes = Annotated[int, Meta(ge=_MEBI, le=1024 * _GIBI, extra={"unit": "bytes"})]
FilePath = Annotated[str, Meta(extra={"path": True})]
Region = Annotated[str, Meta(pattern=r"\A[a-z]{2,4}(-[a-z]{2,12}){1,3}-[0-9]{1,2}\Z", extra={"like": "us-east-1"})]


def state_folder(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """The folder that `platform` keeps the state of a user's programs in.

    Linux and others: the XDG Base Directory Specification's $XDG_STATE_HOME, which counts only where it is absolute.
    """
    home = Path(environ.get("HOME") or Path.home())
    if platform == "darwin":
        return str(home / "Library" / "Application Support" / "weirmq")
    state = environ.get("XDG_STATE_HOME", "")
    return str((Path(state) if state.startswith("/") else home / ".local" / "state") / "weirmq")


class Options(msgspec.Struct, kw_only=True, frozen=True):
    """What a server is told at its start. One field a flag; sizes are in bytes, times in seconds."""

    host: Annotated[str, "The address to listen on. Beyond loopback, users must be configured."] = "127.0.0.1"
    port: Annotated[Port, "The port to listen on; 0 takes any free one."] = 4566
    kafka_port: Annotated[
        Port,
        "The port for Kafka clients who needn't say who they are, where the server takes anybody; any free one where"
        " `port` is 0.",
    ] = 9092
    kafka_super_users: Annotated[
        Annotated[str, Meta(pattern=r"\A(\w+:[^;]+(;\w+:[^;]+)*)?\Z", extra={"like": "User:alice;User:bob"})],
        "Principals of Kafka clients who may do everything, whatever ACLs say.",
    ] = ""
    kafka_acls_required: Annotated[
        bool,
        "Keep what no ACL speaks of for super users, as Apache Kafka does. Without it, it is everybody's, as on MSK.",
    ] = False
    kafka_brokers: Annotated[
        Annotated[int, Meta(ge=1, le=100)],
        "How many brokers the default Kafka cluster has, at kafka_port and the ports after it. More can be added later,"
        " fewer is refused.",
    ] = 1
    kafka_cluster_ports: Annotated[
        Annotated[str, Meta(pattern=r"\A([0-9]{1,5}-[0-9]{1,5})?\Z", extra={"like": "19092-19191"})],
        "The ports for Kafka clusters that are made while the server runs. Each broker has one for each listener."
        " Without it, any free ones.",
    ] = ""
    data: Annotated[FilePath, "The folder that holds the log. One server at a time may use it."] = ""
    durability: Annotated[
        Literal["fsync", "os", "memory"],
        "When a change is answered. fsync: once it is on the disk. os: once the operating system has it, so it outlives"
        " the process but not a power cut. memory: at once, and nothing outlives the process.",
    ] = "fsync"
    region: Annotated[Region, "The region of requests that don't name one."] = "us-east-1"
    tls_certificate: Annotated[FilePath, "PEM file with the certificate and its chain: serves HTTPS."] = ""
    tls_key: Annotated[FilePath, "PEM file with the certificate's private key."] = ""
    insecure_allow_anyone: Annotated[
        bool, "Take any access key from any address, although the server can be reached from other machines."
    ] = False
    max_connections: Annotated[
        Annotated[int, Meta(ge=1, le=1_000_000)],
        "Open connections at a time; further ones are answered with status 503.",
    ] = 10_000
    max_body_bytes: Annotated[BodyBytes, "The largest request body; a larger one is refused with status 413."] = (
        16 * _MEBI
    )
    max_buffered_bytes: Annotated[
        ManyBytes, "Unanswered requests held in memory, over all connections; above it, reading pauses."
    ] = 256 * _MEBI
    request_timeout_s: Annotated[
        Seconds, "How long a client may take to send a request's head, or the next 16 KiB of its body."
    ] = 30
    idle_timeout_s: Annotated[Seconds, "How long a connection may stay open between two requests."] = 120
    stop_timeout_s: Annotated[Seconds, "How long a stop waits for requests that are being answered."] = 10
    log_format: Annotated[
        Literal["auto", "human", "json"], "How log lines look. auto: human on a terminal, else json."
    ] = "auto"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], "The least important log line that is written."
    ] = "info"
    outbox: Annotated[
        FilePath,
        "The folder for mails and text messages while the file has no [smtp] or [sms] table that says where they go."
        " Without it, `outbox` in the data folder.",
    ] = ""
    allow_private_endpoints: Annotated[
        Literal["auto", "yes", "no"],
        "Whether messages may be delivered to loopback, private and link-local addresses. auto: yes where the server"
        " itself listens on loopback only.",
    ] = "auto"
    outbound_ca_file: Annotated[
        FilePath, "PEM file with authorities that HTTPS endpoints are trusted by, beside the system's."
    ] = ""
    public_url: Annotated[
        Annotated[str, Meta(pattern=r"\A(https?://[^/\s]+)?\Z", extra={"like": "https://sns.example.com"})],
        "The address that receivers of messages reach this server by: links in messages begin with it. Without it, they"
        " begin with the address that the publisher used.",
    ] = ""
    sms_sandbox: Annotated[
        bool, "Whether text messages go only to numbers that an account has verified, as in a new account of AWS."
    ] = False
    kinesis_strict: Annotated[
        bool,
        "Whether streams are as slow and as limited as AWS's: states such as CREATING last as long, and the rates of"
        " shards and operations are enforced. Without it every change takes effect at once, and nothing is throttled.",
    ] = False
    users: tuple[User, ...] = ()
    functions: tuple[Function, ...] = ()
    lambda_endpoint: LambdaEndpoint | None = None
    smtp: Smtp | None = None
    sms: Sms | None = None
    push: Push = Push()
    sns_quotas: dict[str, int] = {}
    kafka_listeners: tuple[KafkaListener, ...] = ()
    kafka_users: tuple[KafkaUser, ...] = ()
    kafka_oauth: KafkaOauth | None = None


_READERS = {**receivers.TABLES, **kafka.TABLES}
_TABLES = {"users", *(field for field, _ in _READERS.values())}  # only the file has these


class Setting(NamedTuple):
    """One option as a person meets it. `allowed` says in words what values it takes."""

    name: str
    type: Any
    default: Any
    meaning: str
    allowed: str
    unit: str

    @property
    def flag(self) -> str:
        """The command-line flag, e.g. `--log-level`."""
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        """The environment variable, e.g. `WEIRMQ_LOG_LEVEL`."""
        return "WEIRMQ_" + self.name.upper()

    @property
    def is_switch(self) -> bool:
        """Whether the flag stands alone, without a value."""
        return self.allowed == "true or false"

    @property
    def is_path(self) -> bool:
        """Whether the value is a path, taken from the config file's folder where that file names it."""
        return self.allowed == "a path"

    def read(self, raw: object, where: str, *, is_text: bool) -> Any:
        """`raw` as this setting's type. `is_text`: it is written out as in a variable. Raises ConfigError."""
        try:
            return msgspec.convert(raw, self.type, strict=not is_text)
        except msgspec.ValidationError:
            raise ConfigError(f"{where}: {raw!r} is not allowed: it must be {self.allowed}") from None


def settings() -> Iterator[Setting]:
    """Every option that a flag, a variable or a key of the file can set, in the order of `Options`."""
    hints = get_type_hints(Options, include_extras=True)
    for field in msgspec.structs.fields(Options):
        if field.name not in _TABLES:
            *_, meaning = get_args(hints[field.name])
            kind, extra, allowed = _describe(field.type)
            yield Setting(field.name, kind, field.default, meaning, allowed, extra.get("unit", ""))


def _describe(annotated: Any) -> tuple[Any, dict[str, Any], str]:
    """A field's type, its Meta's extras, and what values it takes, in words."""
    metas = [part for part in get_args(annotated)[1:] if isinstance(part, Meta)]
    extra: dict[str, Any] = {key: value for meta in metas for key, value in (meta.extra or {}).items()}
    kind = get_args(annotated)[0]
    if get_origin(kind) is Literal:
        return annotated, extra, "one of " + ", ".join(get_args(kind))
    if kind is bool:
        return annotated, extra, "true or false"
    if kind is int:
        return annotated, extra, f"a whole number from {metas[0].ge:,} to {metas[0].le:,}"
    return annotated, extra, "a path" if "path" in extra else f"like {extra['like']}" if "like" in extra else "text"


def load(flags: Mapping[str, str], environ: Mapping[str, str]) -> Options:
    """The options that `flags` (by field name, and `config`), `environ` and the config file give.

    Raises ConfigError.
    """
    known = {setting.name: setting for setting in settings()}
    values: dict[str, Any] = {}
    path = flags.get("config") or environ.get("WEIRMQ_CONFIG")
    if path:
        values |= _from_file(Path(path), known)
    for setting in known.values():
        raw = environ.get(setting.variable)
        # Kubernetes sets WEIRMQ_PORT=tcp://10.0.0.1:4566 in every pod beside a service that is named weirmq.
        if raw and not raw.startswith("tcp://"):
            values[setting.name] = setting.read(raw, setting.variable, is_text=True)
    for name, raw in flags.items():
        if name != "config":
            values[name] = known[name].read(raw, known[name].flag, is_text=True)
    if not values.get("data"):
        values["data"] = state_folder(environ)
    options = Options(**values)
    check(options)
    return options


def _from_file(path: Path, known: Mapping[str, Setting]) -> dict[str, Any]:
    """The values that a TOML file sets."""
    values: dict[str, Any] = {}
    for key, raw in users.read_toml(path).items():
        if key == "users":
            values[key] = users.read_users(raw, path)
        elif key in _READERS:
            field, read = _READERS[key]
            values[field] = read(raw, path)
        elif key in known:
            value = known[key].read(raw, f"{path}: {key}", is_text=False)
            values[key] = str(path.parent / Path(value).expanduser()) if value and known[key].is_path else value
        else:
            tables = ", ".join(f"[{table}]" for table in _READERS)
            raise ConfigError(
                f"{path}: {key} is not an option: the options are {', '.join(known)}, {tables} and [[users]]"
            )
    return values


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`."""
    if host in {"127.0.0.1", "localhost", "::1"}:
        return True
    from ipaddress import ip_address  # a start with the default host does without

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def endpoint(options: Options, addresses: Sequence[tuple[str, int]]) -> str:
    """The URL that a client on this machine uses, of a server that listens on `addresses`."""
    scheme = "https" if options.tls_certificate else "http"
    host = "localhost" if options.host in _ANY_ADDRESS else options.host
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{addresses[0][1]}"


def allows_private(options: Options) -> bool:
    """Whether messages may go to addresses that only this machine or its network can reach."""
    if options.allow_private_endpoints == "auto":
        return is_loopback(options.host)
    return options.allow_private_endpoints == "yes"


def takes_unknown_kafka_clients(options: Options) -> bool:
    """Whether Kafka clients may come in that don't say who they are."""
    return options.insecure_allow_anyone or not (options.users or options.kafka_users)


def kafka_listeners(options: Options) -> dict[str, int]:
    """The listeners of the default Kafka cluster, and their ports at its first broker; 0 for any free one.

    Those of the file, and PLAINTEXT where the server takes anybody.
    """
    found = {PLAINTEXT: options.kafka_port} if takes_unknown_kafka_clients(options) else {}
    found |= {listener.name: listener.port for listener in options.kafka_listeners}
    return found if options.port else dict.fromkeys(found, 0)


def cluster_ports(options: Options) -> range:
    """The ports for Kafka clusters that are made at run time; 0 alone for any free ones. Raises ConfigError."""
    if not options.kafka_cluster_ports:
        return range(1)
    first, last = map(int, options.kafka_cluster_ports.split("-"))
    if not 1 <= first <= last <= _LAST_PORT:
        raise ConfigError(f"kafka_cluster_ports: {first}-{last} is no range of ports: they are from 1 to {_LAST_PORT}")
    return range(first, last + 1)


def outbox_folder(options: Options) -> Path:
    """Where mails and text messages are written while no server is configured that would carry them."""
    return Path(options.outbox or Path(options.data or state_folder(os.environ)) / "outbox")


def check(options: Options) -> None:
    """Refuse options that don't fit together. Raises ConfigError."""
    if bool(options.tls_certificate) != bool(options.tls_key):
        raise ConfigError("tls_certificate and tls_key need each other: give both or neither")
    cluster_ports(options)
    if not (is_loopback(options.host) or options.users or options.insecure_allow_anyone):
        raise ConfigError(
            f"{options.host} can be reached from other machines, and no users are configured, so anyone could read and"
            " delete everything. Add [[users]] to the config file (see docs/configuration.md), listen on 127.0.0.1,"
            " or say --insecure-allow-anyone."
        )
