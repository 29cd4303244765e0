import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.server.outbound.certificates import certificate
from tests.server.outbound.smsc import (
    ANSWER,
    BIND,
    DELIVER,
    ENQUIRE,
    GENERIC_NACK,
    SUBMIT,
    UNBIND,
    Center,
    Submitted,
    deliver,
    encode,
    listening,
    message_center,
)
from weirmq.engine.errands import SmsErrand
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.server.outbound.folder import Folder
from weirmq.server.outbound.smpp import parse
from weirmq.server.outbound.sms import SmsFolder, SmsGateway, receipt
from weirmq.server.receivers import Sms

CLOCK = ManualClock()
ERRAND = SmsErrand(phone_number="+491511234567", text="Grüße", sender_id="SHOP", sms_type="Transactional")


class Log(io.StringIO):
    """What was logged, and an event for the first line."""

    def __init__(self) -> None:
        super().__init__()
        self.has_line = asyncio.Event()

    def write(self, text: str) -> int:
        self.has_line.set()
        return super().write(text)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]


@asynccontextmanager
async def gateway(
    port: int, log: Log | None = None, came: list[tuple[str, str]] | None = None, **fields: Any
) -> AsyncIterator[SmsGateway]:
    told = {"host": "localhost", "port": port, "system_id": "weirmq", "password": "hush"} | fields
    sender = SmsGateway(
        Sms(**told),
        open_logger(Options(log_format="json"), log or Log()),
        lambda *text: came.append(text) if came is not None else None,
    )
    try:
        yield sender
    finally:
        await sender.close()


async def test_a_message_is_submitted() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port, system_type="VMS") as sender:
        outcome = await sender.send(ERRAND)
        assert (outcome.status, outcome.error, outcome.body) == (0, "", b"id-1")
    assert center.unbound.is_set()
    assert center.submitted == [
        Submitted(
            service_type="",
            source_ton=5,
            source_npi=0,
            source="SHOP",
            destination_ton=1,
            destination_npi=1,
            destination="491511234567",
            esm_class=0,
            protocol_id=0,
            priority=1,
            schedule="",
            validity="",
            registered_delivery=1,
            replaces=0,
            data_coding=0,
            default_id=0,
            message=b"Gr\x7e\x1ee",
        )
    ]


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({"sender_id": "", "origination_number": "+15550100"}, (1, 1, "15550100")),
        ({"sender_id": "", "origination_number": "12345"}, (3, 0, "12345")),
        ({"sender_id": ""}, (1, 1, "4930123456")),
    ],
)
async def test_the_source(fields: dict[str, str], source: tuple[int, int, str]) -> None:
    center = Center()
    async with message_center(center) as port, gateway(port, source="+4930123456") as sender:
        errand = SmsErrand(**({"phone_number": "+491511234567", "text": "a"} | fields))
        assert (await sender.send(errand)).status == 0
    (submitted,) = center.submitted
    assert (submitted.source_ton, submitted.source_npi, submitted.source) == source
    assert submitted.priority == 0


async def test_a_long_message_goes_in_parts() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port) as sender:
        outcome = await sender.send(SmsErrand(phone_number="+491511234567", text="ő" * 100))
        assert (outcome.status, outcome.body) == (0, b"id-1,id-2")
    assert {(part.esm_class, part.data_coding) for part in center.submitted} == {(0x40, 8)}
    assert [part.message[:3] + part.message[4:6] for part in center.submitted] == [b"\5\0\3\2\1", b"\5\0\3\2\2"]
    text = b"".join(part.message[6:] for part in center.submitted)
    assert text.decode("utf-16-be") == "ő" * 100


@pytest.mark.parametrize(
    ("status", "text", "is_permanent"),
    [
        (0x0B, "Invalid Destination Address (0x0000000B)", True),
        (0x58, "Throttling error (ESME has exceeded allowed message limits) (0x00000058)", False),
        (0x14, "Message Queue is full (0x00000014)", False),
        (0x4711, "error (0x00004711)", False),
    ],
)
async def test_a_refusal(status: int, text: str, *, is_permanent: bool) -> None:
    center = Center()
    center.statuses = [0, status]
    async with message_center(center) as port, gateway(port) as sender:
        outcome = await sender.send(SmsErrand(phone_number="+491511234567", text="a" * 400))
        assert (outcome.status, outcome.error, outcome.is_permanent) == (status, text, is_permanent)
        assert len(center.submitted) == 1  # the third part was not sent
        assert (await sender.send(ERRAND)).status == 0
    assert center.binds == 1


