import asyncio
import email
import email.policy
import io
import json
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.server.outbound.certificates import certificate
from weirmq.engine.errands import MailErrand
from weirmq.kernel.clock import ManualClock
from weirmq.kernel.ids import SeededEntropy
from weirmq.server.config import Options
from weirmq.server.logs import open_logger
from weirmq.server.outbound import mail
from weirmq.server.outbound.folder import Folder
from weirmq.server.outbound.mail import MailFolder, MailServer, compose
from weirmq.server.receivers import Smtp

CLOCK = ManualClock()  # 2023-11-14T22:13:20Z
ERRAND = MailErrand(
    to="ann@example.org",
    subject="Größe: ✓",
    text="Zwölf Boxkämpfer\n.\n..dots\n" + "x" * 2000 + "\n",
    sender_name="AWS Notifications",
    headers=[("List-Unsubscribe", "<https://example.com/u>")],
)


def read(content: bytes) -> EmailMessage:
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def check(message: EmailMessage, sender: str) -> None:
    """That it is the mail of ERRAND."""
    assert message["From"] == f"AWS Notifications <{sender}>"
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == ERRAND.subject
    assert message["List-Unsubscribe"] == "<https://example.com/u>"
    assert message["Date"] == "Tue, 14 Nov 2023 22:13:20 -0000"
    assert message["Message-ID"].endswith(f"@{sender.partition('@')[2]}>")
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == ERRAND.text


class Mailbox:
    """What a mail server does with mails; the hooks are aiosmtpd's."""

    def __init__(self, **answers: str) -> None:
        self.envelopes: list[Envelope] = []
        self.sessions: set[int] = set()
        self.hangs_at = ""
        self.hung = asyncio.Event()
        self.answers = answers

    async def _hang(self, at: str) -> None:
        if self.hangs_at == at:
            self.hung.set()
            await asyncio.Event().wait()

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _kind: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"weirmq", b"hush"), handled=False)

    async def handle_NOOP(self, _server: SMTP, _session: Session, _envelope: Envelope, _argument: str) -> str:  # noqa: N802
        await self._hang("NOOP")
        return self.answers.get("NOOP", "250 OK")

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        await self._hang("MAIL")
        self.sessions.add(id(session))
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        await self._hang("DATA")
        self.envelopes.append(envelope)
        return self.answers.get("DATA", "250 queued as 7")


@asynccontextmanager
async def mail_server(
    mailbox: Mailbox, tls: ssl.SSLContext | None = None, *, wraps: bool = False, **fields: Any
) -> AsyncIterator[int]:
    """An SMTP server on a free port. `tls` is offered by STARTTLS, or with `wraps` from the first byte on."""
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(
        lambda: SMTP(mailbox, hostname="mx.example.org", tls_context=None if wraps else tls, **fields),
        "127.0.0.1",
        0,
        ssl=tls if wraps else None,
    )
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


@asynccontextmanager
async def client(port: int, **fields: Any) -> AsyncIterator[MailServer]:
    told = {"host": "localhost", "port": port, "sender": "news@shop.example", "security": "none"} | fields
    sender = MailServer(Smtp(**told), CLOCK, SeededEntropy(1))
    try:
        yield sender
    finally:
        await sender.close()


async def test_a_mail_arrives() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox, enable_SMTPUTF8=True) as port, client(port) as sender:
        outcome = await sender.send(ERRAND)
        assert (outcome.status, outcome.error, outcome.body) == (250, "", b"queued as 7")
    (envelope,) = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("news@shop.example", ["ann@example.org"])
    assert isinstance(envelope.content, bytes)
    check(read(envelope.content), "news@shop.example")


