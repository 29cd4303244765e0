"""One HTTP request and one HTTP response as values, whatever HTTP version carried them."""

import msgspec


class Request(msgspec.Struct, gc=False):
    """A whole request, as it came.

    `target` is the request target to the letter (`/a%20b?x=1`), because signatures are made over it; `path` and `query`
    are its two halves, still percent-encoded, without the `?`. `headers` has lower-case names; the values of a header
    that came more than once are joined with a comma (RFC 9110, 5.3). `peer` is the client's IP address, `secure` says
    TLS. `sent` is the body as it came, where `body` was compressed and isn't any more.
    """

    method: bytes
    target: bytes
    path: bytes
    query: bytes
    headers: dict[bytes, bytes]
    body: bytes
    peer: str = ""
    secure: bool = False
    sent: bytes | None = None


class Response(msgspec.Struct, gc=False):
    """A whole response. Content-Length, Date and Connection are added by the HTTP version that carries it."""

    status: int
    body: bytes = b""
    content_type: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
