"""One connection of a Kafka client: frames in, answers out, in the order of their requests.

A frame is a length of 32 bits and so many bytes. All connections read into one buffer of their listener's, where whole
frames are handled as they lie: a produced batch goes from there to the disk. So what a handler keeps, it copies. What
is no whole frame yet moves to a buffer of the connection's own, which grows as the frame comes: a length alone, true or
not, takes next to nothing.

Frames wait while IN_PROGRESS requests have no answer or MADE_BYTES of answers can't leave, while a request waits for
something to happen (a fetch for records, a member for the others: Kafka too handles nothing behind it), while the peer
doesn't read its answers, and for as long as it is to wait for having asked too much. With frames that wait, reading
pauses; without, it goes on, for that is how one hears that a client is gone.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, cast

from weirmq.iam.caller import Caller
from weirmq.server.doorway import Guest
from weirmq.server.exchange import address_of
from weirmq.services.kafka.ask import ANONYMOUS, Principal
from weirmq.services.kafka.login import Login

if TYPE_CHECKING:
    from weirmq.server.kafka.listener import Listener

IN_PROGRESS: Final = 64  # requests; a producer has five, a consumer one a broker
LEAST_BYTES: Final = 4 * 1024  # of a buffer of one's own, where the frame isn't smaller
GROWTH: Final = 8  # so many times what has come: few copies of a large frame, little memory for a lie
MADE_BYTES: Final = 1024 * 1024  # of answers that are there; with more, no frame is handled before some are sent
_LENGTH: Final = 4
_SIZE: Final = struct.Struct(">i")

PROGRESS, WAITING, READER, ENDING, MUTED = 1, 2, 4, 8, 16  # bits of KafkaConnection._holds


class Slot:
    """The place of an answer. `fill` it once, when it may leave; `put` the answer there before, if there is one."""

    __slots__ = ("_connection", "data", "is_filled", "is_waiting")

    def __init__(self, connection: "KafkaConnection") -> None:
        self._connection = connection
        self.data: bytes | bytearray = b""
        self.is_filled = False
        self.is_waiting = False

    def put(self, data: bytes | bytearray) -> None:
        """Here is the answer, with its length before it. It may not leave yet."""
        self.data = data
        self._connection.made(len(data))

    def fill(self, _: object = None) -> None:
        """The answer may leave."""
        self.is_filled = True
        self._connection.filled(self)

    def wait(self) -> None:
        """The answer depends on what others do: nothing behind it is handled until it is there."""
        if not self.is_filled:
            self.is_waiting = True
            self._connection.hold(WAITING)


def _certificate_of(transport: asyncio.BaseTransport) -> bytes | None:
    """What the client has shown, in DER. TLS has checked that it is good, and the client's own."""
    tls = transport.get_extra_info("ssl_object")
    return None if tls is None else tls.getpeercert(binary_form=True)


