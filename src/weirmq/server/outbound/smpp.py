"""A session with an SMPP 3.4 gateway: bound as a transceiver, tested by enquire_link, ended by unbind.

smpplib knows the PDUs; their way over the connection is here. Any number of requests may be under way at a time: the
gateway's answers carry their sequence numbers.

Source: SMPP Protocol Specification v3.4, Issue 1.2.
"""

import asyncio
import ssl
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from weirmq.server.receivers import Sms

HEADER: Final = struct.Struct("!IIII")  # 3.2: command_length, command_id, command_status, sequence_number
LIMIT_BYTES: Final = 70 * 1024  # a message_payload has up to 64 KiB
OK: Final = 0
_LAST_NUMBER: Final = 0x7FFFFFFF  # 5.1.4
_IS_ANSWER: Final = 0x80000000  # 5.1.2.1, bit 31 of command_id
_INVALID_COMMAND: Final = 0x00000003  # ESME_RINVCMDID
_UNBIND_S: Final = 1.0


class Lost(Exception):  # noqa: N818
    """The session is over. The message says why."""


class Answer:
    """What the gateway said to a request. `body` is the PDU's, not yet taken apart."""

    __slots__ = ("body", "status")

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body

    @property
    def text(self) -> str:
        """The C-Octet String that answers to bind and submit begin with: system_id, or message_id."""
        return self.body.partition(b"\0")[0].decode("latin-1")


class _Numbers:
    """What smpplib asks for sequence numbers; they are set afterwards."""

    sequence = 0

    def next_sequence(self) -> int:
        return 0


def pdu(name: str, number: int, **fields: Any) -> bytes:
    """A PDU by the name of its command, in its bytes. Raises ValueError for fields that don't fit in."""
    from smpplib import smpp

    made = smpp.make_pdu(name, client=_Numbers(), **fields)
    made.sequence = number
    encoded: bytes = made.generate()
    return encoded


def parse(content: bytes) -> Any:
    """A PDU of smpplib's, of its bytes; None where they are none."""
    from smpplib import smpp

    try:
        return smpp.parse_pdu(content, client=_Numbers(), allow_unknown_opt_params=True)
    except Exception:  # noqa: BLE001 - of bad bytes it makes struct.error, KeyError, TypeError and its own errors
        return None


class Session:
    """A bound connection. `on_delivery` gets each deliver_sm: a receipt, or a message that a phone sent."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sms: Sms, on_delivery: Callable[[Any], None]
    ) -> None:
        self.is_open = True
        self._reader = reader
        self._writer = writer
        self._sms = sms
        self._on_delivery = on_delivery
        self._number = 0
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._was_heard = True
        self._reading = asyncio.create_task(self._read())
        self._timer = asyncio.get_running_loop().call_later(sms.enquire_link_s, self._enquire)

    @classmethod
    async def open(cls, sms: Sms, tls: ssl.SSLContext | None, on_delivery: Callable[[Any], None]) -> "Session":
        """Connect and bind. Raises Lost, OSError."""
        reader, writer = await asyncio.open_connection(sms.host, sms.port, ssl=tls)
        session = cls(reader, writer, sms, on_delivery)
        try:
            answer = await session.ask(
                "bind_transceiver", system_id=sms.system_id, password=sms.password, system_type=sms.system_type
            )
        except BaseException:
            session.abort("the bind was given up")
            raise
        if answer.status != OK:
            session.abort("the bind was refused")
            raise Lost(f"the gateway refused the bind: {describe(answer.status)}")
        return session

    async def ask(self, name: str, **fields: Any) -> Answer:
        """Send a request and wait for its answer. Raises Lost, ValueError."""
        if not self.is_open:
            raise Lost("the session is closed")
        self._number = self._number % _LAST_NUMBER + 1
        number = self._number
        content = pdu(name, number, **fields)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(content)
            with suppress(ConnectionError):  # the reader meets it too, and knows more of it
                await self._writer.drain()
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Say goodbye, and close the connection."""
        if self.is_open:
            with suppress(Lost, TimeoutError):
                async with asyncio.timeout(_UNBIND_S):
                    await self.ask("unbind")
        self.abort("the session is closed")

    def abort(self, reason: str) -> None:
        """End the session now; whoever waits for an answer is told so."""
        if not self.is_open:
            return
        self.is_open = False
        self._timer.cancel()
        self._reading.cancel()
        self._writer.transport.abort()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Lost(reason))

    async def _read(self) -> None:
        reason = "the gateway closed the connection"
        try:
            while True:
                header = await self._reader.readexactly(HEADER.size)
                length, command, status, number = HEADER.unpack(header)
                if not HEADER.size <= length <= LIMIT_BYTES:
                    reason = f"the gateway sent a PDU of {length} bytes"
                    return
                body = await self._reader.readexactly(length - HEADER.size)
                self._was_heard = True
                if command & _IS_ANSWER:
                    self._settle(number, Answer(status, body))
                elif not self._serve(number, header + body):
                    reason = "the gateway unbound"
                    return
        except asyncio.IncompleteReadError:
            pass
        except OSError as error:
            reason = f"the connection broke: {error}"
        finally:
            self.abort(reason)

    def _settle(self, number: int, answer: Answer) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    def _serve(self, number: int, content: bytes) -> bool:
        """Answer a request of the gateway's; returns whether the session goes on."""
        asked = parse(content)
        command = asked.command if asked is not None else ""
        if command == "deliver_sm":
            self._writer.write(pdu("deliver_sm_resp", number))
            self._on_delivery(asked)
        elif command == "enquire_link":
            self._writer.write(pdu("enquire_link_resp", number))
        elif command == "unbind":
            self._writer.write(pdu("unbind_resp", number))
            return False
        elif command != "alert_notification":  # which has no answer
            self._writer.write(pdu("generic_nack", number, status=_INVALID_COMMAND))
        return True

    def _enquire(self) -> None:
        """Where nothing was heard since the last look, ask; where the question was not answered either, give up."""
        loop = asyncio.get_running_loop()
        if self._was_heard:
            self._was_heard = False
            self._timer = loop.call_later(self._sms.enquire_link_s, self._enquire)
            self._number = self._number % _LAST_NUMBER + 1
            self._writer.write(pdu("enquire_link", self._number))
        else:
            self.abort(f"the gateway said nothing for {self._sms.enquire_link_s} s")


def describe(status: int) -> str:
    """A command_status (5.1.3) in words."""
    from smpplib.consts import DESCRIPTIONS

    return f"{DESCRIPTIONS.get(status, 'error')} (0x{status:08X})"
