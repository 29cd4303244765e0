"""Mail: a MailErrand as a message (RFC 5322), sent by SMTP (RFC 5321), or written into the outbox folder.

MailServer   hands messages to the configured server, over TLS and with a login if they are configured
MailFolder   writes .eml files, which every mail program opens
"""

import asyncio
import re
import ssl
from time import perf_counter
from typing import TYPE_CHECKING, Final

import msgspec

from weirmq.engine.errands import MailErrand, Outcome
from weirmq.kernel.clock import Clock
from weirmq.kernel.ids import Entropy, uuid4
from weirmq.server.logs import Logger
from weirmq.server.outbound.folder import Folder
from weirmq.server.receivers import Smtp

if TYPE_CHECKING:  # they take 20 ms each, and many servers never send a mail
    from email.message import EmailMessage

    from aiosmtplib import SMTP

ACCEPTED: Final = 250  # RFC 5321, 4.2.3: Requested mail action okay, completed
IDLE_S: Final = 60.0  # a connection is kept so long; RFC 5321, 4.5.3.2.7 has servers wait 5 minutes
FOLDER_SENDER: Final = "no-reply@weirmq.invalid"  # RFC 2606: a name that can't exist

# What a person would take for one address: no quoted local parts, comments or groups (RFC 5322, 3.4.1).
_ADDRESS = re.compile(r"[^\s@<>,;:\\\"()\[\]\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\\\"()\[\]\x00-\x1f\x7f]{1,255}")


def compose(errand: MailErrand, sender: str, clock: Clock, entropy: Entropy) -> "EmailMessage":
    """The message of an errand. Raises ValueError for what can't stand in one."""
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP, SMTPUTF8
    from email.utils import formatdate

    if not _ADDRESS.fullmatch(errand.to):
        raise ValueError("no mail can be sent to what is no address")
    message = EmailMessage(policy=SMTP if errand.to.isascii() else SMTPUTF8)  # RFC 6531
    try:
        message["From"] = Address(errand.sender_name, *sender.rsplit("@", 1))
        message["To"] = Address("", *errand.to.rsplit("@", 1))
        message["Subject"] = errand.subject
        message["Date"] = formatdate(clock.now_ms() / 1000)
        message["Message-ID"] = f"<{uuid4(entropy)}@{sender.rpartition('@')[2]}>"
        for name, value in errand.headers:
            message[name] = value
        message.set_content(errand.text)
        message.as_bytes()
    except UnicodeError as error:  # half of a surrogate pair
        raise ValueError(f"no mail can be made of it: {error}") from None
    return message


class MailFolder:
    """The sender of MailErrands while there is no mail server."""

    def __init__(self, folder: Folder, clock: Clock, entropy: Entropy, logger: Logger) -> None:
        self._folder = folder
        self._clock = clock
        self._entropy = entropy
        self._logger = logger

    async def send(self, errand: MailErrand) -> Outcome:
        """Write the mail as a file."""
        try:
            content = compose(errand, FOLDER_SENDER, self._clock, self._entropy).as_bytes()
            path = await self._folder.write(".eml", content)
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        except OSError as error:
            return Outcome(error=f"the outbox folder can't be written: {error}")
        self._logger.info("a mail was written to the outbox folder", path=str(path), to=errand.to)
        return Outcome(status=ACCEPTED, body=str(path).encode())

    async def close(self) -> None:
        """Nothing is held here."""


class MailServer:
    """The sender of MailErrands by SMTP. Connections are kept for the next mail, at most `connections` of them."""

    def __init__(self, smtp: Smtp, clock: Clock, entropy: Entropy) -> None:
        self._smtp = smtp
        self._clock = clock
        self._entropy = entropy
        self._slots = asyncio.Semaphore(smtp.connections)
        self._idle: list[tuple[SMTP, asyncio.TimerHandle]] = []
        self._tls: ssl.SSLContext | None = None

    async def send(self, errand: MailErrand) -> Outcome:
        """Hand the mail to the server. `status` is its answer's; 5xx to a mail is for good, to a login is not."""
        from aiosmtplib import SMTPException

        try:
            message = compose(errand, self._smtp.sender, self._clock, self._entropy)
        except ValueError as error:
            return Outcome(error=str(error), is_permanent=True)
        started = perf_counter()
        try:
            async with self._slots, asyncio.timeout(self._smtp.timeout_s):
                outcome = await self._deliver(message, errand.to)
        except TimeoutError:
            outcome = Outcome(error=f"the mail server did not answer within {self._smtp.timeout_s} s")
        except (SMTPException, OSError) as error:
            outcome = _refused(error)
        return msgspec.structs.replace(outcome, elapsed_ms=round((perf_counter() - started) * 1000))

    async def close(self) -> None:
        """Drop the connections that are kept."""
        while self._idle:
            client, timer = self._idle.pop()
            timer.cancel()
            client.close()

    async def _deliver(self, message: "EmailMessage", to: str) -> Outcome:
        from aiosmtplib import SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException

        client = await self._take()
        try:
            _, answer = await client.send_message(message, sender=self._smtp.sender, recipients=[to])
        except SMTPRecipientsRefused as refused:
            self._keep(client)
            return _refused(refused.recipients[0], is_final=True)
        except (SMTPNotSupported, SMTPResponseException) as refused:
            self._keep(client)
            return _refused(refused, is_final=True)
        except (SMTPException, OSError, asyncio.CancelledError):
            client.close()
            raise
        self._keep(client)
        return Outcome(status=ACCEPTED, body=answer.encode("utf-8", "backslashreplace"))

    async def _take(self) -> "SMTP":
        """A connection that is up. Raises SMTPException, OSError."""
        from aiosmtplib import SMTPException

        while self._idle:
            client, timer = self._idle.pop()
            timer.cancel()
            try:
                await client.noop()  # now, so that no doubt is left whether a mail went out on a dying connection
            except (SMTPException, OSError):
                client.close()
                continue
            except asyncio.CancelledError:
                client.close()
                raise
            return client
        return await self._connect()

    async def _connect(self) -> "SMTP":
        from aiosmtplib import SMTP

        smtp = self._smtp
        if smtp.security != "none" and self._tls is None:
            self._tls = await asyncio.to_thread(ssl.create_default_context, cafile=smtp.ca_file or None)
        client = SMTP(
            hostname=smtp.host,
            port=smtp.port or None,
            username=smtp.username or None,
            password=smtp.password or None,
            local_hostname=smtp.sender.rpartition("@")[2],  # else it asks the DNS for ours, and the loop waits for it
            timeout=smtp.timeout_s,
            use_tls=smtp.security == "tls",
            start_tls=smtp.security == "starttls",
            tls_context=self._tls,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    def _keep(self, client: "SMTP") -> None:
        if client.is_connected:
            timer = asyncio.get_running_loop().call_later(IDLE_S, self._drop, client)
            self._idle.append((client, timer))

    def _drop(self, client: "SMTP") -> None:
        self._idle = [each for each in self._idle if each[0] is not client]
        client.close()


def _refused(error: Exception, *, is_final: bool = False) -> Outcome:
    """What a failure to send means. `is_final`: it is about this mail, so that a 5xx answer holds for the next try."""
    from aiosmtplib import SMTPNotSupported, SMTPResponseException

    if isinstance(error, SMTPResponseException):
        text = f"{error.code} {error.message}"
        return Outcome(status=error.code, error=text, is_permanent=is_final and error.code >= 500)
    text = str(error) or type(error).__name__
    return Outcome(error=text, is_permanent=is_final and isinstance(error, SMTPNotSupported))
