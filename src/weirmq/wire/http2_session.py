"""The server's side of one HTTP/2 connection (RFC 9113): bytes in, whole requests out; answers in, bytes out.

No socket, no clock. Rules:

1. What breaks one request resets its stream, and no other. What breaks the connection ends it with GOAWAY.
2. Bodies come as far as windows allow; while `withheld`, no window is given, so memory waits for nobody's goodwill.
3. Answers leave as far as the peer's windows allow, one frame of each stream in turn, and no more at a time than the
   caller asks `output` for: a slow reader holds up what it reads, and its neighbours little.
4. Frames that bring nothing on are `chores`, streams that the peer takes back are `resets`: the caller, who knows the
   time, ends a connection that brings too many of them.
"""

import sys

from weirmq.wire import hpack, http2
from weirmq.wire import http2_frames as frames
from weirmq.wire.chunked import Refused
from weirmq.wire.http import Response
from weirmq.wire.http1 import BODY_LIMIT_BYTES
from weirmq.wire.http2_streams import Gone, Half, Happening, Incoming, Outlet, Refusal, Stream

FIELDS_LIMIT = 4096  # decoded, to keep the table right, before anything is refused
HALVES_WITHHELD = 16  # requests that may begin to come while their bodies' windows are withheld: each has a head
CUT_LIMIT = 1024  # streams that were ended while the peer was still sending, of which frames may be under way
DATA_MIN_BYTES = 1024  # less than that in one frame brings little on

_GREETING = frames.settings(
    {
        frames.MAX_CONCURRENT_STREAMS: http2.STREAMS_LIMIT,
        frames.INITIAL_WINDOW_SIZE: http2.WINDOW_BYTES,
        frames.MAX_HEADER_LIST_SIZE: http2.HEADER_LIST_LIMIT_BYTES,
    }
) + frames.number(frames.WINDOW_UPDATE, 0, http2.WINDOW_BYTES - frames.WINDOW_INITIAL)
_CONTINUE = hpack.encode([(b":status", b"100")])


