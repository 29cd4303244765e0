"""Text messages: an SmsErrand as submit_sm to an SMPP gateway, or as a file in the outbox folder."""

import asyncio
import re
import ssl
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import msgspec

from weirmq.engine.errands import Outcome, SmsErrand
from weirmq.server.logs import Logger
from weirmq.server.outbound.folder import Folder
from weirmq.server.outbound.smpp import OK, Lost, Session, describe
from weirmq.server.outbound.sms_text import encode
from weirmq.server.receivers import Sms

# E.164: at most 15 digits. SMPP 3.4, 5.2.5 and 5.2.6: type of number, and numbering plan.
_E164: Final = re.compile(r"\+?([1-9][0-9]{4,14})")
_INTERNATIONAL, _NETWORK_SPECIFIC, _ALPHANUMERIC = 1, 3, 5
_ISDN: Final = 1
_SHORT_CODE: Final = re.compile(r"[0-9]{3,8}")
_NAME: Final = re.compile(r"[A-Za-z0-9 ._-]{1,11}")  # TS 23.040, 9.1.2.5: 11 letters of the default alphabet

_WITH_HEADER: Final = 0x40  # 5.2.12, esm_class: UDHI indicator
_UCS2: Final = 8  # 5.2.19, data_coding
_IS_RECEIPT: Final = 0x04  # and: the message holds a delivery receipt
_WANTS_RECEIPT: Final = 1  # 5.2.17, registered_delivery
_PRIORITY: Final = {"Transactional": 1}

# 5.1.3: what will be refused the next time too. RINVMSGLEN, RINVSRCADR, RINVDSTADR, RINVSRCTON, RINVSRCNPI,
# RINVDSTTON, RINVDSTNPI, RINVESMCLASS, RINVNUMDESTS.
PERMANENT: Final = frozenset({0x01, 0x0A, 0x0B, 0x48, 0x49, 0x50, 0x51, 0x43, 0x33})

# Appendix B: `id:4711 sub:001 dlvrd:001 submit date:... done date:... stat:DELIVRD err:000 text:...`
_RECEIPT_FIELD: Final = re.compile(r"\b(id|stat|err):([^\s]+)")
# 5.2.28
_STATES: Final = {1: "ENROUTE", 2: "DELIVRD", 3: "EXPIRED", 4: "DELETED", 5: "UNDELIV", 6: "ACCEPTD", 7: "UNKNOWN",
                  8: "REJECTD"}  # fmt: skip

OnText = Callable[[str, str], None]


def source(name: str) -> dict[str, Any]:
    """The source address of a submit_sm: a number, a short code, or a name. Raises ValueError."""
    if not name:
        return {}
    number = _E164.fullmatch(name)
    if _SHORT_CODE.fullmatch(name):
        return {"source_addr": name, "source_addr_ton": _NETWORK_SPECIFIC}
    if number:
        return {"source_addr": number[1], "source_addr_ton": _INTERNATIONAL, "source_addr_npi": _ISDN}
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} can't be the sender of a text message")
    return {"source_addr": name, "source_addr_ton": _ALPHANUMERIC}


def destination(number: str) -> dict[str, Any]:
    """The destination address of a submit_sm. Raises ValueError."""
    digits = _E164.fullmatch(number)
    if not digits:
        raise ValueError(f"{number!r} is no phone number of the form +491511234567")
    return {"destination_addr": digits[1], "dest_addr_ton": _INTERNATIONAL, "dest_addr_npi": _ISDN}


class SmsFolder:
    """The sender of SmsErrands while there is no gateway: each becomes a JSON file."""

    def __init__(self, folder: Folder, logger: Logger) -> None:
        self._folder = folder
        self._logger = logger

    async def send(self, errand: SmsErrand) -> Outcome:
        """Write the message as a file."""
        try:
            destination(errand.phone_number)
            content = msgspec.json.format(msgspec.json.encode(errand), indent=2)
            path = await self._folder.write(".sms.json", content)
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        except OSError as error:
            return Outcome(error=f"the outbox folder can't be written: {error}")
        self._logger.info("a text message was written to the outbox folder", path=str(path), to=errand.phone_number)
        return Outcome(status=OK, body=str(path).encode())

    async def close(self) -> None:
        """Nothing is held here."""