# aiosmtpd does not know of the TLS that is around it.
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_tls_and_a_login(tmp_path: Path, security: str) -> None:
    made = certificate(tmp_path, "localhost")
    mailbox = Mailbox()
    login = {"authenticator": mailbox.authenticate, "auth_required": True, "auth_require_tls": security != "tls"}
    told = {"security": security, "ca_file": str(made.path), "username": "weirmq", "password": "hush"}
    async with mail_server(mailbox, made.context, wraps=security == "tls", **login) as port:
        async with client(port, **told) as sender:
            assert (await sender.send(ERRAND)).status == 250
        async with client(port, **(told | {"password": "wrong"})) as sender:
            refused = await sender.send(ERRAND)
            assert (refused.status, refused.is_permanent) == (535, False)
        async with client(port, **(told | {"ca_file": ""})) as sender:
            refused = await sender.send(ERRAND)
            assert (refused.status, refused.is_permanent) == (None, False)
            assert "certificate verify failed" in refused.error
    assert len(mailbox.envelopes) == 1


async def test_nothing_is_sent_where_tls_is_wanted_and_not_offered() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, client(port, security="starttls") as sender:
        refused = await sender.send(ERRAND)
        assert (refused.status, refused.is_permanent) == (None, False)
        assert "STARTTLS" in refused.error
    assert not mailbox.envelopes


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("answer", "is_permanent"), [("550 5.1.1 nobody", True), ("451 4.3.0 later", False)])
async def test_a_refusal(at: str, answer: str, *, is_permanent: bool) -> None:
    mailbox = Mailbox(**{at: answer})
    async with mail_server(mailbox) as port, client(port) as sender:
        for _ in range(2):  # the second on the same connection
            outcome = await sender.send(ERRAND)
            assert (outcome.status, outcome.error) == (int(answer[:3]), answer)
            assert outcome.is_permanent == is_permanent
        assert len(mailbox.sessions) == 1


async def test_connections_are_kept_and_few() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, client(port, connections=2) as sender:
        outcomes = await asyncio.gather(*[sender.send(ERRAND) for _ in range(100)])
        assert {outcome.status for outcome in outcomes} == {250}
    assert len(mailbox.envelopes) == 100
    assert len(mailbox.sessions) == 2


async def test_a_connection_that_the_server_gave_up() -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, client(port) as sender:
        await sender.send(ERRAND)
        mailbox.answers["NOOP"] = "421 idle for too long"
        assert (await sender.send(ERRAND)).status == 250
    assert len(mailbox.envelopes) == len(mailbox.sessions) == 2


async def test_a_connection_is_not_kept_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "IDLE_S", 0.0)
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, client(port) as sender:
        await sender.send(ERRAND)
        ((connection, timer),) = sender._idle
        sender._drop(connection)
        assert not sender._idle
        timer.cancel()


@pytest.mark.parametrize("at", ["MAIL", "NOOP", "DATA"])
async def test_a_server_that_hangs(at: str) -> None:
    mailbox = Mailbox()
    async with mail_server(mailbox) as port, client(port) as sender:
        await sender.send(ERRAND)
        mailbox.hangs_at = at
        patient = sender._smtp
        sender._smtp = msgspec.structs.replace(patient, timeout_s=0.05)
        outcome = await sender.send(ERRAND)
        assert (outcome.status, outcome.is_permanent) == (None, False)
        assert outcome.error == "the mail server did not answer within 0.05 s"
        assert not sender._idle
        sender._smtp = patient
        mailbox.hangs_at = ""
        assert (await sender.send(ERRAND)).status == 250


async def test_a_server_that_never_greets() -> None:
    done = asyncio.Event()

    async def say_nothing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    listening = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with listening, client(listening.sockets[0].getsockname()[1], timeout_s=0.05) as sender:
        outcome = await sender.send(ERRAND)
        assert outcome.error == "the mail server did not answer within 0.05 s"
        done.set()


