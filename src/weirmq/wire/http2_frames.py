"""HTTP/2's frames (RFC 9113, 4 and 6): what each may look like, and the bytes of those that a server sends."""

import struct

from weirmq.wire import http2

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
HEAD_BYTES = 9
GOAWAY_BYTES = 8  # at least
WINDOW_MAX = 2**31 - 1
WINDOW_INITIAL = 65_535  # until settings say otherwise; of the connection, until WINDOW_UPDATE does

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED, PRIORITISED = 0x01, 0x01, 0x04, 0x08, 0x20

HEADER_TABLE_SIZE, ENABLE_PUSH, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE, MAX_HEADER_LIST_SIZE = (
    range(1, 7)
)

# kind: (the payload's length, whether the frame belongs to a stream); None where either is free
_SHAPES: dict[int, tuple[int | None, bool | None]] = {
    DATA: (None, True),
    HEADERS: (None, True),
    PRIORITY: (None, True),  # a wrong length is the stream's error alone
    RST_STREAM: (4, True),
    SETTINGS: (None, False),
    PING: (8, False),
    GOAWAY: (None, False),
    WINDOW_UPDATE: (4, None),
}

BLOCK_LIMIT_BYTES = http2.HEADER_LIST_LIMIT_BYTES  # of a header section, before it is decompressed
BLOCK_FRAMES = 64  # that a header section may be cut into; as long as one may be, it takes 8 full ones

Frame = tuple[int, int, int, bytes]  # kind, flags, stream, payload

_HEAD = struct.Struct(">HBBBI")
_SETTING = struct.Struct(">HI")


class ConnectionBroken(Exception):  # noqa: N818 - says what is so
    """RFC 9113, 5.4.1: the connection can't go on. `code` is one of http2's."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


def _check(kind: int, stream: int, length: int) -> None:
    """Raises ConnectionBroken for a frame that is misshapen."""
    if kind in (PUSH_PROMISE, CONTINUATION):
        raise ConnectionBroken(http2.PROTOCOL_ERROR, "a frame came that isn't allowed here")
    shape = _SHAPES.get(kind)
    if shape is None:  # RFC 9113, 5.5: passed over
        return
    right_length, of_stream = shape
    if of_stream is not None and of_stream != bool(stream):
        raise ConnectionBroken(http2.PROTOCOL_ERROR, "a frame is on the wrong kind of stream")
    if right_length is not None and right_length != length:
        raise ConnectionBroken(http2.FRAME_SIZE_ERROR, "a frame has the wrong length")


class Reader:
    """Frames of what comes. A header section is given as one frame, HEADERS, without padding, however it was cut."""

    __slots__ = ("_at", "_begun", "_block", "_buffer", "_greeted", "_settled")

    def __init__(self) -> None:
        self._buffer = b""  # what isn't taken begins at _at
        self._at = 0
        self._greeted = False
        self._settled = False  # SETTINGS came first
        self._begun: Frame | None = None  # a header section that isn't whole
        self._block: list[bytes] = []

    @property
    def held(self) -> int:
        """Bytes that wait here for more."""
        return len(self._buffer) - self._at + sum(map(len, self._block))

    @property
    def in_frame(self) -> bool:
        """More bytes must come before anything can be made of what has come."""
        return self.has_more or self._begun is not None or not self._settled

    @property
    def has_more(self) -> bool:
        """Something has come that isn't taken yet."""
        return self._at < len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take `data`."""
        self._buffer = self._buffer[self._at :] + data if self.has_more else data
        self._at = 0

    def next(self) -> Frame | None:
        """The next frame; None where more must come first. Raises ConnectionBroken."""
        if not self._greeted and not self._greet():
            return None
        while (frame := self._next()) is not None:
            kind, flags, _, payload = frame
            if self._begun is not None:
                whole = self._go_on(frame)
                if whole is not None:
                    return whole
            elif kind != HEADERS:
                return frame
            else:
                if flags & (PADDED | PRIORITISED):
                    payload = without_padding(HEADERS, flags, payload)
                    frame = kind, flags, frame[2], payload
                if flags & END_HEADERS:
                    return frame
                self._begun = frame
                self._block.append(payload)
        return None

    def _greet(self) -> bool:
        came = self._buffer[: len(PREFACE)]
        if not PREFACE.startswith(came):
            raise ConnectionBroken(http2.PROTOCOL_ERROR, "the preface is none")
        self._greeted = len(came) == len(PREFACE)
        if self._greeted:
            self._at = len(PREFACE)
        return self._greeted

    def _next(self) -> Frame | None:
        """The next frame as it came."""
        data, at = self._buffer, self._at
        begin = at + HEAD_BYTES
        if begin > len(data):
            return None
        head = int.from_bytes(data[at:begin])
        length, kind, stream = head >> 48, head >> 40 & 0xFF, head & 0x7FFFFFFF
        if length > http2.FRAME_LIMIT_BYTES:
            raise ConnectionBroken(http2.FRAME_SIZE_ERROR, "a frame is too long")
        if not self._settled:
            if kind != SETTINGS:
                raise ConnectionBroken(http2.PROTOCOL_ERROR, "the first frame isn't SETTINGS")
            self._settled = begin + length <= len(data)
        if self._begun is None and (kind > HEADERS or not stream):
            _check(kind, stream, length)
        end = begin + length
        if end > len(data):
            return None
        self._at = end
        return kind, head >> 32 & 0xFF, stream, data[begin:end]

    def _go_on(self, frame: Frame) -> Frame | None:
        """RFC 9113, 6.10: nothing but CONTINUATION may follow a header section that isn't whole."""
        begun, block = self._begun, self._block
        kind, flags, stream, payload = frame
        if begun is None or kind != CONTINUATION or stream != begun[2]:
            raise ConnectionBroken(http2.PROTOCOL_ERROR, "a header section is interrupted")
        block.append(payload)
        if len(block) > BLOCK_FRAMES or sum(map(len, block)) > BLOCK_LIMIT_BYTES:
            raise ConnectionBroken(http2.ENHANCE_YOUR_CALM, "a header section is too long")
        if not flags & END_HEADERS:
            return None
        self._begun = None
        whole = b"".join(block)
        block.clear()
        return HEADERS, begun[1], stream, whole


