"""What each listener demands, made of the options: TLS, a client's certificate, a login.

A listener that no table describes is as MSK's of that name. One that speaks TLS shows its table's certificate, else the
server's, else one that is made at the first start (self_signed.py).
"""

import os
import ssl
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec

from weirmq.kernel.clock import Clock
from weirmq.server.config import Options, state_folder
from weirmq.server.kafka import distinguished_names, self_signed
from weirmq.server.kafka.distinguished_names import Rule
from weirmq.server.kafka.tables import KafkaListener
from weirmq.server.tls import Certificate, TlsError
from weirmq.services.kafka.ask import ANONYMOUS, Principal
from weirmq.wire.kafka.listeners import KINDS, PLAINTEXT, ListenerKind


class Security(msgspec.Struct, frozen=True):
    """What a listener demands. `rules` make a principal of the certificate that a client shows. After `session_ms`
    clients must log in again.
    """

    kind: ListenerKind
    tls: ssl.SSLContext | None = None
    rules: tuple[Rule, ...] = ()
    session_ms: int | None = None

    def principal_of(self, certificate: bytes | None) -> Principal | None:
        """Who shows a certificate, in DER, or none. None: nobody who may come in."""
        if certificate is None or self.kind.wants_login:
            return ANONYMOUS
        name = distinguished_names.principal(distinguished_names.subject(certificate), self.rules)
        return Principal("User", name) if name else None


OPEN = Security(KINDS[PLAINTEXT])


class Securities:
    """Makes them when a listener is first opened, for making certificates takes time."""

    def __init__(self, options: Options, clock: Clock, on_error: Callable[[str, BaseException], None]) -> None:
        """`on_error` is told of a renewed certificate that can't be used."""
        self._options = options
        self._clock = clock
        self._on_error = on_error
        self._tables = {each.name: each for each in options.kafka_listeners}
        self._rules = {
            each.name: distinguished_names.rules(each.principal_mapping_rules) for each in options.kafka_listeners
        }
        self._made: dict[str, Security] = {}

    def of(self, name: str) -> Security:
        """What the listener of a name demands. Raises TlsError, OSError; KeyError for a name that says nothing."""
        found = self._made.get(name)
        if found is None:
            table = self._tables.get(name)
            kind = table.kind if table is not None else KINDS[name]
            tls = self._tls(table) if kind.is_encrypted else None
            rules = distinguished_names.rules(table.principal_mapping_rules if table is not None else "")
            found = self._made[name] = Security(kind, tls, rules, table.session_ms if table is not None else None)
        return found

    def _tls(self, table: KafkaListener | None) -> ssl.SSLContext:
        options = self._options
        certificate, key = options.tls_certificate, options.tls_key
        if table is not None and table.tls_certificate:
            certificate, key = table.tls_certificate, table.tls_key
        if not certificate:
            data = Path(options.data or state_folder(os.environ))
            made = self_signed.make(data, options.host, self._clock.now_ms())
            certificate, key = str(made.certificate), str(made.key)
        return Certificate(Path(certificate), Path(key), self._on_error, partial(_prepare, table)).context


def _prepare(table: KafkaListener | None, context: ssl.SSLContext) -> None:
    """No renegotiation, for it lets a client make the server work again and again; and what the table says of clients'
    certificates. Raises TlsError.
    """
    context.options |= ssl.OP_NO_RENEGOTIATION
    if table is None or table.client_auth == "none":
        return
    try:
        context.load_verify_locations(cafile=table.client_ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise TlsError(f"{table.client_ca_file}: no PEM file of certificates: {error.strerror or error}") from error
    context.verify_mode = ssl.CERT_REQUIRED if table.client_auth == "required" else ssl.CERT_OPTIONAL
