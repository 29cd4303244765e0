"""TLS from a certificate file and a key file, taken up anew when they change: certificates are renewed in place.

The files are looked at in each handshake (two `stat` calls beside a millisecond of cryptography), so nothing has to be
told and no timer runs. Files that don't fit each other, as halfway through a renewal, leave the old certificate in use.
"""

import ssl
from collections.abc import Callable
from pathlib import Path

_PROTOCOLS = ["h2", "http/1.1"]  # ALPN (RFC 7301); connections see by the preface which one it became

_Stamp = tuple[int, int, int]


class TlsError(Exception):
    """The certificate or its key can't be used. The message names the file and says why."""


def offer_http(context: ssl.SSLContext) -> None:
    """Speak HTTP/2 or HTTP/1.1."""
    context.set_alpn_protocols(_PROTOCOLS)


class Certificate:
    """A certificate with its key. `context` is for the server's sockets."""

    def __init__(
        self,
        certificate: Path,
        key: Path,
        on_error: Callable[[str, BaseException], None],
        prepare: Callable[[ssl.SSLContext], None] = offer_http,
    ) -> None:
        """Load the PEM files. `on_error` is told why a changed file can't be used; `prepare` is given each context
        before it is used. Raises TlsError.
        """
        self._certificate = certificate
        self._key = key
        self._on_error = on_error
        self._prepare = prepare
        self._stamps = self._look()
        self._current = self._load()
        self.context = self._load()
        self.context.sni_callback = self._choose

    def _choose(self, session: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        """OpenSSL asks this in each handshake, whether or not the client names the host."""
        try:
            stamps = self._look()
            if stamps != self._stamps:
                self._stamps = stamps
                self._current = self._load()
        except TlsError as error:
            self._on_error("the changed certificate can't be used; the old one stays", error)
        session.context = self._current

    def _load(self) -> ssl.SSLContext:
        context = load(self._certificate, self._key)
        self._prepare(context)
        return context

    def _look(self) -> tuple[_Stamp, _Stamp]:
        return _stamp(self._certificate), _stamp(self._key)


def load(certificate: Path, key: Path) -> ssl.SSLContext:
    """A server context of two PEM files: TLS 1.2 or newer. Raises TlsError."""
    for path in (certificate, key):
        try:
            path.read_bytes()
        except OSError as error:
            raise TlsError(f"{path}: can't be read: {error.strerror}") from error
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except TlsError as error:
        raise TlsError(f"{key}: {error}") from None
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise TlsError(f"{key}: isn't the key of {certificate}") from error
        raise TlsError(f"{certificate}, {key}: not a PEM certificate and its PEM key ({error})") from error
    return context


def _no_password() -> str:
    """Without this, OpenSSL would ask for a password on the terminal, and the server would wait for it."""
    raise TlsError("is encrypted; give an unencrypted one")


def _stamp(path: Path) -> _Stamp:
    """What changes when a file is rewritten or replaced. A missing one is noted as such, and `load` says so."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0, 0
    return status.st_mtime_ns, status.st_size, status.st_ino