class SmsGateway:
    """The sender of SmsErrands to an SMPP gateway, over one session that is opened when it is needed.

    `on_text` gets the number and the text of a message that comes in.
    """

    def __init__(self, sms: Sms, logger: Logger, on_text: OnText) -> None:
        self._sms = sms
        self._logger = logger
        self._on_text = on_text
        self._window = asyncio.Semaphore(sms.window)
        self._opening = asyncio.Lock()
        self._session: Session | None = None
        self._tls: ssl.SSLContext | None = None
        self._reference = 0

    async def send(self, errand: SmsErrand) -> Outcome:
        """Submit the message, in parts where it is long.

        The Outcome's status is the last part's command_status (0: accepted), its body the gateway's message ids. What
        became of the message is told by receipts, later: they become log lines.
        """
        self._reference = (self._reference + 1) % 256
        try:
            encoded = encode(errand.text, self._reference)
            fields = {
                **source(errand.origination_number or errand.sender_id or self._sms.source),
                **destination(errand.phone_number),
                "data_coding": encoded.data_coding,
                "esm_class": _WITH_HEADER if len(encoded.parts) > 1 else 0,
                "registered_delivery": _WANTS_RECEIPT,
                "priority_flag": _PRIORITY.get(errand.sms_type, 0),
            }
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        started = perf_counter()
        try:
            async with self._window, asyncio.timeout(self._sms.timeout_s):
                outcome = await self._submit(encoded.parts, fields)
        except TimeoutError:
            outcome = Outcome(error=f"the SMS gateway did not answer within {self._sms.timeout_s} s")
        except Lost as error:
            outcome = Outcome(error=str(error))
        except OSError as error:
            outcome = Outcome(error=f"no connection to the SMS gateway: {error}")
        return msgspec.structs.replace(outcome, elapsed_ms=round((perf_counter() - started) * 1000))

    async def close(self) -> None:
        """Unbind, and close the connection."""
        if self._session is not None:
            await self._session.close()

    async def _submit(self, parts: list[bytes], fields: dict[str, Any]) -> Outcome:
        """Parts go one after the other, so that none follows where one was refused. Raises Lost, OSError."""
        session = await self._bound()
        ids: list[str] = []
        for part in parts:
            answer = await session.ask("submit_sm", short_message=part, **fields)
            if answer.status != OK:
                return Outcome(
                    status=answer.status,
                    error=describe(answer.status),
                    is_permanent=answer.status in PERMANENT,
                    body=",".join(ids).encode(),
                )
            ids.append(answer.text)
        return Outcome(status=OK, body=",".join(ids).encode())

    async def _bound(self) -> Session:
        """The session, opened if it has to be. Raises Lost, OSError."""
        async with self._opening:
            if self._session is None or not self._session.is_open:
                if self._sms.tls and self._tls is None:
                    self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=self._sms.ca_file or None)
                self._session = await Session.open(self._sms, self._tls, self._on_delivery)
            return self._session

    def _on_delivery(self, pdu: Any) -> None:
        """Log what became of a message, or that one came in."""
        if (pdu.esm_class or 0) & _IS_RECEIPT:
            self._logger.info("a text message's receipt", **receipt(pdu))
        else:
            sender = (pdu.source_addr or b"").decode("latin-1")
            self._on_text(f"+{sender.removeprefix('+')}", text_of(pdu))


def text_of(pdu: Any) -> str:
    """The text of a message that came in: SMPP 3.4, 5.2.19, data_coding 8 is UCS-2; else letters are enough here."""
    coded: bytes = pdu.short_message or getattr(pdu, "message_payload", None) or b""
    return coded.decode("utf-16-be" if pdu.data_coding == _UCS2 else "latin-1", "replace")


def receipt(pdu: Any) -> dict[str, str]:
    """What a delivery receipt says: `message_id`, `state` (DELIVRD, UNDELIV, ...), `error` (the network's code)."""
    text = (pdu.short_message or getattr(pdu, "message_payload", None) or b"").decode("latin-1")
    told = dict(_RECEIPT_FIELD.findall(text))
    named = getattr(pdu, "receipted_message_id", None)
    return {
        "message_id": named.rstrip(b"\0").decode("latin-1") if named else told.get("id", ""),
        "state": told.get("stat") or _STATES.get(getattr(pdu, "message_state", None) or 0, ""),
        "error": told.get("err", ""),
    }
