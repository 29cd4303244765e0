"""One connection of a Kafka client: frames in, answers out, in the order of their requests.

A frame is a length of 32 bits and so many bytes. They are read into one buffer that stays with the connection, and
handled where they lie: a produced batch goes from there to the disk. So what a handler keeps, it copies.

Reading pauses while IN_PROGRESS requests wait for their answers, or while the peer doesn't read them.
"""

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Final, cast

from weirmq.server.exchange import address_of

if TYPE_CHECKING:
    from weirmq.server.kafka.listener import Listener

IN_PROGRESS: Final = 64  # requests; a producer has five, a consumer one a broker
FIRST_BYTES: Final = 64 * 1024
KEPT_BYTES: Final = 1024 * 1024  # a buffer that grew beyond is given back once it is empty
_LENGTH: Final = 4

PROGRESS, READER = 1, 2  # bits of KafkaConnection._holds


class Slot:
    """The place of an answer. `fill` it once; None means that there is none, as for a produce that asks for none."""

    __slots__ = ("_connection", "data", "is_filled")

    def __init__(self, connection: "KafkaConnection") -> None:
        self._connection = connection
        self.data: bytes | bytearray | None = None
        self.is_filled = False

    def fill(self, data: bytes | bytearray | None) -> None:
        """Here is the answer, with its length before it."""
        self.data = data
        self.is_filled = True
        self._connection.filled(self)


class KafkaConnection(asyncio.BufferedProtocol):
    """The server's side of one connection."""

    def __init__(self, listener: "Listener") -> None:
        self.listener = listener
        self.peer = ""
        self.host = ""  # ours, as the client reached it
        self.is_open = False
        self._transport: asyncio.Transport
        self._buffer = bytearray(FIRST_BYTES)
        self._view = memoryview(self._buffer)
        self._start = 0  # of the frame that comes next
        self._end = 0  # of what was received
        self._slots: deque[Slot] = deque()
        self._holds = 0
        self._corked = False
        self.used_s = 0.0  # when something came last, by the loop's clock

    # ---- what the event loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast("asyncio.Transport", transport)
        self.is_open = True
        self.peer = address_of(self._transport)
        self.host = str(transport.get_extra_info("sockname")[0])
        self.listener.admit(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - we know better what comes
        """Where the next bytes go."""
        return self._view[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes came."""
        self._end += nbytes
        self.listener.bytes_in += nbytes
        self._advance()

    def eof_received(self) -> bool:
        """No client of Kafka ends its sending side alone: it is gone."""
        return False

    def pause_writing(self) -> None:
        """The peer doesn't read."""
        self._hold(READER)

    def resume_writing(self) -> None:
        """It reads again."""
        self._release(READER)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it is lost makes no difference
        """The client is gone; what is in progress for it is answered to nobody."""
        self.is_open = False
        self._slots.clear()
        self.listener.forget(self)

    # ---- frames

    def _advance(self) -> None:
        """Handle the frames that are whole, as many as may be in progress."""
        self.used_s = self.listener.now_s()
        self._corked = True
        view = self._view
        while self.is_open and not self._holds:
            begin = self._start + _LENGTH
            if begin > self._end:
                break
            size = int.from_bytes(view[self._start : begin], "big", signed=True)
            if not 0 <= size <= self.listener.frame_bytes:
                self.close()
                break
            if begin + size > self._end:
                break
            self._start = begin + size
            self._handle(view[begin : self._start])
        self._corked = False
        self._make_room()
        self._send()

    def _handle(self, frame: memoryview) -> None:
        slot = Slot(self)
        self._slots.append(slot)
        if len(self._slots) >= IN_PROGRESS:
            self._hold(PROGRESS)
        self.listener.handle(self, frame, slot)

    def _make_room(self) -> None:
        """Move what is left to the front, and see to it that the frame it begins has room."""
        left = self._end - self._start
        size = FIRST_BYTES
        if left >= _LENGTH:
            frame = int.from_bytes(self._view[self._start : self._start + _LENGTH], "big", signed=True)
            size = max(size, min(max(frame, 0), self.listener.frame_bytes) + _LENGTH)
        kept = len(self._buffer)
        if kept < size or (kept > KEPT_BYTES and size == FIRST_BYTES and not left):
            buffer = bytearray(size)
            buffer[:left] = self._view[self._start : self._end]
            self._buffer, self._view = buffer, memoryview(buffer)
        elif left and self._start:
            self._view[:left] = bytes(self._view[self._start : self._end])
        self._start, self._end = 0, left

    # ---- answers

    def filled(self, slot: Slot) -> None:
        """An answer is there."""
        if not self._corked and self._slots and slot is self._slots[0]:
            self._send()

    def _send(self) -> None:
        """Send the answers whose turn it is, in one go."""
        slots = self._slots
        answers = []
        while slots and slots[0].is_filled:
            data = slots.popleft().data
            if data is not None:
                answers.append(data)
                self.listener.bytes_out += len(data)
        if not self.is_open:
            return
        if len(answers) == 1:
            self._transport.write(answers[0])
        elif answers:
            self._transport.writelines(answers)
        if self._holds & PROGRESS and len(slots) < IN_PROGRESS:
            self._release(PROGRESS)

    @property
    def is_idle(self) -> bool:
        """Nothing is in progress."""
        return not self._slots

    # ---- holding back

    def _hold(self, reason: int) -> None:
        if not self._holds and self.is_open:
            self._transport.pause_reading()
        self._holds |= reason

    def _release(self, reason: int) -> None:
        if self._holds & reason:
            self._holds &= ~reason
            if not self._holds and self.is_open:
                self._transport.resume_reading()
                self.listener.soon(self._go_on)

    def _go_on(self) -> None:
        """Handle the frames that came before reading paused."""
        if self.is_open and not self._holds and not self._corked:
            self._advance()

    def close(self) -> None:
        """Close once what was sent has left."""
        if self.is_open:
            self.is_open = False
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self.is_open = False
        self._transport.abort()