class Session:
    """One connection. When it has `ended`, nothing more is read, and what `output` gives is the last."""

    def __init__(self, *, peer: str = "", secure: bool = False, body_limit_bytes: int = BODY_LIMIT_BYTES) -> None:
        self.ended = False
        self.reason = ""  # why, where the peer is to blame
        self.stopped = False  # receive() stopped at `most`: call it again, with nothing
        self.is_leaving = False  # the peer opens no more streams, or is not to
        self.halves: dict[int, Half] = {}
        self.outlets: dict[int, Outlet] = {}
        self.left: list[int] = []  # streams whose answers have left as a whole since the list was last emptied
        self.held = 0  # bytes of what has come, and isn't given as a whole request yet
        self.unsent = 0  # bytes of answers
        self.withheld = False
        self.paused = False  # the caller asks for no output now: bodies wait here
        self.frames = 0  # taken, but for parts of a header section
        self.chores = 0
        self.resets = 0
        self._peer = peer
        self._secure = secure
        self._body_limit_bytes = body_limit_bytes
        self._reader = frames.Reader()
        self._ready = bytearray(_GREETING)
        self._decoder = hpack.Decoder()
        self._streams: dict[int, Stream] = {}
        self._cut: dict[int, None] = {}
        self._last = 0  # the highest stream that was taken
        self._highest = 0  # and that was seen
        self._room = http2.WINDOW_BYTES  # bytes of bodies that may come
        self._owed = 0
        self._window = frames.WINDOW_INITIAL  # bytes that may be sent
        self._stream_window = frames.WINDOW_INITIAL
        self._frame_bytes = http2.FRAME_LIMIT_BYTES
        self._resize = b""  # tells the peer that we keep no table of it

    @property
    def backlog(self) -> int:
        """Bytes that the next `output` has anyhow."""
        return len(self._ready)

    @property
    def in_frame(self) -> bool:
        """More bytes must come before anything can be made of what has come."""
        return self._reader.in_frame

    # ---- in

    def receive(self, data: bytes, most: int = sys.maxsize) -> list[Happening]:
        """Take `data` and give what has happened, after at most `most` frames; the rest waits for the next call."""
        if self.ended:
            return []
        reader = self._reader
        waited = reader.held
        reader.feed(data)
        self.stopped = False
        happenings: list[Happening] = []
        try:
            while (frame := reader.next()) is not None:
                self._take(frame, happenings)
                most -= 1
                if not most:
                    self.stopped = reader.has_more
                    break
        except frames.ConnectionBroken as error:
            self.end(error.code, str(error))
        except hpack.HpackError as error:
            self.end(http2.COMPRESSION_ERROR, str(error))
        self.held += reader.held - waited
        return happenings

    def _take(self, frame: frames.Frame, happenings: list[Happening]) -> None:
        kind, flags, number, payload = frame
        self.frames += 1
        if kind == frames.DATA:
            self._data(flags, number, payload, happenings)
        elif kind == frames.HEADERS:
            self._section(flags, number, payload, happenings)
        else:
            self._rest(kind, flags, number, payload, happenings)

    def _rest(self, kind: int, flags: int, number: int, payload: bytes, happenings: list[Happening]) -> None:
        """Frames that are neither heads nor bodies."""
        self.chores += 1
        if kind == frames.RST_STREAM:
            self._reset(number, happenings)
        elif kind == frames.WINDOW_UPDATE:
            self._widen(number, int.from_bytes(payload) & frames.WINDOW_MAX, happenings)
        elif kind == frames.SETTINGS:
            self._settings(flags, payload)
        elif kind == frames.PING:
            if not flags & frames.ACK:
                self._ready += frames.frame(frames.PING, frames.ACK, 0, payload)
        elif kind == frames.GOAWAY:
            if len(payload) < frames.GOAWAY_BYTES:
                raise frames.ConnectionBroken(http2.FRAME_SIZE_ERROR, "a goodbye is cut")
            self.is_leaving = True

    # ---- requests

    def _section(self, flags: int, number: int, block: bytes, happenings: list[Happening]) -> None:
        """A whole header section has come."""
        fields = self._decoder.decode(block, FIELDS_LIMIT)
        ends = bool(flags & frames.END_STREAM)
        try:
            if number > self._highest:
                self._open(number, fields, ends, happenings)
            elif number in self._streams:
                self._trail(number, fields, ends, happenings)
            elif number not in self._cut:
                raise frames.ConnectionBroken(http2.STREAM_CLOSED, "a header section came on a closed stream")
        except Refused as refused:
            self._drop(number)
            happenings.append(Refusal(number, refused.status, refused.reason))
        except http2.Malformed:
            self._break(number, http2.PROTOCOL_ERROR, happenings)

    def _open(self, number: int, fields: list[http2.Field], ends: bool, happenings: list[Happening]) -> None:
        if not number & 1:
            raise frames.ConnectionBroken(http2.PROTOCOL_ERROR, "a client's streams have odd numbers")
        self._highest = number
        if self.is_leaving or len(self._streams) >= http2.STREAMS_LIMIT:
            self.resets += 1
            self._end_stream(number, http2.REFUSED_STREAM, receives=not ends)
            return
        self._last = number
        stream = self._streams[number] = Stream(self._stream_window)
        stream.receives = not ends
        size = sum([len(name) + len(value) for name, value in fields])
        if size + hpack.ENTRY_BYTES * len(fields) > http2.HEADER_LIST_LIMIT_BYTES:
            raise Refused(431, "The header section is too long.")
        head = http2.head_of(fields, self._peer, self._secure, self._body_limit_bytes)
        if self.withheld and not ends and len(self.halves) >= HALVES_WITHHELD:
            raise Refused(503, "The server is busy with large requests.")
        half = Half(head, size)
        if ends:
            happenings.append(self._whole(number, half))
            return
        self.halves[number] = half
        self.held += size
        if head.continues:
            self._ready += frames.frame(frames.HEADERS, frames.END_HEADERS, number, self._resize + _CONTINUE)
            self._resize = b""

    def _trail(self, number: int, fields: list[http2.Field], ends: bool, happenings: list[Happening]) -> None:
        stream = self._streams[number]
        if not stream.receives:
            self._break(number, http2.STREAM_CLOSED, happenings)
            return
        if not ends:
            raise http2.Malformed("a second header section doesn't end the request")
        http2.check_trailers(fields)
        stream.receives = False
        half = self.halves.get(number)
        if half is not None:
            self._drop(number)
            happenings.append(self._whole(number, half))

    def _data(self, flags: int, number: int, payload: bytes, happenings: list[Happening]) -> None:
        size = len(payload)  # padding takes its part of the windows too
        if flags & frames.PADDED:
            payload = frames.without_padding(frames.DATA, flags, payload)
        self._room -= size
        if self._room < 0:
            raise frames.ConnectionBroken(http2.FLOW_CONTROL_ERROR, "a body is larger than the window")
        self._owed += size
        ends = flags & frames.END_STREAM
        if not payload and not ends:
            self.chores += 1
        stream = self._streams.get(number)
        half = self.halves.get(number)
        if stream is None or not stream.receives:
            self._after_the_end(number, stream, happenings)
        else:
            stream.room -= size
            stream.owed += size
            stream.receives = not ends
            if stream.room < 0:
                self._break(number, http2.FLOW_CONTROL_ERROR, happenings)
            elif half is not None:
                self._body(number, half, payload, bool(ends), happenings)
        if not self.withheld:
            self._pay(number)

    def _after_the_end(self, number: int, stream: Stream | None, happenings: list[Happening]) -> None:
        if stream is not None:
            self._break(number, http2.STREAM_CLOSED, happenings)
        elif number not in self._cut:
            code = http2.STREAM_CLOSED if number <= self._highest else http2.PROTOCOL_ERROR
            raise frames.ConnectionBroken(code, "a body came on a stream that isn't open")

    def _body(self, number: int, half: Half, data: bytes, ends: bool, happenings: list[Happening]) -> None:
        half.came += len(data)
        if half.came > half.length >= 0 or (ends and half.length not in (-1, half.came)):
            self._break(number, http2.PROTOCOL_ERROR, happenings)  # RFC 9113, 8.1.1
        elif half.came > self._body_limit_bytes:
            self._drop(number)
            reason = f"The request body is longer than {self._body_limit_bytes} bytes."
            happenings.append(Refusal(number, 413, reason))
        else:
            half.pieces.append(data)
            half.size += len(data)
            self.held += len(data)
            if ends:
                self._drop(number)
                happenings.append(self._whole(number, half))

    def _whole(self, number: int, half: Half) -> Incoming:
        if half.length not in (-1, half.came):
            raise http2.Malformed("the body is shorter than content-length")
        pieces = half.pieces
        half.request.body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return Incoming(number, half.request, half.size)

    def _drop(self, number: int) -> None:
        half = self.halves.pop(number, None)
        if half is not None:
            self.held -= half.size

    # ---- windows and settings

    def _pay(self, number: int) -> None:
        """Give back the windows that were used up, when it is worth a frame."""
        if self._owed >= http2.WINDOW_BYTES // 2:
            self._ready += frames.number(frames.WINDOW_UPDATE, 0, self._owed)
            self._room += self._owed
            self._owed = 0
        stream = self._streams.get(number)
        if stream is not None and stream.receives and stream.owed >= http2.WINDOW_BYTES // 2:
            self._ready += frames.number(frames.WINDOW_UPDATE, number, stream.owed)
            stream.room += stream.owed
            stream.owed = 0

    def grant(self) -> None:
        """Give the windows that were withheld."""
        self.withheld = False
        for number in [*self.halves, 0]:
            self._pay(number)

    def _widen(self, number: int, size: int, happenings: list[Happening]) -> None:
        if not number:
            self._window += size
            if not size or self._window > frames.WINDOW_MAX:
                code = http2.FLOW_CONTROL_ERROR if size else http2.PROTOCOL_ERROR
                raise frames.ConnectionBroken(code, "the connection's window is widened by nothing, or too far")
            return
        stream = self._streams.get(number)
        if stream is not None:
            stream.window += size
            if not size or stream.window > frames.WINDOW_MAX:
                self._break(number, http2.FLOW_CONTROL_ERROR if size else http2.PROTOCOL_ERROR, happenings)
        elif number > self._highest:
            raise frames.ConnectionBroken(http2.PROTOCOL_ERROR, "the window of an idle stream is widened")

    def _settings(self, flags: int, payload: bytes) -> None:
        if flags & frames.ACK:
            if payload:
                raise frames.ConnectionBroken(http2.FRAME_SIZE_ERROR, "an acknowledgement says something")
            return
        settings = frames.settings_of(payload)
        self._frame_bytes = min(settings.get(frames.MAX_FRAME_SIZE, self._frame_bytes), http2.FRAME_LIMIT_BYTES)
        if settings.get(frames.HEADER_TABLE_SIZE, hpack.TABLE_BYTES) < hpack.TABLE_BYTES:
            self._resize = hpack.WITHOUT_TABLE
        window = settings.get(frames.INITIAL_WINDOW_SIZE, self._stream_window)
        more, self._stream_window = window - self._stream_window, window
        if more:
            for stream in self._streams.values():
                stream.window += more
                if stream.window > frames.WINDOW_MAX:
                    raise frames.ConnectionBroken(http2.FLOW_CONTROL_ERROR, "a window is widened too far")
        self._ready += frames.frame(frames.SETTINGS, frames.ACK, 0)

    # ---- the end of streams

    def _reset(self, number: int, happenings: list[Happening]) -> None:
        """The peer ends a stream."""
        if number > self._highest:
            raise frames.ConnectionBroken(http2.PROTOCOL_ERROR, "an idle stream is reset")
        self._cut.pop(number, None)
        if self._streams.pop(number, None) is not None:
            self.resets += 1
            self._forget(number)
            happenings.append(Gone(number))

    def _break(self, number: int, code: int, happenings: list[Happening]) -> None:
        """The peer has broken a stream."""
        self.resets += 1
        self.reset(number, code)
        happenings.append(Gone(number))

    def reset(self, number: int, code: int) -> None:
        """End a stream without an answer, or in the middle of one."""
        self._forget(number)
        stream = self._streams.pop(number, None)
        if stream is not None and not self.ended:
            self._end_stream(number, code, receives=stream.receives)

    def _end_stream(self, number: int, code: int, *, receives: bool) -> None:
        self._ready += frames.number(frames.RST_STREAM, number, code)
        if receives:
            if len(self._cut) >= CUT_LIMIT:
                del self._cut[next(iter(self._cut))]
            self._cut[number] = None

    def _forget(self, number: int) -> None:
        self._drop(number)
        outlet = self.outlets.pop(number, None)
        if outlet is not None:
            self.unsent -= outlet.size

    # ---- out

    def answer(self, number: int, response: Response, date: bytes, *, head_only: bool) -> None:
        """Send a whole answer. Raises ValueError where it can't be sent."""
        body = response.body
        size = len(body)
        block = http2.block_of(response, date, size)
        stream = self._streams.get(number)
        if stream is None:
            return
        self._drop(number)
        if head_only or not size or not http2.has_body(response):
            self._head(number, block, frames.END_HEADERS | frames.END_STREAM)
            self._finish(number, stream)
            return
        self._head(number, block, frames.END_HEADERS)
        if size <= self._frame_bytes and size <= stream.window and size <= self._window and not self.paused:
            self._window -= size
            self._ready += frames.frame(frames.DATA, frames.END_STREAM, number, body)
            self._finish(number, stream)
        else:
            self.outlets[number] = Outlet()
            self.write(number, body, last=True)

    def begin(self, number: int, response: Response, date: bytes) -> None:
        """Send the head of an answer whose body follows by `write`. Raises ValueError where it can't be sent."""
        block = http2.block_of(response, date, None)
        if number in self._streams:
            self._head(number, block, frames.END_HEADERS)
            self.outlets[number] = Outlet()

    def _head(self, number: int, block: bytes, flags: int) -> None:
        if self._resize:
            block = self._resize + block
            self._resize = b""
        size = http2.FRAME_LIMIT_BYTES
        if len(block) <= size:
            self._ready += frames.frame(frames.HEADERS, flags, number, block)
            return
        self._ready += frames.frame(frames.HEADERS, flags & ~frames.END_HEADERS, number, block[:size])
        for at in range(size, len(block), size):
            is_last = at + size >= len(block)
            self._ready += frames.frame(
                frames.CONTINUATION, frames.END_HEADERS if is_last else 0, number, block[at : at + size]
            )

    def write(self, number: int, data: bytes, *, last: bool) -> None:
        """Send more of an answer; nothing happens where the peer doesn't want it any more."""
        outlet = self.outlets.get(number)
        if outlet is None:
            return
        if data:
            outlet.pieces.append(memoryview(data))
            outlet.size += len(data)
            self.unsent += len(data)
        outlet.is_whole = last
        if outlet.size <= http2.FRAME_LIMIT_BYTES and not self.paused:
            self._push(number, outlet)

    def _push(self, number: int, outlet: Outlet) -> bool:
        """Send a frame of an answer, as far as the windows allow. False: they don't, or there is nothing to send."""
        pieces = outlet.pieces
        stream = self._streams[number]
        if not pieces:
            if outlet.is_whole:
                self._ready += frames.frame(frames.DATA, frames.END_STREAM, number)
                self._finish(number, stream)
            return outlet.is_whole
        room = min(stream.window, self._window, self._frame_bytes)
        if room <= 0:
            return False
        piece = pieces.popleft()
        if len(piece) > room:
            pieces.appendleft(piece[room:])
            piece = piece[:room]
        size = len(piece)
        outlet.size -= size
        outlet.sent += size
        self.unsent -= size
        stream.window -= size
        self._window -= size
        is_last = outlet.is_whole and not pieces
        self._ready += frames.frame(frames.DATA, frames.END_STREAM if is_last else 0, number, bytes(piece))
        # Two WINDOW_UPDATEs that have it go on are no chore, unless they come for next to nothing.
        self.chores = max(0, self.chores - (2 if size >= DATA_MIN_BYTES or is_last else 0))
        if is_last:
            self._finish(number, stream)
        return True

    def _finish(self, number: int, stream: Stream) -> None:
        """The answer has left. A request that isn't whole by now isn't wanted any more (RFC 9113, 8.1)."""
        del self._streams[number]
        self._forget(number)
        self.left.append(number)
        if stream.receives:
            self._end_stream(number, http2.NO_ERROR, receives=True)

    def output(self, most: int) -> bytes:
        """Bytes to be sent now: all that can't wait, and of answers until there are about `most`."""
        moves = bool(self.unsent or self.outlets) and not self.ended
        while moves and len(self._ready) < most:
            moves = False
            for number, outlet in list(self.outlets.items()):
                if (outlet.pieces or outlet.is_whole) and self._push(number, outlet):
                    moves = True
                    if outlet.pieces:  # the others first
                        self.outlets[number] = self.outlets.pop(number)
                    if len(self._ready) >= most:
                        break
        data = bytes(self._ready)
        self._ready.clear()
        return data

    # ---- the end

    def go_away(self, code: int = http2.NO_ERROR) -> None:
        """Tell the peer to open no more streams; those in progress are finished."""
        self.is_leaving = True
        self._ready += frames.frame(frames.GOAWAY, 0, 0, self._last.to_bytes(4) + code.to_bytes(4))

    def end(self, code: int, reason: str) -> None:
        """Read nothing more, and tell the peer why."""
        if not self.ended:
            self.go_away(code)
            self.ended = True
            self.reason = reason
