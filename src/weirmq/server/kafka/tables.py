"""The tables of the config file that say who gets in at the Kafka ports.

[[kafka_listeners]]   a port: its security protocol, its mechanisms, its certificate
[[kafka_users]]       a name and a password, for PLAIN and SCRAM
[kafka_oauth]         whose tokens are good, for OAUTHBEARER
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, structs

from weirmq.server.kafka.distinguished_names import rules
from weirmq.server.tables import Table, file_of, read_table
from weirmq.server.users import ConfigError
from weirmq.wire.kafka.listeners import KINDS, SASL_SCRAM, SCRAM_SHA_512, ListenerKind

_URL = re.compile(r"(https://|http://(localhost|127\.0\.0\.1|\[::1\])[:/])[^\s#]+")
_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


class KafkaListener(Table, kw_only=True, frozen=True):
    """A port of each broker. What isn't given is as for the listener of MSK that has that name.

    `client_auth` is Kafka's `ssl.client.auth`; `principal_mapping_rules` is its `ssl.principal.mapping.rules`,
    `session_s` its `connections.max.reauth.ms`. `port` is that of the default cluster's first broker.
    """

    name: str
    protocol: Literal["", "PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = ""
    port: Annotated[int, Meta(ge=0, le=65_535)] = 0
    mechanisms: tuple[Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER", "AWS_MSK_IAM"], ...] = ()
    tls_certificate: str = ""
    tls_key: str = ""
    client_auth: Literal["none", "requested", "required"] = "none"
    client_ca_file: str = ""
    principal_mapping_rules: str = "DEFAULT"
    session_s: Annotated[int, Meta(ge=1, le=86_400)] | None = None

    @property
    def kind(self) -> ListenerKind:
        """What it demands."""
        return ListenerKind(self.protocol, self.port, self.mechanisms)

    @property
    def session_ms(self) -> int | None:
        """After which time clients must log in again."""
        return None if self.session_s is None else self.session_s * 1000


class KafkaOauth(Table, kw_only=True, frozen=True):
    """Whose tokens are good (JSON Web Tokens, by OAUTHBEARER), and which of their claims says whom they are for.

    The issuer's keys are in a JSON Web Key Set, at a URL or in a file. `allows_unsecured`: tokens that nobody signed
    are good, as in a Kafka that is set up for tests. `issuer` and `audiences` are held against `iss` and `aud`.
    """

    jwks_url: str = ""
    jwks_file: str = ""
    issuer: str = ""
    audiences: tuple[str, ...] = ()
    principal_claim: Annotated[str, Meta(min_length=1)] = "sub"
    clock_skew_s: Annotated[int, Meta(ge=0, le=900)] = 30
    allows_unsecured: bool = False


class KafkaUser(Table, kw_only=True, frozen=True):
    """Somebody who may log in by PLAIN and by SCRAM."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    password: Annotated[str, Meta(min_length=1)]


def _read_listeners(raw: object, path: Path) -> tuple[KafkaListener, ...]:
    found: list[KafkaListener] = []
    for number, table in enumerate(_tables(raw, path, "kafka_listeners"), 1):
        listener = _read_listener(table, path, f"{path}: [[kafka_listeners]] number {number}")
        for other in found:
            if listener.name == other.name:
                raise ConfigError(f"{path}: two [[kafka_listeners]] have the name {listener.name}")
            if listener.port and listener.port == other.port:
                raise ConfigError(f"{path}: [[kafka_listeners]] {other.name} and {listener.name} have the same port")
        found.append(listener)
    return tuple(found)


def _read_listener(raw: object, path: Path, where: str) -> KafkaListener:
    read = read_table(raw, KafkaListener, where)
    if not _NAME.fullmatch(read.name):
        raise ConfigError(f"{where}: name must be capital letters, digits and _, such as {SASL_SCRAM}")
    own = KINDS.get(read.name, ListenerKind(""))
    listener = structs.replace(
        read,
        protocol=read.protocol or own.protocol,
        port=read.port or own.port,
        mechanisms=read.mechanisms or own.mechanisms,
        tls_certificate=file_of(path.parent, read.tls_certificate, where, "tls_certificate"),
        tls_key=file_of(path.parent, read.tls_key, where, "tls_key"),
        client_ca_file=file_of(path.parent, read.client_ca_file, where, "client_ca_file"),
    )
    _check(listener, where)
    try:
        rules(listener.principal_mapping_rules)
    except ValueError as error:
        raise ConfigError(f"{where}: principal_mapping_rules: {error}") from None
    return listener


def _check(listener: KafkaListener, where: str) -> None:
    kind = listener.kind
    if not kind.protocol:
        raise ConfigError(f"{where}: protocol must be given, for {listener.name} is none of {', '.join(KINDS)}")
    if kind.wants_login and not kind.mechanisms:
        raise ConfigError(f'{where}: mechanisms must be given, such as ["{SCRAM_SHA_512}"]')
    if kind.mechanisms and not kind.wants_login:
        raise ConfigError(f"{where}: mechanisms are for SASL_PLAINTEXT and SASL_SSL, not for {kind.protocol}")
    if bool(listener.tls_certificate) != bool(listener.tls_key):
        raise ConfigError(f"{where}: tls_certificate and tls_key need each other: give both or neither")
    asks = listener.client_auth != "none"
    if not kind.is_encrypted and (listener.tls_certificate or asks):
        raise ConfigError(f"{where}: {kind.protocol} has no TLS, so no certificates")
    if asks != bool(listener.client_ca_file):
        raise ConfigError(f"{where}: client_auth and client_ca_file need each other: give both or neither")


def _read_users(raw: object, path: Path) -> tuple[KafkaUser, ...]:
    found: dict[str, KafkaUser] = {}
    for number, table in enumerate(_tables(raw, path, "kafka_users"), 1):
        user = read_table(table, KafkaUser, f"{path}: [[kafka_users]] number {number}")
        if not user.name.isprintable():
            raise ConfigError(f"{path}: [[kafka_users]] number {number}: a name has no control characters")
        if user.name in found:
            raise ConfigError(f"{path}: two [[kafka_users]] have the name {user.name}")
        found[user.name] = user
    return tuple(found.values())


def _read_oauth(raw: object, path: Path) -> KafkaOauth:
    where = f"{path}: [kafka_oauth]"
    read = read_table(raw, KafkaOauth, where)
    if bool(read.jwks_url) + bool(read.jwks_file) + read.allows_unsecured != 1:
        raise ConfigError(f"{where}: one of jwks_url, jwks_file and allows_unsecured must be given")
    if read.jwks_url and not _URL.fullmatch(read.jwks_url):
        raise ConfigError(f"{where}: jwks_url must be an https URL, or an http URL of this machine")
    return structs.replace(read, jwks_file=file_of(path.parent, read.jwks_file, where, "jwks_file"))


def _tables(raw: object, path: Path, key: str) -> list[object]:
    if not isinstance(raw, list):
        raise ConfigError(f"{path}: {key} must be [[{key}]] tables")
    return raw


# The file's key: the field of Options, and what reads it.
TABLES: Final[Mapping[str, tuple[str, Callable[[object, Path], Any]]]] = {
    "kafka_listeners": ("kafka_listeners", _read_listeners),
    "kafka_users": ("kafka_users", _read_users),
    "kafka_oauth": ("kafka_oauth", _read_oauth),
}