async def test_a_wrong_password() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port, password="wrong") as sender:
        outcome = await sender.send(ERRAND)
        assert outcome.error == "the gateway refused the bind: Invalid Password (0x0000000E)"
        assert (outcome.status, outcome.is_permanent) == (None, False)
        center.password = "wrong"
        assert (await sender.send(ERRAND)).status == 0


@pytest.mark.parametrize("is_believed", [True, False])
async def test_tls(tmp_path: Path, *, is_believed: bool) -> None:
    made = certificate(tmp_path, "localhost")
    center = Center()
    ca_file = str(made.path) if is_believed else ""
    async with message_center(center, ssl=made.context) as port, gateway(port, tls=True, ca_file=ca_file) as sender:
        outcome = await sender.send(ERRAND)
        assert (outcome.status == 0) == is_believed
        assert ("certificate verify failed" in outcome.error) != is_believed


@pytest.mark.parametrize(
    "fields",
    [
        {"phone_number": "+0151123456"},
        {"phone_number": "+49151123456\r\n"},
        {"phone_number": "+" + "1" * 16},
        {"phone_number": ""},
        {"sender_id": "a" * 12},
        {"sender_id": "SHÖP"},
        {"sender_id": "a\0b"},
        {"text": "\udc00"},
        {"text": "a" * 40_000},
    ],
)
async def test_what_can_not_be_sent(fields: dict[str, str]) -> None:
    async with gateway(1) as sender:
        outcome = await sender.send(SmsErrand(**({"phone_number": "+491511234567", "text": "a"} | fields)))
        assert outcome.is_permanent
        assert outcome.error


async def test_a_hundred_at_once_share_a_session() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port) as sender:
        outcomes = await asyncio.gather(*[sender.send(ERRAND) for _ in range(100)])
        assert sorted(outcome.body for outcome in outcomes) == sorted(f"id-{n}".encode() for n in range(1, 101))
    assert center.binds == 1


@pytest.mark.parametrize("command", [BIND, SUBMIT])
async def test_a_gateway_that_hangs(command: int) -> None:
    center = Center()
    center.silent_about = {command}
    async with message_center(center) as port, gateway(port) as sender:
        patient = sender._sms
        sender._sms = msgspec.structs.replace(patient, timeout_s=0.05)
        outcome = await sender.send(ERRAND)
        assert outcome.error == "the SMS gateway did not answer within 0.05 s"
        assert (outcome.status, outcome.is_permanent) == (None, False)
        sender._sms = patient
        center.silent_about = set()
        assert (await sender.send(ERRAND)).status == 0


async def test_a_gateway_that_falls_silent_is_given_up() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port, enquire_link_s=20) as sender:
        await sender.send(ERRAND)
        session = sender._session
        assert session is not None
        center.silent_about = {SUBMIT}
        sending = asyncio.create_task(sender.send(ERRAND))
        await center.is_asked.wait()
        center.is_asked.clear()
        center.silent_about = {SUBMIT, ENQUIRE}
        session._enquire()  # as its timer does
        await center.is_asked.wait()
        session._enquire()
        assert (await sending).error == "the gateway said nothing for 20 s"
        center.silent_about = set()
        assert (await sender.send(ERRAND)).status == 0
    assert center.binds == 2


async def test_a_quiet_session_is_tested() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port) as sender:
        await sender.send(ERRAND)
        session = sender._session
        assert session is not None
        for _ in range(3):  # each question is answered, so it goes on
            session._enquire()  # as its timer does
            assert (await sender.send(ERRAND)).status == 0  # whose answer comes after that to the question
        assert session.is_open
        assert center.binds == 1


async def test_one_that_is_cancelled() -> None:
    center = Center()
    center.silent_about = {SUBMIT}
    async with message_center(center) as port, gateway(port) as sender:
        sending = asyncio.create_task(sender.send(ERRAND))
        await center.is_asked.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert sender._session is not None
        assert not sender._session._waiting


RECEIPT = b"id:4711 sub:001 dlvrd:001 submit date:2311142213 done date:2311142214 stat:DELIVRD err:000 text:Gr"