class KafkaConnection(Guest, asyncio.BufferedProtocol):
    """The server's side of one connection."""

    def __init__(self, listener: "Listener") -> None:
        self.listener = listener
        self.peer = ""
        self.peer_port = 0
        self.software = ("", "")  # the client's, as it says
        self.principal = ANONYMOUS
        self.caller: Caller | None = None
        self.is_encrypted = False
        self.login: Login | None = None
        self.frame_bytes = listener.limits.frame_bytes  # of one request
        self.born_s = 0.0
        self.host = ""  # ours, as the client reached it
        self.is_open = False
        self.used_s = 0.0  # when something came or left last, by the loop's clock
        self._transport: asyncio.Transport  # from connection_made on
        self._send_away: Callable[[], object] | None = None  # while it is at the door
        self._own: memoryview | None = None  # what came, where it is no whole frame or has to wait
        self._end = 0  # of it
        self._slots: deque[Slot] = deque()
        self._made_bytes = 0  # of answers that aren't sent
        self._unsent = 0  # bytes that the transport had when it was looked at last
        self._holds = 0
        self._is_paused = False
        self._is_corked = False
        self._is_due = False  # answers leave in the next turn

    # ---- what the event loop tells

    def knock(self, peer: str, send_away: Callable[[], object]) -> None:
        """A client is at the door."""
        self.peer, self._send_away = peer, send_away
        self.is_open = True
        self.listener.knocked(self)

    def turned_back(self) -> None:
        """It hasn't come in; if it has, `connection_lost` follows."""
        self.is_open = False
        if self._send_away is not None:
            self._send_away = None
            self.listener.turned_back(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is in."""
        self._transport = cast("asyncio.Transport", transport)
        has_knocked, self._send_away = self._send_away is not None, None
        self.is_open = self.is_open or not has_knocked  # else it was sent away meanwhile
        self.used_s = self.born_s = self.listener.now_s()
        self.peer = address_of(self._transport)
        self.peer_port = (transport.get_extra_info("peername") or ("", 0))[1]
        self.host = str(transport.get_extra_info("sockname")[0])
        self.listener.admit(self, _certificate_of(transport), has_knocked=has_knocked)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - we know better what comes
        """Where the next bytes go; never empty, for the connection's own buffer has room where reading isn't paused."""
        return self.listener.scratch if self._own is None else self._own[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes came."""
        self._end += nbytes
        self.used_s = self.listener.now_s()
        self.listener.bytes_in += nbytes
        self._advance()

    def eof_received(self) -> bool:
        """No client of Kafka ends its sending side alone: it is gone."""
        self.is_open = False
        return False

    def pause_writing(self) -> None:
        """The peer doesn't read."""
        self.hold(READER)

    def resume_writing(self) -> None:
        """It reads again."""
        self.used_s = self.listener.now_s()
        self.listener.budget.owe(self, 0)
        self._release(READER)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - why it is lost makes no difference
        """The client is gone; what is in progress for it is answered to nobody."""
        self.is_open = False
        self._slots.clear()
        self._let_go()
        self.listener.budget.owe(self, 0)
        self.listener.forget(self)

    # ---- the way in

    @property
    def is_outside(self) -> bool:
        """Whether nobody has logged in who must."""
        return self.login is not None and not self.login.has_been_in

    def let_in(self, principal: Principal, caller: Caller | None) -> None:
        """Somebody has logged in."""
        self.principal, self.caller = principal, caller
        self.listener.budget.let_in(self, len(self._own or b""))
        self.frame_bytes = self.listener.limits.frame_bytes

    def turn_away(self, answer: Callable[[], None], reason: str) -> None:
        """Somebody has failed to: nothing more is handled, and this is answered a moment later."""
        self.listener.failed_logins += 1
        self.listener.remark(self, reason)
        self.close()
        self.listener.after_a_moment(answer)

    # ---- frames

    def _advance(self) -> None:
        """Handle the frames that are whole, as many as may be in progress."""
        view = self.listener.scratch if self._own is None else self._own
        at, end = 0, self._end
        self._is_corked = True
        while at < end and self.is_open and not self._holds:
            frame_end = self._frame_end(view, at, end)
            if frame_end is None:
                break
            frame = view[at + _LENGTH : frame_end]
            at = frame_end
            self._handle(frame)
            if self._holds & PROGRESS:
                self._send()
        self._is_corked = False
        self._send()
        self._keep(view, at, end)
        if self._end and (self._holds or self._end == len(self._own or b"")):
            self._pause()
        elif self._is_paused:
            self._resume()

    def _frame_end(self, view: memoryview, at: int, end: int) -> int | None:
        """Where the frame at `at` ends; None where it isn't whole yet, or never will be."""
        begin = at + _LENGTH
        if begin > end:
            return None
        (size,) = _SIZE.unpack_from(view, at)
        if not 0 < size <= self.frame_bytes:
            self.listener.remark(self, f"a frame of {size} bytes")
            self.close()
            return None
        return begin + size if begin + size <= end else None

    def _handle(self, frame: memoryview) -> None:
        slot = Slot(self)
        self._slots.append(slot)
        self.listener.handle(self, frame, slot)
        if self._is_busy:
            self.hold(PROGRESS)

    @property
    def _is_busy(self) -> bool:
        return len(self._slots) >= IN_PROGRESS or self._made_bytes >= MADE_BYTES

    def _keep(self, view: memoryview, at: int, end: int) -> None:
        """Have what isn't handled yet in a buffer of its own, with room for more of the frame that it begins."""
        left = end - at
        if not left or not self.is_open or self._holds & ENDING:
            self._let_go()
            return
        if view is self._own and not at and left < len(view):
            return
        size = max(LEAST_BYTES, GROWTH * left)
        if left >= _LENGTH:
            size = min(size, _LENGTH + int.from_bytes(view[at : at + _LENGTH], "big", signed=True))
        size = max(size, left)  # frames that wait may be many
        own = memoryview(bytearray(size))
        own[:left] = view[at:end]
        fits = self.listener.budget.take(size - len(self._own or b""), is_outside=self.is_outside)
        self._own, self._end = own, left
        if not fits:
            self.listener.remark(self, "there is no memory left for its request")
            self.abort()

    def _let_go(self) -> None:
        """Give the buffer back."""
        if self._own is not None:
            self.listener.budget.take(-len(self._own), is_outside=self.is_outside)
            self._own = None
        self._end = 0

    # ---- answers

    def made(self, size: int) -> None:
        """An answer of that size is there, and may have to wait."""
        self._made_bytes += size

    def filled(self, slot: Slot) -> None:
        """An answer may leave."""
        slots = self._slots
        if not self._is_corked and slots and slot is slots[0]:
            if len(slots) == 1:
                self._send()
            elif not self._is_due:
                self._is_due = True
                self.listener.soon(self._send_due)
        if slot.is_waiting:
            self._release(WAITING)

    def _send_due(self) -> None:
        """Send what was filled meanwhile."""
        self._is_due = False
        self._send()

    def _send(self) -> None:
        """Send the answers whose turn it is, in one go."""
        slots = self._slots
        answers = []
        while slots and slots[0].is_filled:
            if data := slots.popleft().data:
                answers.append(data)
        if not self.is_open or self.listener.is_silent:
            return
        if answers:
            self._write(answers)
        if self._holds & PROGRESS and not self._is_busy:
            self._release(PROGRESS)
        if self._holds & ENDING and not slots:
            self.is_open = False
            self._transport.close()

    def _write(self, answers: list[bytes | bytearray]) -> None:
        size = sum(map(len, answers))
        self._made_bytes -= size
        self.listener.bytes_out += size
        self.used_s = self.listener.now_s()
        # asyncio before 3.12.8 and 3.13.1 tells nobody of a peer who does not read `writelines` (CVE-2024-12254)
        self._transport.write(answers[0] if len(answers) == 1 else b"".join(answers))
        if self._holds & READER:
            self.listener.budget.owe(self, self._transport.get_write_buffer_size())

    @property
    def is_idle(self) -> bool:
        """Nothing is in progress."""
        return not self._slots

    @property
    def is_half_way(self) -> bool:
        """The peer is in the middle of a request or of an answer, or is to be gone."""
        return bool(not self.is_open or self._holds & (READER | ENDING) or (self._end and not self._holds))

    def quiet_s(self, now_s: float) -> float:
        """For how long nothing has come or left."""
        unsent = self._transport.get_write_buffer_size()
        if unsent != self._unsent:
            self._unsent = unsent
            self.used_s = now_s
            if self._holds & READER:
                self.listener.budget.owe(self, unsent)
        return now_s - self.used_s

    # ---- holding back

    def hold(self, reason: int) -> None:
        """Handle no more frames; those that came wait."""
        self._holds |= reason

    def _release(self, reason: int) -> None:
        if self._holds & reason:
            self._holds &= ~reason
            if not self._holds and self._end and not self._is_corked:
                self.listener.soon(self._go_on)

    def _go_on(self) -> None:
        """Handle the frames that had to wait."""
        if self.is_open and self._end and not self._holds:
            self._advance()

    def _pause(self) -> None:
        if not self._is_paused and self.is_open:
            self._is_paused = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self.is_open:
            self._is_paused = False
            self._transport.resume_reading()

    def mute(self) -> None:
        """Handle no more frames for now."""
        self.hold(MUTED)
        self.listener.soon(self.listener.expect)

    def unmute(self) -> None:
        """Handle frames again."""
        self._release(MUTED)

    def close(self) -> None:
        """Handle nothing more, and close once all before has been answered and has left."""
        self.hold(ENDING)
        if not self._is_corked:
            self._send()

    def stop(self) -> None:
        """Close once what was sent has left, if there is anybody who reads it."""
        if self._holds & READER:
            self.abort()
        elif self.is_open:
            self.is_open = False
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        self.is_open = False
        if self._send_away is not None:
            self._send_away()
        else:
            self._transport.abort()
