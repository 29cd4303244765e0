"""The chunked transfer coding of request bodies (RFC 9112, 7.1), decoded as the bytes come.

Strict on purpose: CRLF only, no whitespace after a size. What two servers in a row read differently is what request
smuggling is made of. Extensions and trailers are checked, counted and dropped; no AWS client sends any.
"""

import re

LINE_LIMIT_BYTES = 1024  # a size and its extensions; clients send a handful of bytes
EXTENSIONS_LIMIT_BYTES = 16 * 1024  # in a whole body: bytes that cost work and carry nothing
TRAILERS_LIMIT_BYTES = 16 * 1024  # trailers are dropped, so no more than fits a modest header section
CHUNKS_LIMIT = 65_536  # a 16 MiB body in chunks of 256 bytes; a flood of one-byte chunks only burns our time

_CRLF = b"\r\n"
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(;[\t\x20-\x7e\x80-\xff]*)?")
_TRAILER_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*")


class Refused(Exception):  # noqa: N818 - says what is so; the connection answers it and closes
    """These bytes are not a request that we take. `status` is the HTTP status to answer, `reason` a sentence."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class ChunkedBody:
    """One body on its way in. `complete` turns true when its last byte, trailers and all, has been consumed."""

    __slots__ = (
        "_body",
        "_chunks",
        "_crlf_due",
        "_extension_bytes",
        "_in_trailers",
        "_limit",
        "_missing",
        "_trailer_bytes",
        "complete",
    )

    def __init__(self, limit_bytes: int) -> None:
        self.complete = False
        self._limit = limit_bytes
        self._body = bytearray()
        self._missing = 0  # bytes of the current chunk that haven't come yet
        self._crlf_due = False  # the chunk's data is there, its closing CRLF not yet
        self._in_trailers = False
        self._chunks = 0
        self._extension_bytes = 0
        self._trailer_bytes = 0

    def body(self) -> bytes:
        """What has been decoded so far."""
        return bytes(self._body)

    def receive(self, data: bytes, at: int) -> int:
        """Consume `data` from position `at` on; returns the position of the first byte that isn't consumed.

        Raises Refused: 400 for a broken coding or too much of what carries nothing, 413 for too large a body.
        """
        while not self.complete:
            if self._missing:
                came = min(self._missing, len(data) - at)
                if not came:
                    return at
                self._body += data[at : at + came]
                self._missing -= came
                at += came
            elif self._crlf_due:
                end = data[at : at + 2]
                if len(end) < 2 and _CRLF.startswith(end):
                    return at
                if end != _CRLF:
                    raise Refused(400, "A chunk is longer than its size says.")
                self._crlf_due = False
                at += 2
            else:
                end_at = data.find(_CRLF, at, at + LINE_LIMIT_BYTES + 2)
                if end_at < 0:
                    if len(data) - at >= LINE_LIMIT_BYTES + 2:
                        raise Refused(400, "A line of the chunked coding is too long.")
                    return at
                self._take_line(data[at:end_at])
                at = end_at + 2
        return at

    def _take_line(self, line: bytes) -> None:
        if self._in_trailers:
            self._take_trailer(line)
            return
        match = _SIZE_LINE.fullmatch(line)
        if match is None:
            raise Refused(400, "A chunk size is not a hexadecimal number.")
        size = int(match[1], 16)
        self._chunks += 1
        self._extension_bytes += len(line) - len(match[1])
        if self._extension_bytes > EXTENSIONS_LIMIT_BYTES or self._chunks > CHUNKS_LIMIT:
            raise Refused(400, "The body comes in too many chunks, or with too many chunk extensions.")
        if len(self._body) + size > self._limit:
            raise Refused(413, f"The request body is longer than {self._limit} bytes.")
        self._missing = size
        self._crlf_due = size > 0
        self._in_trailers = size == 0

    def _take_trailer(self, line: bytes) -> None:
        self._trailer_bytes += len(line) + 2
        if self._trailer_bytes > TRAILERS_LIMIT_BYTES:
            raise Refused(400, "The trailers are too long.")
        if not line:
            self.complete = True
        elif _TRAILER_LINE.fullmatch(line) is None:
            raise Refused(400, "A trailer is not of the form `name: value`.")