@pytest.mark.parametrize(
    ("pdu", "line"),
    [
        (deliver(9, 4, RECEIPT), {"message_id": "4711", "state": "DELIVRD", "error": "000"}),
        # The optional parameters receipted_message_id and message_state (5.3.2.12, 5.3.2.35).
        (
            deliver(9, 4, b"", b"\x00\x1e\x00\x0547 1\0\x04\x27\x00\x01\x05"),
            {"message_id": "47 1", "state": "UNDELIV", "error": ""},
        ),
        (deliver(9, 4, b"\xff\xfe"), {"message_id": "", "state": "", "error": ""}),
    ],
)
async def test_receipts_are_logged(pdu: bytes, line: dict[str, str]) -> None:
    center = Center()
    log = Log()
    async with message_center(center) as port, gateway(port, log) as sender:
        await sender.send(ERRAND)
        center.writer.write(pdu)
        assert await center.answers.get() == (DELIVER | ANSWER, 0, 9)
        await log.has_line.wait()
        (told,) = log.lines
        assert {name: told[name] for name in line} == line


async def test_a_message_that_comes_in_is_handed_on() -> None:
    center, came = Center(), list[tuple[str, str]]()
    async with message_center(center) as port, gateway(port, came=came) as sender:
        await sender.send(ERRAND)
        center.writer.write(deliver(9, 0, b"STOP"))
        assert await center.answers.get() == (DELIVER | ANSWER, 0, 9)
        await sender.send(ERRAND)  # whose answer is read after what came before it
    assert came == [("+491511234567", "STOP")]


@given(st.binary(max_size=200))
def test_whatever_a_gateway_delivers_is_read_or_let_go(body: bytes) -> None:
    pdu = parse(encode(DELIVER, 0, 1, body))
    assert pdu is None or set(receipt(pdu)) == {"message_id", "state", "error"}


async def test_what_else_the_gateway_asks() -> None:
    center = Center()
    async with message_center(center) as port, gateway(port) as sender:
        await sender.send(ERRAND)
        center.writer.write(
            encode(ENQUIRE, 0, 7) + encode(0x102, 0, 8, bytes(6)) + encode(3, 0, 9) + encode(0x999, 0, 10)
        )
        assert await center.answers.get() == (ENQUIRE | ANSWER, 0, 7)
        assert await center.answers.get() == (GENERIC_NACK, 3, 9)
        assert await center.answers.get() == (GENERIC_NACK, 3, 10)
        center.writer.write(encode(UNBIND, 0, 11))
        session = sender._session
        assert session is not None
        await asyncio.wait([session._reading])
        assert (await sender.send(ERRAND)).status == 0
    assert center.binds == 2


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "the gateway sent a PDU of 1213486160 bytes"),
        (b"\0\0\0\4", "the gateway closed the connection"),
        (b"\0\0\0\4" + bytes(12), "the gateway sent a PDU of 4 bytes"),
        (b"", "the gateway closed the connection"),
        (encode(BIND | ANSWER, 0x0D, 1), "the gateway refused the bind: Bind Failed (0x0000000D)"),
        (encode(GENERIC_NACK, 3, 1), "the gateway refused the bind: Invalid Command ID (0x00000003)"),
    ],
)
async def test_a_gateway_that_speaks_no_smpp(said: bytes, error: str) -> None:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(16)
        writer.write(said)
        await writer.drain()
        writer.write_eof()
        await reader.read()

    async with listening(say) as port, gateway(port) as sender:
        outcome = await sender.send(ERRAND)
        assert (outcome.status, outcome.error, outcome.is_permanent) == (None, error, False)


async def test_no_gateway() -> None:
    async with message_center(Center()) as port:
        pass
    async with gateway(port) as sender:
        outcome = await sender.send(ERRAND)
        assert outcome.error.startswith("no connection to the SMS gateway")
        assert not outcome.is_permanent


async def test_the_folder(tmp_path: Path) -> None:
    log = Log()
    folder = Folder(tmp_path / "outbox", CLOCK, SeededEntropy(1))
    sender = SmsFolder(folder, open_logger(Options(log_format="json"), log))
    outcome = await sender.send(ERRAND)
    (file,) = (tmp_path / "outbox").iterdir()
    assert (outcome.status, outcome.body) == (0, str(file).encode())
    assert file.name.endswith(".sms.json")
    assert json.loads(file.read_text()) == {
        "phone_number": "+491511234567",
        "text": "Grüße",
        "sender_id": "SHOP",
        "origination_number": "",
        "sms_type": "Transactional",
    }
    assert [line["to"] for line in log.lines] == ["+491511234567"]
    assert (await sender.send(SmsErrand(phone_number="x", text=""))).is_permanent
    (tmp_path / "file").write_text("")
    sender = SmsFolder(Folder(tmp_path / "file", CLOCK, SeededEntropy(1)), open_logger(Options()))
    assert not (await sender.send(ERRAND)).is_permanent
    await sender.close()