@pytest.mark.parametrize("said", [b"554 go away\r\n", b"", b"\xff\x00" * 4000, b"220 hi\r\n500 what?\r\n500 no\r\n"])
async def test_a_server_that_speaks_no_smtp(said: bytes) -> None:
    async def say(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(say, "127.0.0.1", 0)
    async with listening, client(listening.sockets[0].getsockname()[1], timeout_s=2) as sender:
        outcome = await sender.send(ERRAND)
        assert outcome.error
        assert not outcome.is_permanent


async def test_no_server() -> None:
    listening = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    listening.close()
    async with client(port) as sender:
        outcome = await sender.send(ERRAND)
        assert (outcome.status, outcome.is_permanent) == (None, False)
        assert outcome.error


async def test_one_that_is_cancelled_leaves_no_connection() -> None:
    mailbox = Mailbox()
    mailbox.hangs_at = "MAIL"
    async with mail_server(mailbox) as port, client(port) as sender:
        sending = asyncio.create_task(sender.send(ERRAND))
        await mailbox.hung.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert not sender._idle


BAD = [
    {"to": "ann@example.org\r\nBcc: bob@example.org"},
    {"to": "ann@example.org, bob@example.org"},
    {"to": "ann"},
    {"to": "ann@"},
    {"to": ""},
    {"to": "<ann@example.org>"},
    {"subject": "a\r\nBcc: bob@example.org"},
    {"sender_name": "a\nb"},
    {"headers": [("X-A", "a\nb")]},
    {"text": "\ud800"},
    {"subject": "\ud800"},
]


@pytest.mark.parametrize("fields", BAD)
async def test_what_is_no_mail(fields: dict[str, Any]) -> None:
    errand = MailErrand(**({"to": "ann@example.org", "subject": "s", "text": "t"} | fields))
    async with client(1) as sender:
        outcome = await sender.send(errand)
        assert outcome.is_permanent
        assert outcome.error


async def test_an_address_beyond_ascii() -> None:
    errand = MailErrand(to="jürgen@example.org", subject="s", text="t")
    mailbox = Mailbox()
    async with mail_server(mailbox, enable_SMTPUTF8=True) as port, client(port) as sender:
        assert (await sender.send(errand)).status == 250
    assert mailbox.envelopes[0].rcpt_tos == ["jürgen@example.org"]
    async with mail_server(Mailbox()) as port, client(port) as sender:
        refused = await sender.send(errand)
        assert refused.is_permanent
        assert "SMTPUTF8" in refused.error


async def test_the_folder(tmp_path: Path) -> None:
    log = io.StringIO()
    logger = open_logger(Options(log_format="json"), log)
    entropy = SeededEntropy(1)
    sender = MailFolder(Folder(tmp_path / "a" / "b", CLOCK, entropy), CLOCK, entropy, logger)
    outcomes = await asyncio.gather(*[sender.send(ERRAND) for _ in range(10)])
    assert {outcome.status for outcome in outcomes} == {250}
    files = sorted((tmp_path / "a" / "b").iterdir())
    assert sorted(outcome.body.decode() for outcome in outcomes) == [str(file) for file in files]
    assert len(files) == 10
    assert files[0].name.startswith("20231114T221320.000Z-")
    assert {file.suffix for file in files} == {".eml"}
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600
    check(read(files[0].read_bytes()), "no-reply@weirmq.invalid")
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert len(lines) == 10
    assert {line["to"] for line in lines} == {"ann@example.org"}
    assert {line["path"] for line in lines} == {str(file) for file in files}
    await sender.close()


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    entropy = SeededEntropy(1)
    sender = MailFolder(Folder(tmp_path / "file", CLOCK, entropy), CLOCK, entropy, open_logger(Options()))
    outcome = await sender.send(ERRAND)
    assert (outcome.status, outcome.is_permanent) == (None, False)
    assert outcome.error.startswith("the outbox folder can't be written")
    assert (await sender.send(MailErrand(to="x", subject="", text=""))).is_permanent


def test_two_mails_have_two_ids() -> None:
    entropy = SeededEntropy(1)
    made = [compose(ERRAND, "a@b.example", CLOCK, entropy)["Message-ID"] for _ in range(2)]
    assert made[0] != made[1]
