"""Signature Version 4, made: for the requests that we send ourselves. sigv4.py checks those of others.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from weirmq.wire.aws.sigv4 import ALGORITHM, TERMINATOR, SigningKey, canonical_path, canonical_query, stamp_at


class Credentials(msgspec.Struct, frozen=True):
    """Whose signature it is. `token` is that of temporary credentials."""

    access_key: str
    secret: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Credentials({self.access_key!r})"  # a secret has no business in a log or a traceback


def sign(
    credentials: Credentials,
    method: str,
    url: str,
    headers: Sequence[tuple[str, str]],
    body: bytes,
    *,
    region: str,
    service: str,
    now_ms: int,
) -> list[tuple[str, str]]:
    """The headers to send: `headers`, the time, the token if there is one, and Authorization.

    `url` is absolute, without a fragment, and its path is percent-encoded as it will be sent. All headers are signed,
    so none may be changed on the way; `host` is the URL's.
    """
    stamp = stamp_at(now_ms)
    added = [("X-Amz-Date", stamp)]
    if credentials.token:
        added.append(("X-Amz-Security-Token", credentials.token))
    sent = [*headers, *added]
    host, path, query = _parts(url)
    signed = sorted((name.lower(), " ".join(value.split())) for name, value in [("host", host), *sent])
    names = ";".join(name for name, _ in signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed)
    where = f"{canonical_path(path.encode()).decode()}\n{canonical_query(query.encode()).decode()}"
    canonical = f"{method}\n{where}\n{lines}\n{names}\n{sha256(body).hexdigest()}"
    scope = "/".join((stamp[:8], region, service, TERMINATOR.decode()))
    digest = sha256(canonical.encode()).hexdigest()
    key = SigningKey(credentials.secret, stamp[:8].encode(), region.encode(), service.encode())
    signature = key.sign(f"{ALGORITHM.decode()}\n{stamp}\n{scope}\n{digest}".encode()).decode()
    who = f"Credential={credentials.access_key}/{scope}"
    return [*sent, ("Authorization", f"{ALGORITHM.decode()} {who}, SignedHeaders={names}, Signature={signature}")]


def _parts(url: str) -> tuple[str, str, str]:
    """Host (with a port that isn't the scheme's own), path and query of a URL."""
    scheme, _, rest = url.partition("://")
    target, _, query = rest.partition("?")
    host, slash, path = target.partition("/")
    default = {"http": ":80", "https": ":443"}.get(scheme.lower(), "")
    return host.lower().removesuffix(default) if default else host.lower(), slash + path or "/", query