def without_padding(kind: int, flags: int, payload: bytes) -> bytes:
    """The content of DATA or HEADERS (RFC 9113, 6.1 and 6.2). Raises ConnectionBroken."""
    begin, end = 0, len(payload)
    if flags & PADDED:
        begin = 1
        end -= payload[0] if payload else 1
    if kind == HEADERS and flags & PRIORITISED:
        begin += 5
    if begin > end:
        raise ConnectionBroken(http2.PROTOCOL_ERROR, "a frame is all padding")
    return payload[begin:end]


def settings_of(payload: bytes) -> dict[int, int]:
    """What SETTINGS say; where something is said twice, the last holds. Raises ConnectionBroken."""
    if len(payload) % _SETTING.size:
        raise ConnectionBroken(http2.FRAME_SIZE_ERROR, "settings are cut")
    settings = {}
    for key, value in _SETTING.iter_unpack(payload):
        if key == ENABLE_PUSH and value > 1:
            raise ConnectionBroken(http2.PROTOCOL_ERROR, "ENABLE_PUSH is 0 or 1")
        if key == INITIAL_WINDOW_SIZE and value > WINDOW_MAX:
            raise ConnectionBroken(http2.FLOW_CONTROL_ERROR, "a window is too large")
        if key == MAX_FRAME_SIZE and not 2**14 <= value < 2**24:
            raise ConnectionBroken(http2.PROTOCOL_ERROR, "MAX_FRAME_SIZE is out of its range")
        settings[key] = value
    return settings


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """The bytes of a frame."""
    length = len(payload)
    return _HEAD.pack(length >> 8, length & 0xFF, kind, flags, stream) + payload


def number(kind: int, stream: int, value: int) -> bytes:
    """A frame that carries one number: RST_STREAM, WINDOW_UPDATE."""
    return frame(kind, 0, stream, value.to_bytes(4))


def settings(values: dict[int, int]) -> bytes:
    """A SETTINGS frame."""
    return frame(SETTINGS, 0, 0, b"".join(_SETTING.pack(key, value) for key, value in values.items()))
